//! The life cycles as a page with a diagram of each subject.

use std::fmt::Write;

use domain::catalog::Product;
use domain::lifecycle::{Lifecycle, diagram};
use domain::message::SubjectKind;
use domain::quote::Quote;
use domain::world::SubjectId;

/// A kind with its diagram.
type Section = (SubjectKind, String);

/// What of the catalog has a life cycle.
const PRODUCT: &str = "product";

macro_rules! sections {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// Every life cycle; a quote lies in its opportunity and is no root, a product in the catalog.
        fn sections() -> Vec<Section> {
            vec![section::<Quote>(), section::<Product>(), $(section::<<domain::ids::$Id as SubjectId>::Of>()),*]
        }
    };
}
domain::subjects!(sections);

/// The page `lifecycles.md`.
#[must_use]
pub fn lifecycles() -> String {
    let mut page = String::from(
        "# Life cycles\n\n\
         Every step that is legal, drawn from the code. Any other step is refused: at once where no \
         state that allows it can be reached any more, else after a while of waiting for it.\n\n\
         This page is written by `leadmill contract --write docs`; do not edit it.\n",
    );
    let mut sections = sections();
    sections.sort_by_key(|(kind, _)| *kind);
    for (kind, diagram) in sections {
        let named = if kind == Product::KIND { PRODUCT } else { kind.name() };
        // Writing into a String cannot fail.
        let _ = write!(page, "\n## {named}\n\n```mermaid\n{diagram}```\n");
    }
    page
}

fn section<L: Lifecycle>() -> Section {
    (L::KIND, diagram::<L>())
}
