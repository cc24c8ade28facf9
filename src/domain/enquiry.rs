//! What a reader takes out of one raw input: who asks, for what, and how they can be reached.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::certainty::Sureness;
use crate::consent::{ConsentSaid, SAID_MAX};
use crate::day::{Day, Moment};
pub use crate::interest::Interest;
use crate::money::Currency;
use crate::newer::NewerWord;
pub use crate::option_sets::{BudgetStatus, LeadSource, Need, PurchaseProcess, PurchaseTimeframe};
use crate::text::{Comment, LINE_CHARS_MAX, Note, Short};

/// One enquiry of one person or company, as read; the seed of a lead.
///
/// Text fields are trimmed and never empty. The bounds in the schema hold for all that is read today; a
/// lead of earlier days may go beyond them, so nothing but what comes from outside is refused by them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Enquiry {
    /// Who asks.
    #[serde(default)]
    pub person: Person,
    /// The organisation they ask for; becomes the account's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub company: Option<String>,
    /// The organisation's tax id with its country prefix, as `DE123456789`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub tax_id: Option<String>,
    /// The organisation's web site, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// One line that names the enquiry (D365: subject, "topic").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true), with = "Option<Short>")]
    pub topic: Option<String>,
    /// What they wrote, without quoted mail and signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Option<Note<MESSAGE_CHARS_MAX>>")]
    pub message: Option<String>,
    /// What they wrote before, the newest first; as much as one message may be long.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Vec<Note<MESSAGE_CHARS_MAX>>", length(max = EARLIER_MAX))]
    pub earlier: Vec<String>,
    /// Products they name, each with how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PRODUCTS_MAX))]
    pub interest: Vec<Interest>,
    /// What they may spend, in the currency beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "crate::money::AsTextOption")]
    pub budget: Option<Decimal>,
    /// ISO 4217 code of `budget`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Currency>")]
    pub currency: Option<String>,
    /// How firm the budget is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_status: Option<BudgetStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_timeframe: Option<PurchaseTimeframe>,
    /// Who decides at the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_process: Option<PurchaseProcess>,
    /// How much they need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    /// Does the person decide?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_maker: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Day>")]
    pub close_date: Option<NaiveDate>,
    /// How many people the organisation employs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = EMPLOYEES_MAX))]
    pub employees: Option<u32>,
    /// What the organisation earns in a year, in the currency beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "crate::money::AsTextOption")]
    pub annual_revenue: Option<Decimal>,
    /// ISO 4217 code of `annual_revenue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Currency>")]
    pub revenue_currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub industry: Option<String>,
    pub source: LeadSource,
    /// The campaign, form or event that the enquiry came through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub campaign: Option<String>,
    /// The seller whose lead it is to be, where whoever captured it says so: a name or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Option<Short>")]
    pub owner: Option<String>,
    /// What a person must look at before anything is offered: finished sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true), length(max = DOUBTS_MAX), with = "Vec<Note<DOUBT_CHARS_MAX>>")]
    pub doubts: Vec<String>,
    /// How sure it is who asks, and whom to answer to.
    #[serde(default, skip_serializing_if = "Sureness::is_certain")]
    pub certainty: Sureness,
    /// The conversation that a mail belongs to.
    #[serde(default, skip_serializing_if = "Thread::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub thread: Thread,
    /// They agreed to be written to in bulk (D365: donotbulkemail is its opposite).
    #[serde(default)]
    pub consent: bool,
    /// What they said of each purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = SAID_MAX))]
    pub consents: Vec<ConsentSaid>,
    /// When they sent it, by their own system's clock; never used for decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Moment>")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// Fields of the input that have no place above, as written (at most [`OTHER_FIELDS_MAX`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true), length(max = OTHER_FIELDS_MAX))]
    pub other: Vec<OtherField>,
}

/// Longest text field of an [`Enquiry`] but `message`, in characters.
pub const TEXT_CHARS_MAX: usize = LINE_CHARS_MAX;
/// Most doubts about one enquiry.
pub const DOUBTS_MAX: usize = 50;
/// Longest doubt, in characters.
pub const DOUBT_CHARS_MAX: usize = 500;
/// Longest `message`, in characters; the raw input keeps the rest.
pub const MESSAGE_CHARS_MAX: usize = 20_000;
/// Most messages kept in [`Enquiry::earlier`].
pub const EARLIER_MAX: usize = 20;
/// Most fields kept in [`Enquiry::other`].
pub const OTHER_FIELDS_MAX: usize = 100;
/// Most products that one enquiry names.
pub const PRODUCTS_MAX: usize = 100;
/// Most e-mail addresses, and most phones, of one person.
pub const CHANNELS_MAX: usize = 10;
/// Most people that an organisation employs.
pub const EMPLOYEES_MAX: u32 = 100_000_000;

/// Where a mail stands in a conversation (RFC 5322 §3.6.4): ids of mails, without angle brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// The mail's own Message-ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub message: Option<String>,
    /// The mails that it answers, the nearest first (at most 19).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Short>", length(max = THREAD_MAX))]
    pub answers: Vec<String>,
}

