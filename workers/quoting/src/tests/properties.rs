//! What lines hold of the properties of their products.

use domain::document::Line;
use domain::line_edits::{LineChange, NewLine};
use domain::offer_difference::differences;
use domain::property_value::PropertyWish;

use super::catalogs::file;
use super::*;

/// A mill of a family that asks for a colour, takes a width from 10 to 60 and has 230 volts unless somebody says
/// otherwise; and a set that holds one.
fn mills() -> CatalogFile {
    file(serde_json::json!({
        "products": [
            { "sku": "FAM", "name": "Mills", "kind": "family", "properties": [
                { "name": "Colour", "kind": "option_set", "required": true, "options": ["red", "blue"] },
                { "name": "Volts", "kind": "whole_number", "required": true, "default": "230" },
                { "name": "Origin", "kind": "text", "read_only": true, "default": "Ghent" },
                { "name": "Secret", "kind": "text", "hidden": true, "default": "x" } ] },
            { "sku": "MILL", "name": "Mill", "parent": "FAM", "properties": [
                { "name": "Width", "kind": "decimal", "minimum": "10", "maximum": "60" },
                { "name": "Words", "kind": "text" } ] },
            { "sku": "A-1", "name": "Alpha" },
            { "sku": "SET", "name": "Set", "kind": "bundle", "parts": [{ "sku": "MILL", "quantity": "1" }] },
        ],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "items": [
            { "sku": "MILL", "price": { "method": { "currency_amount": "100" } } },
            { "sku": "A-1", "price": { "method": { "currency_amount": "5" } } },
            { "sku": "SET", "price": { "method": { "currency_amount": "200" } } },
        ] }],
    }))
}

fn mill_story() -> Story<Quoting> {
    let shelf = Shelf::new(&Arc::new(catalog(&mills())));
    let worker = Quoting::new(settings(), chrono_tz::Europe::Berlin);
    Story::of(worker, shelf).given(opportunity()).given(account()).given(ana())
}

fn wishes(wished: &[(&str, Option<&str>)]) -> Vec<PropertyWish> {
    let wish = |(name, value): &(&str, Option<&str>)| PropertyWish {
        name: name.parse().unwrap(),
        value: value.map(|value| value.parse().unwrap()),
    };
    wished.iter().map(wish).collect()
}

fn mill(wished: &[(&str, Option<&str>)]) -> OpportunityEditLines {
    let mut command = add("MILL", dec!(1), true);
    command.lines.add[0].properties = wishes(wished);
    command
}

fn change(line: &Line, wished: &[(&str, Option<&str>)]) -> LineEdits {
    let change = LineChange { properties: wishes(wished), ..LineChange::none(line.id) };
    LineEdits { change: vec![change], ..LineEdits::default() }
}

fn edit_deal(line: &Line, wished: &[(&str, Option<&str>)]) -> OpportunityEditLines {
    let lines = change(line, wished);
    OpportunityEditLines { opportunity: id(1), expected_sequence: None, lines, complete: true }
}

