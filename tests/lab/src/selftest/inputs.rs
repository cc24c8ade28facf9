//! What the load generator sends: everybody is another person of another house, so that it is known
//! beforehand what must become of each input.

use std::fmt::Write;

use leadmill::cli::send::Channel;
use serde_json::json;

const GIVEN: [&str; 8] = ["Ana", "Ben", "Carla", "David", "Elif", "Finn", "Greta", "Hugo"];
const FAMILY: [&str; 8] =
    ["Lopez", "Meyer", "Novak", "Okoye", "Petit", "Rossi", "Schmidt", "Tanaka"];
/// What they want, and the most of it that a quote may hold and still activate itself.
const PRODUCTS: [(&str, &str, u32); 4] = [
    ("CM-100", "Barista One", 5),
    ("CM-200", "Barista Duo", 3),
    ("GR-10", "Silent Grinder", 6),
    ("WF-3", "Aqua Filter Set", 20),
];
/// Rows of a list, from and to.
const ROWS: (u32, u32) = (3, 12);

/// What must become of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A lead.
    Lead,
    /// A lead of each of so many rows.
    Rows(u32),
    /// Nobody can read it: it is held, for a person to look at.
    Held,
}

/// An input, and what must become of it.
pub struct Input {
    pub channel: Channel,
    pub content_type: &'static str,
    pub id: String,
    pub body: Vec<u8>,
    pub expected: Expected,
}

/// Makes inputs, the same ones for the same seed.
pub struct Inputs {
    random: fastrand::Rng,
    /// People made so far.
    people: u32,
}

struct Person {
    name: String,
    email: String,
    phone: String,
    house: String,
}

impl Inputs {
    pub fn new(seed: u64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), people: 0 }
    }

    fn person(&mut self) -> Person {
        self.people += 1;
        let n = self.people;
        let given = GIVEN[self.random.usize(..GIVEN.len())];
        let family = FAMILY[self.random.usize(..FAMILY.len())];
        Person {
            name: format!("{given} {family}"),
            email: format!("{given}.{family}@house-{n}.example").to_lowercase(),
            phone: format!("+4930{:07}", 2_000_000 + n),
            house: format!("House {n} Coffee"),
        }
    }

    fn wish(&mut self) -> (&'static str, &'static str, u32) {
        let (sku, name, most) = PRODUCTS[self.random.usize(..PRODUCTS.len())];
        (sku, name, self.random.u32(1..=most))
    }

    fn web(&mut self) -> (Vec<u8>, Expected) {
        let (person, (sku, _, quantity)) = (self.person(), self.wish());
        let form = json!({
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
            "company": person.house,
            "message": "We want to buy this for our office. Please send us a quote.",
            "sku": sku,
            "quantity": quantity,
        });
        (form.to_string().into_bytes(), Expected::Lead)
    }

    fn email(&mut self) -> (Vec<u8>, Expected) {
        let (person, (_, product, quantity)) = (self.person(), self.wish());
        let Person { name, email, phone, house } = person;
        let n = self.people;
        let text = format!(
            "From: {name} <{email}>\nTo: sales@example.com\nSubject: Quote for {product}\n\
             Date: Mon, 02 Mar 2026 09:10:00 +0100\nMessage-ID: <{n}@selftest.example>\n\
             MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: 8bit\n\nHello,\n\nplease send us a quote for {quantity} x \
             {product}.\n\nKind regards\n{name}\n{house}\nPhone: {phone}\n"
        );
        (text.replace('\n', "\r\n").into_bytes(), Expected::Lead)
    }

    fn card(&mut self) -> (Vec<u8>, Expected) {
        let Person { name, email, phone, house } = self.person();
        let (given, family) = name.split_once(' ').unwrap_or((&name, ""));
        let text = format!(
            "BEGIN:VCARD\nVERSION:3.0\nN:{family};{given};;;\nFN:{name}\nORG:{house}\n\
             EMAIL;TYPE=WORK:{email}\nTEL;TYPE=WORK:{phone}\nEND:VCARD\n"
        );
        (text.replace('\n', "\r\n").into_bytes(), Expected::Lead)
    }

    fn list(&mut self) -> (Vec<u8>, Expected) {
        let rows = self.random.u32(ROWS.0..=ROWS.1);
        let mut text = "Name,Email,Phone,Company,SKU,Quantity,Message\n".to_owned();
        for _ in 0..rows {
            let (person, (sku, _, quantity)) = (self.person(), self.wish());
            let Person { name, email, phone, house } = person;
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{name},{email},{phone},{house},{sku},{quantity},Please send a quote"
            );
        }
        (text.into_bytes(), Expected::Rows(rows))
    }
}

impl Iterator for Inputs {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        let (channel, content_type, (body, expected)) = match self.random.u32(..20) {
            0..10 => (Channel::Web, "application/json", self.web()),
            10..16 => (Channel::Email, "message/rfc822", self.email()),
            16..18 => (Channel::Card, "text/vcard", self.card()),
            _ => (Channel::Import, "text/csv", self.list()),
        };
        let id = format!("selftest/{}", self.people);
        Some(Input { channel, content_type, id, body, expected })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_inputs_and_no_two_are_alike() {
        let bodies = || Inputs::new(3).take(500).map(|input| input.body);
        assert!(bodies().eq(bodies()));
        assert_eq!(bodies().collect::<BTreeSet<_>>().len(), 500);
        let channels: Vec<_> = Inputs::new(3).take(100).map(|input| input.channel).collect();
        for channel in [Channel::Web, Channel::Email, Channel::Card, Channel::Import] {
            assert!(channels.contains(&channel), "{channel:?}");
        }
    }
}
