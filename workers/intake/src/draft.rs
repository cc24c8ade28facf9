//! An enquiry in the making: fields come in by name or meaning, in any order, and are judged once.

use domain::certainty::Certainty;
use domain::consent::Purpose;
use domain::enquiry::{
    Address, DOUBTS_MAX, Enquiry, Interest, LeadSource, OTHER_FIELDS_MAX, OtherField, PRODUCTS_MAX,
    Part, PartReading, Reading,
};
use domain::pieces;
use domain::word_list::Pieces;

mod contact;
mod deal;
mod finish;
mod stray;

use crate::fields::{self, Field};
use crate::normal::{self, Notation, Phones, Quantity};
use crate::options::ReadOptions;

/// Names what stood in an input and is not kept.
pub(crate) const LEFT_OUT: &str = "left out as a secret";

/// Collects what an input says about one enquiry.
#[derive(Debug)]
pub(crate) struct Draft<'o> {
    options: &'o ReadOptions,
    /// How its dates and numbers are written, where its sender says so.
    notation: Option<Notation>,
    enquiry: Enquiry,
    full_name: Option<String>,
    title: Option<(String, String)>,
    /// A field for the position is there, even if it is empty: then a title is a salutation.
    has_position: bool,
    /// Telephones by the field that they came in, as written, and as they were read where they were.
    phones: Vec<(Field, String, String, Option<Phones>)>,
    dial_code: Option<String>,
    area_code: Option<String>,
    other_emails: Vec<String>,
    home: Address,
    pages: Vec<(String, String)>,
    products: Vec<String>,
    quantity: Option<String>,
    profile: bool,
    agreed: bool,
    declined: bool,
    /// The words to which they agreed.
    wording: Option<String>,
    /// What they said of other purposes.
    said: Vec<(Purpose, bool)>,
    action: Option<String>,
    test: bool,
    /// Values that say that they are a test's.
    test_values: usize,
    trap: Option<(String, String)>,
    hashed: bool,
    anything: bool,
    /// A telephone that a spreadsheet spoiled, as written.
    spoiled: Option<String>,
    /// How sure it is what is taken now.
    certainty: Certainty,
    /// How sure the first name, address and number are.
    first: First,
    /// Channels in fields with names that say nothing, as written.
    strays: Vec<(Field, String, String)>,
}

/// How sure the first value of a kind is; `None` where there is none.
#[derive(Clone, Copy, Debug, Default)]
struct First {
    name: Option<Certainty>,
    email: Option<Certainty>,
    other_email: Option<Certainty>,
    phone: Option<Certainty>,
}

impl<'o> Draft<'o> {
    /// An empty draft of an enquiry that came from `source`.
    #[must_use]
    pub(crate) fn new(source: LeadSource, options: &'o ReadOptions) -> Self {
        Self {
            options,
            notation: None,
            enquiry: Enquiry { source, ..Enquiry::default() },
            full_name: None,
            title: None,
            has_position: false,
            phones: Vec::new(),
            dial_code: None,
            area_code: None,
            other_emails: Vec::new(),
            home: Address::default(),
            pages: Vec::new(),
            products: Vec::new(),
            quantity: None,
            profile: false,
            agreed: false,
            declined: false,
            wording: None,
            said: Vec::new(),
            action: None,
            test: false,
            test_values: 0,
            trap: None,
            hashed: false,
            anything: false,
            spoiled: None,
            certainty: Certainty::Certain,
            first: First::default(),
            strays: Vec::new(),
        }
    }

    /// The same, where dates and numbers are written as this notation has them.
    #[must_use]
    pub(crate) fn written_as(self, notation: Option<Notation>) -> Self {
        Self { notation, ..self }
    }

    /// Takes a field by the name it has in the input.
    pub(crate) fn named(&mut self, name: &str, value: &str) {
        match fields::meaning(name) {
            Some(field) => self.field(field, name, value),
            None => self.unknown(name, value),
        }
    }

