//! `leadmill show key`: whom a key points at, and how that came about.

use anyhow::{anyhow, bail};
use serde_json::json;

use crate::cli::Context;
use crate::cli::output::table;
use crate::settings::Settings;
use crate::store::keys::{self, CLAIMS_MAX, Claim, Key};
use crate::store::{self, Fault};

/// The word that stands for it beside the subjects.
pub(super) const KEY: &str = "key";

pub(super) async fn show(context: &Context, settings: &Settings, text: &str) -> anyhow::Result<()> {
    let mut conn = context.reading(settings).await?;
    let meant = keys::meant(text);
    let now = keys::now(&mut conn, &meant).await.map_err(sentence)?;
    let past = keys::past(&mut conn, &meant).await.map_err(sentence)?;
    let _ = store::close(conn).await;
    if now.is_empty() {
        bail!(
            "Nobody was ever known by `{text}`. A key is an address, a number or a name as `email ana@acme.example`, \
             `phone +4930111222` or `company acme|acme.example`."
        );
    }
    context.output.print(&json!({ "keys": now, "past": past }), |_| for_people(&now, &past))
}

fn for_people(now: &[Key], past: &[Claim]) -> String {
    let points = |key: &Key| {
        let at = [
            ("lead", key.lead, None),
            ("contact", key.contact, key.contact_now),
            ("account", key.account, key.account_now),
        ];
        let at = at.into_iter().filter_map(|(kind, id, now)| {
            let now = now.map(|now| format!(" (by now {kind} {now})")).unwrap_or_default();
            Some(format!("{kind} {}{now}", id?))
        });
        let at: Vec<_> = at.collect();
        let at = if at.is_empty() { "nobody".to_owned() } else { at.join(", ") };
        format!("{} points at {at}.", key.key)
    };
    let mut text = now.iter().map(points).collect::<Vec<_>>().join("\n");
    if past.is_empty() {
        return text;
    }
    let rows = past.iter().map(|claim| {
        let what = if claim.released { "released by" } else { "claimed by" };
        [
            claim.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            claim.key.clone(),
            format!("{what} {}", claim.number),
            claim.event.clone(),
            claim.input.clone().unwrap_or_default(),
        ]
    });
    text.push_str("\n\n");
    text.push_str(&table(["At (UTC)", "Key", "What", "Event", "Input"], rows).to_string());
    if i64::try_from(past.len()).is_ok_and(|told| told == CLAIMS_MAX) {
        text.push_str(&format!("\n\nThere is more; these are the first {CLAIMS_MAX}."));
    }
    text
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
