//! The lines of a document are edited: alone, together, and refused where they cannot be.

use std::collections::BTreeMap;

use domain::decide::Ctx;
use domain::document::{Line, LineKind, compute};
use domain::ids::LineId;
use domain::line_edits::{LineChange, LineEdits, NewLine, NewPrice, WriteIn};
use domain::message::{Subject, SubjectKind};
use domain::patch::Patch;
use domain::rights::RightSet;
use domain::totals::{Header, Totals};
use proptest::prelude::*;

use super::*;
use crate::edited::Edited;

/// A desk at which lines are edited, command by command.
pub(super) struct Desk {
    quoting: Quoting,
    shelf: Shelf,
    deal: Opportunity,
    asker: Asker,
    commands: u32,
    pub(super) lines: Vec<Line>,
}

impl Desk {
    fn new() -> Self {
        Self::of(&golden())
    }

    pub(super) fn of(file: &CatalogFile) -> Self {
        let asker = Asker { name: Some("sam".into()), rights: RightSet::ALL };
        Self {
            quoting: Quoting::new(settings(), chrono_tz::Europe::Berlin),
            shelf: Shelf::new(&Arc::new(catalog(file))),
            deal: opportunity(),
            asker,
            commands: 0,
            lines: Vec::new(),
        }
    }

    pub(super) fn edit(&mut self, edits: &LineEdits) -> Result<(), Refusal> {
        self.commands += 1;
        let (now, mut numbers) = (chrono::DateTime::UNIX_EPOCH, BTreeMap::new());
        let by = (id::<InputId>(self.commands).0, "urn:test");
        let mut ctx = Ctx::new(now, &self.shelf, by, &self.asker, "quoting", &mut numbers);
        let about = Subject { kind: SubjectKind::Quote, id: id::<QuoteId>(7).0 };
        let of = Edited { about, deal: &self.deal };
        self.lines = self.quoting.edited(of, self.lines.clone(), edits, &mut ctx)?;
        Ok(())
    }

    pub(super) fn add(&mut self, new: NewLine) -> Result<LineId, Refusal> {
        let before: Vec<_> = self.lines.iter().map(|line| line.id).collect();
        self.edit(&LineEdits { add: vec![new], ..LineEdits::default() })?;
        let new = self.lines.iter().find(|line| !before.contains(&line.id));
        Ok(new.unwrap().id)
    }

    pub(super) fn change(&mut self, change: LineChange) -> Result<(), Refusal> {
        self.edit(&LineEdits { change: vec![change], ..LineEdits::default() })
    }

    fn line(&self, id: LineId) -> &Line {
        self.lines.iter().find(|line| line.id == id).unwrap()
    }

    fn names(&self) -> Vec<&str> {
        self.lines.iter().map(Line::label).collect()
    }

    /// The lines without their ids, and what they add up to.
    fn sum(&self) -> (Vec<Line>, Totals) {
        let mut lines = self.lines.clone();
        let totals = compute(&mut lines, &Header::default(), self.deal.currency).unwrap();
        lines.iter_mut().for_each(|line| line.id = id(0));
        (lines, totals)
    }
}

fn of(product: &str, quantity: Decimal) -> NewLine {
    let product = Some(product.parse().unwrap());
    NewLine { product, quantity: Some(quantity), ..NewLine::default() }
}

fn set(amount: Decimal) -> NewPrice {
    NewPrice { amount, reason: "a good customer".parse().unwrap() }
}

fn service(unit_price: Decimal) -> NewLine {
    let (name, tax_class) = ("Fitting".parse().unwrap(), "standard".parse().unwrap());
    let write_in = Some(WriteIn { name, unit_price, tax_class });
    let unit = Some("HUR".parse().unwrap());
    NewLine { write_in, unit, quantity: Some(dec!(2.5)), ..NewLine::default() }
}

fn words(text: &str) -> NewLine {
    NewLine { text: Some(text.parse().unwrap()), ..NewLine::default() }
}

