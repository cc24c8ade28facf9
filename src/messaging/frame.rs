//! What every frame of the broker must pass before the client library sees it.
//!
//! The library reads texts strictly and tables by recursion: one message with a property that is no
//! UTF-8 would end the connection of its consumer, and one with deeply nested headers would end
//! the process, by its stack; and then again for the next who takes it, and for the program that moves the
//! dead letter. So such properties are mended where they lie, without changing any length: what is no
//! UTF-8 becomes `?`, and a list or table that lies too deep becomes bytes, which are kept as text.

/// How deep lists and tables of headers may lie in each other; the broker's own history needs two.
pub(super) const DEPTH_MAX: usize = 16;
/// Type, channel and size, before the payload of a frame.
const HEAD_BYTES: usize = 7;
/// After it.
const END_BYTES: usize = 1;
/// Largest frame that is looked into; the broker allows 128 KiB where nobody asks for more.
const PAYLOAD_BYTES_MAX: usize = 1024 * 1024;
const METHOD: u8 = 1;
const HEADER: u8 = 2;
const KINDS: [u8; 4] = [METHOD, HEADER, 3, 8];
const REPLACEMENT: u8 = b'?';

/// Bytes of a connection, in order; given out once they are mended.
#[derive(Debug, Default)]
pub(super) struct Frames {
    held: Vec<u8>,
    /// How many of `held` may be given out.
    ready: usize,
    /// How many of `held` are given out.
    given: usize,
    /// Bytes of a body's frame that are still to come.
    passing: usize,
    /// What came is no AMQP: everything passes, and the library may say so.
    strange: bool,
}

impl Frames {
    /// Takes what the broker sent.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        if self.given == self.held.len() {
            self.held.clear();
            (self.ready, self.given) = (0, 0);
        }
        self.held.extend_from_slice(bytes);
        while self.advance() {}
    }

    /// Gives out mended bytes; 0 where more must come first.
    pub(super) fn give(&mut self, into: &mut [u8]) -> usize {
        let count = into.len().min(self.ready - self.given);
        into[..count].copy_from_slice(&self.held[self.given..self.given + count]);
        self.given += count;
        if self.given == self.ready {
            // What is kept back is the beginning of one frame.
            self.held.drain(..self.given);
            (self.ready, self.given) = (0, 0);
        }
        count
    }

    /// Looks at the next frame; `false` where its rest must come first.
    fn advance(&mut self) -> bool {
        let waiting = self.held.len() - self.ready;
        if self.strange || self.passing > 0 {
            let passed = if self.strange { waiting } else { waiting.min(self.passing) };
            self.passing = self.passing.saturating_sub(passed);
            self.ready += passed;
            return passed > 0;
        }
        let Some(head) = self.held.get(self.ready..self.ready + HEAD_BYTES) else { return false };
        let size = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let kind = head[0];
        if !KINDS.contains(&kind) {
            self.strange = true;
            return true;
        }
        if [METHOD, HEADER].contains(&kind) && size <= PAYLOAD_BYTES_MAX {
            let begin = self.ready + HEAD_BYTES;
            let Some(payload) = self.held.get_mut(begin..begin + size) else { return false };
            let payload = Mending(payload);
            // Where a payload ends too early, the library says so.
            let _ = if kind == HEADER { payload.header() } else { payload.method() };
        }
        self.passing = HEAD_BYTES + size + END_BYTES;
        true
    }
}

/// What is left of a payload. `None`: it ends too early, or is of no known kind.
struct Mending<'p>(&'p mut [u8]);

impl<'p> Mending<'p> {
    /// Basic.Deliver, Basic.GetOk and Basic.Return carry names that others chose.
    fn method(mut self) -> Option<()> {
        match (self.u16()?, self.u16()?) {
            (60, 60) => {
                self.text()?;
                self.bytes(9)?;
            }
            (60, 71) => {
                self.bytes(9)?;
            }
            (60, 50) => {
                self.bytes(2)?;
                self.text()?;
            }
            _ => return Some(()),
        }
        // Exchange and routing key.
        self.text()?;
        self.text()
    }

    /// The properties of a message, in the order of their flags.
    fn header(mut self) -> Option<()> {
        self.bytes(12)?;
        let flags = self.u16()?;
        let has = |bit: u32| flags & (1 << bit) != 0;
        for bit in (2..=15).rev().filter(|bit| has(*bit)) {
            match bit {
                13 => self.table(0)?,
                12 | 11 => self.bytes(1).map(drop)?,
                6 => self.bytes(8).map(drop)?,
                _ => self.text()?,
            }
        }
        Some(())
    }

    /// A table: names with values.
    fn table(&mut self, depth: usize) -> Option<()> {
        let mut entries = Mending(self.long()?);
        while !entries.0.is_empty() {
            entries.text()?;
            entries.value(depth)?;
        }
        Some(())
    }

    /// A list: values.
    fn list(&mut self, depth: usize) -> Option<()> {
        let mut entries = Mending(self.long()?);
        while !entries.0.is_empty() {
            entries.value(depth)?;
        }
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        let kind = self.bytes(1)?;
        match kind[0] {
            // The length of bytes is written as that of lists and tables is.
            b'A' | b'F' if depth >= DEPTH_MAX => {
                kind[0] = b'x';
                self.long().map(drop)
            }
            b'A' => self.list(depth + 1),
            b'F' => self.table(depth + 1),
            b'S' | b'x' => self.long().map(drop),
            b'V' => Some(()),
            b't' | b'b' | b'B' => self.bytes(1).map(drop),
            b's' | b'U' | b'u' => self.bytes(2).map(drop),
            b'I' | b'i' | b'f' => self.bytes(4).map(drop),
            b'D' => self.bytes(5).map(drop),
            b'L' | b'l' | b'd' | b'T' => self.bytes(8).map(drop),
            _ => None,
        }
    }

