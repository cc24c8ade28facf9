//! An offer is negotiated, as people do: the seller adds a line that may be left out and takes something off, somebody
//! with the right approves of it, it is revised, it expires and is offered again, and the customer picks.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use domain::commands::{QuoteAccept, QuoteActivate, QuoteClose, QuoteEdit, QuoteRevise};
use domain::events::{OrderCreated, QuoteActivated, QuoteEdited, QuoteRevised};
use domain::ids::QuoteId;
use domain::message::Message;
use domain::rights::Right;
use serde_json::{Value, json};

use crate::cli::ask::Ask;
use crate::cli::context::Context;
use crate::messaging::COMMANDS;
use crate::settings::Settings;
use crate::store::outcome::Outcome;
use crate::store::{Connection, summary};

/// Who asks for all of it.
const SOURCE: &str = "urn:leadmill-demo:seller";
/// The seller, who may offer.
const SELLER: &str = "lena@mill.example";
/// Their head, who may approve of discounts.
const HEAD: &str = "ana@mill.example";
/// What is offered beside, to be left out or picked.
const BESIDE: &str = "A day of training";

/// The settings of the demo: everybody may everything but approve of discounts, which one person may.
///
/// # Errors
/// Where the file cannot be written.
pub(super) fn settings_file(folder: &Path) -> anyhow::Result<PathBuf> {
    let anybody = Right::ALL.iter().filter(|right| **right != Right::ApproveDiscount);
    let anybody: Vec<_> = anybody.map(|right| format!("\"{right}\"")).collect();
    let text = format!(
        "[rights]\nanybody = [{}]\nspeak_for_people = [\"{COMMANDS}\"]\n\n[rights.people]\n\"{HEAD}\" = [\"{}\"]\n",
        anybody.join(", "),
        Right::ApproveDiscount
    );
    let path = folder.join("settings.toml");
    std::fs::write(&path, text)
        .with_context(|| format!("`{}` cannot be written", path.display()))?;
    Ok(path)
}

/// What happened, step by step.
///
/// # Errors
/// Where a step has another outcome than it must have.
pub(super) async fn play(
    context: &Context,
    settings: &Settings,
    database: &mut Connection,
) -> anyhow::Result<Vec<String>> {
    let draft = summary::draft(database).await.map_err(|fault| anyhow!("{fault}"))?;
    let draft = draft.ok_or_else(|| anyhow!("No draft was left to be negotiated."))?;
    let mut seller = Seller { context, settings, told: Vec::new() };
    let first = QuoteId(draft.quote);
    seller.told.push(format!(
        "{} over {} {} waited as a draft.",
        draft.number, draft.currency, draft.total
    ));
    seller.add_and_take_off(first).await?;
    seller.approved(first).await?;
    let second = seller.revised(first).await?;
    let expired = QuoteClose::expired(second);
    seller.ask(SELLER, &expired).await?;
    seller
        .told
        .push("Its last day went by, and it closed as expired (here by command).".to_owned());
    let third = seller.offered_again(second).await?;
    seller.picked(&third).await?;
    Ok(seller.told)
}

struct Seller<'a> {
    context: &'a Context,
    settings: &'a Settings,
    told: Vec<String>,
}

