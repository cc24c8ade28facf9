//! The catalog: read whole; what a change makes otherwise is written.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::catalog::{Catalog, Part, PriceList, PriceListItem, Product, Property, Related};
use domain::day::Day;
use domain::ids::Id;
use domain::pricing::{Bands, PriceRule};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::store::column::{bulk, corrupt, currency, filled, meant, plain, word};
use crate::store::save::{Change, SaveError, all_touched};

/// The tables of the catalog, the one with its version first.
pub(in crate::store) const TABLES: &[&str] =
    &["catalog", "product", "price_list", "price_list_item", "catalog_part"];
/// Most attempts to read the catalog between two changes.
const READS_MAX: u32 = 3;

/// The version of the catalog: how often it was changed.
pub async fn version(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT sequence FROM catalog").fetch_one(conn).await
}

/// Reads the catalog without a lock: products and prices of one version, even while it is changed.
///
/// # Errors
/// Those of the database; an error of its own where each of `READS_MAX` attempts was overtaken by
/// a change.
pub async fn load(conn: &mut PgConnection) -> Result<Catalog, sqlx::Error> {
    for _ in 0..READS_MAX {
        let sequence = version(&mut *conn).await?;
        let catalog = read(&mut *conn, sequence).await?;
        if version(&mut *conn).await? == sequence {
            return Ok(catalog);
        }
    }
    Err(sqlx::Error::Protocol(format!(
        "The catalog was changed {READS_MAX} times while it was read. Put more into each of the \
         messages that change it."
    )))
}

/// Locks the catalog and reads it, to change it.
pub async fn lock(conn: &mut PgConnection) -> Result<Catalog, sqlx::Error> {
    let sequence = sqlx::query_scalar!("SELECT sequence FROM catalog FOR NO KEY UPDATE")
        .fetch_one(&mut *conn)
        .await?;
    read(conn, sequence).await
}

/// Changes the catalog: writes what differs, deletes what is gone.
///
/// # Errors
/// [`SaveError::Version`] where it was changed since it was read, else those of the database.
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
        save_parts(&mut *conn, "unit_group", &was.unit_groups, &now.unit_groups).await?;
        save_parts(&mut *conn, "revision", &was.revisions, &now.revisions).await?;
        save_parts(&mut *conn, "discount_list", &was.discount_lists, &now.discount_lists).await?;
        save_parts(&mut *conn, "literature", &was.literature, &now.literature).await?;
        let rates = (&was.exchange_rates, &now.exchange_rates);
        save_parts(&mut *conn, "exchange_rate", rates.0, rates.1).await?;
    }
    Ok(())
}

async fn read(conn: &mut PgConnection, sequence: i64) -> Result<Catalog, sqlx::Error> {
    let mut catalog = Catalog { sequence, ..Catalog::empty() };
    let products = sqlx::query!(
        r#"SELECT sku, name, kind, parent, description, unit, unit_group, tax_class, quantity_control,
                  quantity_decimals, list_price, standard_cost, current_cost,
                  properties AS "properties: Json<Vec<Property>>", parts AS "parts: Json<Vec<Part>>",
                  related AS "related: Json<Vec<Related>>", state
           FROM product"#
    );
    for row in products.fetch_all(&mut *conn).await? {
        let product = Product {
            name: row.name,
            kind: meant("product.kind", &row.kind)?,
            parent: parsed("product.parent", row.parent)?,
            description: parsed("product.description", row.description)?,
            unit: row.unit,
            unit_group: parsed("product.unit_group", row.unit_group)?,
            tax_class: row.tax_class,
            quantity_control: meant("product.quantity_control", &row.quantity_control)?,
            quantity_decimals: row.quantity_decimals.and_then(|digits| u32::try_from(digits).ok()),
            list_price: row.list_price.map(plain),
            standard_cost: row.standard_cost.map(plain),
            current_cost: row.current_cost.map(plain),
            properties: row.properties.map(|json| json.0).unwrap_or_default(),
            parts: row.parts.map(|json| json.0).unwrap_or_default(),
            related: row.related.map(|json| json.0).unwrap_or_default(),
            state: meant("product.state", &row.state)?,
            sku: row.sku.clone(),
        };
        catalog.products.insert(row.sku, product);
    }
    catalog.price_lists = read_price_lists(&mut *conn).await?;
    let parts = sqlx::query!("SELECT kind, code, content FROM catalog_part");
    for row in parts.fetch_all(conn).await? {
        let (code, content) = (row.code, row.content);
        match row.kind.as_str() {
            "unit_group" => drop(catalog.unit_groups.insert(code, told(content)?)),
            "revision" => drop(catalog.revisions.insert(code, told(content)?)),
            "discount_list" => drop(catalog.discount_lists.insert(code, told(content)?)),
            "literature" => drop(catalog.literature.insert(code, told(content)?)),
            "exchange_rate" => drop(catalog.exchange_rates.insert(code, told(content)?)),
            other => return Err(corrupt("catalog_part.kind", &other)),
        }
    }
    Ok(catalog)
}

