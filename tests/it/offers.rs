//! Offers that are negotiated: whatever happens to them, and two that want the same at once on real servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::asker::Asker;
use domain::catalog::Catalog;
use domain::commands::{
    OpportunityReopen, OptionalWish, OrderCancel, QuoteAccept, QuoteActivate, QuoteClose,
    QuoteConfirm, QuoteDecline, QuoteDraft, QuoteEdit, QuoteRevise,
};
use domain::customer::Customer;
use domain::ids::{AccountId, OpportunityId, QuoteId};
use domain::keys::OrderOfQuote;
use domain::line_edits::LineEdits;
use domain::money::Amount;
use domain::offer::offered;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::order::OrderState;
use domain::patch::Patch;
use domain::quote::{LateAcceptance, QuoteCloseReason, QuoteState};
use domain::rates::Rates;
use domain::samples;
use domain::shelf::Shelf;
use domain::story::Story;
use leadmill::settings::Sources;
use ordering::Ordering;
use proptest::prelude::*;
use quoting::Quoting;
use serde_json::json;
use uuid::Uuid;

use crate::installation::{Installation, command, form};
use crate::operators::leadmill;

const DEAL: OpportunityId = OpportunityId(Uuid::from_u128(1));

/// A deal and the two workers that see to its offers.
struct Life {
    quoting: Story<Quoting>,
    ordering: Story<Ordering>,
    /// The digest of each offer as it was sent to the customer.
    sent: BTreeMap<QuoteId, String>,
}

impl Life {
    fn new() -> Self {
        let sources = Sources::default().with_servers("postgres://a@b/c", "amqp://d");
        let defaults = sources.settings().unwrap();
        let (settings, zone) = (defaults.quoting, defaults.seller.zone);
        let shelf = Shelf::new(&Arc::new(Catalog::empty()));
        let account = AccountId(Uuid::from_u128(2));
        let deal = Opportunity {
            customer: Customer { account: Some(account), contact: None },
            ..samples::opportunity(DEAL)
        };
        let quoting = Story::of(Quoting::new(settings, zone), shelf)
            .given(samples::account(account))
            .given(deal);
        let ordering = Story::of(Ordering::new(zone).late(LateAcceptance::Hold), Rates::default());
        Self { quoting, ordering, sent: BTreeMap::new() }
    }

    fn deal(&self) -> &Opportunity {
        self.quoting.world.find(DEAL).unwrap()
    }

    fn offers(&mut self, message: impl Into<quoting::When>) {
        let _ = self.quoting.when(message);
    }

    fn orders(&mut self, message: impl Into<ordering::When>) {
        self.ordering.world = self.quoting.world.clone();
        self.ordering.now = self.quoting.now;
        let _ = self.ordering.when(message);
        self.quoting.world = self.ordering.world.clone();
    }

