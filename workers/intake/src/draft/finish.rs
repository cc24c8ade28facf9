//! The judgement of a draft: an enquiry, surely none, or for a person to look at.

use domain::certainty::{Certainty, Sureness};
use domain::consent::{ConsentSaid, ConsentWord, Purpose};
use domain::enquiry::{Address, CHANNELS_MAX, NoLead, PRODUCTS_MAX, PartReading};
use domain::party::is_freemail;

use super::{Draft, First};
use crate::fields::Field;
use crate::normal;

impl Draft<'_> {
    /// Judges what was taken. `what` names the input in reasons, as "The row".
    #[must_use]
    pub(crate) fn finish(mut self, what: &str) -> PartReading {
        let wanted = self.action.as_deref().unwrap_or("add");
        if wanted == "delete" {
            let reason = format!("{what} says that it is to be deleted, not created.");
            return PartReading::NoLead { kind: NoLead::NotWanted, reason };
        }
        if wanted == "update" {
            let reason = format!("{what} changes an existing record; it asks for nothing new.");
            return PartReading::NoLead { kind: NoLead::OtherEvent, reason };
        }
        let said = self.test_values > 0 && self.says_nothing_real();
        if self.test || said {
            let reason = format!("{what} is marked as a test by the system that sent it.");
            return PartReading::NoLead { kind: NoLead::Test, reason };
        }
        self.settle_strays();
        self.settle();
        if let Some((name, value)) = self.trap.take() {
            let value: String = value.chars().take(80).collect();
            let reason = format!(
                "{what} has \"{value}\" in the field \"{name}\", which people cannot see: a robot filled it in; \
                 release it if a customer wrote it."
            );
            return self.unclear(reason);
        }
        let person = &self.enquiry.person;
        let named = person.full_name().is_some();
        let reachable =
            !person.emails.is_empty() || !person.phones.is_empty() || named && self.profile;
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
        let reason = match &self.spoiled {
            Some(written) => format!(
                "{what} has only the telephone \"{written}\"{whom}, which a spreadsheet rounded: its last digits are \
                 gone; find out how they can be reached, or reject it."
            ),
            None => format!(
                "{what} has no e-mail address or telephone that could be read{whom}; complete it or reject it."
            ),
        };
        self.unclear(reason)
    }

    /// A person must look; what was read is kept for them.
    fn unclear(self, reason: String) -> PartReading {
        PartReading::Unclear { reason, enquiry: Some(Box::new(self.enquiry)) }
    }

    /// Nothing stands beside values of a test but addresses of testing tools.
    fn says_nothing_real(&self) -> bool {
        const TESTERS: &[&str] = &[
            "test@fb.com",
            "test@meta.com",
            "test@facebook.com",
            "test@test.com",
            "test@example.com",
        ];
        let person = &self.enquiry.person;
        let real =
            |email: &String| !TESTERS.contains(&email.as_str()) && !email.starts_with("test@");
        let named =
            self.full_name.is_some() || person.given_name.is_some() || person.family_name.is_some();
        !person.emails.iter().any(real) || self.test_values > 1 && !named
    }

    /// Channels in fields with names that say nothing count where no field names one, and where there is one only.
    fn settle_strays(&mut self) {
        let strays = std::mem::take(&mut self.strays);
        for wanted in [Field::Email, Field::Phone] {
            let all: Vec<_> = strays.iter().filter(|(field, ..)| *field == wanted).collect();
            let known = match wanted {
                Field::Email => {
                    !self.enquiry.person.emails.is_empty() || !self.other_emails.is_empty()
                }
                _ => !self.phones.is_empty(),
            };
            for (_, name, value) in &all {
                let own = wanted == Field::Email && self.options.is_own(value.trim());
                if known || own || all.len() > 1 {
                    self.other(name, value);
                } else {
                    self.at_most(Certainty::Likely, |it| it.field(wanted, name, value));
                }
            }
        }
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
        // Null and Nil are names beside another one only.
        match (&person.given_name, &person.family_name) {
            (None, Some(name)) if normal::is_name_too(name) && normal::is_filler(name) => {
                person.family_name = None
            }
            (Some(name), None) if normal::is_name_too(name) && normal::is_filler(name) => {
                person.given_name = None
            }
            _ => {}
        }
        person.emails.append(&mut self.other_emails);
        unique(&mut person.emails);
        self.settle_title();
        self.settle_phones();
        self.settle_pages();
        if self.enquiry.address.is_none() && self.home != Address::default() {
            self.enquiry.address = Some(std::mem::take(&mut self.home));
        }
        self.settle_products();
        self.settle_consent();
        self.enquiry.interest.truncate(PRODUCTS_MAX);
        self.settle_certainty();
    }

    /// An explicit no counts more than any tick beside it.
    fn settle_consent(&mut self) {
        let bulk = (self.agreed || self.declined).then_some((Purpose::BulkMail, !self.declined));
        self.enquiry.consent = bulk.is_some_and(|(_, yes)| yes);
        let mut said: Vec<ConsentSaid> = Vec::new();
        for (purpose, yes) in bulk.into_iter().chain(std::mem::take(&mut self.said)) {
            let word = if yes { ConsentWord::Given } else { ConsentWord::Withdrawn };
            let wording = self.wording.clone().filter(|_| purpose == Purpose::BulkMail);
            match said.iter_mut().find(|said| said.purpose == purpose) {
                Some(known) if !yes => known.word = word,
                Some(_) => {}
                None => said.push(ConsentSaid { purpose, word, wording, version: None }),
            }
        }
        self.enquiry.consents = said;
    }

    /// How sure it is who asks and whom to answer to. A company that nobody speaks for asks all the same.
    fn settle_certainty(&mut self) {
        let First { name, email, other_email, phone } = self.first;
        let named = self.enquiry.person.full_name().is_some();
        let who = match name.filter(|_| named) {
            Some(name) => name,
            None if self.enquiry.company.is_some() => Certainty::Certain,
            None => Certainty::Guessed,
        };
        let channel = email.or(other_email).or(phone).unwrap_or_default();
        self.enquiry.certainty = Sureness { who, channel };
    }

    /// The products of fields of their own, with the quantity beside a lone one.
    fn settle_products(&mut self) {
        let quantity = self.quantity.take();
        let products = std::mem::take(&mut self.products);
        let lone = products.len() == 1;
        if let Some(quantity) = quantity.as_ref().filter(|_| !lone) {
            self.keep("quantity", quantity);
            if !products.is_empty() {
                self.doubt(format!(
                    "The quantity \"{quantity}\" stands beside {} products; ask how many of each are wanted.",
                    products.len()
                ));
            }
        }
        let quantity = quantity.filter(|_| lone);
        let wanted = products.iter().filter_map(|one| self.wanted(one, quantity.as_deref()));
        let wanted: Vec<_> = wanted.collect();
        self.enquiry.interest.splice(0..0, wanted);
    }

    /// A title is a salutation where it is one, or where the position has a field of its own.
    fn settle_title(&mut self) {
        let Some((name, title)) = self.title.take() else { return };
        if self.has_position
            || self.enquiry.person.job_title.is_some()
            || normal::is_salutation(&title)
        {
            self.keep(&name, &title);
        } else {
            self.enquiry.person.job_title = Some(title);
        }
    }

    /// Every number that stands in the fields, with the codes that stand beside them; those for the business
    /// come first, then mobiles, then the others.
    fn settle_phones(&mut self) {
        let phones = std::mem::take(&mut self.phones);
        let mut found: Vec<(Field, String)> = Vec::new();
        let mut area = self.area_code.take();
        let unused = area.clone().filter(|_| phones.is_empty());
        for (field, name, text, known) in phones {
            let whole = self.with_codes(&mut area, &text);
            let read = || normal::phones(&whole, &self.options.default_region);
            let read = known.filter(|_| whole == text).unwrap_or_else(read);
            if read.more || read.numbers.is_empty() {
                self.keep(&name, &text);
            }
            found.extend(read.numbers.into_iter().map(|number| (field, number)));
        }
        if let Some(area) = unused {
            self.keep("area code", &area);
        }
        let rank = |field: &Field| match field {
            Field::Phone => 0,
            Field::Mobile => 1,
            _ => 2,
        };
        found.sort_by_key(|(field, _)| rank(field));
        let person = &mut self.enquiry.person;
        person.phones.extend(found.into_iter().map(|(_, number)| number));
        unique(&mut person.phones);
    }

    /// A number with the codes of country and area that stand in fields beside it, unless it has them.
    fn with_codes(&self, area: &mut Option<String>, text: &str) -> String {
        let plain = normal::plain(text);
        let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
        if plain.trim_start().starts_with('+')
            || plain.trim_start().starts_with("00")
            || digits.is_empty()
        {
            return text.to_owned();
        }
        let mut local = text.to_owned();
        if let Some(code) = area.take()
            && !(digits.starts_with(&code) && digits.len() > code.len() + 5)
        {
            local = format!("{code} {text}");
        }
        let Some(code) = &self.dial_code else { return local };
        // The code was written before the number as well.
        if digits.starts_with(code.as_str()) && digits.len() >= code.len() + 9 {
            return format!("+{digits}");
        }
        match normal::plain(&local).trim_start().trim_start_matches('(').strip_prefix('0') {
            Some(rest) => format!("+{code} (0){}", rest.replace(')', " ")),
            None => format!("+{code} {local}"),
        }
    }

    /// The page with the form is ours; it is the writer's site only where their address is of the same domain.
    fn settle_pages(&mut self) {
        for (name, page) in std::mem::take(&mut self.pages) {
            let host = normal::host(&page).unwrap_or_default();
            let theirs = self.enquiry.person.emails.iter().any(|email| {
                let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
                !is_freemail(domain) && (host == domain || host.ends_with(&format!(".{domain}")))
            });
            if theirs && self.enquiry.website.is_none() && !self.options.is_own(&format!("@{host}"))
            {
                self.enquiry.website = Some(page);
            } else {
                self.keep(&name, &page);
            }
        }
    }
}

fn unique(list: &mut Vec<String>) {
    if list.len() < 2 {
        return;
    }
    let mut seen = std::collections::HashSet::new();
    list.retain(|item| seen.insert(item.clone()));
    list.truncate(CHANNELS_MAX);
}
