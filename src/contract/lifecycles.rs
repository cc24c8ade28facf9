//! The life cycles as a page with a diagram of each subject.

use std::fmt::Write;

use domain::customer::{Account, Contact};
use domain::input::Input;
use domain::invoice::Invoice;
use domain::lead::Lead;
use domain::lifecycle::{Lifecycle, diagram};
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::quote::Quote;

/// The page `lifecycles.md`.
#[must_use]
pub fn lifecycles() -> String {
    let mut page = String::from(
        "# Life cycles\n\n\
         Every step that is legal, drawn from the code. Any other step is refused: at once where no \
         state that allows it can be reached any more, else after a while of waiting for it.\n\n\
         This page is written by `leadmill contract --write docs`; do not edit it.\n",
    );
    section::<Input>(&mut page);
    section::<Lead>(&mut page);
    section::<Account>(&mut page);
    section::<Contact>(&mut page);
    section::<Opportunity>(&mut page);
    section::<Quote>(&mut page);
    section::<Order>(&mut page);
    section::<Invoice>(&mut page);
    page
}

fn section<L: Lifecycle>(page: &mut String) {
    // Writing into a String cannot fail.
    let _ = write!(page, "\n## {}\n\n```mermaid\n{}```\n", L::KIND, diagram::<L>());
}
