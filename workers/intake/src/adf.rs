//! ADF 1.0, the XML in which distributors send leads of car and machine dealers.
//!
//! Read without DTD and entities, by events, so that what is broken in the wild (a processing
//! instruction before the XML declaration, escaping by HTML mail) does not lose a lead.

use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::normal;
use crate::options::ReadOptions;

/// Most prospects of one document, and most elements of one prospect.
const PROSPECTS_MAX: usize = 1_000;
const ELEMENTS_MAX: usize = 2_000;
/// Deepest nesting.
const DEPTH_MAX: usize = 32;

/// An element's path with its text, as `customer/contact/name[part=first]`.
#[derive(Debug)]
struct Item {
    path: String,
    attributes: Vec<(String, String)>,
    text: String,
}

impl Item {
    fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Reads a text that holds ADF, perhaps among other text.
#[must_use]
pub fn read(text: &str, options: &ReadOptions) -> Reading {
    let prospects = match prospects(text) {
        Ok(prospects) => prospects,
        Err(reason) => return Reading::unclear(reason),
    };
    let parts: Vec<Part> = (1..)
        .zip(&prospects)
        .map(|(number, items)| Part {
            number,
            reading: prospect(items, options),
            original: items
                .iter()
                .map(|item| (item.path.clone(), serde_json::Value::String(item.text.clone())))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        })
        .collect();
    draft::collected(parts)
}

/// The distributor's id of the prospect, where there is one prospect only.
#[must_use]
pub fn external_id(text: &str) -> Option<String> {
    let prospects = prospects(text).ok()?;
    let [items] = prospects.as_slice() else { return None };
    let id = items.iter().find(|item| item.path == "id" && !item.text.is_empty())?;
    Some(format!("{}:{}", id.attribute("source"), id.text))
}

fn prospects(text: &str) -> Result<Vec<Vec<Item>>, String> {
    let unescaped;
    let text = if !text.contains("<adf") && !text.contains("<ADF") && text.contains("&lt;") {
        unescaped = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        unescaped.as_str()
    } else {
        text
    };
    // ASCII folding keeps the positions.
    let begin = text
        .to_ascii_lowercase()
        .find("<adf")
        .ok_or("The XML is not ADF: it has no <adf> element; send ADF, JSON or a form.")?;
    parse(&text[begin..])
}

fn parse(text: &str) -> Result<Vec<Vec<Item>>, String> {
    // The detail may quote the text: it is cut, and loses what no reason can hold.
    let broken = |detail: &str| {
        let detail = normal::line(detail).unwrap_or_default();
        format!("The ADF is not well-formed ({detail}); look at the original.")
    };
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut path: Vec<String> = Vec::new();
    let mut open: Vec<Item> = Vec::new();
    let mut found: Vec<Vec<Item>> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let name = name_of(&element);
                if path.len() >= DEPTH_MAX {
                    return Err(broken("too deeply nested"));
                }
                if name == "prospect" {
                    if found.len() == PROSPECTS_MAX {
                        return Err(broken("too many prospects"));
                    }
                    found.push(vec![item("", &element)]);
                }
                path.push(name);
                open.push(item(&inside(&path), &element));
            }
            Ok(Event::Empty(element)) => {
                path.push(name_of(&element));
                let empty = item(&inside(&path), &element);
                path.pop();
                push(&mut found, empty);
            }
            Ok(Event::Text(content)) => {
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&content);
                }
            }
            Ok(Event::CData(content)) => {
                if let Some(last) = open.last_mut() {
                    last.text.push_str(&content);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                let known = entity(&reference);
                let c = known.ok_or_else(|| broken("an entity that XML does not know"))?;
                if let Some(last) = open.last_mut() {
                    last.text.push(c);
                }
            }
            Ok(Event::End(_)) => {
                if let Some(done) = open.pop() {
                    push(&mut found, done);
                }
                path.pop();
                if path.is_empty() {
                    break;
                }
            }
            Ok(Event::Eof) => return Err(broken("it ends before </adf>")),
            Ok(_) => {}
            Err(error) => return Err(broken(&error.to_string())),
        }
    }
    if found.is_empty() { Err(broken("it holds no prospect")) } else { Ok(found) }
}

/// The character of a reference that XML itself knows; nothing else is expanded.
pub(crate) fn entity(reference: &BytesRef<'_>) -> Option<char> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Some(c),
        _ => match &**reference {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        },
    }
}

