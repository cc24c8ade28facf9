//! `leadmill command`: asks leadmill for something, as any system outside can.

use std::io::Read;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use bytes::Bytes;
use domain::commands::{COMMANDS, is_from_outside};
use domain::decide::Arrived;
use domain::host::Hosted;
use domain::message::{MessageType, TYPE_PREFIX};

use super::Context;
use super::ask::Ask;
use crate::messaging::BODY_BYTES_MAX;
use crate::{contract, workers};

/// Two words are so far alike that one may be meant for the other.
const ALIKE_MIN: f64 = 0.7;

/// Options of `leadmill command`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  leadmill command quote.accept '{\"quote\": \"0199…\", \"purchase_order\": \"PO-17\"}'
  leadmill command lead.disqualify '{\"lead\": \"0199…\", \"reason\": \"lost\"}' --json
  leadmill command order.ship @shipment.json
  leadmill command input.release - < corrected.json
  leadmill command payment.received @payment.json --source urn:bank --id 2026-03-04/17

The data is checked against the type before anything is sent. Then the events that followed are
printed, or the rule that refused it (exit code 1). The same --source and --id again is a repeat:
it changes nothing, and what was decided the first time is printed.

Leave JSON out to see a type's schema and an example; `leadmill command list` names all types.")]
pub struct Command {
    /// What is asked for, as quote.accept; `list` names all
    #[arg(value_name = "TYPE")]
    ty: String,
    /// The data: JSON, `@FILE`, or `-` for standard input; without it the schema is printed
    #[arg(value_name = "JSON|@FILE|-")]
    data: Option<String>,
    #[command(flatten)]
    ask: Ask,
}

impl Command {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        if self.ty == "list" {
            let names: Vec<_> = offered().map(|ty| bare(ty.name)).collect();
            context.output.print(&names, |names| names.join("\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let ty = meant(&self.ty)?;
        let Some(data) = &self.data else {
            let schema = contract::schema(ty.name);
            context.output.print(&schema, |schema| {
                let schema = schema.clone().map(contract::text).unwrap_or_default();
                let example = contract::example(ty.name).unwrap_or_default()["data"].take();
                format!("{schema}An example:\n  leadmill command {} '{example}'", bare(ty.name))
            })?;
            return Ok(ExitCode::SUCCESS);
        };
        let data = read(data)?;
        let settings = context.settings().await?;
        check(ty, &data, &workers::all(&settings)?)?;
        let answer = self.ask.ask(context, &settings, ty.name, &data).await?;
        context.output.print(&answer, super::ask::SentCommand::for_people)?;
        Ok(answer.exit_code())
    }
}

/// Lets the worker that will hear the command read its data now.
///
/// # Errors
/// What does not fit, as a sentence.
pub fn check(ty: &MessageType, data: &str, workers: &[Box<dyn Hosted>]) -> anyhow::Result<()> {
    let hearer = workers.iter().find(|worker| worker.hears().contains(&ty));
    let hearer = hearer.with_context(|| format!("No worker here hears `{}`.", ty.name))?;
    let arrived = Arrived {
        queue: hearer.queue_of(ty).to_owned(),
        ty: Some(ty.name.to_owned()),
        outside: true,
        body: Bytes::copy_from_slice(data.as_bytes()),
        ..Arrived::default()
    };
    hearer.read(&arrived).map(|_| ()).map_err(|malformed| {
        let name = bare(ty.name);
        anyhow!("{} Or see its schema with `leadmill command {name}`.", malformed.reason)
    })
}

/// What others may ask for; leadmill says the rest to itself.
fn offered() -> impl Iterator<Item = &'static MessageType> {
    COMMANDS.iter().copied().filter(|ty| is_from_outside(ty))
}

/// Without major version, as people write it.
fn bare(name: &str) -> &str {
    name.rsplit_once(".v").map_or(name, |(bare, _)| bare)
}

/// The type that is meant, with or without prefix and version.
fn meant(given: &str) -> anyhow::Result<&'static MessageType> {
    let name = given.strip_prefix(TYPE_PREFIX).unwrap_or(given);
    if let Some(ty) = offered().find(|ty| ty.name == name || bare(ty.name) == name) {
        return Ok(ty);
    }
    let alike = |ty: &&MessageType| strsim::jaro_winkler(bare(ty.name), bare(name));
    let best = offered().max_by(|a, b| alike(a).total_cmp(&alike(b)));
    let best = best.filter(|best| alike(best) >= ALIKE_MIN);
    let perhaps = best.map_or_else(String::new, |ty| format!(" Did you mean `{}`?", bare(ty.name)));
    let known: Vec<_> = offered().map(|ty| bare(ty.name)).collect();
    bail!("There is no command `{given}`.{perhaps} The commands are {}.", known.join(", "))
}

fn read(data: &str) -> anyhow::Result<String> {
    let limit = BODY_BYTES_MAX as u64 + 1;
    let mut text = String::new();
    match data.strip_prefix('@') {
        _ if data == "-" => {
            std::io::stdin()
                .take(limit)
                .read_to_string(&mut text)
                .context("Standard input cannot be read as UTF-8; send JSON")?;
        }
        Some(path) => {
            let file = std::fs::File::open(path);
            let file = file.with_context(|| format!("`{path}` cannot be read"))?;
            file.take(limit)
                .read_to_string(&mut text)
                .with_context(|| format!("`{path}` cannot be read as UTF-8"))?;
        }
        None => data.clone_into(&mut text),
    }
    if text.len() > BODY_BYTES_MAX {
        bail!(
            "The data is larger than {BODY_BYTES_MAX} bytes, the most that fits into one message."
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_in_every_spelling_and_a_wrong_one_gets_a_suggestion() {
        for given in ["quote.accept", "quote.accept.v1", "leadmill.quote.accept.v1"] {
            assert_eq!(meant(given).expect(given).name, "quote.accept.v1");
        }
        let wrong = meant("quote.acept").expect_err("unknown").to_string();
        assert!(wrong.contains("Did you mean `quote.accept`?"), "{wrong}");
        assert!(wrong.contains("payment.received"), "{wrong}");
        let none = meant("zzz").expect_err("unknown").to_string();
        assert!(!none.contains("Did you mean"), "{none}");
        assert!(meant("input.row").is_err(), "leadmill says that to itself");
    }
}