    /// Takes a field whose name says nothing: a value that plainly is an address or a number is one, where no field
    /// names any.
    pub(crate) fn unknown(&mut self, name: &str, value: &str) {
        if self.is_left_out(name, value) {
            return;
        }
        match stray::channel(name, &normal::unescaped(value)) {
            Some(field) => self.strays.push((field, name.to_owned(), value.to_owned())),
            None => self.other(name, value),
        }
    }

    /// Takes a field whose meaning is known; what cannot be read as that is kept under `name`.
    pub(crate) fn field(&mut self, field: Field, name: &str, value: &str) {
        self.has_position |= field == Field::JobTitle;
        let value = &*normal::unescaped(value);
        let value = &*normal::without_cards(value);
        let Some(text) = normal::line(value) else { return };
        if field.is_contact() && is_hash(&text) {
            self.hashed = true;
            return;
        }
        if is_test_value(&text) {
            self.test_values += 1;
            return;
        }
        let plumbing = matches!(
            field,
            Field::Plumbing | Field::Action | Field::Test | Field::Trap | Field::Deleted
        );
        // "N/A" as a country is Namibia's code, and 0 is a quantity.
        if !plumbing
            && !matches!(field, Field::Country | Field::Quantity)
            && normal::is_filler(&text)
            && (!matches!(field, Field::GivenName | Field::FamilyName) || normal::is_no_name(&text))
        {
            return;
        }
        if !plumbing && !matches!(field, Field::Page | Field::Privacy | Field::Consent) {
            self.anything = true;
        }
        let taken = self.contact(field, name, &text)
            || self.place(field, &text)
            || self.deal(field, name, &text, value);
        if !taken {
            self.keep(name, value);
        }
    }

    /// Keeps a field that has no place of its own, as written.
    pub(crate) fn other(&mut self, name: &str, value: &str) {
        let value = &*normal::unescaped(value);
        if normal::line(value).is_some_and(|text| !normal::is_filler(&text)) {
            self.anything |= normal::line(name).is_some();
            self.keep(name, value);
        }
    }

    /// A secret is not kept, only that one stood there.
    fn is_left_out(&mut self, name: &str, value: &str) -> bool {
        let secret = normal::is_secret(name, value);
        if secret && self.enquiry.other.len() < OTHER_FIELDS_MAX {
            let name = normal::line(&normal::without_cards(name)).unwrap_or_default();
            let left_out = OtherField { name: LEFT_OUT.to_owned(), value: name };
            if !self.enquiry.other.contains(&left_out) {
                self.enquiry.other.push(left_out);
            }
        }
        secret
    }

    fn keep(&mut self, name: &str, value: &str) {
        let value = &*normal::without_cards(value);
        if self.is_left_out(name, value) {
            return;
        }
        if self.enquiry.other.len() < OTHER_FIELDS_MAX
            && let (Some(name), Some(value)) = (normal::line(name), normal::line(value))
        {
            self.enquiry.other.push(OtherField { name, value });
        }
    }

    /// Takes a product that the enquiry names. A quantity that is there and cannot be read in exactly one way
    /// is a doubt; zero says that the product is not wanted.
    pub(crate) fn interest(&mut self, product: &str, quantity: Option<&str>) {
        let Some(interest) = self.wanted(product, quantity) else { return };
        if self.enquiry.interest.len() < PRODUCTS_MAX {
            self.enquiry.interest.push(interest);
        }
    }

    fn wanted(&mut self, product: &str, quantity: Option<&str>) -> Option<Interest> {
        let product =
            normal::line(&normal::unescaped(product)).filter(|text| !normal::is_filler(text))?;
        let written = quantity.and_then(|text| normal::line(&normal::unescaped(text)));
        let read = written
            .as_deref()
            .map_or(Quantity::Unsaid, |written| normal::quantity(written, self.notation));
        let quantity = match (read, &written) {
            (Quantity::Read(quantity), _) => Some(quantity),
            (Quantity::Unsaid, _) | (_, None) => None,
            (Quantity::Zero, Some(written)) => {
                self.keep(&format!("quantity of {product}"), written);
                return None;
            }
            (Quantity::Unclear, Some(written)) => {
                self.keep(&format!("quantity of {product}"), written);
                self.doubt(format!(
                    "The quantity of {product} is written as \"{written}\", which cannot be read in exactly one \
                     way; ask how many are wanted before anything is offered."
                ));
                None
            }
        };
        self.anything = true;
        Some(Interest::of(product, quantity))
    }