    /// A short text, which must be UTF-8.
    fn text(&mut self) -> Option<()> {
        let length = usize::from(self.bytes(1)?[0]);
        let mut text = self.bytes(length)?;
        while let Err(error) = std::str::from_utf8(text) {
            let (good, bad) = (error.valid_up_to(), error.error_len().unwrap_or(text.len()));
            let end = (good + bad).min(text.len());
            text[good..end].fill(REPLACEMENT);
            text = &mut text[end..];
        }
        Some(())
    }

    fn long(&mut self) -> Option<&'p mut [u8]> {
        let length = self.bytes(4)?;
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        self.bytes(usize::try_from(length).ok()?)
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.bytes(2)?;
        Some(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn bytes(&mut self, count: usize) -> Option<&'p mut [u8]> {
        if count > self.0.len() {
            return None;
        }
        let (taken, left) = std::mem::take(&mut self.0).split_at_mut(count);
        self.0 = left;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let size = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[kind, 0, 1], &size[..], payload, &[0xCE]].concat()
    }

    fn header(flags: u16, properties: &[u8]) -> Vec<u8> {
        frame(
            HEADER,
            &[&[0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9][..], &flags.to_be_bytes(), properties]
                .concat(),
        )
    }

    fn short(text: &[u8]) -> Vec<u8> {
        [&[u8::try_from(text.len()).unwrap()], text].concat()
    }

    fn long(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    /// What comes out when so many bytes arrive at a time.
    fn passed(bytes: &[u8], at_a_time: usize) -> Vec<u8> {
        let (mut frames, mut out) = (Frames::default(), Vec::new());
        for part in bytes.chunks(at_a_time) {
            frames.take(part);
            let mut into = [0; 5];
            loop {
                let count = frames.give(&mut into);
                if count == 0 {
                    break;
                }
                out.extend_from_slice(&into[..count]);
            }
        }
        out
    }

    fn nested(depth: usize, kind: u8) -> Vec<u8> {
        let name: &[u8] = if kind == b'F' { &[1, b'a'] } else { &[] };
        let inner = (1..depth).fold(Vec::new(), |inner, _| [name, &[kind], &long(&inner)].concat());
        [&[1, b'a', kind][..], &long(&inner)].concat()
    }

    #[test]
    fn good_frames_pass_unchanged_however_they_are_cut() {
        let text = short("caf\u{e9}".as_bytes());
        let table =
            long(&[&short(b"x-attempt")[..], b"I", &[0, 0, 0, 2], &nested(3, b'F')].concat());
        let id = short(b"42");
        let bytes = [
            frame(METHOD, &[0, 10, 0, 10, 0, 9]),
            frame(METHOD, &[&[0, 60, 0, 60][..], &id, &[0; 9], &text, &id].concat()),
            header(1 << 15 | 1 << 13 | 1 << 12 | 1 << 7, &[&text[..], &table, &[2], &id].concat()),
            frame(3, &[0xFF; 300]),
            frame(8, &[]),
        ]
        .concat();
        for at_a_time in [1, 7, 64, bytes.len()] {
            assert_eq!(passed(&bytes, at_a_time), bytes, "{at_a_time} at a time");
        }
    }

    #[test]
    fn what_is_no_utf8_is_replaced_where_it_lies() {
        let bad = short(b"caf\xe9 \xff\xc3");
        let good = short(b"caf? ??");
        let table = |name: &[u8]| long(&[&short(name)[..], b"S", &long(b"\xff")].concat());
        let of = |text: &[u8], name| header(1 << 13 | 1 << 7, &[&table(name)[..], text].concat());
        // A long text may be anything: the library reads it as bytes.
        assert_eq!(passed(&of(&bad, b"\xffx"), 16), of(&good, b"?x"));
        let deliver = |key: &[u8]| {
            frame(
                METHOD,
                &[&[0, 60, 0, 60][..], &short(b"tag"), &[0; 9], &short(b""), key].concat(),
            )
        };
        assert_eq!(passed(&deliver(&bad), 3), deliver(&good));
    }

    #[test]
    fn lists_and_tables_that_lie_too_deep_become_bytes() {
        for kind in [b'F', b'A'] {
            let fits = header(1 << 13, &long(&nested(DEPTH_MAX, kind)));
            assert_eq!(passed(&fits, 64), fits);
            let deep = header(1 << 13, &long(&nested(20_000, kind)));
            let mended = passed(&deep, 4096);
            assert_eq!(mended.len(), deep.len());
            let changed = mended.iter().zip(&deep).filter(|(now, before)| now != before).count();
            assert_eq!(
                changed,
                1,
                "the one that lies too deep is no {} any more",
                char::from(kind)
            );
        }
    }

    #[test]
    fn what_is_no_frame_is_left_to_the_library() {
        for strange in [&b"AMQP\0\0\x09\x01"[..], &[METHOD, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]]
        {
            assert_eq!(passed(strange, 4), strange);
        }
        let huge = frame(HEADER, &vec![0xFF; PAYLOAD_BYTES_MAX + 1]);
        let bad = header(1 << 7, &short(b"\xff"));
        let mended = [huge.clone(), header(1 << 7, &short(b"?"))].concat();
        assert_eq!(passed(&[huge, bad].concat(), 1 << 16), mended);
        let short = header(1 << 13, &[0, 0, 0, 99, 1]);
        assert_eq!(passed(&short, 4), short);
    }
}
