//! The catalog as it stands, and as it stood on a day.

use anyhow::{Context as _, anyhow, bail};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use domain::catalog::Catalog;

use super::super::Context;
use crate::settings::Settings;
use crate::store;

/// The catalog as it stands.
///
/// # Errors
/// Those of the database.
pub async fn stands(context: &Context, settings: &Settings) -> anyhow::Result<Catalog> {
    let mut database = context.database(settings).await?;
    let catalog = store::catalog::load(&mut database).await?;
    store::close(database).await.map_err(|fault| anyhow!("{fault}"))?;
    Ok(catalog)
}

/// The catalog as it was at the end of a day at the seller's, and the day; today, as it stands.
///
/// # Errors
/// Where there was none yet, or the log cannot be told again.
pub async fn on(
    context: &Context,
    settings: &Settings,
    at: Option<NaiveDate>,
) -> anyhow::Result<(Catalog, NaiveDate)> {
    let zone = settings.seller.zone;
    let today = Utc::now().with_timezone(&zone).date_naive();
    let day = at.unwrap_or(today);
    if day >= today {
        return Ok((stands(context, settings).await?, day));
    }
    let next = day.checked_add_days(Days::new(1)).context("There is no such day.")?;
    let midnight = next.and_time(NaiveTime::MIN);
    // Where the clocks jump over midnight there is none; a UTC midnight is near enough then.
    let over = zone.from_local_datetime(&midnight).earliest();
    let over = over.map_or_else(|| midnight.and_utc(), |over| over.with_timezone(&Utc));
    let mut database = context.reading(settings).await?;
    let past = store::past_catalog::before(&mut database, over).await;
    let past = past.map_err(|fault| anyhow!("{fault}"))?;
    store::close(database).await.map_err(|fault| anyhow!("{fault}"))?;
    match past {
        Some(catalog) => Ok((catalog, day)),
        None => bail!("There was no catalog yet on {day}; the log tells of none before."),
    }
}