    fn doubt(&mut self, doubt: String) {
        /// Longest doubt, in characters, with room to spare.
        const CHARS_MAX: usize = 480;
        if self.enquiry.doubts.len() < DOUBTS_MAX {
            self.enquiry.doubts.push(doubt.chars().take(CHARS_MAX).collect());
        }
    }

    /// Takes what `take` gives it, being no surer of it than this.
    pub(crate) fn at_most(&mut self, certainty: Certainty, take: impl FnOnce(&mut Self)) {
        let before = self.certainty;
        self.certainty = certainty.max(before);
        take(self);
        self.certainty = before;
    }

    /// The enquiry as far as it is known, for what has a type of its own.
    pub(crate) fn enquiry_mut(&mut self) -> &mut Enquiry {
        &mut self.enquiry
    }

    /// They agreed to mail in bulk, by these words where they are known.
    pub(crate) fn agree(&mut self, wording: Option<&str>) {
        self.agreed = true;
        self.wording = wording.map(str::to_owned);
    }
}

/// A whole reading of what is one part only.
#[must_use]
pub(crate) fn whole(part: PartReading) -> Reading {
    match part {
        PartReading::Enquiry(enquiry) => Reading::Enquiry(enquiry),
        PartReading::NoLead { kind, reason } => Reading::NoLead { kind, reason },
        PartReading::Unclear { reason, enquiry } => Reading::Unclear { reason, enquiry },
    }
}

/// A reading as that of a part; a collection within a collection is left to a person.
#[must_use]
pub(crate) fn part(reading: Reading) -> PartReading {
    match reading {
        Reading::Enquiry(enquiry) => PartReading::Enquiry(enquiry),
        Reading::NoLead { kind, reason } => PartReading::NoLead { kind, reason },
        Reading::Unclear { reason, enquiry } => PartReading::Unclear { reason, enquiry },
        Reading::Parts(_) => {
            PartReading::unclear("The entry holds several entries itself; send them one by one.")
        }
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

/// What the testing tools of advertisers fill in: `<test lead: dummy data for full_name>`, in their languages.
fn is_test_value(text: &str) -> bool {
    if text.len() > 200 {
        return false;
    }
    let lower = text.to_lowercase();
    if matches!(lower.trim(), "test lead" | "test-lead" | "testlead" | "test user") {
        return true;
    }
    if !TESTS.stand_in(&lower) {
        return false;
    }
    let dummy = DUMMIES.stand_in(&lower);
    let marked = lower.starts_with('<') || lower.contains(':');
    LEADS.stand_in(&lower) && (dummy || marked)
        || ["dummy data for", "données de test pour", "dados de teste para", "dati di prova per"]
            .iter()
            .any(|begin| lower.starts_with(begin))
}

/// One of these stands in every value of a test, lower case.
static TESTS: Pieces = pieces!(["test prueba prova тестов dummy"]);
/// How the leads of testing tools are called, lower case.
static LEADS: Pieces = pieces!(&[
    "test lead",
    "test-lead",
    "testlead",
    "lead de prueba",
    "lead di prova",
    "lead de test",
    "testowy lead",
    "cliente potencial de prueba",
    "prueba de cliente potencial",
    "prospect test",
    "prospect de test",
    "testkontakt",
    "тестов",
]);
/// How their values are called, lower case.
static DUMMIES: Pieces = pieces!(&[
    "dummy",
    "datos ficticios",
    "datos de prueba",
    "données fictives",
    "donnees fictives",
    "testdaten",
    "données de test",
    "dados de teste",
    "dane testowe",
    "testgegevens",
    "dados fictícios",
    "platzhalter",
    "placeholder",
    "fittizi",
    "fictif",
    "ficti",
]);

#[cfg(test)]
mod tests;
