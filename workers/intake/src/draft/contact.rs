//! Fields that name or reach somebody, and places.

use domain::certainty::Certainty;
use domain::enquiry::{Address, CHANNELS_MAX};
use domain::party::is_placeholder;

use super::{Draft, put};
use crate::fields::{self, Field};
use crate::normal::{self, Phones};

impl Draft<'_> {
    /// Whether the field was read as one that names or reaches somebody.
    pub(super) fn contact(&mut self, field: Field, name: &str, text: &str) -> bool {
        match field {
            Field::Email | Field::OtherEmail => self.emails(field, name, text),
            Field::Phone | Field::Mobile | Field::OtherPhone => self.phone(field, name, text),
            Field::GivenName | Field::FamilyName | Field::FullName => {
                let mut rest = None;
                self.at_most(Certainty::Likely, |draft| rest = draft.channels_in(name, text));
                let Some(rest) = rest else { return true };
                let rest = normal::without_fillers(&rest);
                let Some(rest) = normal::line(&rest) else { return true };
                self.name(field, rest)
            }
            Field::JobTitle => put(&mut self.enquiry.person.job_title, Some(text.to_owned())),
            // A salutation beside a title: the other one is the position.
            Field::Title
                if self.title.as_ref().is_some_and(|(_, known)| normal::is_salutation(known))
                    && !normal::is_salutation(text) =>
            {
                if let Some((old, salutation)) = self.title.take() {
                    self.keep(&old, &salutation);
                }
                put(&mut self.title, Some((name.to_owned(), text.to_owned())))
            }
            Field::Title => put(&mut self.title, Some((name.to_owned(), text.to_owned()))),
            Field::DialCode => put(&mut self.dial_code, dial_code(text)),
            Field::AreaCode => {
                let code = normal::plain(text);
                let code = code.trim_matches(['(', ')', ' ', '/', '-']);
                let is_code =
                    (1..=6).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
                match dial_code(code)
                    .filter(|_| code.starts_with("00"))
                    .or_else(|| dial_code(text).filter(|_| text.trim().starts_with('+')))
                {
                    Some(code) => put(&mut self.dial_code, Some(code)),
                    None => is_code && put(&mut self.area_code, Some(code.to_owned())),
                }
            }
            Field::Company if self.enquiry.company.is_none() && !is_no_company(text) => {
                let company = normal::line(&normal::without_fillers(text));
                put(&mut self.enquiry.company, company)
            }
            Field::Profile => {
                self.profile = true;
                false
            }
            Field::Plumbing => true,
            _ => false,
        }
    }

    fn name(&mut self, field: Field, text: String) -> bool {
        let person = &mut self.enquiry.person;
        // Numbers and signs name nobody.
        if !text.chars().any(char::is_alphabetic) {
            return false;
        }
        self.first.name.get_or_insert(self.certainty);
        match field {
            Field::GivenName => put(&mut person.given_name, Some(text)),
            Field::FamilyName => put(&mut person.family_name, Some(text)),
            // A firm under "name", and its contact beside.
            _ if self.full_name.as_deref().is_some_and(normal::is_firm)
                && !normal::is_firm(&text)
                && self.enquiry.company.is_none() =>
            {
                self.enquiry.company = self.full_name.replace(text);
                true
            }
            _ if self.full_name.is_some()
                && normal::is_firm(&text)
                && self.enquiry.company.is_none() =>
            {
                self.enquiry.company = Some(text);
                true
            }
            _ => put(&mut self.full_name, Some(text)),
        }
    }

    fn emails(&mut self, field: Field, name: &str, text: &str) -> bool {
        let plain = normal::plain(text);
        let found: Vec<String> = plain
            .split([';', ',', ' ', '|', '<', '>', '(', ')', '[', ']', '"'])
            .filter_map(normal::email)
            .take(CHANNELS_MAX)
            .collect();
        if found.is_empty() {
            // A telephone in the field for the address is a telephone.
            let phones = normal::phones(text, "").numbers;
            return !text.contains('@')
                && !phones.is_empty()
                && self.phone(Field::OtherPhone, name, text);
        }
        let mut all = true;
        for email in found {
            if is_placeholder(&email) {
                all = false;
            } else if field == Field::Email {
                self.first.email.get_or_insert(self.certainty);
                self.enquiry.person.emails.push(email);
            } else {
                self.first.other_email.get_or_insert(self.certainty);
                self.other_emails.push(email);
            }
        }
        if let Some((name, _)) = plain.split_once('<')
            && name.chars().filter(|c| c.is_alphabetic()).count() > 2
            && !name.contains('@')
            && let Some(name) = normal::line(name.trim_matches(['"', '\'', ' ']))
        {
            put(&mut self.full_name, Some(name));
        }
        all
    }

    fn phone(&mut self, field: Field, name: &str, text: &str) -> bool {
        if text.contains('@') {
            let emails: Vec<_> =
                text.split([';', ',', ' ', '/']).filter_map(normal::email).collect();
            return !emails.is_empty() && self.emails(Field::OtherEmail, name, text);
        }
        if normal::is_scientific(text) {
            self.spoiled.get_or_insert_with(|| text.to_owned());
            return false;
        }
        self.first.phone.get_or_insert(self.certainty);
        self.phones.push((field, name.to_owned(), text.to_owned(), None));
        true
    }

    /// Takes a field for a telephone whose numbers were read.
    pub(crate) fn number(&mut self, field: Field, name: &str, text: &str, read: Phones) {
        self.anything = true;
        self.first.phone.get_or_insert(self.certainty);
        self.phones.push((field, name.to_owned(), text.to_owned(), Some(read)));
    }

    /// Takes the addresses and numbers that stand in a field for a name; what is left is the name. `None` where
    /// nothing is left.
    fn channels_in(&mut self, name: &str, text: &str) -> Option<String> {
        let plain = normal::plain(text);
        if plain.contains('@') {
            let divide = |c: char| c.is_whitespace() || ";,|<>()[]\"".contains(c);
            let (mut rest, mut found) = (Vec::new(), false);
            for word in plain.split(divide).filter(|word| !word.is_empty()) {
                match normal::email(word) {
                    Some(_) => {
                        found = true;
                        if !self.emails(Field::OtherEmail, name, word) {
                            self.keep(name, word);
                        }
                    }
                    None => rest.push(word),
                }
            }
            if found {
                let rest = rest.join(" ");
                let rest = rest.trim_matches(|c: char| " /-–|:".contains(c)).to_owned();
                return rest
                    .chars()
                    .any(char::is_alphanumeric)
                    .then_some(())
                    .and_then(|()| self.channels_in(name, &rest));
            }
        }
        /// Fewest digits by which a field for a name holds a number.
        const DIGITS_MIN: usize = 6;
        let digits = plain.bytes().filter(u8::is_ascii_digit).count();
        if digits < DIGITS_MIN || plain.contains('@') || normal::is_scientific(&plain) {
            return Some(text.to_owned());
        }
        let at = plain.find(|c: char| c.is_ascii_digit() || c == '+').unwrap_or_default();
        let (head, tail) = plain.split_at(at);
        if normal::phones(tail, "").numbers.is_empty() || tail.chars().any(char::is_alphabetic) {
            return Some(text.to_owned());
        }
        self.first.phone.get_or_insert(self.certainty);
        self.phones.push((Field::OtherPhone, name.to_owned(), tail.to_owned(), None));
        let head = head.trim_matches(|c: char| c.is_whitespace() || ",;:/|-(".contains(c));
        let label = fields::meaning(head)
            .is_some_and(|field| matches!(field, Field::Phone | Field::Mobile | Field::OtherPhone));
        (head.chars().filter(|c| c.is_alphabetic()).count() > 1 && !label && !head.ends_with('.'))
            .then(|| head.to_owned())
    }

    /// Whether the field was read as a place.
    pub(super) fn place(&mut self, field: Field, text: &str) -> bool {
        // One letter is a placeholder, not a place.
        if text.chars().count() < 2 {
            return matches!(
                field,
                Field::Line1 | Field::Line2 | Field::City | Field::PostalCode | Field::Subdivision
            );
        }
        if matches!(field, Field::Country | Field::HomeCountry)
            && let Some(code) = dial_code(text)
        {
            return put(&mut self.dial_code, Some(code));
        }
        let mut address = self.enquiry.address.take().unwrap_or_default();
        let home = &mut self.home;
        let slot = match field {
            Field::Line1 => Some(&mut address.line1),
            Field::Line2 => Some(&mut address.line2),
            Field::City => Some(&mut address.city),
            Field::PostalCode => Some(&mut address.postal_code),
            Field::Subdivision => Some(&mut address.subdivision),
            Field::Country => Some(&mut address.country),
            Field::HomeLine1 => Some(&mut home.line1),
            Field::HomeCity => Some(&mut home.city),
            Field::HomePostalCode => Some(&mut home.postal_code),
            Field::HomeCountry => Some(&mut home.country),
            _ => None,
        };
        let is_country = matches!(field, Field::Country | Field::HomeCountry);
        let text = if is_country { normal::country(text) } else { Some(text.to_owned()) };
        let taken = slot.is_some_and(|slot| put(slot, text));
        self.enquiry.address = (address != Address::default()).then_some(address);
        taken
    }
}

/// The digits of a country's dialling code, as "+49", "0049" or "49".
fn dial_code(text: &str) -> Option<String> {
    let text = normal::plain(text);
    // Lists of countries show "Germany (+49)" or "DE +49".
    let text = match text.find('+') {
        Some(at) => text[at + 1..].trim_end_matches([')', ' ']),
        None => text.trim().strip_prefix("00").unwrap_or(text.trim()),
    };
    let code: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let is_code = (1..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
    (is_code && !code.starts_with('0')).then_some(code)
}

/// What people write where they have no company; recognising by it would join strangers.
fn is_no_company(text: &str) -> bool {
    const NONE: &[&str] = &[
        "selfemployed",
        "self",
        "freelance",
        "freelancer",
        "selbstandig",
        "selbststandig",
        "autonomo",
        "zzp",
        "zzper",
        "independant",
        "libero",
        "liberoprofessionista",
        "na",
        "privat",
        "private",
        "privatperson",
        "privatkunde",
        "particular",
        "privato",
        "particulier",
        "private person",
        "privateperson",
        "privatecustomer",
        "individual",
        "unemployed",
        "student",
        "retired",
        "test",
        "null",
        "nil",
        "",
    ];
    NONE.contains(&forms::fold(text).as_str())
}
