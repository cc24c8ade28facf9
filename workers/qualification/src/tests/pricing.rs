//! By which list a new deal is priced.

use domain::commands::{AccountUpdate, OpportunityCreate};
use domain::ids::{AccountId, ContactId, OpportunityId};
use domain::opportunity::Opportunity;
use domain::price_choice::PricedBy;
use domain::samples;
use serde_json::{Value, json};

use super::*;

/// Two lists for the north, of which one is for the trade only, and two for the south.
fn lists() -> Shelf {
    let lists = json!([
        { "code": "standard-eur", "name": "All", "currency": "EUR" },
        { "code": "north", "name": "North", "currency": "EUR", "territory": "North" },
        { "code": "north-trade", "name": "Trade", "currency": "EUR", "territory": "North", "customer_group": "Trade" },
        { "code": "south", "name": "South", "currency": "EUR", "territory": "South" },
        { "code": "south-too", "name": "South too", "currency": "EUR", "territory": "South" },
        { "code": "south-yen", "name": "South", "currency": "JPY", "territory": "South" },
        { "code": "east", "name": "East", "currency": "EUR", "territory": "East", "valid_from": "2026-03-02" },
    ]);
    let lists: Vec<domain::catalog::PriceList> = serde_json::from_value(lists).unwrap();
    let mut catalog = shelf().catalog().clone();
    catalog.price_lists.extend(lists.into_iter().map(|list| (list.code.clone(), list)));
    Shelf::new(&Arc::new(catalog))
}

fn story_of(account: Account) -> Story<Qualification> {
    let settings: QualificationSettings = toml::from_str(SETTINGS).unwrap();
    let worker = Qualification::new(settings, rules(), field_map()).in_zone(chrono_tz::UTC);
    Story::of(worker, lists()).given(account)
}

fn account(territory: Option<&str>, group: Option<&str>) -> Account {
    let (territory, customer_group) = (territory.map(Into::into), group.map(Into::into));
    Account { territory, customer_group, ..samples::account(id(10)) }
}

fn create(more: Value) -> OpportunityCreate {
    let mut command = json!({ "customer": { "account": id::<AccountId>(10) } });
    command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(command).unwrap()
}

fn deal(story: &Story<Qualification>, deal: OpportunityId) -> &Opportunity {
    story.world.find(deal).unwrap()
}

#[test]
fn f78_one_list_of_the_customers_market_is_set_and_without_one_the_settings_choose() {
    for (territory, group, asked, list, currency) in [
        (None, None, json!({}), "standard-eur", "EUR"),
        (Some("West"), None, json!({}), "standard-eur", "EUR"),
        (Some("north"), None, json!({}), "north", "EUR"),
        (Some("North"), Some("trade"), json!({}), "north-trade", "EUR"),
        (Some("North"), None, json!({ "currency": "USD" }), "standard-usd", "USD"),
        (Some("South"), None, json!({ "currency": "JPY" }), "south-yen", "JPY"),
        (Some("South"), None, json!({ "price_list": "south" }), "south", "EUR"),
    ] {
        let mut story = story_of(account(territory, group));
        let told = story.when(create(asked)).unwrap();
        let said: OpportunityCreated = told.get().unwrap();
        assert_eq!((said.price_list.as_deref(), said.undecided.as_ref()), (Some(list), None));
        assert_eq!(said.currency.as_str(), currency, "{territory:?} {group:?}");
        assert_eq!(deal(&story, said.opportunity).price_list, list.into());
    }
}

#[test]
fn f78_two_lists_leave_the_deal_without_one_and_it_says_why() {
    let mut story = story_of(account(Some("South"), None));
    let wanted = json!({ "interest": [{ "product": "CM-100", "quantity": "2" }] });
    let told = story.when(create(wanted)).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!((said.price_list, said.currency.as_str()), (None, "EUR"));
    let why = said.undecided.unwrap();
    assert!(why.contains("`south`, `south-too`") && why.contains("`opportunity.update`"), "{why}");
    let PricedBy::Undecided(undecided) = &deal(&story, said.opportunity).price_list else {
        panic!("a list was guessed");
    };
    assert_eq!((&undecided.why, &undecided.interest), (&why, &said.interest));
}

#[test]
fn f78_a_lead_of_a_known_account_is_priced_by_its_territory_from_the_day_on_that_it_has_one() {
    let contact = Contact {
        person: person("Ana", "Soler", "ana@acme.example"),
        account: Some(id(10)),
        territory: Some("South".into()),
        ..samples::contact(id(11))
    };
    let mut story = story_of(account(None, None)).given(contact);
    let update =
        json!({ "account": id::<AccountId>(10), "territory": "North", "customer_group": "" });
    let update: AccountUpdate = serde_json::from_value(update).unwrap();
    assert_eq!(story.when(update).unwrap().types(), ["account.updated.v1"]);
    let command = LeadQualify { account: Some(id(10)), contact: Some(id(11)), ..by_hand(id(1)) };
    story.world.place(lead(1, vague()).into());
    let told = story.when(command).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!(said.price_list.as_deref(), Some("north"), "the organisation buys");
}

#[test]
fn f78_a_person_who_buys_alone_has_a_market_of_their_own_and_the_day_is_the_sellers() {
    let alone = Contact {
        account: None,
        territory: Some("East".into()),
        customer_group: None,
        ..samples::contact(id(12))
    };
    let mut command = create(json!({}));
    command.customer =
        domain::customer::Customer { account: None, contact: Some(id::<ContactId>(12)) };
    for (now, list) in [("2026-03-01T23:59:59Z", "standard-eur"), ("2026-03-02T00:00:00Z", "east")]
    {
        let mut story = story_of(account(None, None)).given(alone.clone());
        story.now = now.parse().unwrap();
        let told = story.when(command.clone()).unwrap();
        let said: OpportunityCreated = told.get().unwrap();
        assert_eq!(said.price_list.as_deref(), Some(list), "{now}");
    }
}
