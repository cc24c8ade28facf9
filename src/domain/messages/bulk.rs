//! Messages about bulks: one command for many leads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bulk::{LeadSelector, Window};
use crate::ids::{BulkId, LeadId};

crate::messages! { Bulk:
    events {
        BulkStarted = "bulk.started.v1" by bulk;
        BulkAdvanced = "bulk.advanced.v1" by bulk;
        BulkDone = "bulk.done.v1" by bulk;
    }
    commands {
        BulkQualify = "bulk.qualify.v1" by selector needs QualifyLead;
        BulkContinue = "bulk.continue.v1" by bulk;
    }
}

/// Many leads are going to be asked; `bulk.done` tells how many it were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkStarted {
    pub bulk: BulkId,
    pub selector: LeadSelector,
    /// Where the first slice looks.
    pub window: Window,
}

/// A slice of the leads was asked, and another follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkAdvanced {
    pub bulk: BulkId,
    /// How many were asked by now.
    pub asked: u64,
    /// Where the next slice looks.
    pub window: Window,
}

/// All leads were asked. What became of each is told of that lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkDone {
    pub bulk: BulkId,
    /// How many were asked.
    pub asked: u64,
}

/// Qualify all open leads that are so: each by a `lead.qualify` of its own, so that what is refused of one holds none
/// of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkQualify {
    /// Which leads; at least one condition.
    pub selector: LeadSelector,
}

/// Ask the next slice. leadmill says it to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BulkContinue {
    pub bulk: BulkId,
    /// How far it came: the slice looks at leads before this one.
    pub before: LeadId,
}