#[test]
fn f71_a_write_in_bears_its_own_price_and_tax_and_words_have_no_part_in_the_totals() {
    let mut desk = Desk::new();
    desk.add(words("Machines")).unwrap();
    desk.add(of("B-1", dec!(3))).unwrap();
    let fitting = desk.add(NewLine { position: Some(2), ..service(dec!(80.5)) }).unwrap();
    assert_eq!(desk.names(), ["Machines", "Fitting", "B-1"]);
    let line = desk.line(fitting);
    assert_eq!(
        (line.kind, line.unit.as_str(), line.sku.as_deref()),
        (LineKind::WriteIn, "HUR", None)
    );
    assert_eq!((line.unit_price, line.net_amount), (dec!(80.50), dec!(201.25)));
    let words = &desk.lines[0];
    assert_eq!(words.net_amount.to_string(), "0.00", "as it will read once it was stored");
    let (_, totals) = desk.sum();
    assert_eq!((totals.detail_amount, totals.breakdown.len()), (dec!(351.22), 1));

    let cheaper = Some(dec!(70));
    desk.change(LineChange { unit_price: cheaper, ..LineChange::none(fitting) }).unwrap();
    assert_eq!(desk.line(fitting).net_amount, dec!(175.00));
    let header = desk.lines[0].id;
    let name = Some("Coffee machines".parse().unwrap());
    desk.change(LineChange { name, ..LineChange::none(header) }).unwrap();
    assert_eq!(desk.names()[0], "Coffee machines");
}

#[test]
fn f71_a_price_that_somebody_set_keeps_the_lists_beside_it_with_reason_and_person() {
    let mut desk = Desk::new();
    let line = desk.add(NewLine { price_override: Some(set(dec!(99.5))), ..of("A-1", dec!(2)) });
    let line = line.unwrap();
    let quantity = Some(dec!(12));
    desk.change(LineChange { quantity, ..LineChange::none(line) }).unwrap();
    let now = desk.line(line);
    assert_eq!((now.unit_price, now.volume_discount), (dec!(99.50), dec!(0.00)));
    assert_eq!(now.net_amount, dec!(1194.00));
    let kept = now.price_override.as_ref().unwrap();
    assert_eq!(kept.list_price, Some(dec!(120.00)));
    assert_eq!((kept.by.as_str(), kept.reason.as_str()), ("sam", "a good customer"));

    let back = LineChange { price_override: Patch::Clear, ..LineChange::none(line) };
    desk.change(back).unwrap();
    let now = desk.line(line);
    assert_eq!((now.unit_price, now.volume_discount), (dec!(120.00), dec!(6.00)));
    assert_eq!(now.price_override, None);

    // What has no price in the list may be sold at one.
    let bare = desk.add(NewLine { price_override: Some(set(dec!(5))), ..of("BARE-1", dec!(1)) });
    let bare = desk.line(bare.unwrap()).price_override.clone();
    assert_eq!(bare.unwrap().list_price, None);
}

#[test]
fn f71_only_who_may_override_a_price_does_and_who_may_not_still_changes_the_rest() {
    let mut desk = Desk::new();
    let priced = NewLine { price_override: Some(set(dec!(1))), ..of("A-1", dec!(1)) };
    let line = desk.add(priced.clone()).unwrap();
    desk.asker = Asker { rights: [Right::EditDeal].into_iter().collect(), ..desk.asker };
    let before = desk.lines.clone();
    let refused = desk.add(priced).unwrap_err();
    assert_eq!(refused.reason().rule, "rights.missing");
    assert_eq!(refused.reason().found, "override_price");
    let price_override = Patch::Set(set(dec!(2)));
    let refused = desk.change(LineChange { price_override, ..LineChange::none(line) });
    assert_eq!(refused.unwrap_err().reason().rule, "rights.missing");
    assert_eq!(desk.lines, before);
    let quantity = Some(dec!(2));
    desk.change(LineChange { quantity, ..LineChange::none(line) }).unwrap();
    assert_eq!(desk.line(line).net_amount, dec!(2.00));
}

#[test]
fn f68_lines_are_removed_changed_and_put_in_order_together_or_not_at_all() {
    let mut desk = Desk::new();
    let [a, b, c] = ["A-1", "B-1", "C-1"].map(|sku| desk.add(of(sku, dec!(1))).unwrap());
    let mut edits = LineEdits {
        remove: vec![b],
        change: vec![LineChange { quantity: Some(dec!(10)), ..LineChange::none(a) }],
        order: vec![c],
        add: vec![NewLine { position: Some(1), ..words("For the cellar") }],
    };
    let mut spoiled = edits.clone();
    spoiled.add.push(of("UNKNOWN", dec!(1)));
    let before = desk.lines.clone();
    assert_eq!(desk.edit(&spoiled).unwrap_err().reason().rule, "product.unknown");
    assert_eq!(desk.lines, before);
    desk.edit(&edits).unwrap();
    assert_eq!(desk.names(), ["For the cellar", "C-1", "A-1"]);
    assert_eq!(
        (desk.line(a).volume_discount, desk.line(a).net_amount),
        (dec!(6.00), dec!(1140.00))
    );
    edits.remove.clear();
    assert!(!edits.is_empty() && LineEdits::default().is_empty());
}

