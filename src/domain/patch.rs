//! Fields of a merge patch (RFC 7396), and what one makes of a record: what is absent is kept, null clears.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Line;

/// What a command wants of a field. Goes with `#[serde(default, skip_serializing_if = "Patch::is_keep")]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// It is absent: the field stays as it is.
    #[default]
    Keep,
    /// It is null.
    Clear,
    Set(T),
}

/// What became of a field, as an event tells it: absent is nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub struct Change<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<T>,
}

impl<T> Patch<T> {
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The field after it.
    #[must_use]
    pub fn onto<U>(&self, was: Option<&U>) -> Option<U>
    where
        T: Clone + Into<U>,
        U: Clone,
    {
        match self {
            Self::Keep => was.cloned(),
            Self::Clear => None,
            Self::Set(value) => Some(value.clone().into()),
        }
    }
}

impl<const CHARS: usize> Patch<Line<CHARS>> {
    /// The text after it, of which an empty one is none.
    #[must_use]
    pub fn onto_text(&self, was: Option<&String>) -> Option<String> {
        self.onto(was).filter(|text| !text.is_empty())
    }
}

impl<T: Clone + PartialEq> Change<T> {
    /// What leads from one to the other; `None` where they are the same.
    #[must_use]
    pub fn between(was: Option<&T>, now: Option<&T>) -> Option<Self> {
        (was != now).then(|| Self { from: was.cloned(), to: now.cloned() })
    }
}

impl<T: Clone> Change<T> {
    /// The field after it; as it was where there is none.
    #[must_use]
    pub fn after(change: Option<&Self>, was: Option<&T>) -> Option<T> {
        change.map_or_else(|| was.cloned(), |change| change.to.clone())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => to.serialize_none(),
            Self::Set(value) => value.serialize(to),
        }
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Command {
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        name: Patch<String>,
    }

    #[test]
    fn an_empty_text_clears() {
        let was = Some("Acme".to_owned());
        let empty: Patch<Line<5>> = Patch::Set(Line::default());
        assert_eq!((empty.onto_text(was.as_ref()), empty.onto_text(None)), (None, None));
        assert_eq!(Patch::<Line<5>>::Keep.onto_text(was.as_ref()), was);
    }

    #[test]
    fn what_is_absent_is_kept_null_clears_and_a_value_is_set_and_all_of_it_is_written_as_it_was_read()
     {
        let was = Some("Acme".to_owned());
        for (json, now) in [
            ("{}", was.clone()),
            (r#"{"name":null}"#, None),
            (r#"{"name":"Acme"}"#, was.clone()),
            (r#"{"name":"Acme SL"}"#, Some("Acme SL".to_owned())),
        ] {
            let command: Command = serde_json::from_str(json).expect("a command");
            assert_eq!(command.name.onto(was.as_ref()), now, "{json}");
            assert_eq!(serde_json::to_string(&command).expect("JSON"), json);
            let change = Change::between(was.as_ref(), now.as_ref());
            assert_eq!(change.is_some(), was != now, "{json}");
            assert_eq!(Change::after(change.as_ref(), was.as_ref()), now, "{json}");
        }
    }
}