    /// Something happens to some quote of the deal, or is refused.
    fn happens(&mut self, what: u8, whose: usize) {
        let quotes = &self.deal().quotes;
        let Some(quote) = quotes.get(whose % quotes.len().max(1)).map(|quote| quote.id) else {
            return self.offers(QuoteDraft::of(DEAL));
        };
        let close = |reason| QuoteClose { reason, ..QuoteClose::expired(quote) };
        match what {
            0 => self.offers(QuoteDraft::of(DEAL)),
            1 => {
                let percent = Patch::Set(Amount(rust_decimal::Decimal::from(whose % 30)));
                self.offers(QuoteEdit { discount_percent: percent, ..QuoteEdit::of(quote) });
            }
            2 => {
                let line = json!({ "add": [{
                    "write_in": { "name": format!("Extra {whose}"), "unit_price": "12.34" },
                    "quantity": "1.5", "position": 1 + whose % 3,
                }] });
                let lines: LineEdits = serde_json::from_value(line).unwrap();
                self.offers(QuoteEdit { lines, ..QuoteEdit::of(quote) });
            }
            3 => {
                let position = u32::try_from(1 + whose % 4).ok();
                let optional = Some(vec![OptionalWish { position, ..OptionalWish::default() }]);
                self.offers(QuoteEdit { optional, ..QuoteEdit::of(quote) });
            }
            4 | 5 => self.offers(QuoteActivate { quote }),
            6 | 7 => self.offers(QuoteRevise::of(quote)),
            8 => self.offers(close(QuoteCloseReason::Lost)),
            9 => self.offers(close(QuoteCloseReason::Canceled)),
            10 => self.offers(QuoteClose::expired(quote)),
            11 | 12 => {
                let offer = self.deal().quote(quote).map(|quote| quote.offer.clone());
                let picks = offer.into_iter().flat_map(|offer| offer.optional);
                let picks = picks.filter(|_| whose.is_multiple_of(2)).map(|it| it.line).collect();
                self.orders(QuoteAccept { picks, ..QuoteAccept::of(quote) });
            }
            13 => self.orders(QuoteConfirm { quote }),
            14 => self.orders(QuoteDecline { quote, comment: None }),
            15 => self.quoting.now += chrono::Duration::days(20),
            _ => {
                if let Some(order) = self.quoting.world.by(OrderOfQuote(quote)).map(|it| it.id) {
                    self.orders(OrderCancel { order, reason: "Otherwise.".parse().unwrap() });
                }
                self.orders(OpportunityReopen { opportunity: DEAL });
            }
        }
    }

