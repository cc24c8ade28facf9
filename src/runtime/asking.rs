//! Who sent a message, and whether who asks with it may.

use std::sync::Arc;

use domain::asker::Asker;
use domain::decide::Refusal;
use domain::message::{MessageType, Subject};

use super::kept::text;
use crate::messaging::{Delivered, REPLAY, is_way_back};
use crate::rights::Rights;

/// Who sent a message that its worker sends anew, or that a person puts back; believed only where it
/// came by these ways.
pub const SENDER_HEADER: &str = "x-sender";
/// The rule by which a sender is refused that names a person and may not.
const ACTOR: &str = "rights.actor";

/// Who sent it, as far as the broker says so: its user, else the exchange that it came by. Our own way
/// back, and that of replays, tell what was told before.
pub fn sender(delivered: &Delivered) -> Option<String> {
    let told = delivered.headers.get(SENDER_HEADER);
    let told = told.filter(|_| is_again(&delivered.exchange));
    let exchange = Some(&delivered.exchange).filter(|name| !name.is_empty());
    delivered.user_id.as_ref().or(told).or(exchange).map(|name| text(name))
}

/// Who asks for this from outside.
///
/// # Errors
/// The refusal where the sender names a person and may not, or where who asks lacks the right that the type needs.
pub fn asker(
    rights: &Rights,
    (sender, actor): (Option<&str>, Option<&Arc<str>>),
    (ty, about): (&MessageType, Subject),
) -> Result<Asker, Refusal> {
    // Of whom nothing was told at first, the way back tells nothing either.
    let sender = sender.filter(|name| !is_again(name));
    let asker = rights
        .asker(sender, actor)
        .map_err(|why| Refusal::no(about.kind, about.id, ACTOR, sender.unwrap_or("nobody"), why))?;
    if let Some(right) = ty.needs {
        asker.require(right, about, &format!("`{}`", ty.name))?;
    }
    Ok(asker)
}

/// Is it the way of messages that were sent before?
fn is_again(exchange: &str) -> bool {
    is_way_back(exchange) || exchange == REPLAY
}

#[cfg(test)]
mod tests {
    use domain::commands::{InvoiceCancel, QuoteActivate};
    use domain::message::{Message, SubjectKind};
    use domain::rights::Right;
    use uuid::Uuid;

    use super::*;
    use crate::messaging::way_back;
    use crate::rights::RightsSettings;

    #[test]
    fn a_type_needs_the_right_that_it_declares_and_who_lacks_it_is_refused_for_good() {
        let settings = RightsSettings {
            senders: [("shop".to_owned(), vec!["offer_quote".to_owned()])].into(),
            ..RightsSettings::default()
        };
        let (rights, shop) = (settings.rights(), (Some("shop"), None));
        let quote = Subject { kind: SubjectKind::Quote, id: Uuid::from_u128(1) };
        let invoice = Subject { kind: SubjectKind::Invoice, id: Uuid::from_u128(2) };
        let asks = asker(&rights, shop, (QuoteActivate::TYPE, quote)).expect("it may");
        assert!(asks.rights.has(Right::OfferQuote) && !asks.rights.has(Right::ApproveDiscount));
        let cancel = (InvoiceCancel::TYPE, invoice);
        let Refusal::No(reason) = asker(&rights, shop, cancel).expect_err("it may not") else {
            panic!("it waits")
        };
        assert_eq!((reason.rule, &*reason.found), ("rights.missing", "cancel_invoice"));
        assert!(reason.message.contains("which `invoice.cancel.v1` needs"), "{reason}");
        let ana = Arc::from("ana");
        let refused = asker(&rights, (Some("shop"), Some(&ana)), (QuoteActivate::TYPE, quote));
        let refused = refused.expect_err("it may not speak for people");
        assert_eq!((refused.reason().rule, &*refused.reason().found), ("rights.actor", "shop"));
    }

    #[test]
    fn what_came_by_no_name_has_none_on_its_way_back_either() {
        let settings = RightsSettings { anybody: vec!["all".into()], ..RightsSettings::default() };
        let (back, quote) =
            (way_back("quoting"), Subject { kind: SubjectKind::Quote, id: Uuid::nil() });
        for by in [back.as_str(), REPLAY] {
            let asks = asker(&settings.rights(), (Some(by), None), (QuoteActivate::TYPE, quote));
            assert_eq!(asks.expect("anybody may").name, None);
        }
    }
}
