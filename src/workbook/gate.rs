//! Unpacks everything in a workbook once, into nothing, and refuses what no list is.

use std::io::{BufReader, Cursor, Read};

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use zip::{CompressionMethod, ZipArchive};

use crate::INSTEAD;
use crate::guard::Guard;

/// What is unpacked of one workbook, and kept of it, at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of everything in it, as they are counted while they are unpacked.
    pub unpacked: u64,
    /// Bytes of one entry of XML.
    pub entry: u64,
    /// Bytes of all shared strings, each with what it costs to keep one.
    pub strings: usize,
    /// Bytes of the text that comes out.
    pub text: u64,
}

const MIB: u64 = 1024 * 1024;

impl Bounds {
    /// Of a workbook that came as a message: whoever sent it.
    pub const MESSAGE: Self =
        Self { unpacked: 512 * MIB, entry: 256 * MIB, strings: 32 * 1024 * 1024, text: 16 * MIB };
    /// Of a file that somebody sends from their own machine, to be cut into parts.
    pub const FILE: Self = Self {
        unpacked: 4096 * MIB,
        entry: 2048 * MIB,
        strings: 256 * 1024 * 1024,
        text: 2048 * MIB,
    };
}

const ENTRIES_MAX: usize = 2_000;
/// How many times larger it may become: no text and no numbers shrink further.
const RATIO_MAX: u64 = 200;
/// What is smaller may be packed as tightly as it likes, in bytes.
const RATIO_FROM: u64 = MIB;
/// Bytes of an entry that is neither a sheet nor the shared strings: settings, pictures.
const OTHER_BYTES_MAX: u64 = 8 * MIB;
/// What one string costs beside its bytes.
const STRING_BYTES: usize = 24;
/// All styles with what they repeat of each other, in bytes; a reader unfolds them.
const STYLES_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What an entry is, by its name: the reader finds it by its name too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Strings,
    Styles,
    Sheet,
    Settings,
    Other,
}

impl Part {
    fn of(name: &str) -> Self {
        let name = name.replace('\\', "/").to_lowercase();
        if name.ends_with("sharedstrings.xml") {
            Self::Strings
        } else if name.ends_with("styles.xml") {
            Self::Styles
        } else if name.ends_with("workbook.xml") || name.ends_with(".rels") {
            Self::Settings
        } else if name.ends_with(".xml") {
            Self::Sheet
        } else {
            Self::Other
        }
    }

    const fn bytes_max(self, bounds: &Bounds) -> u64 {
        match self {
            Self::Strings | Self::Sheet => bounds.entry,
            Self::Styles | Self::Settings | Self::Other => OTHER_BYTES_MAX,
        }
    }
}

/// Lets a workbook pass that can be opened within `bounds`.
///
/// # Errors
/// A finished sentence: why not, and what to do.
pub(crate) fn check(bytes: &[u8], bounds: &Bounds) -> Result<(), String> {
    if memmem::find_iter(bytes, b"PK\x01\x02").nth(ENTRIES_MAX).is_some() {
        return Err(refusal(&format!("has more than {ENTRIES_MAX} files in it")));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let mut unpacked = 0;
    for n in 0..archive.len() {
        let raw = archive.by_index_raw(n).map_err(|_| broken())?;
        if raw.encrypted() {
            return Err(encrypted());
        }
        if !matches!(raw.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(refusal("is packed in a way that no spreadsheet program uses"));
        }
        let part = Part::of(&raw.name().map_err(|_| broken())?);
        drop(raw);
        let entry = archive.by_index(n).map_err(|_| broken())?;
        let packed = entry.compressed_size().min(bytes.len() as u64);
        let room = part.bytes_max(bounds).min(bounds.unpacked - unpacked);
        let room = room.min((packed * RATIO_MAX).max(RATIO_FROM));
        let mut guard = Guard::new(entry, room, part != Part::Other);
        let looked = look(part, &mut guard, bounds);
        unpacked += guard.passed();
        if let Some(refused) = guard.refused() {
            return Err(refusal(refused));
        }
        looked?;
        if unpacked > RATIO_FROM && unpacked > bytes.len() as u64 * RATIO_MAX {
            return Err(refusal("unpacks to hundreds of times its size"));
        }
    }
    Ok(())
}

/// Reads an entry to its end.
fn look(part: Part, guard: &mut Guard<impl Read>, bounds: &Bounds) -> Result<(), String> {
    match part {
        Part::Strings => strings(guard, bounds.strings),
        Part::Styles => styles(guard),
        Part::Sheet | Part::Settings | Part::Other => Ok(()),
    }?;
    std::io::copy(guard, &mut std::io::sink()).map(drop).map_err(|_| broken())
}

/// The reader keeps every shared string, and believes how many there are.
fn strings(guard: &mut Guard<impl Read>, max: usize) -> Result<(), String> {
    let mut kept = 0_usize;
    events(guard, |event| {
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "sst" => {
                let declared = attribute(tag, "uniqueCount").and_then(|n| n.parse::<usize>().ok());
                if declared.is_some_and(|n| n.saturating_mul(STRING_BYTES) > max) {
                    return false;
                }
            }
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                kept += STRING_BYTES;
            }
            Event::Text(text) => kept += text.len(),
            Event::CData(text) => kept += text.len(),
            _ => {}
        }
        kept <= max
    })
    .then_some(())
    .ok_or_else(|| refusal(&format!("holds more than {} MiB of texts", max / (1024 * 1024))))
}

/// The reader keeps each style with its own copy of its font and number format.
fn styles(guard: &mut Guard<impl Read>) -> Result<(), String> {
    let (mut formats, mut longest) = (0_usize, 0_usize);
    events(guard, |event| {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            formats += usize::from(tag.local_name().as_ref() == "xf");
            longest = longest.max(tag.len());
        }
        formats.saturating_mul(longest) <= STYLES_BYTES_MAX
    })
    .then_some(())
    .ok_or_else(|| refusal("has more styles than a list can have"))
}

/// Shows each event to `fits` until one does not. What is no XML is left to the reader, which says so.
fn events(guard: &mut Guard<impl Read>, mut fits: impl FnMut(&Event<'_>) -> bool) -> bool {
    let mut reader = Reader::from_reader(BufReader::new(guard));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.check_comments = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) | Err(_) => return true,
            Ok(event) if !fits(&event) => return false,
            Ok(_) => {}
        }
    }
}

fn attribute(tag: &quick_xml::events::BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.try_get_attribute(name).ok()??;
    Some(found.value.to_string())
}

/// Why a workbook is not opened, and what to do instead.
pub(crate) fn refusal(why: &str) -> String {
    format!("The workbook {why}, so that it is not opened; {INSTEAD}.")
}

pub(crate) fn broken() -> String {
    format!(
        "The workbook cannot be read: it is damaged, or written in an unusual way; open and save it again, or {INSTEAD}."
    )
}

pub(crate) fn encrypted() -> String {
    format!("The workbook is protected by a password; save it without one, or {INSTEAD}.")
}
