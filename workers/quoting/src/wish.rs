//! What an opportunity wants becomes its lines: at its beginning, and one by one.

use domain::commands::OpportunityEditLines;
use domain::decide::{Ctx, Outcome, World};
use domain::document::LINES_MAX;
use domain::enquiry::Interest;
use domain::events::OpportunityCreated;
use domain::message::SubjectKind;
use domain::opportunity::{Opportunity, OpportunityAction};
use domain::refusal::expect;
use domain::shelf::Shelf;
use rust_decimal::Decimal;

use crate::bundle::with_parts;
use crate::draft::Left;
use crate::edited::Edited;
use crate::line::{Wanted, priced};
use crate::properties::held;
use crate::quoting::Quoting;
use crate::when::Decision;

impl Quoting {
    /// Prices what a new opportunity wants. Nothing named, nothing invented: such an opportunity
    /// waits for `opportunity.edit_lines`.
    pub(crate) fn open(
        &self,
        world: &World,
        event: &OpportunityCreated,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let opportunity = world.known(event.opportunity)?;
        if opportunity.price_list.undecided().is_some() {
            return Ok(Outcome::nothing());
        }
        let wishes = wishes(world, opportunity, &event.interest, ctx.facts);
        if wishes.0.is_empty() {
            return Ok(Outcome::nothing());
        }
        let opportunity = opportunity.apply(&OpportunityAction::Edit)?;
        self.priced(world, opportunity, wishes, ctx)
    }

    /// The opportunity with what is wanted in it, as lines or with the reason why it has no price.
    pub(crate) fn priced(
        &self,
        world: &World,
        mut opportunity: Opportunity,
        (wanted, doubts): Wishes,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let mut unpriced = Vec::new();
        for interest in &wanted {
            let wanted = Wanted {
                product: &interest.product,
                quantity: interest.quantity.unwrap_or(Decimal::ONE),
                unit: None,
                manual_discount: Decimal::ZERO,
                on: self.today(ctx),
            };
            let facts = (ctx.facts, &self.settings);
            let line = priced(&wanted, &opportunity, facts.0, facts.1, ctx.id());
            let lines = line.and_then(|mut line| {
                line.properties = held(facts.0, &line, &[], &interest.properties)?;
                with_parts(line, &[], wanted.on, &opportunity, facts, || ctx.id())
            });
            match lines {
                Ok(lines) if opportunity.lines.len() + lines.len() <= LINES_MAX => {
                    opportunity.lines.extend(lines);
                }
                Ok(_) => {
                    let product = &interest.product;
                    unpriced.push(format!(
                        "`{product}` is beyond the {LINES_MAX} lines of a document."
                    ));
                }
                Err(why) => unpriced.push(why.to_string()),
            }
        }
        self.reprice(world, opportunity, Left { unpriced, doubts, complete: true }, ctx)
    }

    /// Edits the lines (F68). A product that is there already gets a line of its own.
    pub(crate) fn edit_lines(
        &self,
        world: &World,
        command: &OpportunityEditLines,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let was = world.known(command.opportunity)?;
        let mut opportunity = was.apply(&OpportunityAction::Edit)?;
        expect(was.about(), was.sequence, command.expected_sequence)?;
        let edited = Edited { about: was.about(), deal: was };
        opportunity.lines = self.edited(edited, was.lines.clone(), &command.lines, ctx)?;
        if opportunity.lines == was.lines && !command.complete {
            return Ok(Outcome::is_so(SubjectKind::Opportunity, was.id));
        }
        let left = Left { complete: command.complete, ..Left::default() };
        self.reprice(world, opportunity, left, ctx)
    }
}

/// What is wanted, and what is doubtful about it.
pub(crate) type Wishes = (Vec<Interest>, Vec<String>);

/// What the lead or the rule declared, else the products that the lead's own words ask for; and what a person
/// must look at before it is offered.
pub(crate) fn wishes(
    world: &World,
    deal: &Opportunity,
    interest: &[Interest],
    shelf: &Shelf,
) -> Wishes {
    let lead = deal.originating_lead.and_then(|lead| world.find(lead));
    let mut doubts = Vec::new();
    if let Some(lead) = lead {
        doubts.extend(lead.enquiry.certainty.doubts());
        doubts.extend_from_slice(&lead.enquiry.doubts);
    }
    if !interest.is_empty() {
        return (interest.to_vec(), doubts);
    }
    let mut interest = Vec::new();
    // What the words of a lead ask for is offered once, with its primary opportunity.
    let lead = lead.filter(|_| deal.primary.is_none());
    for asked in lead.map(|lead| shelf.asked(&lead.enquiry)).unwrap_or_default() {
        interest.push(Interest::of(asked.sku, asked.quantity));
        doubts.extend(asked.doubt);
    }
    (interest, doubts)
}