#[test]
fn f68_what_cannot_be_done_to_lines_is_refused_by_a_named_rule_in_the_words_of_the_document() {
    let mut desk = Desk::new();
    let a = desk.add(of("A-1", dec!(1))).unwrap();
    let text = desk.add(words("Words")).unwrap();
    let fitting = desk.add(service(dec!(80))).unwrap();
    let huge = Decimal::from_i128_with_scale(9_999_999_999_999_999_999_999_999_999, 0);
    let price = |amount| NewLine { price_override: Some(set(amount)), ..of("A-1", dec!(1)) };
    let unit = Some("KGM".parse().unwrap());
    for (rule, new) in [
        ("product.unknown", of("UNKNOWN", dec!(1))),
        ("line.quantity", of("A-1", dec!(-1))),
        ("line.quantity", of("B-1", huge)),
        ("line.discount", NewLine { manual_discount: Some(huge), ..of("A-1", dec!(1)) }),
        ("line.discount", NewLine { manual_discount: Some(dec!(-1)), ..of("A-1", dec!(1)) }),
        ("line.price", price(dec!(-1))),
        ("line.price", price(huge)),
        ("line.price", price(dec!(0.00001))),
        ("line.price", service(dec!(-1))),
        ("line.quantity", NewLine { quantity: Some(dec!(0)), ..service(dec!(1)) }),
        ("line.unit", NewLine { unit, ..of("A-1", dec!(1)) }),
        ("line.position", NewLine { position: Some(0), ..words("Words") }),
        ("line.position", NewLine { position: Some(5), ..words("Words") }),
        ("line.field", NewLine { quantity: Some(dec!(1)), ..words("Words") }),
        ("line.field", NewLine { price_override: Some(set(dec!(1))), ..service(dec!(1)) }),
        ("line.what", NewLine { text: Some("Both".parse().unwrap()), ..service(dec!(1)) }),
        ("line.what", NewLine::default()),
    ] {
        let refused = desk.add(new).unwrap_err();
        assert_eq!(refused.reason().rule, rule, "{refused}");
        assert_eq!(refused.reason().subject, SubjectKind::Quote);
    }
    let change = LineChange::none;
    let price_override = Patch::Set(set(dec!(1)));
    for (rule, change) in [
        ("line.unknown", change(id(77))),
        ("line.quantity", LineChange { quantity: Some(dec!(0.5)), ..change(a) }),
        ("line.field", LineChange { unit_price: Some(dec!(1)), ..change(a) }),
        ("line.field", LineChange { quantity: Some(dec!(1)), ..change(text) }),
        ("line.field", LineChange { price_override, ..change(fitting) }),
    ] {
        let refused = desk.change(change).unwrap_err();
        assert_eq!(refused.reason().rule, rule, "{refused}");
    }
    for (rule, edits) in [
        ("line.unknown", LineEdits { remove: vec![a, a], ..LineEdits::default() }),
        ("line.unknown", LineEdits { order: vec![id(77)], ..LineEdits::default() }),
        ("line.order", LineEdits { order: vec![a, a], ..LineEdits::default() }),
    ] {
        assert_eq!(desk.edit(&edits).unwrap_err().reason().rule, rule);
    }
    assert_eq!(desk.names(), ["A-1", "Words", "Fitting"]);
    while desk.lines.len() < LINES_MAX {
        desk.add(of("B-1", dec!(1))).unwrap();
    }
    assert_eq!(desk.add(words("More")).unwrap_err().reason().rule, "quote.lines_max");
}

#[test]
fn parts_stay_with_their_bundle_and_go_with_it() {
    let mut desk = Desk::new();
    let bundle = desk.add(of("B-1", dec!(1))).unwrap();
    let part = desk.add(of("C-1", dec!(1))).unwrap();
    let other = desk.add(of("A-1", dec!(1))).unwrap();
    desk.lines[0].kind = LineKind::Bundle;
    (desk.lines[1].kind, desk.lines[1].parent) = (LineKind::BundlePart, Some(bundle));
    for edits in [
        LineEdits { remove: vec![part], ..LineEdits::default() },
        LineEdits { change: vec![LineChange::none(part)], ..LineEdits::default() },
        LineEdits { order: vec![part], ..LineEdits::default() },
    ] {
        assert_eq!(desk.edit(&edits).unwrap_err().reason().rule, "line.part");
    }
    desk.edit(&LineEdits { order: vec![other], ..LineEdits::default() }).unwrap();
    assert_eq!(desk.names(), ["A-1", "B-1", "C-1"]);
    desk.add(NewLine { position: Some(3), ..words("Between") }).unwrap();
    assert_eq!(desk.names(), ["A-1", "B-1", "C-1", "Between"]);
    desk.edit(&LineEdits { remove: vec![bundle], ..LineEdits::default() }).unwrap();
    assert_eq!(desk.names(), ["A-1", "Between"]);
}

