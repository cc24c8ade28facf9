//! Who asks for something: plain data, at which a decision may look.

use std::sync::Arc;

use crate::message::Subject;
use crate::refusal::Refusal;
use crate::rights::{Right, RightSet};

/// The rule by which somebody is refused who has not the right that is needed.
pub const MISSING: &str = "rights.missing";

/// Who asks for something, and what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The person who was named, else the sender as the broker knows it; none: anybody, or leadmill itself.
    pub name: Option<Arc<str>>,
    pub rights: RightSet,
}

impl Asker {
    /// leadmill itself: what it says, plans and reads of raw inputs needs no right.
    pub const OURSELVES: Self = Self { name: None, rights: RightSet::ALL };

    /// Refuses whoever has not the right that `what` needs.
    ///
    /// # Errors
    /// The refusal, which is final: it names the right, and who gives it.
    pub fn require(&self, right: Right, about: Subject, what: &str) -> Result<(), Refusal> {
        if self.rights.has(right) {
            return Ok(());
        }
        let who = self.name.as_deref().map(|name| format!("`{name}`"));
        let who = who.as_deref().unwrap_or("A sender whom the broker does not name");
        let message = format!(
            "{who} lacks the right `{right}`, which {what} needs. The operator gives it in the section \
             `[rights]` of the settings; send the command again under a new id then."
        );
        Err(Refusal::no(about.kind, about.id, MISSING, right, message))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::message::SubjectKind;

    #[test]
    fn whoever_lacks_a_right_is_refused_for_good_and_told_which_and_who_gives_it() {
        let about = Subject { kind: SubjectKind::Invoice, id: Uuid::from_u128(7) };
        let rights = [Right::CancelOrder].into_iter().collect();
        let ana = Asker { name: Some("ana".into()), rights };
        assert_eq!(ana.require(Right::CancelOrder, about, "`order.cancel`"), Ok(()));
        let refused = ana.require(Right::CancelInvoice, about, "`invoice.cancel`").unwrap_err();
        let Refusal::No(reason) = refused else { panic!("it waits: {refused:?}") };
        assert_eq!((reason.rule, &*reason.found), ("rights.missing", "cancel_invoice"));
        assert!(reason.message.starts_with("`ana` lacks the right `cancel_invoice`"), "{reason}");
        assert!(reason.message.contains("The operator gives it"), "{reason}");
        let nobody = Asker { name: None, rights: RightSet::default() };
        let refused = nobody.require(Right::CancelOrder, about, "`order.cancel`").unwrap_err();
        assert!(refused.reason().message.starts_with("A sender whom"), "{refused}");
    }
}
