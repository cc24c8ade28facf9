//! Deals of known customers that no lead began.

use domain::commands::OpportunityCreate;
use domain::customer::Customer;
use domain::day::Day;
use domain::ids::{AccountId, ContactId};
use domain::opportunity::RevenueMode;
use domain::samples;

use super::*;

fn create(account: Option<u32>, contact: Option<u32>) -> OpportunityCreate {
    let customer = Customer { account: account.map(id), contact: contact.map(id) };
    serde_json::from_value(serde_json::json!({ "customer": customer })).unwrap()
}

/// An account, a contact of it, and a person alone.
fn known() -> Story<Qualification> {
    let of_account = Contact { account: Some(id(10)), ..samples::contact(id(11)) };
    let alone = Contact { account: None, ..samples::contact(id(12)) };
    story().given(samples::account(id(10))).given(of_account).given(alone)
}

#[test]
fn f67_a_known_customer_has_a_deal_without_a_lead_at_the_list_of_the_settings() {
    let mut story = known();
    let command = OpportunityCreate {
        interest: vec![Interest { product: "CM-100".into(), quantity: Some(dec!(2)) }],
        estimated_revenue: Some(dec!(900)),
        revenue_mode: RevenueMode::User,
        close_date: Some(Day::read("2026-04-01").unwrap()),
        owner: Some("lena".parse().unwrap()),
        ..create(None, Some(11))
    };
    let told = story.when(command).unwrap();
    assert_eq!(told.types(), ["opportunity.created.v1"]);
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!((said.originating_lead, said.primary, said.previous), (None, None, None));
    let customer = Customer { account: Some(id(10)), contact: Some(id(11)) };
    assert_eq!(said.customer, customer, "a contact buys for their account");
    assert_eq!((said.currency.as_str(), said.price_list.as_deref()), ("EUR", Some("standard-eur")));
    assert_eq!((said.estimated_revenue, said.revenue_mode), (Some(dec!(900)), RevenueMode::User));
    let deal = story.world.find(said.opportunity).unwrap();
    assert!(deal.name.starts_with("Deal with "), "{}", deal.name);
    assert_eq!(deal.owner.as_deref(), Some("lena"));

    let dollars = OpportunityCreate {
        currency: Some("USD".parse().unwrap()),
        name: Some("Two machines".parse().unwrap()),
        ..create(None, Some(12))
    };
    let told = story.when(dollars).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!(
        (said.name.as_str(), said.price_list.as_deref()),
        ("Two machines", Some("standard-usd"))
    );
    assert_eq!(said.customer, Customer { account: None, contact: Some(id(12)) });
}

#[test]
fn f67_a_deal_without_a_customer_who_can_buy_is_refused_by_a_named_rule() {
    let mut story = known();
    let over = Some(Day::read("2026-02-27").unwrap());
    for (rule, command) in [
        ("opportunity.no_customer", create(None, None)),
        ("opportunity.contact_of_another", create(Some(20), Some(11))),
        (
            "opportunity.currency",
            OpportunityCreate { currency: Some("JPY".parse().unwrap()), ..create(Some(10), None) },
        ),
        (
            "price_list.unknown",
            OpportunityCreate {
                price_list: Some("none".parse().unwrap()),
                ..create(Some(10), None)
            },
        ),
        (
            "opportunity.negative_revenue",
            OpportunityCreate { estimated_revenue: Some(dec!(-1)), ..create(Some(10), None) },
        ),
        (
            "opportunity.close_date",
            OpportunityCreate { close_date: over, ..create(Some(10), None) },
        ),
    ] {
        let Err(Refusal::No(reason)) = story.when(command) else { panic!("{rule}: no refusal") };
        assert_eq!((reason.rule, reason.subject), (rule, SubjectKind::Opportunity));
    }
    for (account, contact) in [(Some(77), None), (None, Some(77))] {
        assert!(matches!(story.when(create(account, contact)), Err(Refusal::NotYet(_))));
    }
    let inactive = |at| CustomerState::Inactive { at };
    let account: AccountId = id(10);
    let account = Account { state: inactive(story.now), ..samples::account(account) };
    let person: ContactId = id(12);
    let alone = Contact { account: None, state: inactive(story.now), ..samples::contact(person) };
    let mut story = story.given(account).given(alone);
    for (account, contact) in [(Some(10), None), (None, Some(11)), (None, Some(12))] {
        let refused = story.when(create(account, contact)).unwrap_err();
        assert_eq!(refused.reason().found, "inactive", "{account:?} {contact:?}");
    }
}
