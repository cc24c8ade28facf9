//! The verdict: the ledger of those outside against what leadmill's tables hold.

mod commands;
mod finding;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::anyhow;
use leadmill::cli::outside::Party;
use leadmill::store::audit::Invariant;
use leadmill::store::{Connection, Fault};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::inputs::Expected;
use super::ledger::{Document, Ledger, Sum, content_of};
use crate::queries::evidence::{self, Committed, Input};
use finding::Finding;

/// Messages of the log that are compared at a time.
const PAGE: i64 = 2_000;

/// Whether some message that nobody can read lies parked nowhere yet.
pub async fn poison_missing(conn: &mut Connection, ledger: &Ledger) -> anyhow::Result<bool> {
    let found = evidence::parked(conn).await.map_err(said)?;
    let found: BTreeSet<_> =
        found.iter().filter_map(|row| Sum::try_from(&*row.digest).ok()).collect();
    Ok(!ledger.poison.is_subset(&found))
}

/// Says whether everything that those outside have sent was taken, as far as the tables tell.
pub async fn all_taken(
    conn: &mut Connection,
    raw_queues: &[String],
    ledger: &Ledger,
) -> anyhow::Result<bool> {
    let inputs = evidence::inputs(conn, raw_queues).await.map_err(said)?;
    let judged = inputs.iter().filter(|input| input.verdict.is_some());
    let judged: BTreeSet<&[u8]> = judged.map(|input| &*input.digest).collect();
    let commands = evidence::commands(conn, raw_queues).await.map_err(said)?;
    let decided = commands.into_iter().filter(|command| command.decided);
    let decided: BTreeSet<_> = decided.map(|it| (it.source, it.external_id)).collect();
    let mut sent = ledger.inputs.iter().filter(|(_, sent)| sent.confirmed);
    Ok(sent.all(|(digest, _)| judged.contains(&digest[..]))
        && ledger.commands.iter().all(|id| decided.contains(id)))
}

/// Judges everything.
pub async fn judge(
    conn: &mut Connection,
    raw_queues: &[String],
    ledger: &Ledger,
) -> anyhow::Result<Vec<Invariant>> {
    let mut found = inputs(evidence::inputs(conn, raw_queues).await.map_err(said)?, ledger);
    let received = evidence::commands(conn, raw_queues).await.map_err(said)?;
    found.push(commands::decided(received, ledger));
    found.push(commands::refused(evidence::conflicts(conn).await.map_err(said)?, ledger));
    found.extend(messages(conn, ledger).await?);
    let orders = books(evidence::orders(conn).await.map_err(said)?);
    let invoices = books(evidence::invoices(conn).await.map_err(said)?);
    found.push(ordered(&orders, ledger));
    found.push(invoiced(&invoices, ledger));
    found.push(sums(&orders, &invoices, ledger));
    found.push(paid(evidence::payments(conn).await.map_err(said)?, ledger));
    found.push(parked(evidence::parked(conn).await.map_err(said)?, ledger));
    Ok(found.into_iter().map(Finding::judged).collect())
}

fn inputs(found: Vec<Input>, ledger: &Ledger) -> Vec<Finding> {
    let mut taken =
        Finding::of("sent.taken", "Was every input that the broker accepted received, and once?");
    let mut verdict = Finding::of(
        "sent.verdict",
        "Has every input the one verdict that it must have, and every row of a list?",
    );
    let mut known =
        Finding::of("sent.known", "Was every input that was received sent by somebody?");
    let mut by_digest: HashMap<Sum, Vec<Input>> = HashMap::new();
    known.checked = found.len();
    for input in found {
        match Sum::try_from(&*input.digest) {
            Ok(digest) if ledger.inputs.contains_key(&digest) => {
                by_digest.entry(digest).or_default().push(input);
            }
            _ => known.wrong(input.id, "Nobody has sent it."),
        }
    }
    for (digest, sent) in &ledger.inputs {
        let received = by_digest.get(digest).map_or(&[][..], Vec::as_slice);
        taken.checked += 1;
        match received {
            [] if sent.confirmed => {
                taken.wrong(&sent.name, "The broker accepted it, and it never arrived.");
            }
            // Never confirmed: it may be lost, since nobody was told that it is safe.
            [] => {}
            [input] => {
                verdict.checked += 1;
                let is = input.verdict.as_deref().unwrap_or("none");
                let (must, parts) = match sent.expected {
                    Expected::Lead => ("created", 0),
                    Expected::Rows(rows) => ("split", i64::from(rows)),
                    Expected::Held => ("held", 0),
                };
                if is != must || input.parts != parts {
                    let detail = format!(
                        "{} has the verdict {is} and {} judged parts, instead of {must} and {parts}.",
                        sent.name, input.parts
                    );
                    verdict.wrong(input.id, detail);
                }
            }
            many => taken.wrong(&sent.name, format!("It was received {} times.", many.len())),
        }
    }
    vec![taken, verdict, known]
}

