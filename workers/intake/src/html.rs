//! Readable text of HTML, in one pass: depth costs nothing, nothing is loaded or executed.

/// How much HTML is read, in bytes.
pub(crate) const HTML_BYTES_MAX: usize = 256 * 1024;
/// Deepest quotation that is still marked.
const QUOTE_DEPTH_MAX: usize = 8;
/// Longest tag or entity that is taken for one, in bytes.
const TAG_BYTES_MAX: usize = 16 * 1024;

/// The text a reader would see; quotations come out with `> ` before each line.
#[must_use]
pub(crate) fn to_text(html: &str) -> String {
    let mut cut = html.len().min(HTML_BYTES_MAX);
    while !html.is_char_boundary(cut) {
        cut -= 1;
    }
    let mut writer = Writer::default();
    let mut rest = &html[..cut];
    while let Some(at) = rest.find('<') {
        writer.text(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with("<!--") {
            // A conditional comment of Outlook hides markup until its end.
            rest.find("-->").map_or("", |end| &rest[end + 3..])
        } else if rest
            .as_bytes()
            .get(1)
            .is_some_and(|b| b.is_ascii_alphabetic() || b"/!?".contains(b))
        {
            tag(rest, &mut writer)
        } else {
            writer.text("<");
            &rest[1..]
        };
    }
    writer.text(rest);
    writer.out
}

/// Acts on the tag that `rest` begins with and returns what follows it.
fn tag<'h>(rest: &'h str, writer: &mut Writer) -> &'h str {
    let Some(end) = rest.bytes().take(TAG_BYTES_MAX).position(|b| b == b'>') else { return "" };
    let inner = &rest[1..end];
    let closing = inner.starts_with('/');
    let name: String = inner
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let after = &rest[end + 1..];
    match name.as_str() {
        "script" | "style" | "title" | "noscript" | "template" if !closing => {
            skip_to_end(after, &name)
        }
        "blockquote" => {
            writer.line_end();
            writer.quotes = if closing {
                writer.quotes.saturating_sub(1)
            } else {
                (writer.quotes + 1).min(QUOTE_DEPTH_MAX)
            };
            after
        }
        "br" | "div" | "tr" | "table" | "ul" | "ol" | "section" | "article" | "header"
        | "footer" | "dt" | "dd" | "pre" | "body" | "form" => {
            if name == "br" {
                writer.line_break()
            } else {
                writer.line_end()
            }
            after
        }
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" => {
            writer.line_end();
            writer.line_break();
            after
        }
        "li" => {
            writer.line_end();
            if !closing {
                writer.text("- ");
            }
            after
        }
        "td" | "th" => {
            writer.blank = true;
            after
        }
        _ => after,
    }
}

/// What follows the end tag of an element whose content is not text; nothing where it never ends.
fn skip_to_end<'h>(after: &'h str, name: &str) -> &'h str {
    let mut rest = after;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

#[derive(Default)]
struct Writer {
    out: String,
    quotes: usize,
    blank: bool,
}

impl Writer {
    fn text(&mut self, raw: &str) {
        let mut rest = raw;
        while let Some(c) = rest.chars().next() {
            let (c, length) = if c == '&' { entity(rest) } else { (c, c.len_utf8()) };
            rest = &rest[length..];
            if c.is_whitespace() {
                self.blank = true;
                continue;
            }
            if self.at_line_start() {
                (0..self.quotes).for_each(|_| self.out.push_str("> "));
            } else if self.blank {
                self.out.push(' ');
            }
            self.blank = false;
            self.out.push(c);
        }
    }

    fn at_line_start(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn line_end(&mut self) {
        if !self.at_line_start() {
            self.line_break();
        }
    }

    fn line_break(&mut self) {
        self.blank = false;
        self.out.push('\n');
    }
}

/// Entities that mail and forms use beyond numbers.
const ENTITIES: &[(&str, char)] = &[
    ("nbsp", ' '),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("euro", '€'),
    ("pound", '£'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("igrave", 'ì'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ntilde", 'ñ'),
    ("Ntilde", 'Ñ'),
    ("ograve", 'ò'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("ucirc", 'û'),
    ("Eacute", 'É'),
    ("Aacute", 'Á'),
    ("iquest", '¿'),
    ("iexcl", '¡'),
    ("bdquo", '„'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("sect", '§'),
];

/// The character that an entity stands for, and its length in the text; `&` where it is none.
fn entity(text: &str) -> (char, usize) {
    let end = text.bytes().take(12).position(|b| b == b';');
    let Some(name) = end.and_then(|end| text.get(1..end)) else { return ('&', 1) };
    let length = name.len() + 2;
    let code = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    });
    let named = ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    named.or_else(|| code.and_then(char::from_u32)).map_or(('&', 1), |c| (c, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_lines_entities_and_quotations() {
        let html = "<html><head><style>p{}</style></head><body><p>Gr&uuml;&#223;e &amp; <b>more</b></p>\
                    <ul><li>one</li><li>two</li></ul>a<br>b<blockquote>old<br>older</blockquote>new \
                    1 < 2</body></html>";
        assert_eq!(
            to_text(html).trim(),
            "Grüße & more\n\n- one\n- two\na\nb\n> old\n> older\nnew 1 < 2"
        );
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "it measures how long reading takes")]
    fn depth_and_size_cost_nothing() {
        let started = std::time::Instant::now();
        assert_eq!(to_text(&format!("{}x", "<div>".repeat(50_000))).trim(), "x");
        let _ = to_text(&"<".repeat(300_000));
        let _ = to_text(&"<a".repeat(150_000));
        let _ = to_text(&"<!--".repeat(70_000));
        let _ = to_text(&"</head><head>".repeat(20_000));
        let _ = to_text(&"<script></b></script>".repeat(12_000));
        let _ = to_text(&"&lt;".repeat(64_000));
        assert!(started.elapsed().as_secs() < 3, "took {:?}", started.elapsed());
    }
}
