//! What a later enquiry says of somebody who is known: gaps of their record are filled by it, what differs is proposed
//! to a person. Nothing is overwritten in silence.

use domain::certainty::Certainty;
use domain::correction::Correction;
use domain::customer::{Account, Contact};
use domain::enquiry::{Address, CHANNELS_MAX, Enquiry, Person};
use domain::party::normalised_company;
use forms::{fold, host};

/// A record before and after.
pub(crate) struct Later {
    /// With its gaps filled.
    pub(crate) filled: Enquiry,
    /// With what differs too.
    wanted: Enquiry,
}

impl Later {
    /// What of an enquiry an account may learn from; nothing where it names another organisation, or is not certain.
    pub(crate) fn of_account(account: &Account, said: &Enquiry) -> Option<Self> {
        let known = as_enquiry(account);
        let tax_id = known.tax_id.is_some() && same(&known.tax_id, &said.tax_id);
        let named = said.company.as_deref().map(normalised_company);
        let another = named.is_some_and(|name| name != normalised_company(&account.name));
        if another && !tax_id || said.certainty.who != Certainty::Certain {
            return None;
        }
        let mut later = Self { filled: known.clone(), wanted: known };
        let (filled, wanted) = (&mut later.filled, &mut later.wanted);
        if another {
            wanted.company.clone_from(&said.company);
        }
        text(&mut filled.tax_id, &mut wanted.tax_id, &said.tax_id);
        site(&mut filled.website, &mut wanted.website, &said.website);
        place(&mut filled.address, &mut wanted.address, said.address.as_ref());
        Some(later)
    }

    /// What of an enquiry a contact may learn from. The address of somebody of an organisation is the organisation's.
    pub(crate) fn of_contact(contact: &Contact, said: &Enquiry) -> Option<Self> {
        if said.certainty.who != Certainty::Certain {
            return None;
        }
        let (person, address) = (contact.person.clone(), contact.address.clone());
        let known = Enquiry { person, address, ..Enquiry::default() };
        let mut later = Self { filled: known.clone(), wanted: known };
        later.person(&said.person);
        if contact.account.is_none() && said.company.is_none() {
            let Self { filled, wanted } = &mut later;
            place(&mut filled.address, &mut wanted.address, said.address.as_ref());
        }
        Some(later)
    }

    /// What of a further enquiry of its person a lead does not take over by itself.
    pub(crate) fn of_lead(lead: &Enquiry, said: &Enquiry) -> Option<Self> {
        if said.certainty.who != Certainty::Certain {
            return None;
        }
        let mut later = Self { filled: lead.clone(), wanted: lead.clone() };
        let (emails, phones) = (lead.person.emails.clone(), lead.person.phones.clone());
        later.person(&Person { emails, phones, ..said.person.clone() });
        let Self { filled, wanted } = &mut later;
        let company = |name: &Option<String>| name.as_deref().map(normalised_company);
        if said.company.is_some() && company(&said.company) != company(&filled.company) {
            text(&mut filled.company, &mut wanted.company, &said.company);
        }
        text(&mut filled.tax_id, &mut wanted.tax_id, &said.tax_id);
        text(&mut filled.industry, &mut wanted.industry, &said.industry);
        site(&mut filled.website, &mut wanted.website, &said.website);
        place(&mut filled.address, &mut wanted.address, said.address.as_ref());
        if said.employees.is_some() {
            filled.employees = filled.employees.or(said.employees);
            wanted.employees = said.employees;
        }
        if said.annual_revenue.is_some() {
            wanted.annual_revenue = said.annual_revenue;
            wanted.revenue_currency.clone_from(&said.revenue_currency);
        }
        Some(later)
    }

    /// What stands in the record and what is to stand there; `None` where nothing differs.
    pub(crate) fn proposed(&self) -> Option<(Correction, Correction)> {
        let (from, to) = Correction::between(&self.filled, &self.wanted);
        (!to.is_empty()).then_some((from, to))
    }