async fn read_price_lists(
    conn: &mut PgConnection,
) -> Result<BTreeMap<String, PriceList>, sqlx::Error> {
    let mut found = BTreeMap::new();
    let lists = sqlx::query!(
        "SELECT code, name, currency, active, valid_from, valid_to, territory, customer_group, unit_rounding
         FROM price_list"
    );
    for row in lists.fetch_all(&mut *conn).await? {
        let list = PriceList {
            name: row.name,
            currency: currency("price_list.currency", &row.currency)?,
            active: row.active,
            valid_from: day("price_list.valid_from", row.valid_from)?,
            valid_to: day("price_list.valid_to", row.valid_to)?,
            territory: parsed("price_list.territory", row.territory)?,
            customer_group: parsed("price_list.customer_group", row.customer_group)?,
            unit_rounding: meant("price_list.unit_rounding", &row.unit_rounding)?,
            items: Vec::new(),
            code: row.code.clone(),
        };
        found.insert(row.code, list);
    }
    let items = sqlx::query!(
        r#"SELECT price_list, sku, unit, price AS "price: Json<PriceRule>", bands AS "bands: Json<Bands>",
                  discount_list
           FROM price_list_item ORDER BY price_list, position"#
    );
    for row in items.fetch_all(conn).await? {
        let item = PriceListItem {
            sku: row.sku,
            unit: parsed("price_list_item.unit", row.unit)?,
            price: row.price.0,
            bands: row.bands.map(|Json(bands)| bands),
            discount_list: parsed("price_list_item.discount_list", row.discount_list)?,
        };
        if let Some(list) = found.get_mut(&row.price_list) {
            list.items.push(item);
        }
    }
    Ok(found)
}

/// A text with its bound.
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    column: &str,
    text: Option<String>,
) -> Result<Option<T>, sqlx::Error> {
    text.map(|text| text.parse().map_err(|error| corrupt(column, &error))).transpose()
}

fn day(column: &str, stored: Option<NaiveDate>) -> Result<Option<Day>, sqlx::Error> {
    stored.map(|day| Day::try_from(day).map_err(|error| corrupt(column, &error))).transpose()
}

pub(super) fn told<T: DeserializeOwned>(content: serde_json::Value) -> Result<T, sqlx::Error> {
    serde_json::from_value(content).map_err(|error| corrupt("catalog_part.content", &error))
}

