//! How often deals were won against whom.

use serde::Serialize;

use crate::store::{Connection, Result};

/// Most competitors that are counted.
pub const COMPETITORS_MAX: i64 = 1_000;

/// What became of the deals that a competitor wanted too.
#[derive(Clone, Debug, Serialize)]
pub struct Competed {
    /// Their name, as it was written last.
    pub competitor: String,
    pub deals: i64,
    pub open: i64,
    pub won: i64,
    pub lost: i64,
    /// Of those that were lost, the ones that they made.
    pub lost_to: i64,
}

/// The competitors of all deals, those of the most deals first; names are the same in any case.
pub async fn competed(conn: &mut Connection) -> Result<Vec<Competed>> {
    let competed = sqlx::query_as!(
        Competed,
        r#"SELECT (array_agg(name ORDER BY id DESC))[1] AS "competitor!", count(*) AS "deals!",
                  count(*) FILTER (WHERE state IN ('open', 'on_hold')) AS "open!",
                  count(*) FILTER (WHERE state = 'won') AS "won!",
                  count(*) FILTER (WHERE state = 'lost') AS "lost!",
                  count(*) FILTER (WHERE state = 'lost' AND lost_to = name) AS "lost_to!"
           FROM (SELECT o.id, o.state, o.lost_to, c.name
                 FROM opportunity AS o
                 CROSS JOIN LATERAL jsonb_array_elements_text(o.competitors) AS c (name)
                 WHERE o.competitors IS NOT NULL) AS named
           GROUP BY lower(regexp_replace(btrim(name), '\s+', ' ', 'g'))
           ORDER BY count(*) DESC, 1 LIMIT $1"#,
        COMPETITORS_MAX
    );
    Ok(competed.fetch_all(conn).await?)
}
