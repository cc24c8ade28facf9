//! The judgement of a draft: an enquiry, surely none, or for a person to look at.

use domain::enquiry::{CHANNELS_MAX, Interest, NoLead, PRODUCTS_MAX, PartReading};

use super::Draft;
use crate::normal;

impl Draft<'_> {
    /// Judges what was taken. `what` names the input in reasons, as "The row".
    #[must_use]
    pub(crate) fn finish(mut self, what: &str) -> PartReading {
        let wanted = self.action.as_deref().unwrap_or("add");
        if matches!(wanted, "delete" | "remove" | "loschen" | "borrar" | "elimina" | "supprimer") {
            let reason = format!("{what} says that it is to be deleted, not created.");
            return PartReading::NoLead { kind: NoLead::NotWanted, reason };
        }
        if matches!(wanted, "update" | "modify" | "change" | "put" | "patch") {
            let reason = format!("{what} changes an existing record; it asks for nothing new.");
            return PartReading::NoLead { kind: NoLead::OtherEvent, reason };
        }
        if self.test {
            let reason = format!("{what} is marked as a test by the system that sent it.");
            return PartReading::NoLead { kind: NoLead::Test, reason };
        }
        self.settle();
        let person = &self.enquiry.person;
        let named = person.full_name().is_some();
        let reachable = !person.emails.is_empty()
            || !person.phones.is_empty()
            || named && (self.enquiry.company.is_some() || self.profile);
        if reachable {
            return PartReading::Enquiry(Box::new(self.enquiry));
        }
        if self.hashed {
            let reason = format!("{what} holds contact data only as hashes, which reach nobody.");
            return PartReading::NoLead { kind: NoLead::OtherEvent, reason };
        }
        if !self.anything {
            let reason = format!("{what} holds no person, company or question.");
            return PartReading::NoLead { kind: NoLead::Empty, reason };
        }
        let whom = person.full_name().map(|name| format!(" for {name}")).unwrap_or_default();
        let reason = format!(
            "{what} has no e-mail address, phone, or person with a company{whom}; complete it or \
             reject it."
        );
        PartReading::Unclear { reason }
    }

    /// Puts names, channels and products where they belong.
    fn settle(&mut self) {
        let person = &mut self.enquiry.person;
        if let Some(full) = self.full_name.take() {
            match (&person.given_name, &person.family_name) {
                // Given is there: the rest of the full name is the family name.
                (Some(given), None) => {
                    let rest = full.strip_prefix(given.as_str()).map(str::trim);
                    let rest = rest.filter(|rest| !rest.is_empty()).map(str::to_owned);
                    // "Vorname" beside "Name", "prénom" beside "nom": the name is the family name.
                    person.family_name = rest.or(Some(full.clone()).filter(|full| full != given));
                }
                (None, None) => {
                    let named = normal::person_name(&full);
                    (person.given_name, person.family_name) = (named.given, named.family);
                }
                _ => {}
            }
        } else if person.family_name.is_none()
            && let Some(given) = person.given_name.take_if(|given| given.contains(' '))
        {
            // "Nombre" alone often holds the whole name.
            let named = normal::person_name(&given);
            (person.given_name, person.family_name) = (named.given, named.family);
        }
        person.emails.append(&mut self.other_emails);
        person.phones.append(&mut self.mobiles);
        person.phones.append(&mut self.other_phones);
        unique(&mut person.emails);
        unique(&mut person.phones);
        if let Some(product) = self.product.take() {
            self.enquiry.interest.insert(0, Interest { product, quantity: self.quantity.take() });
        } else if let Some(quantity) = self.quantity.take() {
            self.other("quantity", &quantity.to_string());
        }
        if self.no_bulk {
            self.enquiry.consent = false;
        }
        self.enquiry.interest.truncate(PRODUCTS_MAX);
    }
}

fn unique(list: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    list.retain(|item| seen.insert(item.clone()));
    list.truncate(CHANNELS_MAX);
}
