//! How alike two parties are in one fact, from 0 to 100.

use std::collections::BTreeSet;

use strum::{EnumString, IntoStaticStr, VariantNames};

use super::{Likeness, words};
use crate::party::{is_placeholder, is_shared};

/// What is compared, in the words of the rule file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantNames,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum Fact {
    /// How alike the names of the people are.
    Name,
    /// How little alike they are.
    OtherName,
    Company,
    /// The same domain of their own; never one where anybody can have a mailbox.
    Domain,
    /// The same address of a person; never that of a role.
    Email,
    Phone,
    PostalCode,
}

/// The whole of it.
const ALL: usize = 100;
/// A word that only one of the names has speaks against it by so little less.
const MISSING_NAME: usize = 60;
/// Companies are called by more or fewer of their words.
const MISSING_WORD: usize = 75;
/// An initial stands for many names.
const INITIAL: usize = 90;
/// Words that sound the same and are written not too differently.
const SOUNDS_SAME: usize = 88;
/// What is less alike than that is not alike.
const LEAST: usize = 50;
/// … where it does not sound the same.
const LEAST_BY_SOUND: usize = 40;

impl Fact {
    /// How alike these two are in it; `None` where one of them does not say.
    pub(super) fn of(self, mine: &Likeness, theirs: &Likeness) -> Option<u8> {
        let alike = match self {
            Self::Name => name(mine, theirs)?,
            Self::OtherName => ALL - name(mine, theirs)?,
            Self::Company => {
                let words = |of: &Likeness| of.company.as_deref().map(words::company);
                aligned(&words(mine)?, &words(theirs)?, MISSING_WORD)?
            }
            Self::Domain => whole(mine.domain.as_ref()? == theirs.domain.as_ref()?),
            Self::PostalCode => whole(mine.postal_code.as_ref()? == theirs.postal_code.as_ref()?),
            Self::Email => {
                let own = |email: &&String| !is_shared(email) && !is_placeholder(email);
                shared(mine.emails.iter().filter(own), &theirs.emails)?
            }
            Self::Phone => shared(mine.phones.iter(), &theirs.phones)?,
        };
        u8::try_from(alike.min(ALL)).ok()
    }
}

const fn whole(same: bool) -> usize {
    if same { ALL } else { 0 }
}

fn shared<'a>(mine: impl Iterator<Item = &'a String>, theirs: &[String]) -> Option<usize> {
    let mut mine = mine.peekable();
    (mine.peek().is_some() && !theirs.is_empty()).then(|| whole(mine.any(|it| theirs.contains(it))))
}

fn name(mine: &Likeness, theirs: &Likeness) -> Option<usize> {
    let words = |of: &Likeness| words::person(of.given_name.as_deref(), of.family_name.as_deref());
    aligned(&words(mine), &words(theirs), MISSING_NAME)
}

/// Each word of the shorter name with one of the other, the most alike first; `missing` for those left over.
fn aligned(one: &[String], other: &[String], missing: usize) -> Option<usize> {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.is_empty() {
        return None;
    }
    let pair = |(mine, word): (usize, &String)| {
        let other = long.iter().enumerate();
        other.map(|(theirs, other)| (alike(word, other), mine, theirs)).collect::<Vec<_>>()
    };
    let mut pairs: Vec<_> = short.iter().enumerate().flat_map(pair).collect();
    pairs.sort_unstable_by_key(|(alike, ..)| std::cmp::Reverse(*alike));
    let (mut sum, mut mine, mut theirs) = (0, BTreeSet::new(), BTreeSet::new());
    for (alike, one, other) in pairs {
        if !mine.contains(&one) && !theirs.contains(&other) {
            (sum, _, _) = (sum + alike, mine.insert(one), theirs.insert(other));
        }
    }
    Some((sum + (long.len() - short.len()) * missing) / long.len())
}

/// By how many letters must be changed, added, taken away or exchanged with the next (Damerau, Levenshtein).
fn alike(one: &str, other: &str) -> usize {
    if one == other {
        return ALL;
    }
    if one.len() == 1 || other.len() == 1 {
        return if one.as_bytes().first() == other.as_bytes().first() { INITIAL } else { 0 };
    }
    let length = one.len().max(other.len());
    let alike = length.saturating_sub(strsim::osa_distance(one, other)) * ALL / length;
    if alike >= LEAST_BY_SOUND && words::sound(one) == words::sound(other) {
        return alike.max(SOUNDS_SAME);
    }
    if alike >= LEAST { alike } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, company: &str, email: &str) -> Likeness {
        let (given, family) = name.split_once(' ').unwrap_or(("", name));
        let given = Some(given.to_owned()).filter(|given| !given.is_empty());
        let (family, company) = (Some(family.to_owned()), Some(company.to_owned()));
        let emails = vec![email.to_owned()];
        Likeness { given_name: given, family_name: family, company, emails, ..Likeness::default() }
    }

    #[test]
    fn f21_names_are_as_alike_as_people_take_them_for() {
        for (one, other, range) in [
            ("Regina Murphy", "Regina Merphy", 90..=99),
            ("Anna Müller", "Anna Mueller", 90..=99),
            ("R. Murphy", "Regina Murphy", 90..=99),
            ("Murphy Regina", "Regina Murphy", 100..=100),
            ("Ana García López", "Ana García", 80..=90),
            ("Murphy", "Regina Murphy", 75..=85),
            ("Jan van den Berg", "Jan Berg", 100..=100),
            ("Anna Weber", "Peter Weber", 40..=60),
            ("Kenny Smith", "John Doe", 0..=20),
        ] {
            let found = Fact::Name.of(&of(one, "", ""), &of(other, "", "")).unwrap_or_default();
            assert!(range.contains(&found), "{one} and {other}: {found}");
            let back = Fact::Name.of(&of(other, "", ""), &of(one, "", ""));
            assert_eq!(back, Some(found), "in both directions");
        }
    }

    #[test]
    fn f21_companies_are_alike_whatever_their_legal_form() {
        for (one, other, range) in [
            ("Contoso", "Contoso Inc", 100..=100),
            ("Contoso Iberia", "Contoso", 80..=90),
            ("Contosso", "Contoso GmbH", 85..=95),
            ("Contoso", "Fabrikam", 0..=0),
        ] {
            let found = Fact::Company.of(&of("", one, ""), &of("", other, "")).unwrap_or_default();
            assert!(range.contains(&found), "{one} and {other}: {found}");
        }
    }

    #[test]
    fn f21_an_address_of_a_role_is_no_fact_of_a_person() {
        let (role, own) = (of("A B", "", "info@acme.example"), of("C D", "", "ana@acme.example"));
        assert_eq!(Fact::Email.of(&role, &role), None);
        assert_eq!(Fact::Email.of(&own, &own), Some(100));
        assert_eq!(Fact::Email.of(&own, &role), Some(0));
        assert_eq!(Fact::Phone.of(&own, &own), None, "neither says");
    }
}