fn news() -> impl Strategy<Value = NewLine> {
    let amounts = || (1..50_000_i64).prop_map(|cents| Decimal::new(cents, 2));
    let skus = prop_oneof!["A-1", "b-1", "Gamma", "BARE-1"];
    let product = (skus, 1..30_i64, prop::option::of(amounts()), 0..400_i64);
    let product = product.prop_map(|(sku, quantity, price, discount)| NewLine {
        price_override: price.map(set),
        manual_discount: Some(Decimal::new(discount, 2)),
        ..of(&sku, quantity.into())
    });
    let kinds =
        prop_oneof![3 => product, 1 => amounts().prop_map(service), 1 => Just(words("Words"))];
    (kinds, prop::option::of(1..8_u32)).prop_map(|(new, position)| NewLine { position, ..new })
}

/// Edits of lines that stand at these places.
#[derive(Clone, Debug)]
struct Drawn {
    remove: Vec<usize>,
    change: Vec<(usize, i64, Option<i64>)>,
    order: Vec<usize>,
    add: Vec<NewLine>,
}

prop_compose! {
    fn drawn()(
        remove in prop::collection::vec(0..9_usize, 0..3),
        change in prop::collection::vec((0..9_usize, 0..25_i64, prop::option::of(0..9_000_i64)), 0..4),
        order in prop::collection::vec(0..9_usize, 0..4),
        add in prop::collection::vec(news(), 0..4),
    ) -> Drawn {
        Drawn { remove, change, order, add }
    }
}

impl Drawn {
    fn on(&self, lines: &[Line]) -> LineEdits {
        let of = |at: &usize| lines.get(*at).map_or_else(|| id(77), |line| line.id);
        let change = |(at, quantity, price): &(usize, i64, Option<i64>)| LineChange {
            quantity: Some((*quantity).into()),
            price_override: price
                .map_or(Patch::Keep, |cents| Patch::Set(set(Decimal::new(cents, 2)))),
            ..LineChange::none(of(at))
        };
        LineEdits {
            remove: self.remove.iter().map(of).collect(),
            change: self.change.iter().map(change).collect(),
            order: self.order.iter().map(of).collect(),
            add: self.add.clone(),
        }
    }
}

/// Each edit as a command of its own.
fn one_by_one(edits: &LineEdits) -> Vec<LineEdits> {
    let none = LineEdits::default;
    let mut each: Vec<LineEdits> = Vec::new();
    each.extend(edits.remove.iter().map(|id| LineEdits { remove: vec![*id], ..none() }));
    each.extend(edits.change.iter().map(|it| LineEdits { change: vec![it.clone()], ..none() }));
    each.push(LineEdits { order: edits.order.clone(), ..none() });
    each.extend(edits.add.iter().map(|it| LineEdits { add: vec![it.clone()], ..none() }));
    each
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn f68_edits_in_one_command_or_one_by_one_give_the_same_lines_and_totals(
        first in prop::collection::vec(news(), 0..6),
        drawn in prop::collection::vec(drawn(), 1..4),
    ) {
        let (mut together, mut apart) = (Desk::new(), Desk::new());
        for new in first {
            prop_assert_eq!(together.add(new.clone()).is_ok(), apart.add(new).is_ok());
        }
        for drawn in drawn {
            let before = together.lines.clone();
            let done = together.edit(&drawn.on(&together.lines));
            let each = one_by_one(&drawn.on(&apart.lines));
            let lines = apart.lines.clone();
            let each = each.iter().try_for_each(|edits| apart.edit(edits));
            match (done, each) {
                (Ok(()), Ok(())) => {}
                (Err(one), Err(other)) => {
                    prop_assert_eq!(one.reason().rule, other.reason().rule);
                    prop_assert_eq!(&together.lines, &before);
                    apart.lines = lines;
                }
                (one, other) => prop_assert!(false, "{one:?} but {other:?}"),
            }
            prop_assert_eq!(together.sum(), apart.sum());
        }
    }
}
