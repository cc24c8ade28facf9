//! Who is who: the keys by which two enquiries are recognised as one person or organisation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::customer::Customer;
use crate::enquiry::{Enquiry, THREAD_MAX, Thread};
use crate::ids::{AccountId, ContactId, LeadId};

mod mailbox;
mod recognise;
mod third;
mod thread;

pub use mailbox::{is_placeholder, is_shared};
pub use recognise::{
    Conflict, Recognised, introduce, introduce_customer, recognise, recognise_apart,
    recognise_lead, recognise_needs,
};
pub use third::{contested, other_accounts, other_people, third_needs};
pub use thread::{introduce_thread, thread_lead, thread_needs};

/// Most keys of one kind that one enquiry claims.
pub const KEYS_PER_KIND_MAX: usize = 3;

/// What kind of value identifies a party.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
// The words in the table `party_key`; their alphabetical order is the order of locks.
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum PartyKeyKind {
    /// Normalised company name and web domain, as `acme|acme.example`; never a freemail domain.
    Company,
    /// Canonical e-mail address.
    Email,
    /// E.164 number.
    Phone,
    TaxId,
    /// Message-ID of a mail: its conversation, which has a lead, but names nobody.
    Thread,
}

/// One value that identifies a party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyKey {
    pub kind: PartyKeyKind,
    pub value: String,
}

impl std::str::FromStr for PartyKey {
    type Err = strum::ParseError;

    /// Reads what [`Display`](std::fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, strum::ParseError> {
        let (kind, value) = text.split_once(' ').ok_or(strum::ParseError::VariantNotFound)?;
        Ok(Self { kind: kind.parse()?, value: value.to_owned() })
    }
}

impl std::fmt::Display for PartyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind.into_str(), self.value)
    }
}

/// What is known behind a key. A key nobody used before points at nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub key: PartyKey,
    /// The last lead of this person.
    pub lead: Option<LeadId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
}

impl Party {
    #[must_use]
    pub const fn unknown(key: PartyKey) -> Self {
        Self { key, lead: None, contact: None, account: None }
    }

    /// The party once somebody was introduced under its key, whose lead that is and who is that customer. A
    /// key keeps the customer that it has; an organisation's points at no lead, a conversation's at nothing else.
    #[must_use]
    pub fn introduced(self, lead: Option<LeadId>, customer: Customer) -> Self {
        let account = self.account.or(customer.account);
        match self.key.kind {
            PartyKeyKind::Company | PartyKeyKind::TaxId => Self { account, ..self },
            PartyKeyKind::Thread => Self { lead, ..self },
            PartyKeyKind::Email | PartyKeyKind::Phone => {
                Self { lead, contact: self.contact.or(customer.contact), account, ..self }
            }
        }
    }
}

/// The keys of the person who asks. A placeholder is none, nor is a telephone that is no E.164 number.
#[must_use]
pub fn person_keys(enquiry: &Enquiry) -> Vec<PartyKey> {
    let emails = enquiry.person.emails.iter().filter(|email| !is_placeholder(email));
    let emails = emails.take(KEYS_PER_KIND_MAX);
    let phones = enquiry.person.phones.iter().filter(|phone| is_e164(phone));
    let email = |value: &String| PartyKey { kind: PartyKeyKind::Email, value: value.clone() };
    let phone = |value: &String| PartyKey { kind: PartyKeyKind::Phone, value: value.clone() };
    emails.map(email).chain(phones.take(KEYS_PER_KIND_MAX).map(phone)).collect()
}

