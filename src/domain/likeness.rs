//! Who is alike: what of a party is compared with others, and the keys by which these are found (F20, F21).
//!
//! A key joins two facts, for what is alike in one alone are too many: family names are taken by their sound,
//! together with the mail domain, the company or the postcode. Keys only find. What they find is compared fact by
//! fact and judged by declared rules; what identifies a party exactly is the matter of [`party`](crate::party).

use sha2::{Digest, Sha256};

use crate::enquiry::{Address, Enquiry, Person};
use crate::party::{is_freemail, is_placeholder, is_shared, web_domain};

mod compare;
mod find;
mod known;
mod load;
mod rules;
mod words;

pub use find::{Alike, Asked, alike, alike_needs, not_kept_apart};
pub use known::{Candidate, Like, Likes, NEWEST_MAX};
pub use rules::{DuplicateRules, Rule};
use words::{Word, Words};

/// Most keys of one party.
pub const KEYS_MAX: usize = 3;

/// What two facts of a party make together. Only a digest is kept: it finds, and tells nobody anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LikenessKey(pub i64);

impl LikenessKey {
    fn of(facts: &str, first: &str, second: &str) -> Self {
        let hash = Sha256::digest(format!("{facts}|{first}|{second}"));
        Self(hash.iter().take(8).fold(0, |sum, byte| sum << 8 | i64::from(*byte)))
    }
}

/// What of a party is compared with others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    pub given_name: Option<String>,
    /// The family name, or the whole name where it is not split.
    pub family_name: Option<String>,
    pub company: Option<String>,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    /// A domain of their own, in which not anybody can have a mailbox.
    pub domain: Option<String>,
    pub postal_code: Option<String>,
    words: Words,
}

impl Likeness {
    /// Of somebody who asks.
    #[must_use]
    pub fn of_enquiry(enquiry: &Enquiry) -> Self {
        let person = &enquiry.person;
        Self {
            given_name: person.given_name.clone(),
            family_name: person.family_name.clone(),
            company: enquiry.company.clone(),
            domain: mail_domain(&person.emails).or_else(|| web_domain(enquiry)),
            emails: person.emails.clone(),
            phones: person.phones.clone(),
            postal_code: postal_code(enquiry.address.as_ref()),
            words: Words::default(),
        }
    }

    /// Of somebody known, who may belong to a company of that name.
    #[must_use]
    pub fn of_person(person: &Person, address: Option<&Address>, company: Option<String>) -> Self {
        Self {
            given_name: person.given_name.clone(),
            family_name: person.family_name.clone(),
            company,
            domain: mail_domain(&person.emails),
            emails: person.emails.clone(),
            phones: person.phones.clone(),
            postal_code: postal_code(address),
            words: Words::default(),
        }
    }

    /// Of an organisation, which is nobody's name.
    #[must_use]
    pub fn of_organisation(
        name: String,
        website: Option<String>,
        phone: Option<String>,
        address: Option<&Address>,
    ) -> Self {
        Self {
            company: Some(name),
            phones: phone.into_iter().collect(),
            domain: web_domain(&Enquiry { website, ..Enquiry::default() }),
            postal_code: postal_code(address),
            ..Self::default()
        }
    }

    fn name_words(&self) -> &[Word] {
        let (given, family) = (self.given_name.as_deref(), self.family_name.as_deref());
        let words = || words::person(given, family).into_iter().map(Word::from).collect();
        self.words.name.get_or_init(words)
    }

    fn company_words(&self) -> &[Word] {
        let words = || self.company.as_deref().map(words::company).unwrap_or_default();
        self.words.company.get_or_init(|| words().into_iter().map(Word::from).collect())
    }

    /// The addresses that are a person's own, and not those of a role.
    fn own_emails(&self) -> &[String] {
        let own = |email: &&String| !is_shared(email) && !is_placeholder(email);
        self.words.own_emails.get_or_init(|| self.emails.iter().filter(own).cloned().collect())
    }

    /// The keys by which others find it, at most [`KEYS_MAX`]. An organisation is found by its place, a person who
    /// names none by their own.
    #[must_use]
    pub fn keys(&self) -> Vec<LikenessKey> {
        let family = words::family(self.given_name.as_deref(), self.family_name.as_deref());
        let family = family.as_deref().map(words::sound);
        let company = self.company.as_deref().and_then(words::company_begins);
        let company = company.as_deref().map(words::sound);
        let (domain, place) = (self.domain.as_ref(), self.postal_code.as_ref());
        let joined = |facts, first: Option<&String>, second: Option<&String>| {
            Some(LikenessKey::of(facts, first?, second?))
        };
        let at_place = joined("company, place", company.as_ref(), place);
        [
            joined("name, domain", family.as_ref(), domain),
            joined("name, company", family.as_ref(), company.as_ref()),
            at_place.or_else(|| joined("name, place", family.as_ref(), place)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn mail_domain(emails: &[String]) -> Option<String> {
    let real = emails.iter().filter(|email| !is_placeholder(email));
    let domains = real.filter_map(|email| email.rsplit_once('@'));
    domains.map(|(_, domain)| domain).find(|domain| !is_freemail(domain)).map(str::to_owned)
}

fn postal_code(address: Option<&Address>) -> Option<String> {
    let code = address?.postal_code.as_ref()?;
    let code: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
    (!code.is_empty()).then(|| code.to_uppercase())
}

#[cfg(test)]
mod tests;
