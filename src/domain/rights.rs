//! What somebody may be allowed to ask for: one closed list.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// What somebody may be allowed. A command declares which one it needs, and a decision may ask for another where
/// that hangs on the content. Named by what is done, to what, so that later ones fit in.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Right {
    /// Make a lead of a held input.
    ReleaseInput,
    /// Say that a held input is no lead.
    RejectInput,
    /// Keep what later readers make of an input.
    RereadInput,
    /// Decide whether a lead is worth working.
    QualifyLead,
    /// Correct what is known of a lead.
    EditLead,
    /// Say who is the same as somebody else and who is not, and take it back.
    MergeRecords,
    /// Undo what the rows of an import did.
    UndoImport,
    /// Correct what is known of a customer, and say whether they take new deals.
    EditCustomer,
    /// Enter what somebody agreed to, and to whom nothing is sent.
    EditConsent,
    /// Open a deal for a known customer, change what an open one is about, put it on hold and go on.
    EditDeal,
    /// Set another price than the list's.
    OverridePrice,
    /// Win or lose a deal by hand.
    CloseDeal,
    /// Open a closed deal again.
    ReopenDeal,
    /// Draft an offer, and change what a draft says.
    EditQuote,
    /// Let a draft stand as offered, make the next revision of an offer, and answer who accepted it too late.
    OfferQuote,
    /// Offer what is beyond the limits of the seller.
    ApproveDiscount,
    /// Take an offer back, and with the last one, where that is wanted, the deal.
    CloseQuote,
    /// Accept an offer for the customer.
    AcceptQuote,
    /// Correct what an order bears of the customer's.
    EditOrder,
    /// Say what was shipped.
    ShipOrder,
    /// Cancel what was not shipped.
    CancelOrder,
    /// Bill what can be billed of an order.
    IssueInvoice,
    /// Say what was paid.
    BookPayment,
    /// Cancel an invoice.
    CancelInvoice,
    /// Change what is sold, and its prices.
    EditCatalog,
    /// Erase what is known of a person.
    ErasePerson,
    /// Say that a program outside has erased what it knew of them.
    AcknowledgeErasure,
}

impl Right {
    /// Every right, in the order of a pipeline.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The word in settings, refusals and the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The right of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    const fn bit(self) -> u64 {
        1 << self as u32
    }
}

impl std::fmt::Display for Right {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Several rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RightSet(u64);

impl RightSet {
    /// Every right that there is.
    pub const ALL: Self = {
        let (mut bits, mut at) = (0, 0);
        while at < Right::ALL.len() {
            bits |= Right::ALL[at].bit();
            at += 1;
        }
        Self(bits)
    };

    /// Is it among them?
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

impl FromIterator<Right> for RightSet {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |bits, right| bits | right.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_has_a_name_of_its_own_and_a_set_holds_just_what_was_put_in() {
        for right in Right::ALL.iter().copied() {
            assert_eq!(Right::named(right.name()), Some(right));
            let others = Right::ALL.iter().copied().filter(|other| *other != right);
            let others: RightSet = others.collect();
            assert!(!others.has(right) && RightSet::ALL.has(right), "{right}");
            assert_eq!(others.and([right].into_iter().collect()), RightSet::ALL);
        }
        assert_eq!(Right::named("all"), None, "the settings write it for every right");
    }
}
