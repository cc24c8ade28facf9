//! Timers: what was planned is said when it is due, by a clock that runs with the server's.

use super::invariant::{Invariant, Look, counted, offenders};
use crate::store::{Connection, Result};

pub(super) async fn said(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = ("timer.said", "Was every timer said when it was due?");
    let checked = counted!(conn, "schedule").await?;
    let rows = offenders!(
        conn,
        "SELECT id, format('%s planned %s for %s, and no clock has said it%s.', worker, type, due_at,
                           coalesce(': ' || unsaid, '')),
                NOT $1 OR due_at > decision_time() - make_interval(secs => $2)
         FROM schedule WHERE claimed_at IS NULL AND due_at <= decision_time()",
        look.settled,
        f64::from(look.young_s)
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn shift(conn: &mut Connection) -> Result<Invariant> {
    let asked = ("clock.shift", "Do decisions see another time than the server's?");
    let checked = counted!(conn, "clock_shift").await?;
    let rows = offenders!(
        conn,
        "SELECT '00000000-0000-0000-0000-000000000000'::uuid,
                format('Decisions see a time that is %s ahead of the server''s.', by), false
         FROM clock_shift WHERE by <> '0'"
    );
    Ok(Invariant::noted(asked, checked, rows.await?))
}
