//! Messages about duplicates; that one was found is told of its lead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::DuplicateId;
use crate::text::Short;

crate::messages! { Duplicate:
    events {
        DuplicateClosed = "duplicate.closed.v1" by duplicate;
    }
    commands {
        DuplicateClose = "duplicate.close.v1" by duplicate needs QualifyLead;
    }
}

/// A person has looked at two parties that are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DuplicateClosed {
    pub duplicate: DuplicateId,
    pub comment: String,
}

/// Say that a duplicate was looked at: these two are not found alike again, and it holds no lead any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DuplicateClose {
    pub duplicate: DuplicateId,
    pub reason: Short,
}
