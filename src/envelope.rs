//! CloudEvents 1.0: opening what arrives, leniently, and sealing what leaves, in structured mode.
//!
//! Structured mode loses no consumer: no binary header convention is read by all SDKs.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::message::TYPE_PREFIX;
use domain::text::{Bound, excerpt};
use serde::{Deserialize, Serialize, de};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The media type of everything that leadmill publishes.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";
/// Before the worker's name in `source`.
pub const SOURCE_PREFIX: &str = "urn:leadmill:";
/// Longest `type`, in bytes: it is a routing key too.
pub const TYPE_BYTES_MAX: usize = 255;
/// What an `actor` may be: a name or an address, in one line. JSON writes each character with four bytes at most.
pub const ACTOR: Bound = Bound { lines: false, chars_max: 200 };
/// Room for the attributes around the data of a message that leaves, but for an `actor`.
const PLAIN_ATTRIBUTES_BYTES: usize = 640;
/// Room for all attributes around the data of a message that leaves.
pub const ATTRIBUTES_BYTES: usize = PLAIN_ATTRIBUTES_BYTES + 4 * ACTOR.chars_max;
/// Spellings of the prefix of CloudEvents headers in binary mode, over AMQP.
const BINARY_PREFIXES: [&str; 3] = ["ce-", "cloudevents:", "cloudevents_"];

/// A message of the contract as it arrived, its data not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// CloudEvents `id`.
    pub id: String,
    /// CloudEvents `source`.
    pub source: String,
    /// CloudEvents `type` without `leadmill.`.
    pub ty: String,
    /// The person for whom its sender speaks, by the extension attribute `actor`.
    pub actor: Option<String>,
    /// The pipeline it belongs to, where it says so.
    pub correlation: Option<Uuid>,
    pub traceparent: Option<String>,
    /// The data, as JSON.
    pub data: Bytes,
}

impl Opened {
    /// The worker of ours that said it; `None` for a message from outside.
    #[must_use]
    pub fn said_by(&self) -> Option<&str> {
        self.source.strip_prefix(SOURCE_PREFIX)
    }
}

/// The transport's side of a message: AMQP basic properties and headers.
#[derive(Clone, Copy, Debug)]
pub struct Transport<'a> {
    pub content_type: Option<&'a str>,
    pub message_id: Option<&'a str>,
    pub kind: Option<&'a str>,
    pub app_id: Option<&'a str>,
    /// Names as they came.
    pub headers: &'a BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Structured<'a> {
    #[serde(borrow)]
    specversion: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    ty: Cow<'a, str>,
    correlationid: Option<Cow<'a, str>>,
    traceparent: Option<Cow<'a, str>>,
    actor: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Opens a message of the contract: structured CloudEvents whatever the content type says, binary
/// mode with any of the three header spellings, or bare JSON with the basic properties `type`,
/// `message_id` and `app_id`.
///
/// # Errors
/// A finished sentence that says what is missing.
pub fn open(transport: Transport<'_>, body: &Bytes) -> Result<Opened, String> {
    let mut opened = read(transport, body)?;
    let size = opened.ty.len();
    if size > TYPE_BYTES_MAX {
        return Err(format!("The `type` has {size} bytes; the most allowed is {TYPE_BYTES_MAX}."));
    }
    opened.actor = opened.actor.as_deref().map(person).transpose()?;
    Ok(opened)
}

/// Whom an `actor` names. It says whose rights count, so that one that names nobody is not passed over.
///
/// # Errors
/// A finished sentence that says why it names nobody.
pub fn person(actor: &str) -> Result<String, String> {
    match ACTOR.check(actor) {
        Ok("") => Err("The CloudEvents `actor` is empty; leave it away.".into()),
        Ok(person) => Ok(person.to_owned()),
        Err(error) => Err(format!("The CloudEvents `actor` {error}.")),
    }
}

fn read(transport: Transport<'_>, body: &Bytes) -> Result<Opened, String> {
    let header = |name: &str| {
        transport.headers.iter().find_map(|(key, value)| {
            let key = key.to_ascii_lowercase();
            let bare = BINARY_PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix));
            (bare == Some(name)).then(|| value.clone())
        })
    };
    if let Some(ty) = header("type") {
        return binary(transport, body, ty, header);
    }
    // A list of the attributes' values would be taken for the struct.
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let event = match begins {
        Some(b'[') => Err(de::Error::custom("it is a list, and an object is expected")),
        _ => serde_json::from_slice::<Structured<'_>>(body),
    };
    match event {
        Ok(event) => structured(transport, &event, body),
        Err(error) if transport.content_type.is_some_and(|ty| ty.contains("cloudevents")) => {
            Err(format!("The body is no CloudEvents JSON: {error}."))
        }
        Err(error) => bare(transport, body, header("actor")).map_err(|missing| {
            format!("The body is no CloudEvents JSON ({error}), and as bare JSON {missing}.")
        }),
    }
}

