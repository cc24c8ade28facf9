//! References between subjects, which are no foreign keys (see migration 0010): here is the check.

use super::{Invariant, counted, offenders};
use crate::store::{Connection, Result};

pub(super) async fn known(conn: &mut Connection) -> Result<Invariant> {
    let asked = ("reference.known", "Does every record that another one refers to exist?");
    let checked = counted!(
        conn,
        "(SELECT id FROM input UNION ALL SELECT id FROM lead UNION ALL SELECT id FROM account
          UNION ALL SELECT id FROM contact UNION ALL SELECT id FROM opportunity
          UNION ALL SELECT id FROM sales_order UNION ALL SELECT id FROM invoice) AS record"
    );
    let checked = checked.await?;
    let rows = offenders!(
        conn,
        "SELECT r.id, format('The %s refers to the %s %s, which does not exist.', r.kind, r.named,
                             r.target), false
         FROM (
             SELECT 'input' AS kind, id::text, 'lead' AS named, lead AS target FROM input
             UNION ALL SELECT 'input', id::text, 'input', collection FROM input
             UNION ALL SELECT 'lead', id::text, 'input', input FROM lead
             UNION ALL SELECT 'lead', id::text, 'account', account FROM lead
             UNION ALL SELECT 'lead', id::text, 'contact', contact FROM lead
             UNION ALL SELECT 'lead', id::text, 'opportunity', opportunity FROM lead
             UNION ALL SELECT 'account', id::text, 'lead', originating_lead FROM account
             UNION ALL SELECT 'contact', id::text, 'lead', originating_lead FROM contact
             UNION ALL SELECT 'contact', id::text, 'account', account FROM contact
             UNION ALL SELECT 'opportunity', id::text, 'lead', originating_lead FROM opportunity
             UNION ALL SELECT 'opportunity', id::text, 'account', account FROM opportunity
             UNION ALL SELECT 'opportunity', id::text, 'contact', contact FROM opportunity
             UNION ALL SELECT 'order', id::text, 'opportunity', opportunity FROM sales_order
             UNION ALL SELECT 'order', id::text, 'account', account FROM sales_order
             UNION ALL SELECT 'order', id::text, 'contact', contact FROM sales_order
             UNION ALL SELECT 'invoice', id::text, 'order', sales_order FROM invoice
             UNION ALL SELECT 'invoice', id::text, 'quote', quote FROM invoice
             UNION ALL SELECT 'invoice', id::text, 'opportunity', opportunity FROM invoice
             UNION ALL SELECT 'invoice', id::text, 'account', account FROM invoice
             UNION ALL SELECT 'invoice', id::text, 'contact', contact FROM invoice
             UNION ALL SELECT 'party key', kind || ' ' || value, 'lead', lead FROM party_key
             UNION ALL SELECT 'party key', kind || ' ' || value, 'account', account FROM party_key
             UNION ALL SELECT 'party key', kind || ' ' || value, 'contact', contact FROM party_key
         ) AS r
         LEFT JOIN (
             SELECT 'input' AS kind, id FROM input UNION ALL SELECT 'lead', id FROM lead
             UNION ALL SELECT 'account', id FROM account UNION ALL SELECT 'contact', id FROM contact
             UNION ALL SELECT 'opportunity', id FROM opportunity
             UNION ALL SELECT 'quote', id FROM quote UNION ALL SELECT 'order', id FROM sales_order
         ) AS known ON known.id = r.target AND known.kind = r.named
         WHERE r.target IS NOT NULL AND known.id IS NULL"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}