/// Compares the log, page by page, with what was heard.
async fn messages(conn: &mut Connection, ledger: &Ledger) -> anyhow::Result<Vec<Finding>> {
    let mut heard = Finding::of(
        "said.heard",
        "Has everything that was committed reached those who hear it, at least once?",
    );
    let mut same = Finding::of(
        "said.same",
        "Had every copy of a message the same id and content, the one that was committed?",
    );
    let mut committed =
        Finding::of("said.committed", "Was everything that was heard committed before?");
    let mut rows: BTreeMap<Uuid, ()> = BTreeMap::new();
    let mut after = Uuid::nil();
    loop {
        let page = evidence::committed(conn, after, PAGE).await.map_err(said)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in page {
            heard.checked += 1;
            message(&row, ledger, &mut heard, &mut same);
            rows.insert(row.id, ());
        }
    }
    committed.checked = ledger.told.len();
    for (id, told) in ledger.told.iter().filter(|(id, _)| !rows.contains_key(id)) {
        committed.wrong(id, format!("{} was heard, and the log does not know it.", told.ty));
    }
    for id in &ledger.changed {
        same.wrong(id, "Two copies of it differ.");
    }
    Ok(vec![heard, same, committed])
}

fn message(row: &Committed, ledger: &Ledger, heard: &mut Finding, same: &mut Finding) {
    let Some(told) = ledger.told.get(&row.id) else {
        heard.wrong(row.id, format!("{} of {} never arrived anywhere.", row.ty, row.worker));
        return;
    };
    if told.copies == 0 {
        heard.wrong(row.id, format!("{} never arrived at who hears everything.", row.ty));
    }
    let party = Party::ALL.into_iter().find(|party| party.hears() == row.ty);
    if let Some(party) = party.filter(|party| !told.heard_by.contains(party.queue())) {
        heard.wrong(row.id, format!("{} never arrived in {}.", row.ty, party.queue()));
    }
    same.checked += 1;
    if told.content != content_of(row) {
        same.wrong(row.id, format!("{} was heard with other content.", row.ty));
    }
}

fn books(rows: Vec<evidence::Document>) -> BTreeMap<Uuid, Document> {
    let document = |row: evidence::Document| {
        (row.id, Document { number: row.number, made_of: row.made_of, total: row.total })
    };
    rows.into_iter().map(document).collect()
}

fn ordered(orders: &BTreeMap<Uuid, Document>, ledger: &Ledger) -> Finding {
    let mut finding = Finding::of(
        "order.once",
        "Has every accepted quote become one order with a number of its own, and is each told?",
    );
    once(&mut finding, "order", orders, &ledger.orders, &ledger.accepted);
    finding
}

fn invoiced(invoices: &BTreeMap<Uuid, Document>, ledger: &Ledger) -> Finding {
    let mut finding = Finding::of(
        "invoice.once",
        "Has every order, all shipped, become one invoice with a number of its own, and is each told?",
    );
    let shipped = ledger.orders.keys().copied().collect();
    once(&mut finding, "invoice", invoices, &ledger.invoices, &shipped);
    finding
}

/// What is in the tables is what was told, one for each cause, each with its own number.
fn once(
    finding: &mut Finding,
    kind: &str,
    booked: &BTreeMap<Uuid, Document>,
    told: &BTreeMap<Uuid, Document>,
    causes: &BTreeSet<Uuid>,
) {
    finding.checked = causes.len();
    let mut made: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    for document in told.values() {
        if let Some(of) = document.made_of {
            made.entry(of).or_default().push(&document.number);
        }
        *numbers.entry(&document.number).or_default() += 1;
    }
    for cause in causes {
        let made = made.get(cause).map_or(&[][..], Vec::as_slice);
        if made.len() != 1 {
            let numbers = made.join(", ");
            finding.wrong(cause, format!("It became {} {kind}s: {numbers}", made.len()));
        }
    }
    for (number, times) in numbers.into_iter().filter(|(_, times)| *times > 1) {
        finding.wrong(number, format!("{times} {kind}s have this number."));
    }
    for id in booked.keys().filter(|id| !told.contains_key(id)) {
        finding.wrong(id, format!("The {kind} exists, and nobody outside was told."));
    }
    for id in told.keys().filter(|id| !booked.contains_key(id)) {
        finding.wrong(id, format!("The {kind} was told, and it does not exist."));
    }
}

fn sums(
    orders: &BTreeMap<Uuid, Document>,
    invoices: &BTreeMap<Uuid, Document>,
    ledger: &Ledger,
) -> Finding {
    let mut finding = Finding::of(
        "sums.agree",
        "Is it the same amount on the quote, the order and the invoice, told and booked?",
    );
    let mut equal = |id: &Uuid, what: &str, a: Decimal, b: Option<Decimal>| {
        finding.checked += 1;
        if b != Some(a) {
            let b = b.map_or_else(|| "nothing".to_owned(), |b| b.to_string());
            finding.wrong(id, format!("{what}: {a} and {b}."));
        }
    };
    for (id, order) in &ledger.orders {
        let quote = order.made_of.and_then(|of| ledger.quotes.get(&of)).copied();
        equal(id, "The order and its quote", order.total, quote);
        equal(id, "The order as told and as booked", order.total, orders.get(id).map(|o| o.total));
    }
    for (id, invoice) in &ledger.invoices {
        let order = invoice.made_of.and_then(|of| ledger.orders.get(&of)).map(|order| order.total);
        equal(id, "The invoice and its order", invoice.total, order);
        let booked = invoices.get(id).map(|invoice| invoice.total);
        equal(id, "The invoice as told and as booked", invoice.total, booked);
    }
    let total = |all: &BTreeMap<Uuid, Document>| all.values().map(|it| it.total).sum::<Decimal>();
    let all = Uuid::nil();
    equal(&all, "All orders", total(&ledger.orders), Some(total(orders)));
    equal(&all, "All invoices", total(&ledger.invoices), Some(total(invoices)));
    finding
}