fn structured(
    transport: Transport<'_>,
    event: &Structured<'_>,
    body: &Bytes,
) -> Result<Opened, String> {
    if event.specversion != "1.0" {
        let version = excerpt(&event.specversion);
        return Err(format!("CloudEvents specversion `{version}` is not 1.0."));
    }
    if event.id.is_empty() || event.source.is_empty() {
        return Err("The CloudEvents `id` and `source` must not be empty.".into());
    }
    // The data is a part of the body: it is not copied.
    let data = event.data.map(|data| body.slice_ref(data.get().as_bytes()));
    let trace = event.traceparent.as_deref().map(str::to_owned);
    Ok(Opened {
        id: event.id.to_string(),
        source: event.source.to_string(),
        ty: bare_type(&event.ty),
        actor: event.actor.as_deref().map(str::to_owned),
        correlation: event.correlationid.as_ref().and_then(|id| id.parse().ok()),
        traceparent: trace.or_else(|| transport.headers.get("traceparent").cloned()),
        data: data.unwrap_or(Bytes::from_static(b"null")),
    })
}

fn binary(
    transport: Transport<'_>,
    body: &Bytes,
    ty: String,
    header: impl Fn(&str) -> Option<String>,
) -> Result<Opened, String> {
    let need = |name: &str| {
        let missing = || format!("The CloudEvents header `{name}` is missing.");
        header(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    };
    Ok(Opened {
        id: need("id")?,
        source: need("source")?,
        ty: bare_type(&ty),
        actor: header("actor"),
        correlation: header("correlationid").and_then(|id| id.parse().ok()),
        traceparent: transport.headers.get("traceparent").cloned(),
        data: body.clone(),
    })
}

fn bare(
    transport: Transport<'_>,
    body: &Bytes,
    actor: Option<String>,
) -> Result<Opened, &'static str> {
    let ty = transport.kind.filter(|ty| !ty.is_empty());
    let ty = ty.ok_or("the property `type` is missing")?;
    let id = transport.message_id.filter(|id| !id.is_empty());
    let source = transport.app_id.filter(|source| !source.is_empty());
    Ok(Opened {
        id: id.ok_or("the property `message_id` is missing")?.to_owned(),
        source: source.ok_or("the property `app_id` is missing")?.to_owned(),
        ty: bare_type(ty),
        actor,
        correlation: None,
        traceparent: transport.headers.get("traceparent").cloned(),
        data: body.clone(),
    })
}

fn bare_type(ty: &str) -> String {
    ty.strip_prefix(TYPE_PREFIX).unwrap_or(ty).to_owned()
}

/// What is written around the data of a message that leaves.
#[derive(Debug)]
pub struct Seal<'a> {
    pub id: Uuid,
    pub worker: &'a str,
    /// Without `leadmill.`.
    pub ty: &'a str,
    pub subject: Uuid,
    pub at: DateTime<Utc>,
    pub sequence: Option<i64>,
    pub correlation: Uuid,
    pub cause: Uuid,
    pub traceparent: Option<&'a str>,
    /// The person who was named for the command that it follows from.
    pub actor: Option<&'a str>,
    /// JSON text, as the types of the contract or a column of JSON gave it; not looked at again.
    pub data: &'a str,
}

#[derive(Serialize)]
struct Sealed<'a> {
    specversion: &'static str,
    id: Uuid,
    source: String,
    #[serde(rename = "type")]
    ty: String,
    subject: Uuid,
    time: String,
    datacontenttype: &'static str,
    correlationid: Uuid,
    causationid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
}

