//! An opportunity: a possible sale with its product lines; the root that guards its quotes.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::Customer;
use crate::document::Line;
use crate::enquiry::{Need, PurchaseTimeframe};
use crate::ids::{LeadId, OpportunityId, QuoteId};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::{Subject, SubjectKind};
use crate::money::Currency;
use crate::newer::NewerWord;
use crate::price_choice::PricedBy;
use crate::quote::Quote;
use crate::refusal::Refusal;
use crate::stakeholder::TakingPart;

/// Most opportunities that one qualification makes of a lead.
pub const OPPORTUNITIES_MAX: usize = 5;
/// Most quotes, revisions included, that one opportunity holds.
pub const QUOTES_MAX: usize = 50;

/// A possible sale (D365: opportunity).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Opportunity {
    pub id: OpportunityId,
    /// Counts the events about it; its quotes count their own.
    pub sequence: i64,
    pub name: String,
    pub customer: Customer,
    pub originating_lead: Option<LeadId>,
    /// The primary opportunity of that lead, where this is another one.
    pub primary: Option<OpportunityId>,
    /// The opportunity of that lead before it, which was lost.
    pub previous: Option<OpportunityId>,
    /// What was asked for, in their own words.
    pub description: Option<String>,
    pub need: Option<Need>,
    pub purchase_timeframe: Option<PurchaseTimeframe>,
    /// The campaign, form or event that it came through.
    pub campaign: Option<String>,
    /// The seller whose deal it is, as the lead says: a name or an address.
    pub owner: Option<String>,
    /// One currency rule: all its documents share it.
    pub currency: Currency,
    /// The price list that its lines are priced from.
    pub price_list: PricedBy,
    /// What the sale may bring, net: without tax and freight. Follows the lines
    /// ([`Totals::amount_less_freight`](crate::totals::Totals::amount_less_freight)) where the system says it and there
    /// are some, else what somebody said.
    pub estimated_revenue: Option<Decimal>,
    pub revenue_mode: RevenueMode,
    /// When it is likely to be decided (D365: estimatedclosedate).
    pub close_date: Option<NaiveDate>,
    /// The day on which it was closed, where somebody said another than that on which they said so
    /// (D365: actualclosedate).
    pub actual_close_date: Option<NaiveDate>,
    /// Who takes part in the decision on it.
    pub taking_part: TakingPart,
    pub lines: Vec<Line>,
    pub quotes: Vec<Quote>,
    pub state: OpportunityState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum OpportunityState {
    Open,
    /// Nothing is worked on for a while (D365: On Hold).
    OnHold {
        at: DateTime<Utc>,
        reason: String,
    },
    /// The revenue is net, as the estimated one: without tax and freight.
    Won {
        at: DateTime<Utc>,
        actual_revenue: Decimal,
    },
    Lost {
        at: DateTime<Utc>,
        loss: Loss,
    },
}

/// Who says what a sale may bring (D365: isrevenuesystemcalculated).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevenueMode {
    /// The lines do, as soon as there are some.
    #[default]
    System,
    /// A person does; what they said stays whatever the lines say.
    User,
}

impl RevenueMode {
    /// Is it what a deal has that does not say?
    #[must_use]
    pub fn is_system(&self) -> bool {
        *self == Self::System
    }
}

/// Why a sale was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Loss {
    pub reason: LostReason,
    /// Who made it instead.
    pub competitor: Option<String>,
    pub comment: Option<String>,
}

/// D365: statuscode of a lost opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LostReason {
    Canceled,
    OutSold,
    #[serde(untagged)]
    Newer(NewerWord),
}

#[derive(Clone, Debug)]
pub enum OpportunityAction {
    /// Header, lines or quotes change.
    Edit,
    /// A quote is closed.
    CloseQuote,
    Hold {
        at: DateTime<Utc>,
        reason: String,
    },
    Resume,
    Win {
        at: DateTime<Utc>,
        actual_revenue: Decimal,
    },
    Lose {
        at: DateTime<Utc>,
        loss: Loss,
    },
    Reopen,
}

impl Lifecycle for Opportunity {
    const KIND: SubjectKind = SubjectKind::Opportunity;
    type State = OpportunityState;
    type Action = OpportunityAction;

    fn next(state: &OpportunityState, action: &OpportunityAction) -> Option<OpportunityState> {
        use {OpportunityAction as A, OpportunityState as S};
        match (state, action) {
            (S::Open, A::Edit | A::CloseQuote)
            | (S::OnHold { .. }, A::Resume)
            | (S::Won { .. } | S::Lost { .. }, A::Reopen) => Some(S::Open),
            (S::Open, A::Hold { at, reason }) => {
                Some(S::OnHold { at: *at, reason: reason.clone() })
            }
            // What the customer says, or the clock, waits for nobody.
            (S::OnHold { .. }, A::CloseQuote) => Some(state.clone()),
            (S::Open | S::OnHold { .. }, A::Win { at, actual_revenue }) => {
                Some(S::Won { at: *at, actual_revenue: *actual_revenue })
            }
            (S::Open | S::OnHold { .. }, A::Lose { at, loss }) => {
                Some(S::Lost { at: *at, loss: loss.clone() })
            }
            _ => None,
        }
    }