impl Seller<'_> {
    /// Asks for it in the name of a person; it must be done.
    async fn ask<M: Message>(&self, who: &str, command: &M) -> anyhow::Result<Outcome> {
        let outcome = self.outcome(who, command).await?;
        match outcome.refusals.first() {
            None => Ok(outcome),
            Some(refused) => Err(anyhow!("`{}` was refused: {}", M::TYPE.name, refused.message)),
        }
    }

    async fn outcome<M: Message>(&self, who: &str, command: &M) -> anyhow::Result<Outcome> {
        let ask =
            Ask::by(SOURCE).in_the_name_of(self.context.global.config.is_none().then_some(who));
        let data = serde_json::to_string(command)?;
        let sent = ask.ask(self.context, self.settings, M::TYPE.name, &data).await?;
        Ok(sent.outcome.unwrap_or_default())
    }

    async fn edited(&self, quote: QuoteId, fields: Value) -> anyhow::Result<QuoteEdited> {
        let mut command = json!({ "quote": quote });
        if let (Some(all), Value::Object(fields)) = (command.as_object_mut(), fields) {
            all.extend(fields);
        }
        let command: QuoteEdit = serde_json::from_value(command)?;
        told(&self.ask(SELLER, &command).await?)
    }

    async fn add_and_take_off(&mut self, quote: QuoteId) -> anyhow::Result<()> {
        let lines = json!({ "add": [{ "write_in": { "name": BESIDE, "unit_price": "480" } }] });
        let said = self.edited(quote, json!({ "lines": lines, "discount_percent": "12" })).await?;
        let last = said.offer.lines.last().context("The draft has no lines")?;
        let optional = json!([{ "line": last.id }]);
        let said = self.edited(quote, json!({ "optional": optional })).await?;
        let mut text = format!(
            "{SELLER} took 12 % off and added \"{BESIDE}\", which may be left out: {} {} without it.",
            said.currency, said.offer.totals.total_amount
        );
        if let Some(why) = &said.waits_for {
            // Writing to a string cannot fail.
            let _ = write!(text, " It waits for approval: {why}.");
        }
        self.told.push(text);
        Ok(())
    }

    async fn approved(&mut self, quote: QuoteId) -> anyhow::Result<()> {
        let activate = QuoteActivate { quote };
        if self.context.global.config.is_none() {
            let refused = self.outcome(SELLER, &activate).await?;
            let refused = refused.refusals.first().context("Nobody had to approve of 12 %")?;
            self.told.push(format!("{SELLER} could not let it stand ({}).", refused.rule));
        }
        let said: QuoteActivated = told(&self.ask(HEAD, &activate).await?)?;
        let who = said.approved_by.as_deref().unwrap_or("somebody");
        self.told
            .push(format!("{who} approved of it: it stood until {}.", said.offer.effective_to));
        Ok(())
    }

    async fn revised(&mut self, quote: QuoteId) -> anyhow::Result<QuoteId> {
        let said: QuoteRevised = told(&self.ask(SELLER, &QuoteRevise::of(quote)).await?)?;
        self.edited(said.quote, json!({ "discount_percent": "8" })).await?;
        let activate = QuoteActivate { quote: said.quote };
        let stands: QuoteActivated = told(&self.ask(HEAD, &activate).await?)?;
        let of = |field: &str| stands.differences.iter().find(|it| it.field == field);
        let text = |value: Option<&String>| value.cloned().unwrap_or_default();
        let percent = of("header.discount_percent").context("The revision tells no difference")?;
        self.told.push(format!(
            "Revised to revision {}: {} % off became {} %; it asked for {} {}.",
            stands.revision,
            text(percent.from.as_ref()),
            text(percent.to.as_ref()),
            stands.currency,
            stands.offer.totals.total_amount
        ));
        Ok(said.quote)
    }

    async fn offered_again(&mut self, quote: QuoteId) -> anyhow::Result<QuoteActivated> {
        let said: QuoteRevised = told(&self.ask(SELLER, &QuoteRevise::of(quote)).await?)?;
        let activate = QuoteActivate { quote: said.quote };
        let stands: QuoteActivated = told(&self.ask(HEAD, &activate).await?)?;
        self.told.push(format!(
            "Offered again as revision {}, at the same prices, until {}.",
            stands.revision, stands.offer.effective_to
        ));
        Ok(stands)
    }

    /// The customer takes the line that may be left out.
    async fn picked(&mut self, shown: &QuoteActivated) -> anyhow::Result<()> {
        let picks: Vec<_> = shown.offer.optional.iter().map(|it| it.line).collect();
        let accept = QuoteAccept { picks, ..QuoteAccept::of(shown.quote) };
        let order: OrderCreated = told(&self.ask(SELLER, &accept).await?)?;
        let labels: Vec<_> = order.lines.iter().map(|line| line.line.label()).collect();
        let taken = labels.last().filter(|label| **label == BESIDE);
        taken.context("What was picked was not ordered")?;
        self.told.push(format!(
            "The customer took that too: order {} of {} for {} {}.",
            order.number,
            labels.join(", "),
            order.currency,
            order.totals.total_amount
        ));
        Ok(())
    }
}

/// The event of that type that followed.
fn told<M: Message>(outcome: &Outcome) -> anyhow::Result<M> {
    let event = outcome.events.iter().find(|event| event.ty == M::TYPE.name);
    let event = event.with_context(|| format!("No `{}` followed", M::TYPE.name))?;
    Ok(serde_json::from_value(event.data.clone())?)
}