    fn person(&mut self, said: &Person) {
        let (filled, wanted) = (&mut self.filled.person, &mut self.wanted.person);
        let nobody = filled.full_name().is_none();
        if !says_no_more(&words(filled), &words(said)) {
            for of in [Some(&mut *wanted), nobody.then_some(&mut *filled)].into_iter().flatten() {
                of.given_name.clone_from(&said.given_name);
                of.family_name.clone_from(&said.family_name);
            }
        }
        text(&mut filled.job_title, &mut wanted.job_title, &said.job_title);
        channels(&mut filled.emails, &mut wanted.emails, &said.emails);
        channels(&mut filled.phones, &mut wanted.phones, &said.phones);
    }
}

/// An account as an enquiry would say it.
pub(crate) fn as_enquiry(account: &Account) -> Enquiry {
    Enquiry {
        company: Some(account.name.clone()),
        tax_id: account.tax_id.clone(),
        website: account.website.clone(),
        address: account.address.clone(),
        ..Enquiry::default()
    }
}

/// The account as that enquiry says it.
pub(crate) fn account_as(account: &Account, said: &Enquiry) -> Account {
    Account {
        name: said.company.clone().unwrap_or_else(|| account.name.clone()),
        tax_id: said.tax_id.clone(),
        website: said.website.clone(),
        address: said.address.clone(),
        ..account.clone()
    }
}

/// A contact as an enquiry would say it.
pub(crate) fn contact_as_enquiry(contact: &Contact) -> Enquiry {
    let (person, address) = (contact.person.clone(), contact.address.clone());
    Enquiry { person, address, ..Enquiry::default() }
}

/// The contact as that enquiry says it.
pub(crate) fn contact_as(contact: &Contact, said: &Enquiry) -> Contact {
    Contact { person: said.person.clone(), address: said.address.clone(), ..contact.clone() }
}

/// Is every word the beginning of a known one? "A. Soler" says no more than "Ana Soler", and nothing says nothing.
fn says_no_more(known: &[String], said: &[String]) -> bool {
    said.iter().all(|word| known.iter().any(|known| known.starts_with(word.as_str())))
}

/// The words of a name in any order: "Weber, Anna" is "Anna Weber".
fn words(person: &Person) -> Vec<String> {
    let name = person.full_name().unwrap_or_default();
    let mut words: Vec<_> = name
        .split(|c: char| !c.is_alphanumeric())
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words
}

fn same(known: &Option<String>, said: &Option<String>) -> bool {
    known.as_deref().map(fold) == said.as_deref().map(fold)
}

fn text(filled: &mut Option<String>, wanted: &mut Option<String>, said: &Option<String>) {
    if said.is_none() || same(filled, said) {
        return;
    }
    wanted.clone_from(said);
    if filled.is_none() {
        filled.clone_from(said);
    }
}

fn site(filled: &mut Option<String>, wanted: &mut Option<String>, said: &Option<String>) {
    let at = |written: &Option<String>| written.as_deref().and_then(host);
    if at(filled).is_none() || at(filled) != at(said) {
        text(filled, wanted, said);
    }
}

/// An address that says the same and more fills the gaps of the known one; one that says something else is proposed
/// whole.
fn place(filled: &mut Option<Address>, wanted: &mut Option<Address>, said: Option<&Address>) {
    let Some(said) = said else { return };
    let known = filled.get_or_insert_default();
    let clash = |known: &Option<String>, said: &Option<String>| {
        known.is_some() && said.is_some() && !same(known, said)
    };
    let pairs = |address: &Address| {
        let Address { line1, line2, city, postal_code, subdivision, country } = address.clone();
        [line1, line2, city, postal_code, subdivision, country]
    };
    if pairs(known).iter().zip(&pairs(said)).any(|(known, said)| clash(known, said)) {
        *wanted = Some(said.clone());
        return;
    }
    let Address { line1, line2, city, postal_code, subdivision, country } = known;
    let gaps = [line1, line2, city, postal_code, subdivision, country];
    for (gap, value) in gaps.into_iter().zip(pairs(said)) {
        if gap.is_none() {
            *gap = value;
        }
    }
    wanted.clone_from(filled);
}

/// The first ways to reach somebody are taken over; further ones are proposed beside them.
fn channels(filled: &mut Vec<String>, wanted: &mut Vec<String>, said: &[String]) {
    if filled.is_empty() {
        *filled = said.to_vec();
    }
    wanted.clone_from(filled);
    for channel in said {
        if !wanted.contains(channel) && wanted.len() < CHANNELS_MAX {
            wanted.push(channel.clone());
        }
    }
}
