//! The option sets of leads (D365): what a fact can be, as one word of a list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::newer::NewerWord;

/// Where a lead came from (D365: leadsourcecode, the values that our channels can know).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LeadSource {
    Advertisement,
    EmployeeReferral,
    ExternalReferral,
    Partner,
    PublicRelations,
    Seminar,
    TradeShow,
    Web,
    WordOfMouth,
    /// An e-mail nobody asked for; D365 has no code for it and calls it Other.
    Email,
    /// A list that was bought or exported.
    List,
    #[default]
    Other,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// When they mean to buy (D365: purchasetimeframe).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseTimeframe {
    Immediate,
    ThisQuarter,
    NextQuarter,
    ThisYear,
    Unknown,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// How firm a budget is (D365: budgetstatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetStatus {
    NoCommittedBudget,
    MayBuy,
    CanBuy,
    WillBuy,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// Who decides about the purchase (D365: purchaseprocess).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseProcess {
    Individual,
    Committee,
    Unknown,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// How much they need it (D365: need).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    MustHave,
    ShouldHave,
    GoodToHave,
    NoNeed,
    #[serde(untagged)]
    Newer(NewerWord),
}