/// The bytes of a message that leaves: structured CloudEvents JSON.
///
/// # Errors
/// Where an attribute cannot be written as JSON, which none of ours is.
pub fn seal(seal: &Seal<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let room = if seal.actor.is_some() { ATTRIBUTES_BYTES } else { PLAIN_ATTRIBUTES_BYTES };
    let mut sealed = Vec::with_capacity(seal.data.len() + room);
    let attributes = Sealed {
        specversion: "1.0",
        id: seal.id,
        source: format!("{SOURCE_PREFIX}{}", seal.worker),
        ty: format!("{TYPE_PREFIX}{}", seal.ty),
        subject: seal.subject,
        time: seal.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        datacontenttype: "application/json",
        correlationid: seal.correlation,
        causationid: seal.cause,
        // Orderable as text, as the CloudEvents extension wants it.
        sequence: seal.sequence.map(|sequence| format!("{sequence:020}")),
        traceparent: seal.traceparent,
        actor: seal.actor,
    };
    serde_json::to_writer(&mut sealed, &attributes)?;
    // The data is JSON already: it goes in before the last brace as it is, and is not read again.
    sealed.pop();
    for part in [r#","data":"#, seal.data, "}"] {
        sealed.extend_from_slice(part.as_bytes());
    }
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transport(headers: &BTreeMap<String, String>) -> Transport<'_> {
        Transport { content_type: None, message_id: None, kind: None, app_id: None, headers }
    }

    #[test]
    fn what_is_sealed_opens_again() {
        let id = Uuid::from_u128(7);
        let sealed = seal(&Seal {
            id,
            worker: "intake",
            ty: "lead.captured.v1",
            subject: Uuid::from_u128(8),
            at: DateTime::UNIX_EPOCH,
            sequence: Some(1),
            correlation: Uuid::from_u128(9),
            cause: Uuid::from_u128(10),
            traceparent: None,
            actor: Some("ana"),
            data: r#"{"lead":"x"}"#,
        });
        let none = BTreeMap::new();
        let opened = open(transport(&none), &sealed.unwrap().into()).unwrap();
        assert_eq!(opened.id, id.to_string());
        assert_eq!(opened.said_by(), Some("intake"));
        assert_eq!(opened.ty, "lead.captured.v1");
        assert_eq!(opened.correlation, Some(Uuid::from_u128(9)));
        assert_eq!(opened.actor.as_deref(), Some("ana"));
        assert_eq!(&*opened.data, br#"{"lead":"x"}"#);
    }

    #[test]
    fn a_list_of_attributes_is_no_envelope() {
        let none = BTreeMap::new();
        let list = br#" ["1.0","1","urn:x","leadmill.order.ship.v1",null,null,{}]"#;
        let said = open(transport(&none), &Bytes::from_static(list)).unwrap_err();
        assert!(said.contains("it is a list"), "{said}");
    }

    #[test]
    fn all_three_header_spellings_of_binary_mode_are_read() {
        for prefix in ["ce-", "cloudEvents:", "cloudEvents_"] {
            let headers = [("id", "1"), ("source", "urn:x"), ("type", "leadmill.order.ship.v1")];
            let headers =
                headers.map(|(name, value)| (format!("{prefix}{name}"), value.to_owned()));
            let headers = BTreeMap::from(headers);
            let opened = open(transport(&headers), &Bytes::from_static(b"{}")).unwrap();
            assert_eq!((opened.ty.as_str(), opened.source.as_str()), ("order.ship.v1", "urn:x"));
        }
    }

    #[test]
    fn an_actor_is_read_in_every_mode_and_one_that_names_nobody_is_no_envelope() {
        let of = |actor: &serde_json::Value, headers: &[(&str, &str)], kind: Option<&str>| {
            let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            let headers = BTreeMap::from_iter(headers);
            let ids = (Some("1"), Some("urn:x"));
            let transport =
                Transport { kind, message_id: ids.0, app_id: ids.1, ..transport(&headers) };
            let event = serde_json::json!({
                "specversion": "1.0", "id": "1", "source": "urn:x",
                "type": "leadmill.order.ship.v1", "actor": actor, "data": {},
            });
            let body = if kind.is_some() { "{}".to_owned() } else { event.to_string() };
            open(transport, &body.into_bytes().into()).map(|opened| opened.actor)
        };
        let ana = || Ok(Some("ana".to_owned()));
        let binary = [
            ("ce-type", "order.ship.v1"),
            ("ce-id", "1"),
            ("ce-source", "urn:x"),
            ("ce-actor", "ana"),
        ];
        assert_eq!(of(&"ana".into(), &[], None), ana());
        assert_eq!(of(&"ana".into(), &binary, None), ana());
        assert_eq!(of(&"ana".into(), &binary[3..], Some("order.ship.v1")), ana());
        assert_eq!(of(&" ana ".into(), &[], None), ana());
        assert_eq!(of(&serde_json::Value::Null, &[], None), Ok(None));
        let long = "a".repeat(ACTOR.chars_max + 1);
        for odd in [" ".into(), "a\u{202e}na".into(), long.as_str().into(), "a\nb".into(), 7.into()]
        {
            let why = of(&odd, &[], None).expect_err("it names nobody");
            assert!(why.contains("actor") || why.contains("CloudEvents JSON"), "{why}");
        }
    }

    #[test]
    fn bare_json_is_read_by_its_properties_and_says_what_is_missing() {
        let none = BTreeMap::new();
        let mut bare = transport(&none);
        (bare.kind, bare.message_id) = (Some("leadmill.order.ship.v1"), Some("42"));
        let missing = open(bare, &Bytes::from_static(b"{}")).unwrap_err();
        assert!(missing.contains("`app_id` is missing"), "{missing}");
        bare.app_id = Some("warehouse");
        assert_eq!(open(bare, &Bytes::from_static(b"{}")).unwrap().source, "warehouse");
    }
}
