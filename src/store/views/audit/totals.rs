//! Totals: every stored document is computed again from its lines and header.
//!
//! Page by page in the order of ids, so that memory stays small however many documents there are.

use domain::document::{Line, PriceOverride, PriceTrace};
use domain::money::Currency;
use domain::offer::{OptionalLine, offered};
use domain::property_value::PropertyValue;
use domain::totals::{Header, TaxPart, Totals};
use rust_decimal::Decimal;
use sqlx::types::Json;
use uuid::Uuid;

use super::invariant::{Invariant, NAMED_MAX, Named};
use crate::store::column::currency;
use crate::store::subjects::line::line_of;
use crate::store::subjects::totals::totals_of;
use crate::store::{Connection, Result};

/// Documents that lie in memory at a time; each has at most 200 lines.
const PAGE: i64 = 500;

/// What of a document is computed, and from what.
struct Document {
    id: Uuid,
    named: String,
    currency: Currency,
    header: Header,
    totals: Totals,
    lines: Vec<Line>,
    /// Of a quote: what counts in no total.
    optional: Vec<OptionalLine>,
    /// One of several documents over one order, each the difference to those before it: it adds up by itself, and
    /// `invoice.exact` compares all of them with the order.
    of_several: bool,
}

pub(super) async fn stored(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "totals.computed",
        "Are the stored amounts of every quote, order and invoice those that its lines give?",
    );
    let mut found = Found::default();
    let mut after = Uuid::nil();
    loop {
        let page = quotes(conn, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        page.iter().for_each(|document| found.look(document));
    }
    after = Uuid::nil();
    loop {
        let page = orders(conn, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        page.iter().for_each(|document| found.look(document));
    }
    after = Uuid::nil();
    loop {
        let page = invoices(conn, after).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        page.iter().for_each(|document| found.look(document));
    }
    Ok(Invariant::of(asked, found.checked, (found.broken, 0), found.named))
}

#[derive(Default)]
struct Found {
    checked: i64,
    broken: i64,
    named: Vec<Named>,
}

impl Found {
    fn look(&mut self, document: &Document) {
        self.checked += 1;
        let Some(detail) = document.differs() else { return };
        self.broken += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(Named { id: document.id.to_string(), detail, in_flight: false });
        }
    }
}

impl Document {
    /// How it differs from what its lines and header give, and these from how their prices came about.
    fn differs(&self) -> Option<String> {
        if let Some(line) = self.lines.iter().find(|line| !is_as_traced(line)) {
            return Some(format!(
                "{} has a line `{}` at {} less {}, and the trace of its price gives another.",
                self.named,
                line.label(),
                line.unit_price,
                line.volume_discount
            ));
        }
        if self.of_several {
            return (!self.adds_up()).then(|| {
                let summary = summary(&self.totals, &self.lines);
                format!("{} holds {summary}, which does not add up.", self.named)
            });
        }
        let mut lines = self.lines.clone();
        match offered(&mut lines, &self.optional, &self.header, self.currency) {
            Ok(totals) if totals == self.totals && lines == self.lines => None,
            Ok(totals) => Some(format!(
                "{} holds {} and its lines give {}.",
                self.named,
                summary(&self.totals, &self.lines),
                summary(&totals, &lines)
            )),
            Err(error) => Some(format!("{} cannot be computed: {error}", self.named)),
        }
    }
}

impl Document {
    /// BR-CO-10 to BR-CO-15 and the base of each tax.
    fn adds_up(&self) -> bool {
        let totals = &self.totals;
        let sum = |of: fn(&TaxPart) -> Decimal| totals.breakdown.iter().map(of).sum::<Decimal>();
        let of_tax = |part: &TaxPart| {
            let lines = self.lines.iter();
            let lines =
                lines.filter(|it| (it.tax.category, it.tax.rate) == (part.category, part.rate));
            part.net_amount == lines.map(|line| line.net_amount).sum()
                && part.base == part.net_amount - part.discount_amount + part.freight_amount
        };
        let net = totals.detail_amount - totals.discount_amount;
        totals.detail_amount == self.lines.iter().map(|line| line.net_amount).sum()
            && totals.line_discount == self.lines.iter().map(|line| line.manual_discount).sum()
            && totals.discount_amount == sum(|part| part.discount_amount)
            && totals.freight_amount == sum(|part| part.freight_amount)
            && totals.tax_amount == sum(|part| part.tax)
            && totals.amount_less_freight == net
            && totals.total_amount == net + totals.freight_amount + totals.tax_amount
            && totals.breakdown.iter().all(of_tax)
    }
}

/// Does the trace of its price give it again? What somebody set by hand has no trace to go by.
fn is_as_traced(line: &Line) -> bool {
    match &line.price_trace {
        Some(trace) if line.price_override.is_none() => {
            trace.again() == Ok((line.unit_price, line.volume_discount))
        }
        _ => true,
    }
}

fn summary(totals: &Totals, lines: &[Line]) -> String {
    let nets: Vec<_> = lines.iter().map(|line| line.net_amount.to_string()).collect();
    format!(
        "net {} = {}, discount {}, freight {}, tax {}, total {}",
        nets.join(" + "),
        totals.detail_amount,
        totals.discount_amount,
        totals.freight_amount,
        totals.tax_amount,
        totals.total_amount
    )
}

