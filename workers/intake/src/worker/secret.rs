//! Inputs with secrets in them, where what came is not to be stored.

use domain::decide::Arrived;
use domain::enquiry::{Channel, Enquiry, Reading};
use domain::raw::Kept;

use super::list;
use super::when::{List, RawInput};
use crate::draft::LEFT_OUT;
use crate::normal::CARD_LEFT_OUT;
use crate::options::ReadOptions;

/// What is stored of an input that was read. Other collections than lists are read again part by part, and kept.
pub(super) fn kept(options: &ReadOptions, arrived: &Arrived, raw: &RawInput) -> Kept {
    match &raw.reading {
        Reading::Enquiry(read) | Reading::Unclear { enquiry: Some(read), .. } if left_out(read) => {
            Kept::Nothing
        }
        Reading::Parts(_) if raw.channel == Channel::Import => {
            let table = list::open(arrived, options, &mut List::default());
            let rest = table.ok().and_then(|table| table.without_secrets());
            rest.map_or(Kept::AsItCame, |rest| Kept::Instead(rest.into()))
        }
        _ => Kept::AsItCame,
    }
}

/// Whether something was left out of what was read.
fn left_out(read: &Enquiry) -> bool {
    let in_text = |text: &String| text.contains(CARD_LEFT_OUT);
    read.message.as_ref().is_some_and(in_text)
        || read.topic.as_ref().is_some_and(in_text)
        || read.other.iter().any(|field| field.name == LEFT_OUT || in_text(&field.value))
}
