//! `leadmill catalog`: what is sold, at which prices.

mod change;
mod file;
mod look;
mod rates;
mod stands;
mod table;

use std::process::ExitCode;

use clap::Subcommand;

pub use change::lay;
pub(super) use file::read;

use super::Context;

/// Verbs of the catalog.
#[derive(Clone, Debug, Subcommand)]
pub enum Catalog {
    /// Make the catalog what a file says, JSON or CSV: checked whole, shown, and sent as messages
    Import(change::Import),
    /// Show how a file differs from the catalog as it stands; changes nothing
    Diff(change::Diff),
    /// Write the catalog as a file, as it stands or as it was on a day
    Export(file::Export),
    /// Show a product with its properties, parts, relations and prices
    Show(look::Show),
    /// What a product costs by a price list, in a unit, at a quantity, on a day
    Price(look::Price),
    /// What is proposed beside products: up-sells, cross-sells, accessories, substitutes
    Related(look::Related),
    /// What helps to sell: literature about products and competitors
    Literature(look::Literature),
    /// The exchange rates by which documents in other currencies are converted
    Rates(rates::Rates),
}

impl Catalog {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Import(import) => import.run(context).await,
            Self::Diff(diff) => diff.run(context).await,
            Self::Export(export) => export.run(context).await,
            Self::Show(show) => show.run(context).await,
            Self::Price(price) => price.run(context).await,
            Self::Related(related) => related.run(context).await,
            Self::Literature(literature) => literature.run(context).await,
            Self::Rates(rates) => rates.run(context).await,
        }
    }
}