    fn holds(&mut self) -> Result<(), TestCaseError> {
        let deal = self.deal().clone();
        let mut live = BTreeMap::<&str, u32>::new();
        let mut revisions = std::collections::BTreeSet::new();
        let mut standing = 0;
        for quote in &deal.quotes {
            prop_assert!(revisions.insert((quote.number.as_str(), quote.revision)));
            let mut offer = quote.offer.clone();
            let totals = offered(&mut offer.lines, &offer.optional, &offer.header, deal.currency);
            prop_assert_eq!(totals, Ok(quote.offer.totals.clone()));
            prop_assert_eq!(&offer, &quote.offer, "every line has its own amount");
            if quote.is_live() {
                *live.entry(&quote.number).or_default() += 1;
            }
            let digest = quote.offer.sha256();
            match quote.state {
                QuoteState::Draft => {}
                QuoteState::Active { .. } => {
                    let sent = self.sent.entry(quote.id).or_insert_with(|| digest.clone());
                    prop_assert_eq!(&*sent, &digest);
                }
                _ => {
                    let sent = self.sent.get(&quote.id);
                    prop_assert!(sent.is_none_or(|sent| *sent == digest), "what was sent stays");
                }
            }
            let order = self.quoting.world.by(OrderOfQuote(quote.id));
            let won = matches!(quote.state, QuoteState::Won { .. });
            prop_assert_eq!(order.is_some(), won);
            let canceled = |state: &OrderState| matches!(state, OrderState::Canceled { .. });
            standing += u32::from(order.is_some_and(|order| !canceled(&order.state)));
        }
        prop_assert!(live.values().all(|count| *count == 1), "{live:?}");
        prop_assert!(standing <= 1, "{standing} orders stand");
        if matches!(deal.state, OpportunityState::Won { .. }) {
            prop_assert_eq!(deal.live_quotes().count(), 0);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn f92_f93_f99_whatever_happens_to_offers_in_any_order_numbers_totals_and_digests_agree(
        steps in proptest::collection::vec((0..17_u8, 0..40_usize), 1..40)
    ) {
        let mut life = Life::new();
        life.quoting.asker = Asker::OURSELVES;
        for (what, whose) in steps {
            life.happens(what, whose);
            life.holds()?;
        }
    }
}

#[tokio::test]
async fn f96_f99_two_that_want_the_same_of_offers_at_once_leave_one_truth() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification", "quoting", "ordering"], &[]);
    let others = it.start(&["quoting", "ordering"], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("it is offered", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let deal = it.texts("SELECT id::text FROM opportunity").await.remove(0);
    it.command("quote.draft.v1", json!({ "opportunity": deal })).await;
    it.until("another is drafted", "SELECT count(*) = 1 FROM quote WHERE state = 'draft'").await;
    let draft = it.texts("SELECT id::text FROM quote WHERE state = 'draft'").await.remove(0);
    // One edits it while another lets it stand.
    let edit = json!({ "quote": draft, "discount_percent": "5", "expected_sequence": 1 });
    it.publish(vec![
        command("edit", "quote.edit.v1", &edit),
        command("stand", "quote.activate.v1", &json!({ "quote": draft })),
    ])
    .await;
    let decided = "SELECT count(*) = 2 FROM received WHERE external_id IN ('edit', 'stand') AND batch IS NOT NULL";
    it.until("both are answered", decided).await;
    let stands = "SELECT count(*) FROM quote AS q JOIN event AS e ON e.subject = q.id
                  WHERE q.state = 'active' AND e.type = 'quote.activated.v1'
                    AND e.data #>> '{offer,header,discount_percent}' = q.header ->> 'discount_percent'";
    assert_eq!(it.count(stands).await, 2, "what was sent is what stands");

    // Two customers' words, each for another of the offers.
    let quotes = it.texts("SELECT id::text FROM quote ORDER BY id").await;
    let accept = |id: &str, quote: &str| command(id, "quote.accept.v1", &json!({ "quote": quote }));
    it.publish(vec![accept("one", &quotes[0]), accept("other", &quotes[1])]).await;
    let decided = "SELECT count(*) = 2 FROM received WHERE external_id IN ('one', 'other') AND batch IS NOT NULL";
    it.until("both are answered", decided).await;
    let states = "SELECT state FROM quote ORDER BY state";
    assert_eq!(it.texts(states).await, ["closed", "won"]);
    assert_eq!(it.count("SELECT count(*) FROM sales_order").await, 1);
    let refused = it.texts("SELECT message FROM refusal WHERE type = 'quote.accept.v1'").await;
    assert!(refused.len() == 1 && refused[0].contains("so it cannot be accepted"), "{refused:?}");

    // The order is canceled, the deal goes on, and the quote is offered anew.
    let order = it.texts("SELECT id::text FROM sales_order").await.remove(0);
    it.command("order.cancel.v1", json!({ "order": order, "reason": "Another size." })).await;
    it.until("it is canceled", "SELECT count(*) = 1 FROM sales_order WHERE state = 'canceled'")
        .await;
    it.command("opportunity.reopen.v1", json!({ "opportunity": deal })).await;
    it.until("it is open", "SELECT count(*) = 1 FROM opportunity WHERE state = 'open'").await;
    let won = it.texts("SELECT id::text FROM quote WHERE state = 'won'").await.remove(0);
    it.command("quote.revise.v1", json!({ "quote": won })).await;
    it.until("it is revised", "SELECT count(*) = 1 FROM quote WHERE state = 'draft'").await;
    let edit = "SELECT id::text FROM quote WHERE state = 'draft'";
    let edit = json!({ "quote": it.texts(edit).await.remove(0), "discount_percent": "30" });
    it.command("quote.edit.v1", edit).await;
    it.until("it waits", "SELECT count(*) = 1 FROM quote WHERE waits_for IS NOT NULL").await;
    workers.stop().await;
    others.stop().await;
    let listed = leadmill(&it, &["list", "quotes", "--state", "draft", "--json"]).await;
    assert!(listed.out.contains("quoting.discount_percent_max"), "{} {}", listed.out, listed.err);
    let number = it.texts("SELECT number FROM quote WHERE state = 'won'").await.remove(0);
    let (from, to) = (format!("{number}/0"), format!("{number}/1"));
    let told = leadmill(&it, &["quote", "diff", &from, &to]).await;
    for part in ["header.discount_percent", "30", "quote.edited.v1"] {
        assert!(told.out.contains(part), "{part}: {} {}", told.out, told.err);
    }
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
    let audit = leadmill(&it, &["audit"]).await;
    assert!(audit.success, "{} {}", audit.out, audit.err);
}
