//! How alike two parties are in one fact, from 0 to 100.

use strum::{EnumString, IntoStaticStr, VariantNames};

use super::Likeness;
use super::words::Word;

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

/// Two that are compared: each fact once, however many rules ask for it.
pub(super) struct Pair<'p> {
    mine: &'p Likeness,
    theirs: &'p Likeness,
    known: [Option<Option<u8>>; Fact::VARIANTS.len()],
}

impl<'p> Pair<'p> {
    pub(super) const fn new(mine: &'p Likeness, theirs: &'p Likeness) -> Self {
        Self { mine, theirs, known: [None; Fact::VARIANTS.len()] }
    }

    /// How alike they are in a fact; `None` where one of them does not say.
    pub(super) fn alike(&mut self, fact: Fact) -> Option<u8> {
        let (mine, theirs) = (self.mine, self.theirs);
        *self.known[fact as usize].get_or_insert_with(|| fact.of(mine, theirs))
    }
}

impl Fact {
    /// Is it compared as it stands, where names are measured word by word?
    pub(super) const fn is_plain(self) -> bool {
        !matches!(self, Self::Name | Self::OtherName | Self::Company)
    }

    fn of(self, mine: &Likeness, theirs: &Likeness) -> Option<u8> {
        let alike = match self {
            Self::Name => name(mine, theirs)?,
            Self::OtherName => ALL - name(mine, theirs)?,
            Self::Company => aligned(mine.company_words(), theirs.company_words(), MISSING_WORD)?,
            Self::Domain => whole(mine.domain.as_ref()? == theirs.domain.as_ref()?),
            Self::PostalCode => whole(mine.postal_code.as_ref()? == theirs.postal_code.as_ref()?),
            Self::Email => shared(mine.own_emails(), &theirs.emails)?,
            Self::Phone => shared(&mine.phones, &theirs.phones)?,
        };
        u8::try_from(alike.min(ALL)).ok()
    }
}

const fn whole(same: bool) -> usize {
    if same { ALL } else { 0 }
}

fn shared(mine: &[String], theirs: &[String]) -> Option<usize> {
    let both = !mine.is_empty() && !theirs.is_empty();
    both.then(|| whole(mine.iter().any(|it| theirs.contains(it))))
}

fn name(mine: &Likeness, theirs: &Likeness) -> Option<usize> {
    aligned(mine.name_words(), theirs.name_words(), MISSING_NAME)
}

/// Each word of the shorter name with one of the other, the most alike first; `missing` for those left over.
fn aligned(one: &[Word], other: &[Word], missing: usize) -> Option<usize> {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.is_empty() {
        return None;
    }
    // Most words of two who may be alike are the same, and need no measuring.
    let mut theirs: Vec<_> = long.iter().collect();
    let mut mine: Vec<_> = short.iter().collect();
    mine.retain(|word| {
        let same = theirs.iter().position(|other| other.text() == word.text());
        same.map(|same| theirs.swap_remove(same)).is_none()
    });
    let mut sum = (short.len() - mine.len()) * ALL;
    sum += match (mine.as_slice(), theirs.as_slice()) {
        ([], _) => 0,
        ([word], others) => others.iter().map(|other| alike(word, other)).max().unwrap_or(0),
        (words, others) => most_alike_first(words, others),
    };
    Some((sum + (long.len() - short.len()) * missing) / long.len())
}

fn most_alike_first(short: &[&Word], long: &[&Word]) -> usize {
    let mut pairs = Vec::with_capacity(short.len() * long.len());
    for (mine, word) in short.iter().enumerate() {
        let others = long.iter().enumerate();
        pairs.extend(others.map(|(theirs, other)| (alike(word, other), mine, theirs)));
    }
    pairs.sort_unstable_by_key(|(alike, ..)| std::cmp::Reverse(*alike));
    let (mut sum, mut mine, mut theirs) = (0, vec![false; short.len()], vec![false; long.len()]);
    for (alike, one, other) in pairs {
        if !mine[one] && !theirs[other] {
            (sum, mine[one], theirs[other]) = (sum + alike, true, true);
        }
    }
    sum
}

/// By how many letters must be changed, added, taken away or exchanged with the next (Damerau, Levenshtein).
fn alike(one: &Word, other: &Word) -> usize {
    let (first, second) = (one.text(), other.text());
    if first == second {
        return ALL;
    }
    if first.len() == 1 || second.len() == 1 {
        let same = first.as_bytes().first() == second.as_bytes().first();
        return if same { INITIAL } else { 0 };
    }
    let length = first.len().max(second.len());
    if first.len().abs_diff(second.len()) * ALL > length * (ALL - LEAST_BY_SOUND) {
        return 0; // So many letters are missing in one of them, whatever the rest is.
    }
    let alike = length.saturating_sub(strsim::osa_distance(first, second)) * ALL / length;
    if alike >= LEAST_BY_SOUND && one.sound() == other.sound() {
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