/// Most mails that [`Thread::answers`] names.
pub const THREAD_MAX: usize = 19;

impl Thread {
    /// Is the mail alone, and without an id?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.message.is_none() && self.answers.is_empty()
    }
}

/// A natural person as far as the input tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Option<Short>")]
    pub given_name: Option<String>,
    /// The family name, or the whole name where it cannot be split with certainty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Option<Short>")]
    pub family_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true), with = "Option<Short>")]
    pub job_title: Option<String>,
    /// Canonical: lower case, no blanks; the first is the one to answer to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Vec<Short>", length(max = CHANNELS_MAX))]
    pub emails: Vec<String>,
    /// E.164 where the number could be read so, else as written; the main one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Vec<Short>", length(max = CHANNELS_MAX))]
    pub phones: Vec<String>,
}

impl Person {
    /// The name as one says it; `None` where none is known.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        match (&self.given_name, &self.family_name) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (Some(name), None) | (None, Some(name)) => Some(name.clone()),
            (None, None) => None,
        }
    }
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Option<Short>")]
    pub line1: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Option<Short>")]
    pub line2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true), with = "Option<Short>")]
    pub city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true), with = "Option<Short>")]
    pub postal_code: Option<String>,
    /// State, province or region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub subdivision: Option<String>,
    /// ISO 3166-1 alpha-2 where it could be read so, else as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub country: Option<String>,
}

/// A field of the input that leadmill has no own place for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherField {
    #[schemars(with = "Short")]
    pub name: String,
    #[schemars(extend("x-personal" = true))]
    #[schemars(with = "Short")]
    pub value: String,
}

/// How a raw input came in; each has its own reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A raw mail (`message/rfc822`).
    Email,
    /// A form, a vendor's hook, a mail gateway's hook or ADF.
    Web,
    /// A file of rows.
    Import,
    /// One or more vCards.
    Card,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl std::fmt::Display for Channel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Email => "email",
            Self::Web => "web",
            Self::Import => "import",
            Self::Card => "card",
            Self::Newer(word) => word.as_str(),
        })
    }
}

/// What a reader makes of one raw input.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Somebody asks for something and can be reached.
    Enquiry(Box<Enquiry>),
    /// A collection (a file of rows, several cards, a hook with several entries): each part is
    /// judged for itself. See [`Part`].
    Parts(Vec<Part>),
    /// Surely no lead: an automatic answer, a bounce, a newsletter, spam, a test.
    NoLead { kind: NoLead, reason: String },
    /// A person must look: unreadable, contradictory, or nobody to answer to. What was read all the same is
    /// kept for them.
    Unclear { reason: String, enquiry: Option<Box<Enquiry>> },
}

impl Reading {
    /// A person must look, and nothing could be read.
    #[must_use]
    pub fn unclear(reason: impl Into<String>) -> Self {
        Self::Unclear { reason: reason.into(), enquiry: None }
    }
}

/// One part of a collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Where it stands in the collection: row number of the data (the first is 1), card or entry.
    pub number: u64,
    /// What was read, or why it could not be.
    pub reading: PartReading,
    /// The part as it came, for whoever must look: cells by column, or the text of a card.
    #[schemars(extend("x-personal" = true))]
    pub original: serde_json::Value,
}

/// What a reader makes of one part of a collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartReading {
    Enquiry(Box<Enquiry>),
    NoLead {
        kind: NoLead,
        #[schemars(extend("x-personal" = true))]
        #[schemars(with = "Comment")]
        reason: String,
    },
    Unclear {
        #[schemars(extend("x-personal" = true))]
        #[schemars(with = "Comment")]
        reason: String,
        /// What was read all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enquiry: Option<Box<Enquiry>>,
    },
}

impl PartReading {
    /// The same, but a person must look before anything is made of it.
    #[must_use]
    pub fn held(self, reason: impl Into<String>) -> Self {
        match self {
            Self::Enquiry(enquiry) => {
                Self::Unclear { reason: reason.into(), enquiry: Some(enquiry) }
            }
            Self::Unclear { enquiry, .. } => Self::Unclear { reason: reason.into(), enquiry },
            no_lead => no_lead,
        }
    }

    /// A person must look, and nothing could be read.
    #[must_use]
    pub fn unclear(reason: impl Into<String>) -> Self {
        Self::Unclear { reason: reason.into(), enquiry: None }
    }
}

/// Why an input is surely no lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoLead {
    AutoReply,
    Bounce,
    /// Delivery or abuse report, read receipt.
    Report,
    Newsletter,
    /// Mail of a machine about something that happened, as a paid order.
    Notification,
    Spam,
    /// Marked as a test by the sending system.
    Test,
    /// An event of the sending system that is not about a new enquiry (unsubscribe, update).
    OtherEvent,
    /// Nothing in it that could be a person, a company or a question.
    Empty,
    /// The row says that it is not to be created, as `delete`.
    NotWanted,
    /// An answer inside a conversation that nothing is sold in.
    Conversation,
    /// Outside of the target profile that was declared for its list.
    Profile,
    #[serde(untagged)]
    Newer(NewerWord),
}
