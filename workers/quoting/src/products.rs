//! Products in the catalog: defined, published, revised, retired.

use std::collections::BTreeSet;

use domain::catalog::{Catalog, Changes, Product, ProductAction, ProductState};
use domain::catalog_problems::{Problems, prices_of, product};
use domain::commands::{
    ProductActivate, ProductDefine, ProductDelete, ProductPublish, ProductRetire, ProductRevert,
    ProductRevise,
};
use domain::decide::World;
use domain::events::{
    ProductActivated, ProductDefined, ProductDeleted, ProductPublished, ProductRetired,
    ProductReverted, ProductRevised,
};
use domain::ids::CatalogId;
use domain::lifecycle::Lifecycle;
use domain::text::Code;

use crate::catalog::Edit;
use crate::settings::QuotingSettings;
use crate::when::{Decision, Then};

/// Each product is from now on as it is written, in the state that it says.
pub(crate) fn define(
    world: &World,
    command: &ProductDefine,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    edit.once("SKU", command.products.iter().map(|it| it.sku.as_str()));
    let (mut products, mut revisions) = (Vec::new(), Vec::new());
    for wanted in &command.products {
        match defined(edit.old.products.get(&wanted.sku), wanted) {
            Ok((sold, revision)) => {
                products.push(sold);
                revisions.extend(revision);
            }
            Err(problem) => edit.problems.push(problem),
        }
    }
    products.sort_by(|a, b| a.sku.cmp(&b.sku));
    revisions.sort_by(|a, b| a.sku.cmp(&b.sku));
    edit.done(
        ProductDefined { catalog: command.catalog, products, revisions },
        |problems, event| {
            event.products.iter().chain(&event.revisions).for_each(|it| product(problems, it));
            let active = event.products.iter().filter(|it| it.state == ProductState::Active);
            active.for_each(|it| published_family(problems, it));
            prices(problems, &event.products);
        },
    )
}

/// The product as it is sold from now on, and what it becomes once it is published.
fn defined(
    stands: Option<&Product>,
    wanted: &Product,
) -> Result<(Product, Option<Product>), String> {
    let sku = &wanted.sku;
    let state = stands.map(|it| it.state);
    match (wanted.state, state) {
        (ProductState::Active | ProductState::Retired, _)
        | (ProductState::Draft, None | Some(ProductState::Draft)) => Ok((wanted.clone(), None)),
        (ProductState::Draft, Some(state)) => Err(format!(
            "The product `{sku}` is {}, so it is no draft any more; revise it instead (state \
             `under_revision`), or retire it.",
            word(state)
        )),
        (ProductState::UnderRevision, Some(ProductState::Active | ProductState::UnderRevision)) => {
            let sold = stands.cloned().unwrap_or_else(|| wanted.clone());
            let sold = Product { state: ProductState::UnderRevision, ..sold };
            Ok((sold, Some(wanted.clone())))
        }
        (ProductState::UnderRevision, found) => Err(format!(
            "The product `{sku}` is {}, so there is nothing to revise; define it as `draft` or `active`.",
            found.map_or("not in the catalog", word)
        )),
    }
}

fn word(state: ProductState) -> &'static str {
    match state {
        ProductState::UnderRevision => "under revision",
        other => Product::state_name(&other),
    }
}

/// What a step needs where it is refused.
const fn before(action: ProductAction) -> &'static str {
    match action {
        ProductAction::Publish => "only drafts and products under revision are published",
        ProductAction::Revise => {
            "only active products are revised; `product.activate` a retired one"
        }
        ProductAction::Revert => "only products under revision are reverted",
        ProductAction::Retire => {
            "only active products are retired; `product.publish` or `product.revert` it first, or \
             `product.delete` a draft"
        }
        ProductAction::Activate => "only retired products are activated; `product.publish` a draft",
        ProductAction::Edit => "only drafts and products under revision are edited",
    }
}

/// The products that a command names, after that step; notes those that cannot take it.
fn stepped(edit: &mut Edit<'_>, skus: &[Code], action: ProductAction) -> Vec<Product> {
    let known = |catalog: &Catalog, sku: &str| catalog.products.contains_key(sku);
    let skus = edit.known("product", skus, known);
    let mut products = Vec::new();
    for product in skus.iter().filter_map(|sku| edit.old.products.get(&**sku)) {
        match Product::next(&product.state, &action) {
            Some(state) => products.push(Product { state, ..product.clone() }),
            None => edit.problems.push(format!(
                "The product `{}` is {}, so it cannot {}: {}.",
                product.sku,
                word(product.state),
                Product::verb(&action),
                before(action)
            )),
        }
    }
    products
}