fn told(line: &Line) -> String {
    let one = |it: &domain::property_value::PropertyValue| {
        format!("{}={}", it.name, it.value.as_deref().unwrap_or("?"))
    };
    line.properties.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[test]
fn f72_a_line_holds_the_values_that_are_given_and_the_defaults_of_the_others() {
    let mut story = mill_story();
    let said = story.when(mill(&[("Width", Some(" 12.50 ")), ("Colour", Some("red"))])).unwrap();
    assert_eq!(said.types(), ["opportunity.repriced.v1", "quote.drafted.v1", "quote.activated.v1"]);
    let line = &said.get::<OpportunityRepriced>().unwrap().lines[0];
    assert_eq!(told(line), "Colour=red Volts=230 Origin=Ghent Width=12.5");
    let offered: QuoteActivated = said.get().unwrap();
    assert_eq!(offered.offer.lines[0].properties, line.properties, "the offer bears them");

    // What is not named stays; what is given back has its default, where there is one.
    let line = now(&story).lines[0].clone();
    story.when(edit_deal(&line, &[("Volts", Some("110"))])).unwrap();
    assert_eq!(told(&now(&story).lines[0]), "Colour=red Volts=110 Origin=Ghent Width=12.5");
    story.when(edit_deal(&line, &[("Volts", None), ("Width", None)])).unwrap();
    assert_eq!(told(&now(&story).lines[0]), "Colour=red Volts=230 Origin=Ghent");
}

#[test]
fn f72_a_required_property_without_a_value_keeps_the_offer_a_draft_until_it_is_given() {
    let mut story = mill_story();
    let said = story.when(mill(&[])).unwrap();
    assert_eq!(said.types(), ["opportunity.repriced.v1", "quote.drafted.v1"]);
    let repriced: OpportunityRepriced = said.get().unwrap();
    let line = &repriced.lines[0];
    assert_eq!(told(line), "Colour=? Volts=230 Origin=Ghent");
    let [doubt] = &repriced.doubts[..] else { panic!("{:?}", repriced.doubts) };
    for part in ["line 1 (`MILL`)", "`Colour`", "`opportunity.edit_lines`", &line.id.to_string()] {
        assert!(doubt.contains(part), "{part}: {doubt}");
    }
    let draft: QuoteDrafted = said.get().unwrap();
    let activate = || QuoteActivate { quote: draft.quote };
    let refused = story.when(activate()).unwrap_err();
    assert_eq!(refused.reason().rule, "quote.property_missing");
    let of_draft = &draft.offer.lines[0];
    for part in ["`MILL`", "`Colour`", "`quote.edit`", &of_draft.id.to_string()] {
        assert!(refused.reason().message.contains(part), "{part}: {refused}");
    }

    let lines = change(of_draft, &[("Colour", Some("blue"))]);
    let edited = story.when(QuoteEdit { lines, ..QuoteEdit::of(draft.quote) }).unwrap();
    let edited: QuoteEdited = edited.get().unwrap();
    assert_eq!(told(&edited.offer.lines[0]), "Colour=blue Volts=230 Origin=Ghent");
    let [colour] = &differences(&draft.offer, &edited.offer)[..] else { panic!("one difference") };
    assert_eq!((&*colour.field, colour.to.as_deref()), ("properties.Colour", Some("blue")));
    assert_ne!(draft.offer.sha256(), edited.offer.sha256(), "the digest covers them");
    assert_eq!(story.when(activate()).unwrap().types(), ["quote.activated.v1"]);
}

#[test]
fn f72_a_value_that_a_property_does_not_take_is_refused_by_its_rule_and_nothing_is_added() {
    let mut story = mill_story();
    for (rule, wished) in [
        ("line.property_unknown", [("Weight", Some("5"))]),
        ("line.property_unknown", [("Secret", Some("y"))]),
        ("line.property_kind", [("Volts", Some("230.5"))]),
        ("line.property_kind", [("Width", Some("wide"))]),
        ("line.property_kind", [("Words", Some(" "))]),
        ("line.property_range", [("Width", Some("9.99"))]),
        ("line.property_range", [("Width", Some("61"))]),
        ("line.property_option", [("Colour", Some("green"))]),
        ("line.property_read_only", [("Origin", Some("Lyon"))]),
    ] {
        let refused = story.when(mill(&wished)).unwrap_err();
        assert_eq!(refused.reason().rule, rule, "{refused}");
        assert!(refused.reason().message.contains(wished[0].0), "{refused}");
    }
    let twice = [("Colour", Some("red")), ("Colour", Some("blue"))];
    let refused = story.when(mill(&twice)).unwrap_err();
    assert_eq!(refused.reason().rule, "line.property_twice");
    let text = NewLine { text: Some("Words".parse().unwrap()), ..NewLine::default() };
    let mut command = mill(&[("Colour", Some("red"))]);
    command.lines.add.push(NewLine { properties: wishes(&[("Colour", None)]), ..text });
    assert_eq!(story.when(command).unwrap_err().reason().rule, "line.field");
    assert!(now(&story).lines.is_empty(), "the mill before it is not added either");
}

#[test]
fn f72_what_a_new_deal_wants_is_given_with_its_values_or_told_as_not_priced() {
    let wanted = |wished: &[(&str, Option<&str>)]| {
        let mut event = created(&[("MILL", None)]);
        event.interest[0].properties = wishes(wished);
        mill_story().when(event).unwrap()
    };
    let said = wanted(&[("Colour", Some("red"))]);
    assert_eq!(said.types(), ["opportunity.repriced.v1", "quote.drafted.v1", "quote.activated.v1"]);
    let said: OpportunityRepriced = said.get().unwrap();
    assert_eq!(told(&said.lines[0]), "Colour=red Volts=230 Origin=Ghent");
    let said: OpportunityRepriced = wanted(&[("Colour", Some("green"))]).get().unwrap();
    assert!(said.lines.is_empty() && said.unpriced[0].contains("line.property_option"), "{said:?}");
}

#[test]
fn f72_a_part_of_a_bundle_is_given_values_of_its_own_that_stay_when_the_bundle_changes() {
    let mut story = mill_story();
    let said = story.when(add("SET", dec!(1), true)).unwrap();
    assert_eq!(said.types(), ["opportunity.repriced.v1", "quote.drafted.v1"], "the part lacks one");
    let (set, part) = (now(&story).lines[0].clone(), now(&story).lines[1].clone());
    let said = story.when(edit_deal(&part, &[("Colour", Some("red"))])).unwrap();
    assert_eq!(said.types().last().map(|it| &**it), Some("quote.activated.v1"));
    assert_eq!(now(&story).lines[1].id, part.id);
    let mut more = edit_deal(&set, &[]);
    more.lines.change[0].quantity = Some(dec!(3));
    story.when(more).unwrap();
    let part = &now(&story).lines[1];
    assert_eq!(
        (told(part).as_str(), part.quantity),
        ("Colour=red Volts=230 Origin=Ghent", dec!(3))
    );
}

#[test]
fn f72_a_product_without_properties_costs_no_byte_more() {
    let mut story = mill_story();
    story.when(add("A-1", dec!(1), true)).unwrap();
    let line = serde_json::to_value(&now(&story).lines[0]).unwrap();
    assert!(line.get("properties").is_none(), "{line}");
}
