//! The walk over the JSON of a message, once, without copying: does it fit its shape?

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};

use super::{List, Object, Shape, Text};
use crate::day::{Day, Moment};
use crate::message::MessageType;
use crate::money::{Currency, parse_decimal};
use crate::text::excerpt;

/// A UUID with its hyphens.
const UUID_BYTES: usize = 36;

/// Where the data does not fit, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// As `lines[0].quantity`; empty for the data as a whole.
    pub field: String,
    /// Goes on from "The field `x` …", without a full stop.
    pub what: String,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "The data {}.", self.what),
            field => write!(f, "The field `{field}` {}.", self.what),
        }
    }
}

/// Looks whether the data of a message fits what its type's schema says.
///
/// # Errors
/// [`Unfit`] naming the first field that does not. What is no JSON at all is left to the reader.
pub fn fit(ty: &MessageType, json: &[u8]) -> Result<(), Unfit> {
    let (shape, told) = (Shape::of(ty), Cell::new(None));
    let place = Place { shape: &shape, path: &Path::Root, told: &told };
    let walked = place.deserialize(&mut serde_json::Deserializer::from_slice(json));
    match told.take() {
        Some(unfit) if walked.is_err() => Err(unfit),
        _ => Ok(()),
    }
}

/// The way from the top to a place; kept on the stack, written only where something does not fit.
enum Path<'p> {
    Root,
    Field(&'p Path<'p>, &'p str),
    Entry(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Self::Root, name) => f.write_str(name),
            Self::Field(above, name) => write!(f, "{above}.{name}"),
            Self::Entry(above, place) => write!(f, "{above}[{place}]"),
        }
    }
}

#[derive(Clone, Copy)]
struct Place<'p> {
    shape: &'p Shape,
    path: &'p Path<'p>,
    told: &'p Cell<Option<Unfit>>,
}

impl Place<'_> {
    fn broken<E: de::Error>(self, what: impl Into<String>) -> E {
        self.told.set(Some(Unfit { field: self.path.to_string(), what: what.into() }));
        E::custom("it does not fit")
    }

    fn other<E: de::Error>(self, is: impl fmt::Display) -> E {
        let Shape { null, flag, whole, text, list, object, .. } = self.shape;
        let expected = [
            (object.is_some(), "an object"),
            (list.is_some(), "a list"),
            (text.is_some(), "a text"),
            (whole.is_some(), "a whole number"),
            (*flag, "true or false"),
            (*null, "null"),
        ];
        let expected = expected.into_iter().filter_map(|(is, name)| is.then_some(name));
        let expected = expected.collect::<Vec<_>>().join(" or ");
        self.broken(format!("is {is}, but must be {expected}; correct it"))
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if self.shape.anything {
            return IgnoredAny::deserialize(from).map(drop);
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what the schema says")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        if self.shape.null { Ok(()) } else { Err(self.other("null")) }
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        if self.shape.flag { Ok(()) } else { Err(self.other(value)) }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.number(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.number(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        Err(self.other(format_args!("the number {value}")))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        match &self.shape.text {
            None => Err(self.other("a text")),
            Some(text) => text.check(value).map_err(|what| self.broken(what)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Some(List { entry, min, max }) = &self.shape.list else {
            return Err(self.other("a list"));
        };
        for place in 0.. {
            let path = Path::Entry(self.path, place);
            let entry = Place { shape: entry, path: &path, told: self.told };
            if entries.next_element_seed(entry)?.is_none() {
                if place < *min {
                    return Err(self.broken(format!("has less than {min} entries; send more")));
                }
                break;
            }
            if place >= *max {
                return Err(self.broken(format!("has more than {max} entries; send fewer")));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let Some(object) = &self.shape.object else {
            return Err(self.other("an object"));
        };
        let mut missing: Vec<_> = object.required.iter().map(String::as_str).collect();
        while let Some(name) = fields.next_key_seed(Name { object, place: self })? {
            match name {
                Some((name, shape)) => {
                    missing.retain(|required| *required != name);
                    let path = Path::Field(self.path, name);
                    fields.next_value_seed(Place { shape, path: &path, told: self.told })?;
                }
                None => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        match missing.first() {
            None => Ok(()),
            Some(name) => {
                let path = Path::Field(self.path, name);
                Err(Place { path: &path, ..self }.broken("is missing; add it"))
            }
        }
    }
}

impl Place<'_> {
    fn number<E: de::Error>(self, value: i128) -> Result<(), E> {
        match &self.shape.whole {
            None => Err(self.other(format_args!("the number {value}"))),
            Some(range) if range.contains(&value) => Ok(()),
            Some(range) => {
                let (least, most) = (range.start(), range.end());
                let what = format!("is {value}, but must lie between {least} and {most}");
                Err(self.broken(format!("{what}; correct it")))
            }
        }
    }
}

impl Text {
    fn check(&self, value: &str) -> Result<(), String> {
        match self {
            Self::Free => Ok(()),
            Self::Choice(words) if words.iter().any(|word| word == value) => Ok(()),
            Self::Choice(words) => {
                let words = words.join("`, `");
                Err(format!("is `{}`, which is none of `{words}`; correct it", excerpt(value)))
            }
            // With hyphens, as `format` says; the reader would take other forms too.
            Self::Uuid if value.len() == UUID_BYTES && uuid::Uuid::parse_str(value).is_ok() => {
                Ok(())
            }
            Self::Uuid => Err(format!("is `{}`, which is no UUID; correct it", excerpt(value))),
            Self::Decimal => parse_decimal(value).map(drop).map_err(unread),
            Self::Currency => value.parse::<Currency>().map(drop).map_err(unread),
            Self::Day => Day::read(value).map(drop).map_err(|error| error.to_string()),
            Self::Moment => Moment::read(value).map(drop).map_err(|error| error.to_string()),
            Self::Bounded(bound) => bound.check(value).map(drop).map_err(|error| error.to_string()),
        }
    }
}

/// An error that is sentences of its own, as the end of ours.
fn unread(error: impl fmt::Display) -> String {
    format!("cannot be read: {}", error.to_string().trim_end_matches('.'))
}

/// The name of a field, looked up in its object; `None` where the object is open and has none such.
struct Name<'p> {
    object: &'p Object,
    place: Place<'p>,
}

impl<'de, 'p> DeserializeSeed<'de> for Name<'p> {
    type Value = Option<(&'p str, &'p Shape)>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Name<'p> {
    type Value = Option<(&'p str, &'p Shape)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match self.object.fields.get_key_value(name) {
            Some((name, shape)) => Ok(Some((name, shape))),
            None if self.object.closed => {
                let what =
                    format!("has no field `{}`; leave it out or correct its name", excerpt(name));
                Err(self.place.broken(what))
            }
            None => Ok(None),
        }
    }
}