fn push(found: &mut [Vec<Item>], item: Item) {
    if let Some(items) = found.last_mut()
        && items.len() < ELEMENTS_MAX
        && !item.path.is_empty()
    {
        items.push(item);
    }
}

fn name_of(element: &BytesStart<'_>) -> String {
    element.local_name().as_ref().to_ascii_lowercase()
}

/// The path below `adf/prospect`.
fn inside(path: &[String]) -> String {
    path.iter().skip(2).map(String::as_str).collect::<Vec<_>>().join("/")
}

fn item(path: &str, element: &BytesStart<'_>) -> Item {
    let attributes = element
        .html_attributes()
        .filter_map(Result::ok)
        .take(20)
        .map(|attribute| {
            (attribute.key.as_ref().to_ascii_lowercase(), attribute.value.into_owned())
        })
        .collect();
    Item { path: path.to_owned(), attributes, text: String::new() }
}

fn prospect(items: &[Item], options: &ReadOptions) -> PartReading {
    if items.first().is_some_and(|prospect| prospect.attribute("status") == "resend") {
        return PartReading::NoLead {
            kind: NoLead::OtherEvent,
            reason: "The ADF says that it sends a prospect again.".to_owned(),
        };
    }
    let mut draft = Draft::new(LeadSource::Web, options);
    for item in items {
        customer(&mut draft, item);
    }
    vehicles(&mut draft, items);
    draft.finish("The ADF prospect")
}

fn customer(draft: &mut Draft<'_>, item: &Item) {
    let name = item.path.as_str();
    let field = match name.strip_prefix("customer/contact/") {
        Some("name") if item.attribute("type") == "business" => Field::Company,
        Some("name") => match item.attribute("part") {
            "first" => Field::GivenName,
            "last" | "surname" => Field::FamilyName,
            "middle" | "suffix" => return draft.other("middle name", &item.text),
            _ => Field::FullName,
        },
        Some("email") => Field::Email,
        Some("phone") => match item.attribute("type") {
            "fax" | "pager" => Field::Fax,
            "cellphone" | "cell" | "mobile" => Field::Mobile,
            _ => Field::Phone,
        },
        Some("address/street") if item.attribute("line") == "2" => Field::Line2,
        Some("address/street") => Field::Line1,
        Some("address/city") => Field::City,
        Some("address/regioncode") => Field::Subdivision,
        Some("address/postalcode") => Field::PostalCode,
        Some("address/country") => Field::Country,
        _ => match name {
            "customer/comments" => Field::Message,
            "customer/timeframe/description" | "customer/timeframe" => Field::Timeframe,
            "requestdate" => Field::SubmittedAt,
            "id" => {
                return draft.other(&format!("id {}", item.attribute("source")), &item.text);
            }
            "vendor/contact/name" | "vendor/vendorname" | "provider/name" | "provider/service" => {
                return draft.other(name, &item.text);
            }
            _ => return,
        },
    };
    draft.field(field, name, &item.text);
}

/// Each vehicle is what the customer wants, unless they mean to trade it in.
fn vehicles(draft: &mut Draft<'_>, items: &[Item]) {
    let mut words: Vec<(String, String)> = Vec::new();
    for item in items {
        if let Some(name) = item.path.strip_prefix("vehicle/") {
            words.push((name.to_owned(), item.text.trim().to_owned()));
        } else if item.path == "vehicle" {
            let word = |name: &str| {
                words
                    .iter()
                    .find(|(known, _)| known == name)
                    .map_or("", |(_, value)| value.as_str())
            };
            let parts = [word("year"), word("make"), word("model"), word("trim")];
            let vehicle =
                parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
            let wish = item.attribute("interest");
            if matches!(wish, "trade-in" | "sell") {
                draft.other(wish, &vehicle);
            } else if !vehicle.is_empty() || !word("stock").is_empty() {
                let product = if word("stock").is_empty() { &vehicle } else { word("stock") };
                draft.interest(product, None);
                let topic = [wish, item.attribute("status"), &vehicle];
                let topic =
                    topic.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>();
                draft.field(Field::Topic, "vehicle", &topic.join(" "));
            }
            if !word("vin").is_empty() {
                draft.other("vin", word("vin"));
            }
            words.clear();
        }
    }
}
