//! The exchange rates, as they stand or as they were known on a day.

use std::process::ExitCode;

use chrono::NaiveDate;
use domain::exchange_rate::ExchangeRate;
use domain::money::Currency;

use super::super::Context;
use super::super::output::narrow;
use super::stands::on;

/// Most days of one currency that are shown without `--all`.
const DAYS_SHOWN: usize = 5;

/// Options of `leadmill catalog rates`.
#[derive(Clone, Debug, clap::Args)]
pub struct Rates {
    /// Only those of this currency, as USD
    currency: Option<Currency>,
    /// Those of every day, not just of the newest five of each currency
    #[arg(long)]
    all: bool,
    /// As they were known at the end of that day
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
}

impl Rates {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let (catalog, _) = on(context, &settings, self.at).await?;
        let mut shown: Vec<&ExchangeRate> = Vec::new();
        // Newest first, each currency by itself.
        for rate in catalog.exchange_rates.values().rev() {
            let days = shown.iter().rev().take_while(|it| it.currency == rate.currency).count();
            let asked = self.currency.is_none_or(|currency| currency == rate.currency);
            if asked && (self.all || days < DAYS_SHOWN) {
                shown.push(rate);
            }
        }
        shown.sort_by_key(|rate| rate.currency);
        let base = settings.seller.base_currency;
        context.output.print(&shown, |shown| {
            let base = base.map_or_else(
                || {
                    "No base currency is set (`seller.base_currency`): nothing is converted."
                        .to_owned()
                },
                |base| format!("Units for one {base}:"),
            );
            let row = |rate: &&ExchangeRate| {
                let (day, source) = (rate.day.date().to_string(), rate.source.to_string());
                vec![rate.currency.to_string(), day, rate.rate.to_string(), source]
            };
            if shown.is_empty() {
                return format!("{base}\nThere is none; say some with `exchange_rate.set`.");
            }
            let heads = ["Currency", "From", "Rate", "Source"];
            format!("{base}\n{}", narrow(&heads, shown.iter().map(row), &["Rate"]))
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
