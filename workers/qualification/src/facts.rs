//! What the rules can ask about a lead: always the same names and types, so that a rule is checked
//! once, when it is loaded, and nothing is missing when it runs.

use domain::certainty::Certainty;
use domain::enquiry::Enquiry;
use domain::lead::Lead;
use domain::party::{Recognised, is_freemail};
use domain::shelf::Shelf;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use zen_expression::variable::{Symbol, Variable, VariableMap};

/// Every fact `lead.<name>`, by type and meaning. Unknown texts are empty, unknown numbers 0.
pub const FACTS: &[(&str, &str, &str)] = &[
    ("topic", "text", "one line that names the enquiry"),
    ("message", "text", "what they wrote"),
    ("text", "text", "topic and message, in lower case"),
    ("text_length", "number", "characters of topic and message"),
    ("company", "text", "the organisation they ask for"),
    ("job_title", "text", "what they are there"),
    ("email", "text", "the address to answer to"),
    ("email_domain", "text", "what stands behind its @"),
    ("freemail", "yes/no", "anybody can have a mailbox at that domain"),
    ("has_email", "yes/no", ""),
    ("has_phone", "yes/no", ""),
    ("has_name", "yes/no", ""),
    ("website", "text", ""),
    ("city", "text", ""),
    ("country", "text", "ISO 3166-1 alpha-2 where it could be read so, as DE"),
    ("source", "text", "web, email, trade_show, partner, list, …, other"),
    ("campaign", "text", "campaign, form or event"),
    ("budget", "number", "what they may spend, a decimal"),
    ("has_budget", "yes/no", ""),
    ("currency", "text", "of the budget, as EUR"),
    ("budget_status", "text", "no_committed_budget, may_buy, can_buy, will_buy"),
    ("purchase_timeframe", "text", "immediate, this_quarter, next_quarter, this_year, unknown"),
    ("purchase_process", "text", "individual, committee, unknown"),
    ("need", "text", "must_have, should_have, good_to_have, no_need"),
    ("decision_maker", "yes/no", "the person decides"),
    ("annual_revenue", "number", "of the organisation, a decimal"),
    ("employees", "number", ""),
    ("industry", "text", ""),
    ("consent", "yes/no", "they agreed to be written to in bulk"),
    ("interest_count", "number", "products that they declared"),
    ("mention_count", "number", "products of the catalog that topic or message name"),
    ("doubt_count", "number", "what a person must look at before anything is offered"),
    ("who_certain", "yes/no", "who asks was read with certainty"),
    ("channel_certain", "yes/no", "whom to answer to was read with certainty"),
    ("known_customer", "yes/no", "their contact or account exists already"),
];

/// The facts of one lead; `words` is added by the rules.
pub(crate) fn facts(lead: &Lead, known: &Recognised, shelf: &Shelf) -> VariableMap {
    let ask = &lead.enquiry;
    let email = ask.person.emails.first();
    let domain = email.and_then(|email| email.rsplit_once('@')).map_or("", |(_, domain)| domain);
    let text = lower_text(ask);
    let budget = ask.budget.filter(|budget| !budget.is_sign_negative());
    let address = ask.address.as_ref();
    [
        ("topic", string(ask.topic.as_ref())),
        ("message", string(ask.message.as_ref())),
        ("text_length", count(text.trim().chars().count())),
        ("text", Variable::String(text.into())),
        ("company", string(ask.company.as_ref())),
        ("job_title", string(ask.person.job_title.as_ref())),
        ("email", string(email)),
        ("freemail", Variable::Bool(is_freemail(domain))),
        ("email_domain", Variable::String(domain.into())),
        ("has_email", Variable::Bool(email.is_some())),
        ("has_phone", Variable::Bool(!ask.person.phones.is_empty())),
        ("has_name", Variable::Bool(ask.person.full_name().is_some())),
        ("website", string(ask.website.as_ref())),
        ("city", string(address.and_then(|address| address.city.as_ref()))),
        ("country", string(address.and_then(|address| address.country.as_ref()))),
        ("source", word(json!(ask.source))),
        ("campaign", string(ask.campaign.as_ref())),
        ("budget", Variable::Number(budget.unwrap_or_default())),
        ("has_budget", Variable::Bool(budget.is_some())),
        ("currency", string(ask.currency.as_ref())),
        ("budget_status", word(ask.budget_status.map_or("".into(), |t| json!(t)))),
        ("purchase_timeframe", word(ask.purchase_timeframe.map_or("unknown".into(), |t| json!(t)))),
        ("purchase_process", word(ask.purchase_process.map_or("unknown".into(), |t| json!(t)))),
        ("need", word(ask.need.map_or("".into(), |t| json!(t)))),
        ("decision_maker", Variable::Bool(ask.decision_maker == Some(true))),
        ("annual_revenue", Variable::Number(ask.annual_revenue.unwrap_or_default())),
        ("employees", Variable::Number(ask.employees.unwrap_or_default().into())),
        ("industry", string(ask.industry.as_ref())),
        ("consent", Variable::Bool(ask.consent)),
        ("interest_count", count(ask.interest.len())),
        ("mention_count", count(shelf.asked(ask).len())),
        ("doubt_count", count(ask.doubts.len())),
        ("who_certain", Variable::Bool(ask.certainty.who == Certainty::Certain)),
        ("channel_certain", Variable::Bool(ask.certainty.channel == Certainty::Certain)),
        ("known_customer", Variable::Bool(known.contact.is_some() || known.account.is_some())),
    ]
    .into_iter()
    .map(|(name, value)| (Symbol::from(name), value))
    .collect()
}

/// A lead's facts without its values: what a rule may read, and of which type.
pub(crate) fn shape() -> Value {
    let typed = FACTS.iter().map(|(name, kind, _)| {
        let example = match *kind {
            "number" => json!(0),
            "yes/no" => json!(false),
            _ => json!(""),
        };
        ((*name).to_owned(), example)
    });
    Value::Object(typed.collect())
}

/// Topic and message in lower case, as words are looked for in them.
pub(crate) fn lower_text(enquiry: &Enquiry) -> String {
    let text = [enquiry.topic.as_deref(), enquiry.message.as_deref()];
    text.map(Option::unwrap_or_default).join("\n").to_lowercase()
}

fn string(value: Option<&String>) -> Variable {
    Variable::String(value.map_or("", String::as_str).into())
}

fn count(number: usize) -> Variable {
    Variable::Number(Decimal::from(number))
}

/// An enum as the word that it is in messages.
fn word(value: Value) -> Variable {
    Variable::String(value.as_str().unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::catalog::Catalog;
    use domain::ids::{InputId, LeadId};

    use super::*;

    #[test]
    fn the_facts_of_a_lead_are_those_declared_with_their_types() {
        let nobody = uuid::Uuid::nil();
        let lead = Lead::new(LeadId(nobody), "L-1".into(), InputId(nobody), Enquiry::default());
        let shelf = Shelf::new(&Arc::new(Catalog::empty()));
        let facts = facts(&lead, &Recognised::default(), &shelf);
        assert_eq!(facts.len(), FACTS.len());
        for (name, kind, _) in FACTS {
            let value = facts.get_str(name).unwrap_or_else(|| panic!("no fact {name}"));
            let fits = match *kind {
                "text" => value.as_str().is_some(),
                "number" => value.as_number().is_some(),
                _ => value.as_bool().is_some(),
            };
            assert!(fits, "{name} is {value:?}");
        }
    }
}
