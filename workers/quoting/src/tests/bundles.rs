//! Bundles on lines.

use domain::document::{ChosenPart, Line, LineKind};
use domain::line_edits::{LineChange, LineEdits, NewLine};

use super::catalogs::file;
use super::lines::Desk;
use super::*;

/// A bundle at 500 with two required feet, and with grinders at 40 and cups at 50 as options (golden vector).
fn bundles() -> CatalogFile {
    file(serde_json::json!({
        "products": [
            { "sku": "SET-1", "name": "Set", "kind": "bundle", "parts": [
                { "sku": "FOOT", "quantity": "2" },
                { "sku": "GRIND", "quantity": "5", "required": false },
                { "sku": "CUP", "quantity": "1", "required": false } ] },
            { "sku": "FOOT", "name": "Foot", "tax_class": "reduced", "quantity_control": "whole" },
            { "sku": "GRIND", "name": "Grinder", "quantity_control": "whole" },
            { "sku": "CUP", "name": "Cup" },
        ],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "items": [
            { "sku": "SET-1", "price": { "method": { "currency_amount": "500" } } },
            { "sku": "GRIND", "price": { "method": { "currency_amount": "40" } } },
            { "sku": "CUP", "price": { "method": { "currency_amount": "50" } } },
        ] }],
    }))
}

fn bundled() -> Story<Quoting> {
    let shelf = Shelf::new(&Arc::new(catalog(&bundles())));
    let worker = Quoting::new(settings(), chrono_tz::Europe::Berlin);
    Story::of(worker, shelf).given(opportunity()).given(account()).given(ana())
}

fn with(options: &[(&str, Option<Decimal>)], quantity: Decimal) -> OpportunityEditLines {
    let options = options
        .iter()
        .map(|(sku, quantity)| ChosenPart { sku: sku.parse().unwrap(), quantity: *quantity });
    let mut command = add("SET-1", quantity, true);
    command.lines.add[0].options = options.collect();
    command
}

fn lines(told: &Told) -> Vec<Line> {
    told.get::<OpportunityRepriced>().unwrap().lines
}

#[test]
fn f72_a_bundle_brings_its_required_parts_within_its_price_and_the_chosen_ones_at_theirs() {
    let mut story = bundled();
    let told = story.when(with(&[("GRIND", None), ("CUP", Some(dec!(5)))], dec!(1))).unwrap();
    let lines = lines(&told);
    let told: Vec<_> =
        lines.iter().map(|it| (it.label(), it.kind, it.quantity, it.net_amount)).collect();
    assert_eq!(
        told,
        [
            ("SET-1", LineKind::Bundle, dec!(1), dec!(500.00)),
            ("FOOT", LineKind::BundlePart, dec!(2), dec!(0.00)),
            ("GRIND", LineKind::BundlePart, dec!(5), dec!(200.00)),
            ("CUP", LineKind::BundlePart, dec!(5), dec!(250.00)),
        ]
    );
    assert!(lines[1..].iter().all(|part| part.parent == Some(lines[0].id)));
    assert_eq!(lines[1].tax, lines[0].tax, "what costs nothing makes no group of taxes");
    assert_eq!(now(&story).estimated_revenue, Some(dec!(950)));
    // The quote has the same lines, and its parts belong to its own bundle.
    let offered = &quote(&story, now(&story).quotes[0].id).offer.lines;
    assert!(offered[1..].iter().all(|part| part.parent == Some(offered[0].id)));
}

#[test]
fn f72_three_bundles_bring_three_times_their_parts() {
    let mut story = bundled();
    let told = story.when(with(&[("GRIND", None)], dec!(3))).unwrap();
    let quantities: Vec<_> = lines(&told).iter().map(|line| line.quantity).collect();
    assert_eq!(quantities, [dec!(3), dec!(6), dec!(15)]);
    let told = bundled().when(created(&[("SET-1", Some(dec!(2)))])).unwrap();
    assert_eq!(lines(&told).len(), 2, "an option comes only where it is chosen");
}

#[test]
fn f72_a_part_that_is_no_option_or_cannot_be_sold_so_is_refused_and_nothing_is_added() {
    let mut none = with(&[("CUP", None)], dec!(1));
    none.lines.add[0].product = Some("CUP".parse().unwrap());
    for (command, rule) in [
        (with(&[("FOOT", None)], dec!(1)), "line.no_part"),
        (with(&[("NONE", None)], dec!(1)), "line.no_part"),
        (with(&[("GRIND", Some(dec!(1.5)))], dec!(1)), "line.quantity"),
        (with(&[], dec!(0.25)), "line.quantity"),
        (none, "line.no_part"),
    ] {
        let mut story = bundled();
        let refused = story.when(command).unwrap_err();
        assert_eq!((refused.reason().rule, now(&story).lines.len()), (rule, 0));
    }
}

#[test]
fn f72_a_bundle_needs_room_for_all_of_its_parts() {
    let mut story = bundled();
    while now(&story).lines.len() < LINES_MAX - 1 {
        story.when(add("CUP", dec!(1), false)).unwrap();
    }
    let refused = story.when(with(&[], dec!(1))).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.lines_max");
    let mut story = bundled();
    let interest = vec![("SET-1", None); LINES_MAX];
    let told = story.when(created(&interest)).unwrap();
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!((said.lines.len(), said.unpriced.len()), (LINES_MAX, LINES_MAX / 2));
}

#[test]
fn f72_the_parts_of_a_bundle_follow_its_quantity_under_their_ids_and_go_with_it() {
    let mut desk = Desk::of(&bundles());
    let options = vec![ChosenPart { sku: "GRIND".parse().unwrap(), quantity: Some(dec!(3)) }];
    let product = Some("SET-1".parse().unwrap());
    let bundle = desk.add(NewLine { product, options, ..NewLine::default() }).unwrap();
    let before: Vec<_> = desk.lines.iter().map(|line| line.id).collect();
    let quantity = Some(dec!(2));
    desk.change(LineChange { quantity, ..LineChange::none(bundle) }).unwrap();
    let now: Vec<_> = desk.lines.iter().map(|line| (line.label(), line.quantity)).collect();
    assert_eq!(now, [("SET-1", dec!(2)), ("FOOT", dec!(4)), ("GRIND", dec!(6))]);
    assert_eq!(desk.lines.iter().map(|line| line.id).collect::<Vec<_>>(), before);
    let wrong = LineChange { quantity: Some(dec!(0.25)), ..LineChange::none(bundle) };
    assert_eq!(desk.change(wrong).unwrap_err().reason().rule, "line.quantity");
    desk.edit(&LineEdits { remove: vec![bundle], ..LineEdits::default() }).unwrap();
    assert!(desk.lines.is_empty());
}
