//! The catalog of products and price lists: read whole, replaced as a whole.

use std::collections::BTreeMap;

use domain::catalog::{Catalog, PriceList, PriceListItem, Product};
use domain::ids::Id;
use domain::pricing::{Bands, PriceRule};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::store::column::{bulk, currency, meant, plain, word};
use crate::store::save::{Change, SaveError, all_touched};

/// The tables of the catalog, the one with its version first.
pub(in crate::store) const TABLES: &[&str] =
    &["catalog", "product", "price_list", "price_list_item"];
/// Most attempts to read the catalog between two replacements.
const READS_MAX: u32 = 3;

/// The version of the catalog: how often it was replaced.
pub async fn version(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT sequence FROM catalog").fetch_one(conn).await
}

/// Reads the catalog without a lock: products and prices of one version, even while it is replaced.
///
/// # Errors
/// Those of the database; an error of its own where each of `READS_MAX` attempts was overtaken by
/// a replacement.
pub async fn load(conn: &mut PgConnection) -> Result<Catalog, sqlx::Error> {
    for _ in 0..READS_MAX {
        let sequence = version(&mut *conn).await?;
        let catalog = read(&mut *conn, sequence).await?;
        if version(&mut *conn).await? == sequence {
            return Ok(catalog);
        }
    }
    Err(sqlx::Error::Protocol(format!(
        "The catalog was replaced {READS_MAX} times while it was read. Send `catalog.replace` less \
         often."
    )))
}

/// Locks the catalog and reads it, to replace it.
pub async fn lock(conn: &mut PgConnection) -> Result<Catalog, sqlx::Error> {
    let sequence = sqlx::query_scalar!("SELECT sequence FROM catalog FOR NO KEY UPDATE")
        .fetch_one(&mut *conn)
        .await?;
    read(conn, sequence).await
}

/// Replaces the catalog: writes what differs, deletes what is gone.
///
/// # Errors
/// [`SaveError::Version`] where it was replaced since it was read, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Catalog>],
) -> Result<(), SaveError> {
    let empty = Catalog::empty();
    for (was, now) in changes {
        let was = was.unwrap_or(&empty);
        let done = sqlx::query!(
            "UPDATE catalog SET sequence = $3, modified_at = now() WHERE id = $1 AND sequence = $2",
            now.id.uuid(),
            was.sequence,
            now.sequence
        )
        .execute(&mut *conn)
        .await?;
        all_touched("catalog", 1, &done)?;
        save_products(&mut *conn, &was.products, &now.products).await?;
        save_price_lists(&mut *conn, &was.price_lists, &now.price_lists).await?;
    }
    Ok(())
}

async fn read(conn: &mut PgConnection, sequence: i64) -> Result<Catalog, sqlx::Error> {
    let mut catalog = Catalog { sequence, ..Catalog::empty() };
    let products = sqlx::query!("SELECT * FROM product").fetch_all(&mut *conn).await?;
    for row in products {
        let product = Product {
            name: row.name,
            unit: row.unit,
            tax_class: row.tax_class,
            quantity_control: meant("product.quantity_control", &row.quantity_control)?,
            list_price: row.list_price.map(plain),
            standard_cost: row.standard_cost.map(plain),
            current_cost: row.current_cost.map(plain),
            active: row.active,
            sku: row.sku.clone(),
        };
        catalog.products.insert(row.sku, product);
    }
    let lists = sqlx::query!("SELECT * FROM price_list").fetch_all(&mut *conn).await?;
    for row in lists {
        let list = PriceList {
            name: row.name,
            currency: currency("price_list.currency", &row.currency)?,
            active: row.active,
            items: Vec::new(),
            code: row.code.clone(),
        };
        catalog.price_lists.insert(row.code, list);
    }
    let items = sqlx::query!(
        r#"SELECT price_list, sku, price AS "price: Json<PriceRule>", bands AS "bands: Json<Bands>"
           FROM price_list_item ORDER BY price_list, position"#
    )
    .fetch_all(conn)
    .await?;
    for row in items {
        let item = PriceListItem {
            sku: row.sku,
            price: row.price.0,
            bands: row.bands.map(|Json(bands)| bands),
        };
        if let Some(list) = catalog.price_lists.get_mut(&row.price_list) {
            list.items.push(item);
        }
    }
    Ok(catalog)
}

