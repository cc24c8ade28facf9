//! What enters on the queues of raw inputs: no envelope, any bytes; judged after they are stored.

use domain::input::RAW_BYTES_MAX;
use serde_json::{Map, Value, json};

/// One kind of raw input.
#[derive(Clone, Copy, Debug)]
pub struct RawInput {
    /// The queue, to which it is sent by name through the default exchange.
    pub queue: &'static str,
    /// Distinguishes it on its queue.
    pub name: &'static str,
    pub content_type: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// How leadmill knows that it came before.
    known_by: &'static str,
    /// Headers beside [`NAMED`]: name and meaning.
    headers: &'static [(&'static str, &'static str)],
    example: Option<&'static str>,
}

const MAIL: &str = "its Message-ID and the SHA-256 of its body";
const HOOK: &str = "the vendor's own key, else the property `message_id`, else the SHA-256 of its \
                    bytes";
const BYTES: &str = "the property `message_id`, else the SHA-256 of its bytes";
/// A header that every raw input may have.
const NAMED: (&str, &str) = ("x-file", "The name of the file that was sent; kept for people.");
const FILE: &[(&str, &str)] = &[
    ("x-first-row", "The number of the first row, where this is a part of a longer file; else 1."),
    ("x-import", "The name of the whole file, the same for all its parts; kept for people."),
    ("x-part", "Which part this is, counted from 1; kept for people."),
    ("x-last", "`true` on the last part; kept for people."),
    (
        "x-map",
        "What its columns are, as JSON: each by its name, with a field, `other` or `ignore`.",
    ),
    (
        "x-locale",
        "How its dates and numbers are written, as `es-ES`; without it what has two meanings is not read.",
    ),
    ("x-source", "Where its leads come from, as `partner` or `trade_show`; else `list`."),
    ("x-campaign", "The campaign that its leads belong to."),
    ("x-owner", "The seller whose leads they are to be: a name or an address."),
    ("x-consent", "The words by which everybody in it agreed to be written to in bulk."),
    ("x-profile", "Whom it was bought for, as JSON; rows outside are rejected."),
];

/// Every kind of raw input, by queue.
pub(super) const RAW: &[RawInput] = &[
    RawInput {
        queue: "intake.email",
        name: "mail",
        content_type: "message/rfc822",
        summary: "A whole e-mail as it was received, with all its headers.",
        known_by: MAIL,
        headers: &[],
        example: Some(
            "From: Ana Ruiz <ana@example.com>\r\nTo: sales@example.org\r\nSubject: Quote for 12 \
             chairs\r\nMessage-ID: <1@example.com>\r\n\r\nPlease send me an offer.\r\n",
        ),
    },
    RawInput {
        queue: "intake.web",
        name: "json",
        content_type: "application/json",
        summary: "A form or a vendor's hook as JSON; fields are known by their names.",
        known_by: HOOK,
        headers: &[],
        example: Some(r#"{"name":"Ana Ruiz","email":"ana@example.com","message":"12 chairs"}"#),
    },
    RawInput {
        queue: "intake.web",
        name: "form",
        content_type: "application/x-www-form-urlencoded",
        summary: "A form as a browser sends it.",
        known_by: HOOK,
        headers: &[],
        example: Some("name=Ana+Ruiz&email=ana%40example.com&message=12+chairs"),
    },
    RawInput {
        queue: "intake.web",
        name: "multipart",
        content_type: "multipart/form-data",
        summary: "A form with parts, or an inbound mail gateway's hook; the boundary may be absent.",
        known_by: HOOK,
        headers: &[],
        example: None,
    },
    RawInput {
        queue: "intake.web",
        name: "adf",
        content_type: "application/xml",
        summary: "An enquiry in Auto-lead Data Format.",
        known_by: HOOK,
        headers: &[],
        example: Some(
            "<?adf version=\"1.0\"?><adf><prospect><customer><contact><name part=\"full\">Ana \
             Ruiz</name><email>ana@example.com</email></contact></customer></prospect></adf>",
        ),
    },
    RawInput {
        queue: "intake.web",
        name: "mail",
        content_type: "message/rfc822",
        summary: "A whole e-mail that came in by a web gateway.",
        known_by: HOOK,
        headers: &[],
        example: None,
    },
    RawInput {
        queue: "intake.import",
        name: "csv",
        content_type: "text/csv",
        summary: "Rows with a header line; separator and character set are recognised.",
        known_by: BYTES,
        headers: FILE,
        example: Some("Name;E-Mail;Company\nAna Ruiz;ana@example.com;Ruiz Cafes\n"),
    },
    RawInput {
        queue: "intake.import",
        name: "workbook",
        content_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        summary: "A workbook (XLSX, XLS, XLSB or ODS, told by its bytes): its first sheet that is not hidden is the list.",
        known_by: BYTES,
        headers: FILE,
        example: None,
    },
    RawInput {
        queue: "intake.card",
        name: "vcard",
        content_type: "text/vcard",
        summary: "Business cards: vCard 2.1 to 4.0 (one or more), MeCard, jCard, xCard, or the text of a scanned card.",
        known_by: BYTES,
        headers: &[],
        example: Some(
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ana Ruiz\r\nEMAIL:ana@example.com\r\nEND:VCARD\r\n",
        ),
    },
];

impl RawInput {
    /// Its name among all messages.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}.{}", self.queue, self.name)
    }

    /// It as a message of the AsyncAPI document.
    pub(super) fn message(&self) -> Value {
        let mut message = json!({
            "name": self.key(),
            "title": self.summary,
            "summary": self.summary,
            "description": format!(
                "No envelope. At most {} MiB; the content type helps to read it and need not be \
                 exact. Sent again it changes nothing: it is known by {}.",
                RAW_BYTES_MAX / (1024 * 1024),
                self.known_by
            ),
            "contentType": self.content_type,
            "headers": self.headers(),
            "payload": self.payload(),
            "tags": [{ "name": "raw" }],
            "x-personal": true,
        });
        if let (Some(example), Value::Object(fields)) = (self.example(), &mut message) {
            fields.insert("examples".into(), json!([{ "name": self.name, "payload": example }]));
        }
        message
    }

    /// The example as the schema of [`Self::payload`] sees it.
    fn example(&self) -> Option<Value> {
        let example = self.example?;
        if self.is_json() { serde_json::from_str(example).ok() } else { Some(example.into()) }
    }

    fn payload(&self) -> Value {
        if self.is_json() {
            return json!({ "type": ["object", "array"] });
        }
        let text = self.content_type.starts_with("text/") || self.content_type.ends_with("xml");
        if text {
            json!({ "type": "string" })
        } else {
            json!({ "type": "string", "format": "binary" })
        }
    }

    fn is_json(&self) -> bool {
        self.content_type == "application/json"
    }

    fn headers(&self) -> Value {
        let described = |(name, meaning): &(&str, &str)| {
            let schema =
                json!({ "type": ["string", "integer", "boolean"], "description": meaning });
            ((*name).to_owned(), schema)
        };
        let headers: Map<_, _> = [NAMED].iter().chain(self.headers).map(described).collect();
        json!({ "type": "object", "properties": headers })
    }
}