/// Puts lines to their documents, which are in the order of ids as the lines are.
fn put(
    documents: &mut [Document],
    id: Uuid,
    line: impl FnOnce(Currency) -> sqlx::Result<Line>,
) -> sqlx::Result<()> {
    if let Ok(place) = documents.binary_search_by_key(&id, |document| document.id) {
        let document = &mut documents[place];
        document.lines.push(line(document.currency)?);
    }
    Ok(())
}

fn ids(documents: &[Document]) -> Vec<Uuid> {
    documents.iter().map(|document| document.id).collect()
}

/// The document in a row that has the shared columns.
macro_rules! document_of {
    ($row:ident, $kind:literal, $named:expr) => {{
        let currency = currency(concat!($kind, ".currency"), &$row.currency)?;
        Document {
            id: $row.id,
            named: $named,
            currency,
            header: $row.header.0,
            totals: totals_of!($row, currency),
            lines: Vec::new(),
            optional: Vec::new(),
            of_several: false,
        }
    }};
}

async fn quotes(conn: &mut Connection, after: Uuid) -> Result<Vec<Document>> {
    let rows = sqlx::query!(
        r#"SELECT q.id, q.number, q.revision, o.currency, q.header AS "header: Json<Header>",
                  q.detail_amount, q.line_discount, q.discount_amount, q.amount_less_freight,
                  q.freight_amount, q.tax_amount, q.total_amount,
                  q.tax_breakdown AS "tax_breakdown: Json<Vec<TaxPart>>",
                  q.optional AS "optional: Json<Vec<OptionalLine>>"
           FROM quote AS q JOIN opportunity AS o ON o.id = q.opportunity
           WHERE q.id > $1 ORDER BY q.id LIMIT $2"#,
        after,
        PAGE
    );
    let mut page = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        let named = format!("The quote {} revision {}", row.number, row.revision);
        let mut document = document_of!(row, "quote", named);
        document.optional = row.optional.map(|json| json.0).unwrap_or_default();
        page.push(document);
    }
    let lines = sqlx::query!(
        r#"SELECT quote AS document, id, kind, parent, sku, name, description, unit, quantity, unit_price,
                  volume_discount, manual_discount, tax_category, tax_rate, net_amount,
                  properties AS "properties: Json<Vec<PropertyValue>>",
                  price_override AS "price_override: Json<PriceOverride>",
                  price_trace AS "price_trace: Json<PriceTrace>"
           FROM quote_line WHERE quote = ANY($1) ORDER BY quote, position"#,
        &ids(&page)
    );
    for row in lines.fetch_all(conn).await? {
        put(&mut page, row.document, |currency| line_of!(row, currency))?;
    }
    Ok(page)
}

async fn orders(conn: &mut Connection, after: Uuid) -> Result<Vec<Document>> {
    let rows = sqlx::query!(
        r#"SELECT id, number, currency, header AS "header: Json<Header>", detail_amount,
                  line_discount, discount_amount, amount_less_freight, freight_amount, tax_amount,
                  total_amount, tax_breakdown AS "tax_breakdown: Json<Vec<TaxPart>>"
           FROM sales_order WHERE id > $1 ORDER BY id LIMIT $2"#,
        after,
        PAGE
    );
    let mut page = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        page.push(document_of!(row, "sales_order", format!("The order {}", row.number)));
    }
    let lines = sqlx::query!(
        r#"SELECT sales_order AS document, id, kind, parent, sku, name, description, unit, quantity, unit_price,
                  volume_discount, manual_discount, tax_category, tax_rate, net_amount,
                  properties AS "properties: Json<Vec<PropertyValue>>",
                  price_override AS "price_override: Json<PriceOverride>",
                  price_trace AS "price_trace: Json<PriceTrace>"
           FROM order_line WHERE sales_order = ANY($1) ORDER BY sales_order, position"#,
        &ids(&page)
    );
    for row in lines.fetch_all(conn).await? {
        put(&mut page, row.document, |currency| line_of!(row, currency))?;
    }
    Ok(page)
}

async fn invoices(conn: &mut Connection, after: Uuid) -> Result<Vec<Document>> {
    let rows = sqlx::query!(
        r#"SELECT id, number, currency, header AS "header: Json<Header>", detail_amount,
                  line_discount, discount_amount, amount_less_freight, freight_amount, tax_amount,
                  total_amount, tax_breakdown AS "tax_breakdown: Json<Vec<TaxPart>>",
                  document_type = '381' OR EXISTS (SELECT FROM invoice AS o WHERE o.sales_order = i.sales_order
                                                   AND o.id <> i.id) AS "of_several!"
           FROM invoice AS i WHERE id > $1 ORDER BY id LIMIT $2"#,
        after,
        PAGE
    );
    let mut page = Vec::new();
    for row in rows.fetch_all(&mut *conn).await? {
        let of_several = row.of_several;
        let document = document_of!(row, "invoice", format!("The invoice {}", row.number));
        page.push(Document { of_several, ..document });
    }
    let lines = sqlx::query!(
        r#"SELECT invoice AS document, id, kind, parent, sku, name, description, unit, quantity, unit_price,
                  volume_discount, manual_discount, tax_category, tax_rate, net_amount,
                  properties AS "properties: Json<Vec<PropertyValue>>",
                  price_override AS "price_override: Json<PriceOverride>",
                  price_trace AS "price_trace: Json<PriceTrace>"
           FROM invoice_line WHERE invoice = ANY($1) ORDER BY invoice, position"#,
        &ids(&page)
    );
    for row in lines.fetch_all(conn).await? {
        put(&mut page, row.document, |currency| line_of!(row, currency))?;
    }
    Ok(page)
}
