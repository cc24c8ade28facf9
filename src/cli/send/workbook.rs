//! Workbooks among the lists: what fits into a message goes as it is, the rest as CSV in parts.

use std::io::{self, BufWriter, Cursor, PipeReader, Read};
use std::thread::{self, JoinHandle};

use anyhow::{anyhow, bail};
use workbook::{Bounds, Kind};

use crate::messaging::BODY_BYTES_MAX;
use crate::runtime::opening;

/// Largest workbook, in bytes: it lies in memory while its text is cut.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// By so many bytes a workbook shows itself.
const HEAD_BYTES: usize = 8;

/// A list, by how it is sent.
pub(super) enum List<R> {
    /// Whole, as it is.
    Message(Vec<u8>),
    /// The text of a workbook, to be cut.
    Sheet(Sheet),
    /// Anything else.
    Text(io::Chain<Cursor<Vec<u8>>, R>),
}

/// The text of a workbook, while another thread writes it.
pub(super) struct Sheet {
    text: PipeReader,
    writer: JoinHandle<Result<(), String>>,
}

impl<R: Read> List<R> {
    /// Looks into what is to be sent.
    ///
    /// # Errors
    /// It cannot be read, or is a workbook that cannot be opened: a finished sentence.
    pub(super) fn of(mut reader: R) -> anyhow::Result<Self> {
        let mut body = Vec::new();
        reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut body)?;
        if !body.starts_with(b"PK\x03\x04") && !body.starts_with(b"\xd0\xcf\x11\xe0") {
            return Ok(Self::Text(Cursor::new(body).chain(reader)));
        }
        reader.by_ref().take(FILE_BYTES_MAX).read_to_end(&mut body)?;
        if body.len() as u64 > FILE_BYTES_MAX {
            bail!("It is larger than 512 MiB; save the sheet as CSV and send that.");
        }
        let Some(kind) = Kind::of(&body) else {
            return Ok(Self::Text(Cursor::new(body).chain(reader)));
        };
        let opens = |bounds: &Bounds| opening::into(kind, &body, bounds, &mut io::sink());
        if kind != Kind::Xlsx || body.len() <= BODY_BYTES_MAX && opens(&Bounds::MESSAGE).is_ok() {
            if body.len() > BODY_BYTES_MAX {
                bail!(
                    "It is larger than 16 MiB, the most that fits into one message; save the sheet as CSV and send that."
                );
            }
            return Ok(Self::Message(body));
        }
        // To its end before anything is sent of it.
        opens(&Bounds::FILE).map_err(|why| anyhow!(why))?;
        let (text, out) = io::pipe()?;
        let writer = thread::spawn(move || {
            opening::into(kind, &body, &Bounds::FILE, &mut BufWriter::new(out))
        });
        Ok(Self::Sheet(Sheet { text, writer }))
    }
}

impl Read for Sheet {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.text.read(buffer)
    }
}

impl Sheet {
    /// Whether the text came to its end.
    ///
    /// # Errors
    /// Why not, as a finished sentence.
    pub(super) fn end(self) -> Result<(), String> {
        drop(self.text);
        self.writer.join().unwrap_or_else(|_| Err("It could not be read to its end.".to_owned()))
    }
}
