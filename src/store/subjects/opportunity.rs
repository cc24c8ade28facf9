//! Opportunities with their lines; the quotes that they guard are in [`quote`].

use domain::customer::Customer;
use domain::enquiry::Interest;
use domain::ids::Id;
use domain::keys::{OpportunitiesBeside, OpportunityOfQuote};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::opportunity::{Loss, Opportunity, OpportunityState};
use domain::price_choice::PricedBy;
use domain::stakeholder::{Stakeholder, TakingPart};
use leadmill_table::table;
use rust_decimal::Decimal;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{amount, corrupt, currency, filled, given, meant, word};
use crate::store::declared::Tables;
use crate::store::look_up::look_up;
use crate::store::quote;

pub mod lines;

table! { opportunity: Opportunity as opportunity => OpportunityRow {
    let (held, won, lost) = match &opportunity.state {
        OpportunityState::Open => (None, None, None),
        OpportunityState::OnHold { at, reason } => (Some((*at, reason.as_str())), None, None),
        OpportunityState::Won { at, actual_revenue } => (None, Some((*at, *actual_revenue)), None),
        OpportunityState::Lost { at, loss } => (None, None, Some((*at, loss))),
    };
    let ((held_at, hold_reason), (won_at, actual_revenue)) = (held.unzip(), won.unzip());
    let (lost_at, loss) = lost.unzip();
    let undecided = opportunity.price_list.undecided();
    key     id: uuid = opportunity.id.uuid();
    version sequence: bigint = opportunity.sequence;
    name: text = opportunity.name.as_str();
    account: uuid? refers account = opportunity.customer.account.map(Uuid::from);
    contact: uuid? refers contact = opportunity.customer.contact.map(Uuid::from);
    frozen  originating_lead: uuid? refers lead = opportunity.originating_lead.map(Uuid::from);
    frozen  primary_of_lead: uuid? refers opportunity = opportunity.primary.map(Uuid::from);
    frozen  previous: uuid? refers opportunity = opportunity.previous.map(Uuid::from);
    description: text? = opportunity.description.as_deref();
    need: text? = opportunity.need.map(word);
    purchase_timeframe: text? = opportunity.purchase_timeframe.map(word);
    campaign: text? = opportunity.campaign.as_deref();
    owner: text? = opportunity.owner.as_deref();
    currency: text = opportunity.currency.as_str();
    price_list: text? = opportunity.price_list.list().ok().map(String::as_str);
    undecided: text? = undecided.map(|undecided| undecided.why.as_str());
    wanted: jsonb<Vec<Interest>>? = undecided.and_then(|undecided| filled(&undecided.interest)).map(Json);
    estimated_revenue: numeric? = opportunity.estimated_revenue;
    revenue_mode: text = word(opportunity.revenue_mode);
    close_date: date? = opportunity.close_date;
    actual_close_date: date? = opportunity.actual_close_date;
    stakeholders: jsonb<Vec<Stakeholder>>? = filled(&opportunity.taking_part.stakeholders).map(Json);
    competitors: jsonb<Vec<String>>? = filled(&opportunity.taking_part.competitors).map(Json);
    state: text = Opportunity::state_name(&opportunity.state);
    held_at: timestamptz? = held_at;
    hold_reason: text? = hold_reason;
    won_at: timestamptz? = won_at;
    actual_revenue: numeric? = actual_revenue;
    lost_at: timestamptz? = lost_at;
    lost_reason: text? = loss.map(|loss| word(loss.reason));
    lost_to: text? = loss.and_then(|loss| loss.competitor.as_deref());
    lost_comment: text? = loss.and_then(|loss| loss.comment.as_deref());
    mod lines;
    mod quote;
}}

/// Its table, those of its parts, and of the quotes in it.
pub const TABLES: &[Tables] = &[
    Tables { kind: SubjectKind::Opportunity, tables: &[TABLE, lines::TABLE] },
    Tables { kind: SubjectKind::Quote, tables: &[quote::TABLE, quote::lines::TABLE] },
];

// A quote never moves to another opportunity.
look_up!(OpportunityOfQuote by |it| it.0.uuid(),
    "SELECT id AS key, opportunity AS found FROM quote WHERE id = ANY($1)");

// Neither its lead nor what it is to that ever change.
look_up!(OpportunitiesBeside by |it| it.0.uuid(),
    r#"SELECT k.lead AS "key!", o.id AS "found!" FROM unnest($1::uuid[]) AS k (lead)
       CROSS JOIN LATERAL (
           SELECT id FROM opportunity WHERE originating_lead = k.lead AND primary_of_lead IS NOT NULL
           ORDER BY id DESC LIMIT $2) AS o"#
    limit);

impl OpportunityRow {
    fn record(self) -> Result<Opportunity, sqlx::Error> {
        let currency = currency("opportunity.currency", &self.currency)?;
        let revenue = |value: Option<Decimal>| value.map(|value| amount(value, currency));
        let state = match self.state.as_str() {
            "open" => OpportunityState::Open,
            "on_hold" => OpportunityState::OnHold {
                at: given("opportunity.held_at", self.held_at)?,
                reason: given("opportunity.hold_reason", self.hold_reason)?,
            },
            "won" => OpportunityState::Won {
                at: given("opportunity.won_at", self.won_at)?,
                actual_revenue: given("opportunity.actual_revenue", revenue(self.actual_revenue))?,
            },
            "lost" => {
                let reason = given("opportunity.lost_reason", self.lost_reason)?;
                OpportunityState::Lost {
                    at: given("opportunity.lost_at", self.lost_at)?,
                    loss: Loss {
                        reason: meant("opportunity.lost_reason", &reason)?,
                        competitor: self.lost_to,
                        comment: self.lost_comment,
                    },
                }
            }
            other => return Err(corrupt("opportunity.state", &other)),
        };
        Ok(Opportunity {
            id: self.id.into(),
            sequence: self.sequence,
            name: self.name,
            customer: Customer {
                account: self.account.map(Into::into),
                contact: self.contact.map(Into::into),
            },
            originating_lead: self.originating_lead.map(Into::into),
            primary: self.primary_of_lead.map(Into::into),
            previous: self.previous.map(Into::into),
            description: self.description,
            need: self.need.map(|word| meant("opportunity.need", &word)).transpose()?,
            purchase_timeframe: self
                .purchase_timeframe
                .map(|word| meant("opportunity.purchase_timeframe", &word))
                .transpose()?,
            campaign: self.campaign,
            owner: self.owner,
            currency,
            price_list: PricedBy::of(
                self.price_list,
                self.undecided,
                self.wanted.map(|json| json.0).unwrap_or_default(),
            ),
            estimated_revenue: revenue(self.estimated_revenue),
            revenue_mode: meant("opportunity.revenue_mode", &self.revenue_mode)?,
            close_date: self.close_date,
            actual_close_date: self.actual_close_date,
            taking_part: TakingPart {
                stakeholders: self.stakeholders.map(|json| json.0).unwrap_or_default(),
                competitors: self.competitors.map(|json| json.0).unwrap_or_default(),
            },
            lines: Vec::new(),
            quotes: Vec::new(),
            state,
        })
    }
}
