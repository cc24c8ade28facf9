//! An enquiry in the making: fields come in by name or meaning, in any order, and are judged once.

use domain::enquiry::{
    Address, CHANNELS_MAX, Enquiry, Interest, LeadSource, OTHER_FIELDS_MAX, OtherField,
    PRODUCTS_MAX, Part, PartReading, Reading,
};
use rust_decimal::Decimal;

mod finish;

use crate::fields::{self, Field};
use crate::normal;
use crate::options::ReadOptions;

/// Collects what an input says about one enquiry.
#[derive(Debug)]
pub(crate) struct Draft<'o> {
    options: &'o ReadOptions,
    enquiry: Enquiry,
    full_name: Option<String>,
    mobiles: Vec<String>,
    other_phones: Vec<String>,
    other_emails: Vec<String>,
    product: Option<String>,
    quantity: Option<Decimal>,
    profile: bool,
    no_bulk: bool,
    action: Option<String>,
    test: bool,
    hashed: bool,
    anything: bool,
}

impl<'o> Draft<'o> {
    /// An empty draft of an enquiry that came from `source`.
    #[must_use]
    pub(crate) fn new(source: LeadSource, options: &'o ReadOptions) -> Self {
        Self {
            options,
            enquiry: Enquiry { source, ..Enquiry::default() },
            full_name: None,
            mobiles: Vec::new(),
            other_phones: Vec::new(),
            other_emails: Vec::new(),
            product: None,
            quantity: None,
            profile: false,
            no_bulk: false,
            action: None,
            test: false,
            hashed: false,
            anything: false,
        }
    }

    /// Takes a field by the name it has in the input.
    pub(crate) fn named(&mut self, name: &str, value: &str) {
        match fields::meaning(name) {
            Some(field) => self.field(field, name, value),
            None => self.other(name, value),
        }
    }

    /// Takes a field whose meaning is known; what cannot be read as that is kept under `name`.
    pub(crate) fn field(&mut self, field: Field, name: &str, value: &str) {
        let Some(text) = normal::line(value) else { return };
        if field.is_contact() && is_hash(&text) {
            self.hashed = true;
            return;
        }
        if field != Field::Plumbing && field != Field::Action && field != Field::Test {
            self.anything = true;
        }
        if !self.contact(field, &text)
            && !self.place(field, &text)
            && !self.deal(field, &text, value)
        {
            self.other(name, value);
        }
    }

    /// Keeps a field that has no place of its own, as written.
    pub(crate) fn other(&mut self, name: &str, value: &str) {
        if self.enquiry.other.len() < OTHER_FIELDS_MAX
            && let (Some(name), Some(value)) = (normal::line(name), normal::line(value))
        {
            self.anything = true;
            self.enquiry.other.push(OtherField { name, value });
        }
    }

    /// Takes a product that the enquiry names.
    pub(crate) fn interest(&mut self, product: &str, quantity: Option<&str>) {
        let Some(product) = normal::line(product) else { return };
        let read = quantity.and_then(normal::decimal).filter(|q| *q > Decimal::ZERO);
        if let (Some(written), None) = (quantity, read) {
            self.other(&format!("quantity of {product}"), written);
        }
        if self.enquiry.interest.len() < PRODUCTS_MAX {
            self.enquiry.interest.push(Interest { product, quantity: read });
        }
    }

    /// The enquiry as far as it is known, for what has a type of its own.
    pub(crate) fn enquiry_mut(&mut self) -> &mut Enquiry {
        &mut self.enquiry
    }

    /// Whether the field was read as one that names or reaches somebody.
    fn contact(&mut self, field: Field, text: &str) -> bool {
        let person = &mut self.enquiry.person;
        match field {
            Field::Email | Field::OtherEmail => {
                let found: Vec<String> = text
                    .split([';', ',', ' '])
                    .filter_map(normal::email)
                    .take(CHANNELS_MAX)
                    .collect();
                if found.is_empty() {
                    return normal::email(text).is_some_and(|email| {
                        self.other_emails.push(email);
                        true
                    });
                }
                let list =
                    if field == Field::Email { &mut person.emails } else { &mut self.other_emails };
                list.extend(found);
            }
            Field::Phone | Field::Mobile | Field::OtherPhone => {
                let Some(phone) = normal::phone(text, &self.options.default_region) else {
                    return false;
                };
                match field {
                    Field::Phone => person.phones.push(phone),
                    Field::Mobile => self.mobiles.push(phone),
                    _ => self.other_phones.push(phone),
                }
            }
            Field::GivenName if person.given_name.is_none() => {
                person.given_name = Some(text.to_owned());
            }
            Field::FamilyName if person.family_name.is_none() => {
                person.family_name = Some(text.to_owned());
            }
            Field::FullName if self.full_name.is_none() => self.full_name = Some(text.to_owned()),
            Field::JobTitle if person.job_title.is_none() => {
                person.job_title = Some(text.to_owned())
            }
            Field::Company if self.enquiry.company.is_none() && !is_no_company(text) => {
                self.enquiry.company = Some(text.to_owned());
            }
            Field::Profile => {
                self.profile = true;
                return false;
            }
            Field::Plumbing => {}
            _ => return false,
        }
        true
    }

