//! Bytes of one entry on their way out of the archive, counted and looked at before any reader buffers them.

use std::io::{self, Read};

/// Longest text or tag, in bytes: a reader of XML holds each of them whole.
const RUN_BYTES_MAX: usize = 1024 * 1024;
/// An XML declaration ends within so many bytes.
const HEAD_BYTES: usize = 256;

/// Passes bytes on until one of its bounds is broken.
pub(crate) struct Guard<R> {
    inner: R,
    /// How many bytes may still come.
    room: u64,
    /// How many came.
    passed: u64,
    /// Where in XML it stands; `None` where it is none.
    place: Option<Place>,
    /// Bytes of the text or tag that is underway.
    run: usize,
    head: Vec<u8>,
    refused: Option<&'static str>,
}

/// Where in XML the next byte stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Text,
    /// After `<`.
    Open,
    /// After `<!`, with so many bytes that `--` or `[CDATA[` has of them.
    Bang(usize),
    Tag,
    EndTag,
    Quoted(u8),
    /// Until `>` after this, of which so many bytes stand there.
    Until(&'static [u8], usize),
}

const TOO_LARGE: &str = "unpacks to more than a list has";
const TOO_LONG: &str = "holds a text or tag of more than 1 MiB";
const NO_SHEET: &str = "holds XML that no spreadsheet program writes";

impl<R: Read> Guard<R> {
    pub(crate) fn new(inner: R, room: u64, xml: bool) -> Self {
        let place = xml.then_some(Place::Text);
        Self { inner, room, passed: 0, place, run: 0, head: Vec::new(), refused: None }
    }

    pub(crate) const fn passed(&self) -> u64 {
        self.passed
    }

    /// Which bound was broken.
    pub(crate) const fn refused(&self) -> Option<&'static str> {
        self.refused
    }

    fn look(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        self.passed += bytes.len() as u64;
        if self.passed > self.room {
            return Err(TOO_LARGE);
        }
        let Some(mut place) = self.place else { return Ok(()) };
        self.declaration(bytes)?;
        if memchr::memchr(0, bytes).is_some() {
            return Err(NO_SHEET);
        }
        let mut at = 0;
        while at < bytes.len() {
            let (next, used) = self.step(place, &bytes[at..])?;
            (place, at) = (next, at + used);
        }
        self.place = Some(place);
        Ok(())
    }

    /// The place after some of these bytes, and how many they were: at least one, but where a tag begins.
    fn step(&mut self, place: Place, bytes: &[u8]) -> Result<(Place, usize), &'static str> {
        let first = bytes[0];
        let (next, used) = match place {
            Place::Text => match memchr::memchr(b'<', bytes) {
                Some(at) => (Place::Open, at + 1),
                None => (place, bytes.len()),
            },
            Place::Open => match first {
                b'!' => (Place::Bang(0), 1),
                b'?' => (Place::Until(b"?", 0), 1),
                b'/' => (Place::EndTag, 1),
                _ => (Place::Tag, 0),
            },
            Place::Bang(0) if first == b'[' => (Place::Bang(1), 1),
            Place::Bang(0) if first == b'-' => (Place::Bang(100), 1),
            Place::Bang(100) if first == b'-' => (Place::Until(b"--", 0), 1),
            Place::Bang(n) if b"[CDATA[".get(n) == Some(&first) && n > 0 => {
                (if n == 6 { Place::Until(b"]]", 0) } else { Place::Bang(n + 1) }, 1)
            }
            Place::Bang(_) => return Err(NO_SHEET),
            Place::Tag => match memchr::memchr3(b'>', b'"', b'\'', bytes) {
                Some(at) if bytes[at] == b'>' => (Place::Text, at + 1),
                Some(at) => (Place::Quoted(bytes[at]), at + 1),
                None => (place, bytes.len()),
            },
            Place::EndTag => match memchr::memchr(b'>', bytes) {
                Some(at) => (Place::Text, at + 1),
                None => (place, bytes.len()),
            },
            Place::Quoted(mark) => match memchr::memchr(mark, bytes) {
                Some(at) => (Place::Tag, at + 1),
                None => (place, bytes.len()),
            },
            Place::Until(end, n) if n == end.len() && first == b'>' => (Place::Text, 1),
            Place::Until(end, n) if first == end[0] => (Place::Until(end, end.len().min(n + 1)), 1),
            Place::Until(end, _) => (Place::Until(end, 0), 1),
        };
        self.run += used;
        if self.run > RUN_BYTES_MAX {
            return Err(TOO_LONG);
        }
        let begins = matches!((place, next), (Place::Text, Place::Open));
        if begins || matches!(next, Place::Text) && !matches!(place, Place::Text) {
            self.run = 0;
        }
        Ok((next, used))
    }

    /// Any charset but UTF-8 would hide from this what the reader sees.
    fn declaration(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        if missing == 0 {
            return Ok(());
        }
        self.head.extend(bytes.iter().take(missing).map(u8::to_ascii_lowercase));
        let head = self.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.head);
        if self.head.starts_with(b"\xff\xfe") || self.head.starts_with(b"\xfe\xff") {
            return Err(NO_SHEET);
        }
        let end = memchr::memmem::find(head, b"?>").unwrap_or(head.len());
        let named = memchr::memmem::find(&head[..end], b"encoding").map(|at| &head[at..end]);
        match named {
            // What is not whole yet is judged with the next bytes.
            Some(named) if end < head.len() && memchr::memmem::find(named, b"utf-8").is_none() => {
                Err(NO_SHEET)
            }
            _ if end == head.len() && head.starts_with(b"<?xml") && missing <= bytes.len() => {
                Err(NO_SHEET)
            }
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Err(refused) = self.look(&buffer[..read]) {
            self.refused = Some(refused);
            return Err(io::Error::other(refused));
        }
        Ok(read)
    }
}
