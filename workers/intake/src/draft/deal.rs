//! Fields about what is asked for, and how it came.

use domain::consent::Purpose;
use domain::enquiry::PRODUCTS_MAX;

use super::{Draft, put};
use crate::fields::Field;
use crate::normal;

impl Draft<'_> {
    /// Whether the field was read as one about what is asked for, or how it came.
    pub(super) fn deal(&mut self, field: Field, name: &str, text: &str, raw: &str) -> bool {
        let notation = self.notation;
        let enquiry = &mut self.enquiry;
        match field {
            Field::TaxId => put(&mut enquiry.tax_id, normal::tax_id(text)),
            Field::Website | Field::Page
                if text.contains("linkedin.com/in/") || text.contains("xing.com/profile") =>
            {
                self.profile = true;
                false
            }
            Field::Website
                if normal::host(text)
                    .is_some_and(|host| self.options.is_own(&format!("@{host}"))) =>
            {
                false
            }
            // What an advertisement led to is our page.
            Field::Website
                if ["utm_", "gclid=", "fbclid="].iter().any(|mark| text.contains(mark)) =>
            {
                self.pages.push((name.to_owned(), text.to_owned()));
                true
            }
            Field::Website => {
                put(&mut enquiry.website, normal::host(text).map(|_| text.to_owned()))
            }
            Field::Page => {
                self.pages.push((name.to_owned(), text.to_owned()));
                true
            }
            Field::Topic => put(&mut enquiry.topic, Some(text.to_owned())),
            Field::Message => put(&mut enquiry.message, normal::paragraph(raw)),
            Field::Product => {
                let fits = self.products.len() < PRODUCTS_MAX;
                if fits && !self.products.iter().any(|known| known == text) {
                    self.products.push(text.to_owned());
                }
                fits
            }
            Field::Quantity => put(&mut self.quantity, Some(text.to_owned())),
            Field::Budget => match normal::budget(text, notation) {
                Some((amount, currency)) if enquiry.budget.is_none() => {
                    enquiry.budget = Some(amount);
                    if currency.is_some() {
                        enquiry.currency = currency;
                    }
                    true
                }
                _ => false,
            },
            Field::Currency => put(&mut enquiry.currency, normal::currency(text)),
            Field::Timeframe => put(&mut enquiry.purchase_timeframe, normal::timeframe(text)),
            Field::CloseDate => put(&mut enquiry.close_date, normal::date(text, notation)),
            Field::Employees => put(&mut enquiry.employees, normal::count(text, notation)),
            Field::Industry => put(&mut enquiry.industry, Some(text.to_owned())),
            Field::Source => normal::source(text).is_some_and(|source| {
                enquiry.source = source;
                true
            }),
            Field::Campaign => put(&mut enquiry.campaign, Some(text.to_owned())),
            Field::Owner => put(&mut enquiry.owner, Some(text.to_owned())),
            Field::SubmittedAt => put(&mut enquiry.submitted_at, normal::timestamp(text)),
            _ => self.how(field, name, text),
        }
    }

    /// Yes or no to a purpose: a field that asks for a yes, or one that asks for a no.
    fn says(&mut self, purpose: Purpose, text: &str, asks_yes: bool) -> bool {
        let answer = normal::truth(text).or_else(|| normal::refusal(text));
        self.said.extend(answer.map(|answer| (purpose, answer == asks_yes)));
        answer.is_some()
    }

    /// What the sender agreed to, and what the sending system says of the input.
    fn how(&mut self, field: Field, name: &str, text: &str) -> bool {
        match field {
            Field::Consent => {
                normal::truth(text).or_else(|| normal::refusal(text)).is_some_and(|yes| {
                    self.agreed |= yes;
                    self.declined |= !yes;
                    true
                })
            }
            Field::NoBulk => normal::truth(text).is_some_and(|yes| {
                self.declined |= yes;
                true
            }),
            Field::PhoneConsent => self.says(Purpose::Phone, text, true),
            Field::NoPhone => self.says(Purpose::Phone, text, false),
            Field::Profiling => self.says(Purpose::Profiling, text, true),
            // A command of ours where it is one; else a column that shares its name with it.
            Field::Action => match command(&forms::fold(text)) {
                Some(command) => put(&mut self.action, Some(command.to_owned())),
                None => false,
            },
            Field::Deleted => {
                if normal::truth(text) != Some(false) && !normal::is_filler(text) {
                    put(&mut self.action, Some("delete".to_owned()));
                }
                true
            }
            Field::Test => {
                self.test |= normal::truth(text) == Some(true);
                true
            }
            Field::Trap => {
                // A box that is not ticked, or a trap that says what it is.
                if normal::truth(text) != Some(false) {
                    put(&mut self.trap, Some((name.to_owned(), text.to_owned())));
                }
                true
            }
            _ => false,
        }
    }
}

/// What is to be done with the record, in our words.
fn command(folded: &str) -> Option<&'static str> {
    match folded {
        "delete" | "remove" | "loschen" | "borrar" | "elimina" | "supprimer" | "deleted"
        | "geloscht" | "eliminar" => Some("delete"),
        "update" | "modify" | "change" | "put" | "patch" | "andern" | "aktualisieren" => {
            Some("update")
        }
        "add" | "create" | "insert" | "new" | "post" | "neu" | "anlegen" => Some("add"),
        _ => None,
    }
}