pub(crate) fn publish(
    world: &World,
    command: &ProductPublish,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let products = stepped(&mut edit, &command.skus, ProductAction::Publish);
    let as_written = |product: Product| {
        let revision = edit.old.revisions.get(&product.sku);
        revision.map_or(product, |it| Product { state: ProductState::Active, ..it.clone() })
    };
    let products: Vec<_> = products.into_iter().map(as_written).collect();
    edit.done(ProductPublished { catalog: command.catalog, products }, |problems, event| {
        event.products.iter().for_each(|it| {
            product(problems, it);
            published_family(problems, it);
        });
        prices(problems, &event.products);
    })
}

/// A product is sold only where its families are (D365: publish the hierarchy).
fn published_family(problems: &mut Problems<'_>, product: &Product) {
    let families = problems.catalog.families_of(product);
    let drafts = families.into_iter().filter(|family| family.state == ProductState::Draft);
    let drafts: Vec<_> = drafts.map(|family| family.sku.clone()).collect();
    for family in drafts {
        problems.found.push(format!(
            "The product `{}` lies in the family `{family}`, which is a draft; publish both.",
            product.sku
        ));
    }
}

pub(crate) fn revise(
    world: &World,
    command: &ProductRevise,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let products = stepped(&mut edit, &command.skus, ProductAction::Revise);
    let revisions = products.clone();
    edit.done(ProductRevised { catalog: command.catalog, products, revisions }, |_, _| {})
}

macro_rules! steps {
    ($($decide:ident($Command:ident) takes $action:ident says $Event:ident;)*) => {$(
        pub(crate) fn $decide(
            world: &World,
            command: &$Command,
            settings: &QuotingSettings,
        ) -> Decision {
            let catalog = command.catalog;
            step(world, (catalog, &command.skus), settings, ProductAction::$action, |products| {
                $Event { catalog, products }
            })
        }
    )*};
}
steps! {
    revert(ProductRevert) takes Revert says ProductReverted;
    retire(ProductRetire) takes Retire says ProductRetired;
    activate(ProductActivate) takes Activate says ProductActivated;
}

fn step<E: Changes + Into<Then>>(
    world: &World,
    (catalog, skus): (CatalogId, &[Code]),
    settings: &QuotingSettings,
    action: ProductAction,
    event: impl FnOnce(Vec<Product>) -> E,
) -> Decision {
    let mut edit = Edit::of(world, catalog, settings)?;
    let products = stepped(&mut edit, skus, action);
    edit.done(event(products), |_, _| {})
}

/// Drafts go; what holds or names one is named.
pub(crate) fn delete(
    world: &World,
    command: &ProductDelete,
    settings: &QuotingSettings,
) -> Decision {
    let mut edit = Edit::of(world, command.catalog, settings)?;
    let known = |catalog: &Catalog, sku: &str| catalog.products.contains_key(sku);
    let skus = edit.known("product", &command.skus, known);
    let gone: BTreeSet<&str> = skus.iter().map(|sku| &**sku).collect();
    let mut problems = Vec::new();
    for product in edit.old.products.values() {
        let sku = &product.sku;
        if gone.contains(&**sku) {
            if product.state != ProductState::Draft {
                let state = word(product.state);
                problems.push(format!(
                    "The product `{sku}` is {state}; only drafts are deleted, retire it with \
                     `product.retire`."
                ));
            }
            continue;
        }
        let named = product.parent.iter().chain(product.parts.iter().map(|part| &part.sku));
        let named = named.chain(product.related.iter().map(|related| &related.sku));
        for other in named.filter(|other| gone.contains(&***other)) {
            problems.push(format!("The product `{sku}` names `{other}`."));
        }
    }
    for list in edit.old.price_lists.values() {
        for item in list.items.iter().filter(|item| gone.contains(&*item.sku)) {
            problems.push(format!("The price list `{}` prices `{}`.", list.code, item.sku));
        }
    }
    for item in edit.old.literature.values() {
        for sku in item.products.iter().filter(|sku| gone.contains(&***sku)) {
            problems.push(format!("The literature `{}` is about `{sku}`.", item.code));
        }
    }
    edit.problems.extend(problems);
    edit.done(ProductDeleted { catalog: command.catalog, skus }, |_, _| {})
}

fn prices(problems: &mut Problems<'_>, products: &[Product]) {
    prices_of(problems, &products.iter().map(|product| product.sku.as_str()).collect());
}
