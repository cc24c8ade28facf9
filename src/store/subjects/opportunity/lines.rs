//! The lines of opportunities.

use domain::document::Line;
use domain::opportunity::Opportunity;

use crate::store::subjects::line::{line_of, line_part};

line_part! { [opportunity_line of opportunity: Line as line => OpportunityLineRow, replaced in Opportunity.lines] line, {} }

impl OpportunityLineRow {
    fn part(self, opportunity: &Opportunity) -> Result<Line, sqlx::Error> {
        line_of!(self, opportunity.currency)
    }
}
