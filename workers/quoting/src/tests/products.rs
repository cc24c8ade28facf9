//! The life of a product.

use domain::catalog::{Product, ProductState};
use domain::commands::{
    ProductActivate, ProductDefine, ProductDelete, ProductPublish, ProductRetire, ProductRevert,
    ProductRevise,
};
use domain::ids::CatalogId;
use domain::text::Code;

use super::catalogs::{file, problems, taken};
use super::*;

fn the() -> CatalogId {
    Catalog::empty().id
}

fn skus(skus: &[&str]) -> Vec<Code> {
    skus.iter().map(|sku| sku.parse().unwrap()).collect()
}

fn define(story: &mut Story<Quoting>, product: &Product) -> Result<Told, Refusal> {
    story.when(ProductDefine { catalog: the(), products: vec![product.clone()] })
}

fn state(story: &Story<Quoting>, sku: &str) -> Option<ProductState> {
    story.world.catalog()?.products.get(sku).map(|product| product.state)
}

fn net(story: &Story<Quoting>, sku: &str) -> Result<Decimal, &'static str> {
    let shelf = Shelf::new(&Arc::new(story.world.catalog().unwrap().clone()));
    let worker = Quoting::new(settings(), chrono_tz::Europe::Berlin);
    let mut story = Story::of(worker, shelf).given(opportunity()).given(account()).given(ana());
    let told = story.when(add(sku, dec!(1), false));
    let told = told.map_err(|refusal| refusal.reason().rule)?;
    Ok(told.get::<OpportunityRepriced>().unwrap().lines[0].net_amount)
}

#[test]
fn f73_a_product_lives_from_draft_to_retired_and_only_what_is_sold_is_put_on_lines() {
    let mut story = taken(&golden());
    let mut gamma = story.world.catalog().unwrap().products["C-1"].clone();
    assert_eq!(net(&story, "C-1"), Ok(dec!(10.00)));

    // Revised, it is sold as it was until it is published.
    let told = story.when(ProductRevise { catalog: the(), skus: skus(&["C-1"]) }).unwrap();
    assert_eq!(told.types(), ["product.revised.v1"]);
    (gamma.list_price, gamma.state) = (Some(dec!(12)), ProductState::UnderRevision);
    define(&mut story, &gamma).unwrap();
    assert_eq!(net(&story, "C-1"), Ok(dec!(10.00)));
    let told = story.when(ProductPublish { catalog: the(), skus: skus(&["C-1"]) }).unwrap();
    assert_eq!(told.types(), ["product.published.v1"]);
    assert_eq!(net(&story, "C-1"), Ok(dec!(12.00)));
    assert!(story.world.catalog().unwrap().revisions.is_empty());

    // Reverted, the revision is gone.
    gamma.list_price = Some(dec!(99));
    define(&mut story, &gamma).unwrap();
    story.when(ProductRevert { catalog: the(), skus: skus(&["C-1"]) }).unwrap();
    assert_eq!(
        (net(&story, "C-1"), state(&story, "C-1")),
        (Ok(dec!(12.00)), Some(ProductState::Active))
    );

    // Retired, it is refused by name; activated again, sold as it was.
    story.when(ProductRetire { catalog: the(), skus: skus(&["C-1"]) }).unwrap();
    assert_eq!(net(&story, "C-1"), Err("product.retired"));
    story.when(ProductActivate { catalog: the(), skus: skus(&["C-1"]) }).unwrap();
    assert_eq!(net(&story, "C-1"), Ok(dec!(12.00)));

    // A draft is not sold, and can be deleted.
    let draft =
        Product { sku: "N-1".into(), name: "New".into(), state: ProductState::Draft, ..gamma };
    define(&mut story, &draft).unwrap();
    assert_eq!(net(&story, "N-1"), Err("product.draft"));
    story.when(ProductDelete { catalog: the(), skus: skus(&["N-1"]) }).unwrap();
    assert_eq!(net(&story, "N-1"), Err("product.unknown"));
}

#[test]
fn f73_a_step_that_a_product_cannot_take_is_refused_for_all_of_the_list() {
    let mut story = taken(&golden());
    let before = story.world.catalog().unwrap().clone();
    let refused = story.when(ProductPublish { catalog: the(), skus: skus(&["A-1", "NONE"]) });
    let message = problems(refused.unwrap_err());
    assert!(
        message.contains("The product `A-1` is active, so it cannot be published"),
        "{message}"
    );
    assert!(message.contains("The catalog has no product `NONE`."), "{message}");
    for (refused, why) in [
        (
            story.when(ProductRevise { catalog: the(), skus: skus(&["OLD-1", "A-1"]) }),
            "only active products are revised",
        ),
        (
            story.when(ProductRevert { catalog: the(), skus: skus(&["A-1"]) }),
            "only products under revision are reverted",
        ),
        (
            story.when(ProductRetire { catalog: the(), skus: skus(&["OLD-1"]) }),
            "only active products are retired",
        ),
        (
            story.when(ProductActivate { catalog: the(), skus: skus(&["A-1"]) }),
            "only retired products are activated",
        ),
        (
            story.when(ProductDelete { catalog: the(), skus: skus(&["A-1"]) }),
            "only drafts are deleted",
        ),
    ] {
        let message = problems(refused.unwrap_err());
        assert!(message.contains(why), "{message}");
    }
    let mut alpha = before.products["A-1"].clone();
    alpha.state = ProductState::Draft;
    assert!(problems(define(&mut story, &alpha).unwrap_err()).contains("is no draft any more"));
    let old = Product { state: ProductState::UnderRevision, ..before.products["OLD-1"].clone() };
    assert!(problems(define(&mut story, &old).unwrap_err()).contains("nothing to revise"));
    assert_eq!(story.world.catalog(), Some(&before));
}

#[test]
fn f72_a_draft_that_something_names_is_not_deleted_and_a_family_is_published_with_its_products() {
    let mut story = taken(&file(serde_json::json!({ "products": [
        { "sku": "F-1", "name": "Mills", "kind": "family", "state": "draft" },
        { "sku": "F-2", "name": "Small mills", "kind": "family", "parent": "F-1", "state": "draft" },
        { "sku": "A-1", "name": "Alpha", "parent": "F-2", "state": "draft" },
    ] })));
    let refused = story.when(ProductDelete { catalog: the(), skus: skus(&["F-1"]) });
    assert!(problems(refused.unwrap_err()).contains("The product `F-2` names `F-1`."));
    let refused = story.when(ProductPublish { catalog: the(), skus: skus(&["A-1"]) });
    assert!(problems(refused.unwrap_err()).contains("the family `F-2`, which is a draft"));
    story.when(ProductPublish { catalog: the(), skus: skus(&["A-1", "F-1", "F-2"]) }).unwrap();
    assert_eq!(state(&story, "A-1"), Some(ProductState::Active));
    let refused = net(&story, "F-1");
    assert_eq!(refused, Err("product.family"));
    // A family cannot lie in itself.
    let mut around = story.world.catalog().unwrap().products["F-1"].clone();
    around.parent = Some("F-2".parse().unwrap());
    assert!(problems(define(&mut story, &around).unwrap_err()).contains("lies in itself"));
}
