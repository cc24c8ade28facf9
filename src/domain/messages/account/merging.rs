//! Messages about accounts that become one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::AccountFacts;
use crate::customer_merge::AccountKeep;
use crate::ids::AccountId;
use crate::merge::{LATER_MAX, LINKS_MAX, LOSERS_MAX, LaterEvent};

/// Other accounts became this one: whatever names one of them means this one from now on; each of them has its
/// `account.absorbed`. What was issued to them stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountMerged {
    pub account: AccountId,
    #[schemars(length(max = LOSERS_MAX))]
    pub losers: Vec<AccountId>,
    /// What is known of it from now on.
    pub known: AccountFacts,
    /// How many merges follow one another up to this one.
    #[schemars(range(min = 1, max = LINKS_MAX))]
    pub links: u8,
}

/// The account became another one: it is only read from now on, and whatever comes is that one's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountAbsorbed {
    pub account: AccountId,
    /// Which account it is from now on.
    pub master: AccountId,
}

/// The last merge into this account was taken back; each account that it was made of has its `account.restored`, and
/// what names that one means it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountUnmerged {
    pub account: AccountId,
    #[schemars(length(max = LOSERS_MAX))]
    pub losers: Vec<AccountId>,
    /// What is known of it from now on: as before the merge, and what came after it.
    pub known: AccountFacts,
    /// The fields that were changed since, as `address.city`: this account keeps what they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stayed: Vec<String>,
    /// What was said about this account since, which stays with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LATER_MAX))]
    pub later: Vec<LaterEvent>,
}

/// An account that had become another one is what it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRestored {
    pub account: AccountId,
    /// Which account it was meanwhile.
    pub master: AccountId,
    /// Its state, as before: active or inactive.
    pub state: String,
}

/// Make other accounts this one, up to five at once: whatever names them means this one from then on, and they are
/// only read. Documents keep whom they were issued to. `account.unmerge` takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountMerge {
    /// The one that stays.
    pub account: AccountId,
    #[schemars(length(min = 1, max = LOSERS_MAX))]
    pub losers: Vec<AccountId>,
    /// From which of them a field is taken; else this account keeps its own, and its gaps are filled.
    #[serde(default)]
    pub keep: AccountKeep,
}

/// Take the last merge into an account back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountUnmerge {
    /// The account that others became, or one of those.
    pub account: AccountId,
}