async fn save_products(
    conn: &mut PgConnection,
    was: &BTreeMap<String, Product>,
    now: &BTreeMap<String, Product>,
) -> Result<(), SaveError> {
    let gone = missing(was, now);
    if !gone.is_empty() {
        sqlx::query!("DELETE FROM product WHERE sku = ANY($1)", &gone).execute(&mut *conn).await?;
    }
    let differ = now.iter().filter(|(sku, product)| was.get(*sku) != Some(*product));
    let differ: Vec<_> = differ.collect();
    if differ.is_empty() {
        return Ok(());
    }
    // The key of the map is the SKU: it is what documents name.
    bulk!(
        "INSERT INTO product (sku, name, unit, tax_class, quantity_control, list_price,
                              standard_cost, current_cost, active)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::numeric[], $7::numeric[], $8::numeric[], $9::boolean[])
         ON CONFLICT (sku) DO UPDATE
         SET name = excluded.name, unit = excluded.unit, tax_class = excluded.tax_class,
             quantity_control = excluded.quantity_control, list_price = excluded.list_price,
             standard_cost = excluded.standard_cost, current_cost = excluded.current_cost,
             active = excluded.active",
        [],
        differ.iter(),
        |(sku, product)| {
            sku.as_str() => &str,
            product.name.as_str() => &str,
            product.unit.as_str() => &str,
            product.tax_class.as_str() => &str,
            word(product.quantity_control) => String,
            product.list_price => Option<Decimal>,
            product.standard_cost => Option<Decimal>,
            product.current_cost => Option<Decimal>,
            product.active => bool,
        }
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn save_price_lists(
    conn: &mut PgConnection,
    was: &BTreeMap<String, PriceList>,
    now: &BTreeMap<String, PriceList>,
) -> Result<(), SaveError> {
    let gone = missing(was, now);
    if !gone.is_empty() {
        sqlx::query!("DELETE FROM price_list_item WHERE price_list = ANY($1)", &gone)
            .execute(&mut *conn)
            .await?;
        sqlx::query!("DELETE FROM price_list WHERE code = ANY($1)", &gone)
            .execute(&mut *conn)
            .await?;
    }
    let differ: Vec<_> = now.iter().filter(|(code, list)| was.get(*code) != Some(*list)).collect();
    if differ.is_empty() {
        return Ok(());
    }
    bulk!(
        "INSERT INTO price_list (code, name, currency, active)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[])
         ON CONFLICT (code) DO UPDATE
         SET name = excluded.name, currency = excluded.currency, active = excluded.active",
        [],
        differ.iter(),
        |(code, list)| {
            code.as_str() => &str,
            list.name.as_str() => &str,
            list.currency.as_str() => &str,
            list.active => bool,
        }
    )
    .execute(&mut *conn)
    .await?;
    save_items(conn, was, &differ).await
}

async fn save_items(
    conn: &mut PgConnection,
    was: &BTreeMap<String, PriceList>,
    differ: &[(&String, &PriceList)],
) -> Result<(), SaveError> {
    let (mut shortened, mut lengths): (Vec<String>, Vec<i32>) = (Vec::new(), Vec::new());
    let mut written: Vec<(&str, i32, &PriceListItem)> = Vec::new();
    for (code, list) in differ {
        let stored = was.get(*code).map_or(&[][..], |list| &list.items);
        let items = (0_i32..).zip(0_usize..).zip(&list.items);
        let items = items.filter(|((_, n), item)| stored.get(*n) != Some(item));
        written.extend(items.map(|((position, _), item)| (code.as_str(), position, item)));
        if list.items.len() < stored.len() {
            shortened.push((*code).clone());
            lengths.push(i32::try_from(list.items.len()).unwrap_or(i32::MAX));
        }
    }
    if !shortened.is_empty() {
        sqlx::query!(
            "DELETE FROM price_list_item AS i
             USING unnest($1::text[], $2::int[]) AS u(price_list, length)
             WHERE i.price_list = u.price_list AND i.position >= u.length",
            &shortened,
            &lengths
        )
        .execute(&mut *conn)
        .await?;
    }
    if written.is_empty() {
        return Ok(());
    }
    bulk!(
        "INSERT INTO price_list_item (price_list, position, sku, price, bands)
         SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[])
         ON CONFLICT (price_list, position) DO UPDATE
         SET sku = excluded.sku, price = excluded.price, bands = excluded.bands",
        [],
        written.iter(),
        |(list, position, item)| {
            *list => &str,
            *position => i32,
            item.sku.as_str() => &str,
            Json(&item.price) => Json<&PriceRule>,
            item.bands.as_ref().map(Json) => Option<Json<&Bands>>,
        }
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The keys of what is gone.
fn missing<T>(was: &BTreeMap<String, T>, now: &BTreeMap<String, T>) -> Vec<String> {
    was.keys().filter(|key| !now.contains_key(*key)).cloned().collect()
}