/// Writes those of one kind that are kept as they are told.
async fn save_parts<T: PartialEq + Serialize>(
    conn: &mut PgConnection,
    kind: &str,
    was: &BTreeMap<String, T>,
    now: &BTreeMap<String, T>,
) -> Result<(), SaveError> {
    let gone = missing(was, now);
    if !gone.is_empty() {
        sqlx::query!("DELETE FROM catalog_part WHERE kind = $1 AND code = ANY($2)", kind, &gone)
            .execute(&mut *conn)
            .await?;
    }
    let differ: Vec<_> = now.iter().filter(|(code, it)| was.get(*code) != Some(*it)).collect();
    if differ.is_empty() {
        return Ok(());
    }
    bulk!(
        "INSERT INTO catalog_part (kind, code, content)
         SELECT $1, u.code, u.content FROM unnest($2::text[], $3::jsonb[]) AS u(code, content)
         ON CONFLICT (kind, code) DO UPDATE SET content = excluded.content",
        [kind],
        differ.iter(),
        |(code, it)| {
            code.as_str() => &str,
            serde_json::to_value(it).unwrap_or_default() => serde_json::Value,
        }
    )
    .execute(conn)
    .await?;
    Ok(())
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
                              standard_cost, current_cost, kind, parent, description, unit_group,
                              quantity_decimals, properties, parts, related, state)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::numeric[], $7::numeric[], $8::numeric[], $9::text[], $10::text[],
                              $11::text[], $12::text[], $13::smallint[], $14::jsonb[], $15::jsonb[],
                              $16::jsonb[], $17::text[])
         ON CONFLICT (sku) DO UPDATE
         SET name = excluded.name, unit = excluded.unit, tax_class = excluded.tax_class,
             quantity_control = excluded.quantity_control, list_price = excluded.list_price,
             standard_cost = excluded.standard_cost, current_cost = excluded.current_cost,
             kind = excluded.kind, parent = excluded.parent, description = excluded.description,
             unit_group = excluded.unit_group, quantity_decimals = excluded.quantity_decimals,
             properties = excluded.properties, parts = excluded.parts, related = excluded.related,
             state = excluded.state",
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
            word(product.kind) => String,
            product.parent.as_deref() => Option<&str>,
            product.description.as_deref() => Option<&str>,
            product.unit_group.as_deref() => Option<&str>,
            product.quantity_decimals.and_then(|digits| i16::try_from(digits).ok()) => Option<i16>,
            filled(&product.properties).map(Json) => Option<Json<&Vec<Property>>>,
            filled(&product.parts).map(Json) => Option<Json<&Vec<Part>>>,
            filled(&product.related).map(Json) => Option<Json<&Vec<Related>>>,
            word(product.state) => String,
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
        "INSERT INTO price_list (code, name, currency, active, valid_from, valid_to, territory,
                                 customer_group, unit_rounding)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::date[], $6::date[],
                              $7::text[], $8::text[], $9::text[])
         ON CONFLICT (code) DO UPDATE
         SET name = excluded.name, currency = excluded.currency, active = excluded.active,
             valid_from = excluded.valid_from, valid_to = excluded.valid_to,
             territory = excluded.territory, customer_group = excluded.customer_group,
             unit_rounding = excluded.unit_rounding",
        [],
        differ.iter(),
        |(code, list)| {
            code.as_str() => &str,
            list.name.as_str() => &str,
            list.currency.as_str() => &str,
            list.active => bool,
            list.valid_from.map(Day::date) => Option<NaiveDate>,
            list.valid_to.map(Day::date) => Option<NaiveDate>,
            list.territory.as_deref() => Option<&str>,
            list.customer_group.as_deref() => Option<&str>,
            word(list.unit_rounding) => String,
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
        "INSERT INTO price_list_item (price_list, position, sku, price, bands, unit, discount_list)
         SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[], $6::text[],
                              $7::text[])
         ON CONFLICT (price_list, position) DO UPDATE
         SET sku = excluded.sku, price = excluded.price, bands = excluded.bands, unit = excluded.unit,
             discount_list = excluded.discount_list",
        [],
        written.iter(),
        |(list, position, item)| {
            *list => &str,
            *position => i32,
            item.sku.as_str() => &str,
            Json(&item.price) => Json<&PriceRule>,
            item.bands.as_ref().map(Json) => Option<Json<&Bands>>,
            item.unit.as_deref() => Option<&str>,
            item.discount_list.as_deref() => Option<&str>,
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
