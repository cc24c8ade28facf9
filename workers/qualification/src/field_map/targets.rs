//! The fields that a map may fill, by record. Their types are what a line is checked against.

use domain::enquiry::{
    Address, CHANNELS_MAX, Interest, MESSAGE_CHARS_MAX, Need, PRODUCTS_MAX, PurchaseTimeframe,
};
use domain::money::Currency;
use domain::text::{Note, Short};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;

/// What an opportunity takes over.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct OpportunityFields {
    #[schemars(with = "Option<Short>")]
    pub(crate) name: Option<String>,
    #[schemars(with = "Option<Note<MESSAGE_CHARS_MAX>>")]
    pub(crate) description: Option<String>,
    pub(crate) need: Option<Need>,
    pub(crate) purchase_timeframe: Option<PurchaseTimeframe>,
    #[schemars(with = "Option<Short>")]
    pub(crate) campaign: Option<String>,
    #[schemars(with = "Option<Short>")]
    pub(crate) owner: Option<String>,
    /// In the currency beside it.
    #[schemars(with = "domain::money::AsTextOption")]
    pub(crate) estimated_revenue: Option<Decimal>,
    #[schemars(with = "Option<Currency>")]
    pub(crate) currency: Option<String>,
    #[schemars(with = "Option<domain::day::Day>")]
    pub(crate) close_date: Option<chrono::NaiveDate>,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub(crate) interest: Vec<Interest>,
}

/// What an account takes over.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct AccountFields {
    #[schemars(with = "Option<Short>")]
    pub(crate) name: Option<String>,
    #[schemars(with = "Option<Short>")]
    pub(crate) tax_id: Option<String>,
    #[schemars(with = "Option<Short>")]
    pub(crate) website: Option<String>,
    #[schemars(with = "Option<Short>")]
    pub(crate) phone: Option<String>,
    pub(crate) address: Option<Address>,
}

/// What a contact takes over.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct ContactFields {
    #[schemars(with = "Option<Short>")]
    pub(crate) given_name: Option<String>,
    #[schemars(with = "Option<Short>")]
    pub(crate) family_name: Option<String>,
    #[schemars(with = "Option<Short>")]
    pub(crate) job_title: Option<String>,
    #[schemars(with = "Vec<Short>", length(max = CHANNELS_MAX))]
    pub(crate) emails: Vec<String>,
    #[schemars(with = "Vec<Short>", length(max = CHANNELS_MAX))]
    pub(crate) phones: Vec<String>,
    pub(crate) address: Option<Address>,
    pub(crate) consent: bool,
}
