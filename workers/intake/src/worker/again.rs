//! What the readers of today make of an input that came before, in the form in which parts keep a reading.

use domain::decide::{Arrived, RawInputs};
use domain::enquiry::{Part, PartReading, Reading};

use super::list;
use super::when::{List, When};
use super::{Intake, SLICE_ROWS};
use crate::table::Table;

/// What is made of an input.
#[derive(Debug)]
pub enum Again {
    One(Box<PartReading>),
    Many(Box<Parts>),
}

/// The parts of a collection in their order, with the numbers that they have in it. A list is read slice by slice.
#[derive(Debug)]
pub struct Parts {
    list: Option<Table>,
    /// How many parts were taken from the list.
    taken: u64,
    ahead: std::vec::IntoIter<Part>,
    first_row: u64,
}

/// Reads an input as the worker does; `None` where it comes from no way in for raw inputs.
#[must_use]
pub fn again(intake: &Intake, arrived: &Arrived) -> Option<Again> {
    let Ok(When::Input(raw)) = intake.read(arrived) else { return None };
    let one = |reading| Some(Again::One(Box::new(reading)));
    match raw.reading {
        Reading::Enquiry(enquiry) => one(PartReading::Enquiry(enquiry)),
        Reading::NoLead { kind, reason } => one(PartReading::NoLead { kind, reason }),
        Reading::Unclear { reason, enquiry } => {
            let enquiry = super::read(&enquiry).map(Box::new);
            one(PartReading::Unclear { reason, enquiry })
        }
        Reading::Parts(parts) => {
            let list = intake.opens(&arrived.queue).then_some(arrived);
            let list =
                list.and_then(|it| list::open(it, &intake.options, &mut List::default()).ok());
            let first_row = raw.list.first_row.max(1);
            let parts = Parts { list, taken: 0, ahead: parts.into_iter(), first_row };
            Some(Again::Many(Box::new(parts)))
        }
    }
}

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if let (true, Some(list)) = (self.ahead.as_slice().is_empty(), &self.list) {
            self.ahead = list.rows(self.taken + 1, SLICE_ROWS).into_iter();
        }
        let mut part = self.ahead.next()?;
        self.taken += 1;
        part.number += self.first_row - 1;
        Some(part)
    }
}