fn paid(found: Vec<evidence::Payment>, ledger: &Ledger) -> Finding {
    let mut finding = Finding::of(
        "payment.once",
        "Was every payment that was sent booked once, with its amount?",
    );
    finding.checked = ledger.payments.len();
    let mut booked: BTreeMap<String, Vec<Decimal>> = BTreeMap::new();
    for payment in found {
        booked.entry(payment.reference).or_default().push(payment.amount);
    }
    for (reference, amount) in &ledger.payments {
        let amounts = booked.remove(reference).unwrap_or_default();
        if amounts != [*amount] {
            finding.wrong(reference, format!("{amount} was paid; booked are {amounts:?}."));
        }
    }
    for (reference, amounts) in booked {
        finding.wrong(reference, format!("Nobody paid it; booked are {amounts:?}."));
    }
    finding
}

fn parked(found: Vec<evidence::Parked>, ledger: &Ledger) -> Finding {
    let mut finding = Finding::of(
        "parked.poison",
        "Lies every message that nobody can read parked, and nothing else, no dead letter either?",
    );
    finding.checked = ledger.poison.len();
    let mut missing = ledger.poison.clone();
    for row in found {
        let digest = Sum::try_from(&*row.digest).ok();
        if !digest.is_some_and(|digest| ledger.poison.contains(&digest)) {
            finding.wrong(row.id, format!("It is no poison, and lies parked: {}", row.what));
        }
        digest.map(|digest| missing.remove(&digest));
    }
    for digest in missing {
        finding.wrong(leadmill::runtime::hex(&digest), "This poison is nowhere.");
    }
    finding
}

fn said(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;
    use crate::selftest::ledger::Sent;

    fn document(number: &str, made_of: u128, total: Decimal) -> Document {
        Document { number: number.into(), made_of: Some(Uuid::from_u128(made_of)), total }
    }

    fn ids(finding: &Finding) -> Vec<&str> {
        finding.wrong.iter().map(|(id, _)| id.as_str()).collect()
    }

    #[test]
    fn an_input_that_is_lost_doubled_misjudged_or_unknown_is_named() {
        let mut ledger = Ledger::default();
        let confirmed =
            |name: &str| Sent { name: name.into(), expected: Expected::Lead, confirmed: true };
        for (n, name) in (0..).zip(["good", "lost", "twice", "held"]) {
            ledger.inputs.insert([n; 32], confirmed(name));
        }
        ledger.inputs.insert([4; 32], Sent { confirmed: false, ..confirmed("never confirmed") });
        let input = |n: u8, id: u128, verdict: &str| Input {
            id: Uuid::from_u128(id),
            digest: [n; 32].into(),
            verdict: Some(verdict.into()),
            parts: 0,
        };
        let found = vec![
            input(0, 1, "created"),
            input(2, 2, "created"),
            input(2, 3, "created"),
            input(3, 4, "held"),
            input(9, 5, "created"),
        ];
        let [taken, verdict, known] = inputs(found, &ledger).try_into().ok().unwrap();
        let mut named = ids(&taken);
        named.sort_unstable();
        assert_eq!(named, ["lost", "twice"]);
        assert_eq!(ids(&verdict), [Uuid::from_u128(4).to_string()]);
        assert_eq!(ids(&known), [Uuid::from_u128(5).to_string()]);
    }

    #[test]
    fn two_orders_of_a_quote_a_number_given_twice_and_a_cent_too_much_are_named() {
        let [quote, order, second] = [1, 2, 3].map(Uuid::from_u128);
        let mut ledger = Ledger::default();
        ledger.quotes.insert(quote, dec!(10.00));
        ledger.accepted.insert(quote);
        ledger.orders.insert(order, document("O-1", 1, dec!(10.00)));
        let booked = ledger.orders.clone();
        assert!(ordered(&booked, &ledger).wrong.is_empty());
        assert!(sums(&booked, &BTreeMap::new(), &ledger).wrong.is_empty());
        ledger.orders.insert(second, document("O-1", 1, dec!(10.01)));
        let (quote, second) = (quote.to_string(), second.to_string());
        assert_eq!(ids(&ordered(&booked, &ledger)), [quote.as_str(), "O-1", &second]);
        assert_eq!(sums(&booked, &BTreeMap::new(), &ledger).wrong.len(), 3);
    }
}