    fn place(&mut self, field: Field, text: &str) -> bool {
        // One letter is a placeholder, not a place.
        if text.chars().count() < 2 {
            return matches!(
                field,
                Field::Line1 | Field::Line2 | Field::City | Field::PostalCode | Field::Subdivision
            );
        }
        let mut address = self.enquiry.address.take().unwrap_or_default();
        let slot = match field {
            Field::Line1 => Some(&mut address.line1),
            Field::Line2 => Some(&mut address.line2),
            Field::City => Some(&mut address.city),
            Field::PostalCode => Some(&mut address.postal_code),
            Field::Subdivision => Some(&mut address.subdivision),
            Field::Country => Some(&mut address.country),
            _ => None,
        };
        let text =
            if field == Field::Country { normal::country(text) } else { Some(text.to_owned()) };
        let taken = slot.is_some_and(|slot| {
            let free = slot.is_none();
            if free {
                *slot = text;
            }
            free
        });
        self.enquiry.address = (address != Address::default()).then_some(address);
        taken
    }

    /// Whether the field was read as one about what is asked for, or how it came.
    fn deal(&mut self, field: Field, text: &str, raw: &str) -> bool {
        let enquiry = &mut self.enquiry;
        match field {
            Field::TaxId => put(&mut enquiry.tax_id, normal::tax_id(text)),
            Field::Website
                if text.contains("linkedin.com/in/") || text.contains("xing.com/profile") =>
            {
                self.profile = true;
                false
            }
            Field::Website => {
                put(&mut enquiry.website, normal::host(text).map(|_| text.to_owned()))
            }
            Field::Topic => put(&mut enquiry.topic, Some(text.to_owned())),
            Field::Message => put(&mut enquiry.message, normal::paragraph(raw)),
            Field::Product => put(&mut self.product, Some(text.to_owned())),
            Field::Quantity => {
                let quantity = normal::decimal(text).filter(|quantity| *quantity > Decimal::ZERO);
                put(&mut self.quantity, quantity)
            }
            Field::Budget => match normal::budget(text) {
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
            Field::CloseDate => put(&mut enquiry.close_date, normal::date(text)),
            Field::Employees => put(&mut enquiry.employees, normal::count(text)),
            Field::Industry => put(&mut enquiry.industry, Some(text.to_owned())),
            Field::Source => normal::source(text).is_some_and(|source| {
                enquiry.source = source;
                true
            }),
            Field::Campaign => put(&mut enquiry.campaign, Some(text.to_owned())),
            Field::Owner => put(&mut enquiry.owner, Some(text.to_owned())),
            Field::Consent => normal::truth(text).is_some_and(|yes| {
                enquiry.consent |= yes;
                true
            }),
            Field::NoBulk => normal::truth(text).is_some_and(|yes| {
                self.no_bulk |= yes;
                true
            }),
            Field::SubmittedAt => put(&mut enquiry.submitted_at, normal::timestamp(text)),
            Field::Action => put(&mut self.action, Some(fields::fold(text))),
            Field::Test => {
                self.test |= normal::truth(text) == Some(true);
                true
            }
            _ => false,
        }
    }
}

/// A whole reading of what is one part only.
#[must_use]
pub(crate) fn whole(part: PartReading) -> Reading {
    match part {
        PartReading::Enquiry(enquiry) => Reading::Enquiry(enquiry),
        PartReading::NoLead { kind, reason } => Reading::NoLead { kind, reason },
        PartReading::Unclear { reason } => Reading::Unclear { reason },
    }
}

/// One part is read for itself; several stay parts.
#[must_use]
pub(crate) fn collected(mut parts: Vec<Part>) -> Reading {
    match parts.len() {
        1 => whole(parts.remove(0).reading),
        _ => Reading::Parts(parts),
    }
}

fn put<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let free = slot.is_none() && value.is_some();
    if free {
        *slot = value;
    }
    free
}

/// SHA-256 or MD5 in hex: what advertisers send in place of contact data.
fn is_hash(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// What people write where they have no company; merging by it would join strangers.
fn is_no_company(text: &str) -> bool {
    matches!(
        fields::fold(text).as_str(),
        "selfemployed"
            | "self"
            | "freelance"
            | "freelancer"
            | "selbstandig"
            | "selbststandig"
            | "autonomo"
            | "zzp"
            | "zzper"
            | "independant"
            | "libero"
            | "liberoprofessionista"
            | "none"
            | "na"
            | "privat"
            | "private"
            | "privatperson"
            | "particular"
            | "privato"
            | "particulier"
            | "keine"
            | "ninguna"
            | "nessuna"
            | "geen"
            | "aucune"
            | "unemployed"
            | "student"
            | "retired"
            | "test"
            | "null"
            | ""
    )
}

#[cfg(test)]
mod tests;
