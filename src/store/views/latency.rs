//! How long pipelines took from point to point, of machines and of people. It is read from the log, whose events are
//! kept for ever; the times of batches are gone after eight days.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::store::{Connection, Result};

/// Whose time passes between two points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// leadmill's own: nobody is asked anything.
    Machine,
    /// A seller's, a customer's, a warehouse's or a payer's.
    Person,
}

/// By what pipelines are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum By {
    /// Where the lead came from, as `web` or `trade_show`
    Source,
    /// The campaign, form or event that it came through
    Campaign,
}

/// What is counted for one stretch of the way and one group of pipelines.
#[derive(Clone, Debug, Serialize)]
pub struct Stretch {
    pub from: &'static str,
    pub to: &'static str,
    pub whose: Whose,
    /// The source or campaign; none: all pipelines, or those without a campaign.
    pub group: Option<String>,
    /// How many pipelines came that far.
    pub pipelines: i64,
    /// Half of them took no longer, in seconds.
    pub p50_s: f64,
    /// Nineteen of twenty took no longer.
    pub p95_s: f64,
}

/// When a raw input was received; it is no event.
const RECEIVED: &str = "received";
/// When an invoice was paid to the end.
const PAID: &str = "invoice.paid.v1";
/// The points of a pipeline, and the events of which the first is each.
const POINTS: [(&str, &[&str]); 9] = [
    ("created", &["lead.captured.v1"]),
    ("decided", &["lead.scored.v1", "lead.qualified.v1", "lead.disqualified.v1"]),
    ("qualified", &["lead.qualified.v1"]),
    ("quoted", &["quote.activated.v1"]),
    ("accepted", &["order.created.v1"]),
    ("shipped", &["order.shipped.v1"]),
    ("fulfilled", &["order.fulfilled.v1"]),
    ("invoiced", &["invoice.issued.v1"]),
    ("paid", &[PAID]),
];
/// The stretches that are told, in the order of the way.
const STRETCHES: [(&str, &str, Whose); 8] = [
    (RECEIVED, "created", Whose::Machine),
    ("created", "decided", Whose::Machine),
    ("qualified", "quoted", Whose::Machine),
    (RECEIVED, "quoted", Whose::Machine),
    ("quoted", "accepted", Whose::Person),
    ("accepted", "shipped", Whose::Person),
    ("fulfilled", "invoiced", Whose::Machine),
    ("invoiced", "paid", Whose::Person),
];

/// The delays of pipelines whose lead was made since then.
pub async fn delays(
    conn: &mut Connection,
    since: DateTime<Utc>,
    by: Option<By>,
) -> Result<Vec<Stretch>> {
    let (mut types, mut points) = (Vec::new(), Vec::new());
    for (point, of) in POINTS {
        types.extend(of.iter().copied());
        points.extend(of.iter().map(|_| point));
    }
    let from = STRETCHES.map(|(from, ..)| from);
    let to = STRETCHES.map(|(_, to, _)| to);
    let rows = sqlx::query!(
        r#"WITH pipeline AS MATERIALIZED (
               SELECT correlation, (data ->> 'input')::uuid AS input,
                      CASE $2 WHEN 'source' THEN data #>> '{enquiry,source}'
                              WHEN 'campaign' THEN data #>> '{enquiry,campaign}' END AS family
               FROM event WHERE id >= id_at($1) AND type = 'lead.captured.v1'),
           point (correlation, name, at) AS MATERIALIZED (
               SELECT e.correlation, p.name, min(e.at)
               FROM pipeline AS l
               JOIN event AS e ON e.correlation = l.correlation AND e.id >= id_at($1)
               JOIN unnest($3::text[], $4::text[]) AS p (type, name) ON p.type = e.type
               WHERE e.type <> $5 OR (e.data ->> 'complete')::boolean
               GROUP BY e.correlation, p.name
               UNION ALL
               SELECT l.correlation, $6, min(r.received_at)
               FROM pipeline AS l
               JOIN input AS i ON i.id = l.input
               JOIN received AS r ON r.id = coalesce(i.collection, i.id)
               GROUP BY l.correlation)
           SELECT s.place AS "place!", l.family, count(*) AS "pipelines!",
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b.at - a.at)) AS "p50!",
                  percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM b.at - a.at)) AS "p95!"
           FROM unnest($7::text[], $8::text[]) WITH ORDINALITY AS s (from_name, to_name, place)
           JOIN point AS a ON a.name = s.from_name
           JOIN point AS b ON b.name = s.to_name AND b.correlation = a.correlation
           JOIN (SELECT correlation, min(family) AS family FROM pipeline GROUP BY correlation) AS l
               ON l.correlation = a.correlation
           GROUP BY s.place, l.family ORDER BY s.place, count(*) DESC, l.family"#,
        since,
        by.map(<&str>::from),
        &types as &[&str],
        &points as &[&str],
        PAID,
        RECEIVED,
        &from as &[&str],
        &to as &[&str]
    );
    let rows = rows.fetch_all(conn).await?.into_iter().filter_map(|row| {
        let place = usize::try_from(row.place).ok()?.checked_sub(1)?;
        let (from, to, whose) = *STRETCHES.get(place)?;
        let (pipelines, p50_s, p95_s) = (row.pipelines, row.p50, row.p95);
        Some(Stretch { from, to, whose, group: row.family, pipelines, p50_s, p95_s })
    });
    Ok(rows.collect())
}