    fn state_name(state: &OpportunityState) -> &'static str {
        match state {
            OpportunityState::Open => "open",
            OpportunityState::OnHold { .. } => "on_hold",
            OpportunityState::Won { .. } => "won",
            OpportunityState::Lost { .. } => "lost",
        }
    }

    fn verb(action: &OpportunityAction) -> &'static str {
        match action {
            OpportunityAction::Edit => "be edited",
            OpportunityAction::CloseQuote => "have a quote closed",
            OpportunityAction::Hold { .. } => "be put on hold",
            OpportunityAction::Resume => "be resumed",
            OpportunityAction::Win { .. } => "be won",
            OpportunityAction::Lose { .. } => "be lost",
            OpportunityAction::Reopen => "be reopened",
        }
    }

    fn way_out(state: &OpportunityState, action: &OpportunityAction) -> &'static str {
        use {OpportunityAction as A, OpportunityState as S};
        match (state, action) {
            (S::OnHold { .. }, A::Edit | A::Hold { .. }) => {
                "Resume it with `opportunity.resume` first."
            }
            (S::Won { .. } | S::Lost { .. }, A::Resume) | (S::Open, A::Resume | A::Reopen) => "",
            (S::OnHold { .. }, A::Reopen) => "Resume it with `opportunity.resume` instead.",
            (S::Won { .. } | S::Lost { .. }, _) => "Open it again with `opportunity.reopen` first.",
            _ => "",
        }
    }

    fn examples() -> (Vec<OpportunityState>, Vec<OpportunityAction>) {
        let (at, actual_revenue) = (DateTime::UNIX_EPOCH, Decimal::ONE);
        let reason = String::from("They have no budget before May.");
        let loss = Loss { reason: LostReason::Canceled, competitor: None, comment: None };
        (
            vec![
                OpportunityState::Open,
                OpportunityState::OnHold { at, reason: reason.clone() },
                OpportunityState::Won { at, actual_revenue },
                OpportunityState::Lost { at, loss: loss.clone() },
            ],
            vec![
                OpportunityAction::Edit,
                OpportunityAction::CloseQuote,
                OpportunityAction::Hold { at, reason },
                OpportunityAction::Resume,
                OpportunityAction::Win { at, actual_revenue },
                OpportunityAction::Lose { at, loss },
                OpportunityAction::Reopen,
            ],
        )
    }
}

applies!(Opportunity, OpportunityAction, |it| it.id);

impl Opportunity {
    #[must_use]
    pub const fn about(&self) -> Subject {
        Subject { kind: SubjectKind::Opportunity, id: self.id.0 }
    }

    /// All counters of it and its quotes together.
    #[must_use]
    pub fn sequences(&self) -> i64 {
        self.sequence + self.quotes.iter().map(|quote| quote.sequence).sum::<i64>()
    }

    /// It is not decided yet, be it worked on or on hold.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, OpportunityState::Open | OpportunityState::OnHold { .. })
    }

    /// Nobody expects a decision on a day that is over, wherever they are.
    ///
    /// # Errors
    /// [`Refusal`] where the close date is such a day.
    pub fn refuse_past_close_date(
        &self,
        about: Subject,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let first = now.date_naive().pred_opt();
        let Some(day) = self.close_date.filter(|day| Some(*day) < first) else { return Ok(()) };
        let message = format!(
            "The close date {day} is over; write the day on which a decision is likely, or leave it out."
        );
        Err(Refusal::no(about.kind, about.id, "opportunity.close_date", day, message))
    }

    /// Why it was lost, as somebody says.
    ///
    /// # Errors
    /// [`Refusal`] where the rival who made the sale is none of the deal's.
    pub fn loss(
        &self,
        reason: LostReason,
        competitor: Option<&str>,
        comment: Option<String>,
    ) -> Result<Loss, Refusal> {
        let named = competitor.filter(|name| !name.is_empty());
        let known = named.and_then(|name| self.taking_part.competitor(name));
        if let (Some(name), None) = (named, known) {
            let others = match &self.taking_part.competitors[..] {
                [] => "which has none".to_owned(),
                some => format!("which has {}", some.join(", ")),
            };
            let message = format!(
                "The competitor `{name}` is none of the opportunity `{}`, {others}. Name one of these, or add it with \
                 `opportunity.add_competitor` first.",
                self.id
            );
            let (kind, found) = (SubjectKind::Opportunity, "another competitor");
            return Err(Refusal::no(kind, self.id, "opportunity.competitor", found, message));
        }
        Ok(Loss { reason, competitor: known.map(str::to_owned), comment })
    }

    /// Nothing comes of it any more, unless somebody opens it again.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self.state, OpportunityState::Lost { .. })
    }

    #[must_use]
    pub fn quote(&self, id: QuoteId) -> Option<&Quote> {
        self.quotes.iter().find(|quote| quote.id == id)
    }

    /// The quotes of which something may still come: drafts, active ones, and those that were accepted too late.
    pub fn live_quotes(&self) -> impl Iterator<Item = &Quote> {
        self.quotes.iter().filter(|quote| quote.is_live())
    }

    /// The latest revision of a number.
    #[must_use]
    pub fn latest(&self, number: &str) -> Option<&Quote> {
        let of = self.quotes.iter().filter(|quote| quote.number == number);
        of.max_by_key(|quote| quote.revision)
    }

    /// The revision before this one.
    #[must_use]
    pub fn before(&self, quote: &Quote) -> Option<&Quote> {
        let of = self.quotes.iter().filter(|it| it.number == quote.number);
        of.filter(|it| it.revision < quote.revision).max_by_key(|it| it.revision)
    }

    /// Puts a changed or new quote in its place.
    #[must_use]
    pub fn with_quote(mut self, quote: Quote) -> Self {
        match self.quotes.iter_mut().find(|known| known.id == quote.id) {
            Some(known) => *known = quote,
            None => self.quotes.push(quote),
        }
        self
    }
}
