//! The leads of an end-to-end run: people of different companies who want to buy, on four channels.

use std::fmt::Write;

use leadmill::cli::post;
use leadmill::messaging::Outgoing;
use serde_json::json;

/// Rows of one file of the channel `import`.
const ROWS_PER_FILE: usize = 500;
const FIRST_NAMES: [&str; 8] = ["Ana", "Ben", "Carla", "David", "Elif", "Finn", "Greta", "Hugo"];
const LAST_NAMES: [&str; 8] =
    ["Lopez", "Meyer", "Novak", "Okoye", "Petit", "Rossi", "Schmidt", "Tanaka"];
/// What each of them writes.
const TEXT: &str = "We want to buy coffee machines for our office. Please send us a quote.";

/// Of ten leads, two come by mail, one on a card, two in a list and five by web form.
const MAILS: usize = 2;
const CARDS: usize = 1;
const ROWS: usize = 2;

/// What the inputs say beside who wrote them.
#[derive(Clone, Debug)]
pub struct Words(String);

impl Words {
    /// As many as make mails, forms and cards so long, and at least a sentence.
    pub fn of(bytes: usize) -> Self {
        let mut text = TEXT.to_owned();
        while text.len() + TEXT.len() < bytes {
            text.push(' ');
            text.push_str(TEXT);
        }
        Self(text)
    }
}

/// The inputs of the people from `from` on, so that `leads` leads come of them.
pub fn inputs(from: usize, leads: usize, words: &Words) -> Vec<Outgoing> {
    let Words(text) = words;
    let (mails, cards, rows) = (leads * MAILS / 10, leads * CARDS / 10, leads * ROWS / 10);
    let mut people = (from..from + leads).map(Person::of);
    let rows: Vec<_> = people.by_ref().take(rows).collect();
    let files = rows.chunks(ROWS_PER_FILE).map(|rows| {
        let id = format!("list-{}", rows[0].n);
        post::raw("intake.import", "text/csv", id, list(rows).into_bytes())
    });
    let mut inputs: Vec<_> = files.collect();
    inputs.extend(people.by_ref().take(mails).map(|person| person.mail(text)));
    inputs.extend(people.by_ref().take(cards).map(|person| person.card(text)));
    inputs.extend(people.map(|person| person.form(text)));
    inputs
}

/// The web form of one person.
pub fn form(n: usize) -> Outgoing {
    Person::of(n).form(TEXT)
}

/// What their company is called: by a word of its own, as companies are. Duplicates are looked for by family name and
/// the first word of the company; under one word for all, each lead would be compared with fifty strangers.
pub fn company(n: usize) -> String {
    const SYLLABLES: [&str; 7] = ["ba", "do", "ga", "lo", "ma", "ro", "sa"]; // Of different sound.
    let syllable = |place| SYLLABLES[n / SYLLABLES.len().pow(place) % SYLLABLES.len()];
    let word: String = (0..6).map(syllable).collect();
    format!("{}{} Roastery", word[..1].to_uppercase(), &word[1..])
}

/// Somebody who wants to buy.
struct Person {
    n: usize,
    first: &'static str,
    last: &'static str,
}

impl Person {
    fn of(n: usize) -> Self {
        let first = FIRST_NAMES[n % FIRST_NAMES.len()];
        let last = LAST_NAMES[n / FIRST_NAMES.len() % LAST_NAMES.len()];
        Self { n, first, last }
    }

    fn email(&self) -> String {
        format!("{}.{}@roastery{}.example", self.first, self.last, self.n)
    }

    fn phone(&self) -> String {
        format!("+4930{:07}", 2_000_000 + self.n)
    }

    fn quantity(&self) -> usize {
        1 + self.n % 3
    }

    fn form(&self, text: &str) -> Outgoing {
        let form = json!({
            "name": format!("{} {}", self.first, self.last),
            "email": self.email(),
            "phone": self.phone(),
            "company": company(self.n),
            "message": text,
            "sku": "CM-100",
            "quantity": self.quantity(),
        });
        let id = format!("form-{}", self.n);
        post::raw("intake.web", "application/json", id, form.to_string().into_bytes())
    }

    fn mail(&self, text: &str) -> Outgoing {
        let Self { n, first, last } = self;
        let mail = format!(
            "From: {first} {last} <{}>\r\nTo: sales@example.com\r\nSubject: Quote for {} Barista One\
             \r\nDate: Mon, 02 Mar 2026 09:10:00 +0100\r\nMessage-ID: <bench-{n}@example.com>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\n{text} \
             We think of {} x Barista One.\r\n\r\nKind regards\r\n{first} {last}\r\n{}\r\n\
             Phone: {}\r\n",
            self.email(),
            self.quantity(),
            self.quantity(),
            company(*n),
            self.phone(),
        );
        post::raw("intake.email", "message/rfc822", format!("mail-{n}"), mail.into_bytes())
    }

    fn card(&self, text: &str) -> Outgoing {
        let Self { n, first, last } = self;
        let card = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{first} {last}\r\nN:{last};{first};;;\r\n\
             ORG:{}\r\nEMAIL;TYPE=WORK:{}\r\nTEL;TYPE=WORK:{}\r\n\
             NOTE:{} x Barista One. {text}\r\nEND:VCARD\r\n",
            company(*n),
            self.email(),
            self.phone(),
            self.quantity(),
        );
        post::raw("intake.card", "text/vcard", format!("card-{n}"), card.into_bytes())
    }
}

/// A list as a trade show hands it over.
fn list(people: &[Person]) -> String {
    let mut text = "First name,Last name,Email,Phone,Company,SKU,Quantity,Message\n".to_owned();
    for person in people {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{},{},{},{},{},CM-100,{},\"{TEXT}\"",
            person.first,
            person.last,
            person.email(),
            person.phone(),
            company(person.n),
            person.quantity(),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_person_comes_once_and_every_channel_has_its_part() {
        let inputs = inputs(40, 20, &Words::of(0));
        let of = |queue: &str| inputs.iter().filter(|one| one.routing_key == queue).count();
        let parts = ["intake.import", "intake.email", "intake.card", "intake.web"].map(of);
        assert_eq!(parts, [1, 4, 2, 10]);
        let all: String =
            inputs.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect();
        assert!(inputs.iter().all(|one| one.body.len() < 2_000));
        for n in 40..60 {
            assert!(all.contains(&format!("@roastery{n}.example")), "{n}");
        }
    }

    #[test]
    fn mails_forms_and_cards_are_as_long_as_they_should_be() {
        let inputs = inputs(0, 20, &Words::of(64 * 1024));
        let bodies = inputs.iter().filter(|one| one.routing_key != "intake.import");
        for body in bodies.map(|one| one.body.len()) {
            assert!((65_000..67_000).contains(&body), "{body}");
        }
    }
}
