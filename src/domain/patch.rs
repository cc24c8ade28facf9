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

    /// What it makes of a field; `None` where that stays as it is.
    #[must_use]
    pub fn change<U>(&self, was: Option<&U>) -> Option<Change<U>>
    where
        T: Clone + Into<U>,
        U: Clone + PartialEq,
    {
        let to = match self {
            Self::Keep => return None,
            Self::Clear => None,
            Self::Set(value) => Some(value.clone().into()),
        };
        let from = was.cloned();
        (from != to).then_some(Change { from, to })
    }
}

impl<const CHARS: usize> Patch<Line<CHARS>> {
    /// What it makes of a text, of which an empty one is none; `None` where that stays as it is.
    #[must_use]
    pub fn change_text(&self, was: Option<&String>) -> Option<Change<String>> {
        match self {
            Self::Set(text) if text.is_empty() => Self::Clear.change(was),
            patch => patch.change(was),
        }
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
        assert_eq!(empty.change_text(was.as_ref()), Some(Change { from: was, to: None }));
        assert_eq!(empty.change_text(None), None);
    }

    #[test]
    fn what_is_absent_is_kept_null_clears_and_a_value_is_set_and_all_of_it_is_written_as_it_was_read()
     {
        let was = Some("Acme".to_owned());
        for (json, to) in [
            ("{}", None),
            (r#"{"name":null}"#, Some(None)),
            (r#"{"name":"Acme"}"#, None),
            (r#"{"name":"Acme SL"}"#, Some(Some("Acme SL".to_owned()))),
        ] {
            let command: Command = serde_json::from_str(json).expect("a command");
            let change = command.name.change(was.as_ref());
            assert_eq!(change.as_ref().map(|change| change.to.clone()), to, "{json}");
            assert_eq!(Change::after(change.as_ref(), was.as_ref()), to.unwrap_or(was.clone()));
            assert_eq!(serde_json::to_string(&command).expect("JSON"), json);
        }
    }
}
