//! What kind of workbook it is, by its bytes.

use memchr::memmem;

/// A workbook, by the way in which it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Read cell by cell.
    Xlsx,
    /// XLS, XLSB and ODS: their readers hold the whole sheet, so that a process of its own opens them.
    Whole,
    /// Protected by a password.
    Encrypted,
}

/// How much of a container is searched for what is in it, in bytes.
const SEARCH_BYTES: usize = 128 * 1024;

impl Kind {
    /// The kind of a body; `None` where it is no workbook.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let tail = &bytes[bytes.len().saturating_sub(SEARCH_BYTES)..];
        let head = &bytes[..bytes.len().min(SEARCH_BYTES)];
        let holds = |name: &[u8]| [head, tail].iter().any(|it| memmem::find(it, name).is_some());
        if bytes.starts_with(b"PK\x03\x04") {
            let open_document =
                holds(b"opendocument.spreadsheet") || holds(b"content.xml") && holds(b"META-INF/");
            return if open_document || holds(b"xl/workbook.bin") {
                Some(Self::Whole)
            } else if holds(b"xl/") || holds(b"workbook.xml") {
                Some(Self::Xlsx)
            } else {
                None
            };
        }
        if !bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return None;
        }
        // Names of streams in a compound file are UTF-16, and may stand anywhere in it.
        let names = |name: &str| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            memmem::find(bytes, &wide).is_some()
        };
        if names("EncryptedPackage") {
            Some(Self::Encrypted)
        } else if names("Workbook") || names("Book") {
            Some(Self::Whole)
        } else {
            None
        }
    }
}