/// Behind the plus digits only, at most 15 of them: what could not be read so is kept as written.
fn is_e164(phone: &str) -> bool {
    let digits = phone.strip_prefix('+').unwrap_or_default();
    (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The keys of the organisation that they ask for: its tax id, and its name together with a web
/// domain of its own. A name alone identifies nobody ("Self-employed").
#[must_use]
pub fn organisation_keys(enquiry: &Enquiry) -> Vec<PartyKey> {
    let mut keys = Vec::new();
    if let (Some(company), Some(domain)) = (&enquiry.company, web_domain(enquiry)) {
        let name = normalised_company(company);
        if !name.is_empty() {
            keys.push(PartyKey { kind: PartyKeyKind::Company, value: format!("{name}|{domain}") });
        }
    }
    if let Some(tax_id) = &enquiry.tax_id {
        let value: String = tax_id.chars().filter(char::is_ascii_alphanumeric).collect();
        if value.len() > 4 {
            keys.push(PartyKey { kind: PartyKeyKind::TaxId, value: value.to_ascii_uppercase() });
        }
    }
    keys
}

/// The keys of the conversation: the mails that this one answers, the nearest first, then itself.
#[must_use]
pub fn thread_keys(enquiry: &Enquiry) -> Vec<PartyKey> {
    let Thread { message, answers } = &enquiry.thread;
    let answers = answers.iter().take(THREAD_MAX);
    let key = |value: &String| PartyKey { kind: PartyKeyKind::Thread, value: value.clone() };
    answers.chain(message).map(key).collect()
}

/// The organisation's own web domain: of its web site, else of the e-mail address; never one where
/// anybody can have a mailbox.
#[must_use]
pub fn web_domain(enquiry: &Enquiry) -> Option<String> {
    let site = enquiry.website.as_deref().map(|site| {
        let site = site.trim().to_lowercase();
        let host = site.split("://").last().unwrap_or_default();
        let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    });
    let mail = enquiry.person.emails.first().and_then(|email| email.rsplit_once('@'));
    site.into_iter()
        .chain(mail.map(|(_, domain)| domain.to_owned()))
        .find(|domain| domain.contains('.') && !is_freemail(domain))
}

/// A company's name as it is compared: lower case, letters and digits only, without legal forms.
#[must_use]
pub fn normalised_company(name: &str) -> String {
    let lower = name.to_lowercase();
    let plain = lower.replace('.', "");
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let kept: Vec<_> = words.filter(|word| !LEGAL_FORMS.contains(word)).collect();
    kept.join(" ")
}

/// Can anybody have a mailbox at this domain?
#[must_use]
pub fn is_freemail(domain: &str) -> bool {
    FREEMAIL.binary_search(&domain).is_ok()
}

const LEGAL_FORMS: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "bv",
    "co",
    "corp",
    "corporation",
    "gbr",
    "gmbh",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "limited",
    "llc",
    "llp",
    "ltd",
    "ltda",
    "nv",
    "oy",
    "plc",
    "sa",
    "sarl",
    "sas",
    "se",
    "sl",
    "slu",
    "spa",
    "sro",
    "srl",
    "ug",
];

/// Sorted, so that it can be searched; the providers of free mailboxes that leads use most.
const FREEMAIL: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "arcor.de",
    "bluewin.ch",
    "btinternet.com",
    "comcast.net",
    "fastmail.com",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "icloud.com",
    "inbox.com",
    "inbox.lv",
    "laposte.net",
    "libero.it",
    "live.com",
    "live.nl",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.es",
    "outlook.it",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "sbcglobal.net",
    "seznam.cz",
    "sfr.fr",
    "t-online.de",
    "tiscali.it",
    "tutanota.com",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.it",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "ziggo.nl",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enquiry::Person;

    fn of(company: &str, email: &str) -> Enquiry {
        Enquiry {
            company: Some(company.into()),
            person: Person { emails: vec![email.into()], ..Person::default() },
            ..Enquiry::default()
        }
    }

    #[test]
    fn the_freemail_list_is_sorted() {
        assert!(FREEMAIL.is_sorted());
    }

    #[test]
    fn legal_forms_and_case_make_no_other_company() {
        let keys = organisation_keys(&of("ACME, Inc.", "a@acme.example"));
        assert_eq!(keys, organisation_keys(&of("Acme", "b@acme.example")));
        assert_eq!(keys[0].value, "acme|acme.example");
    }

    #[test]
    fn a_freemail_domain_never_identifies_a_company() {
        assert_eq!(organisation_keys(&of("Acme", "kenny@gmail.com")), vec![]);
    }

    #[test]
    fn f20_a_phone_that_is_not_e164_is_no_key() {
        let mut enquiry = of("Acme", "a@acme.example");
        enquiry.person.phones = vec!["5554433".into(), "+4989123456".into()];
        let keys: Vec<_> = person_keys(&enquiry).iter().map(ToString::to_string).collect();
        assert_eq!(keys, ["email a@acme.example", "phone +4989123456"]);
    }
}
