//! The few messages of PostgreSQL's protocol 3.0 that tell whether a server serves.
//!
//! Knows logins by trust and by clear-text password (which we only use on loopback); a server that
//! asks for more is left to the real client. Source: PostgreSQL documentation, "Message Formats".

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::address::Address;
use super::ground::LOOK_TIMEOUT;

const PROTOCOL_3_0: u32 = 196_608;
const SSL_REQUEST: u32 = 80_877_103;
/// No answer to our few questions is longer; a larger one is not PostgreSQL.
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// `CREATE DATABASE` copies a template, which takes seconds on a slow disk.
const QUERY_TIMEOUT: Duration = Duration::from_secs(60);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A row of text columns; `None` is NULL.
pub(super) type Row = Vec<Option<String>>;

/// One logged-in connection.
pub(super) struct Session(Box<dyn Stream>);

/// Whether a PostgreSQL listens there at all; it is asked for TLS, which every one answers.
/// The error is the end of a sentence.
pub(super) async fn answers(address: &Address) -> Result<(), String> {
    bounded(LOOK_TIMEOUT, async {
        let mut stream = connect(address).await?;
        let mut request = 8_u32.to_be_bytes().to_vec();
        request.extend(SSL_REQUEST.to_be_bytes());
        stream.write_all(&request).await.map_err(broken)?;
        match stream.read_u8().await.map_err(broken)? {
            b'S' | b'N' => Ok(()),
            // 'E' is a server that is full or still starting: its words say which.
            b'E' => {
                let body = read_body(&mut stream).await?;
                Err(format!("PostgreSQL there says \"{}\"", error_text(&body)))
            }
            _ => Err("what listens there is not PostgreSQL".to_owned()),
        }
    })
    .await
}

impl Session {
    /// Logs in. The error is the end of a sentence.
    pub(super) async fn login(address: &Address, database: &str) -> Result<Self, String> {
        bounded(LOOK_TIMEOUT, async {
            let mut session = Self(connect(address).await?);
            session.start(&address.user, database).await?;
            session.authenticate(&address.password).await?;
            Ok(session)
        })
        .await
    }

    /// Runs one statement. The error is the end of a sentence.
    pub(super) async fn query(&mut self, sql: &str) -> Result<Vec<Row>, String> {
        bounded(QUERY_TIMEOUT, async {
            self.send(b'Q', &with_zero(sql)).await?;
            let (mut rows, mut failed) = (Vec::new(), None);
            loop {
                match self.receive().await? {
                    (b'D', body) => rows.push(row(&body).ok_or("PostgreSQL sent a broken row")?),
                    (b'E', body) => failed = Some(error_text(&body)),
                    (b'Z', _) => break,
                    _ => {}
                }
            }
            match failed {
                None => Ok(rows),
                Some(text) => Err(format!("PostgreSQL says \"{text}\"")),
            }
        })
        .await
    }

    async fn start(&mut self, user: &str, database: &str) -> Result<(), String> {
        let mut body = PROTOCOL_3_0.to_be_bytes().to_vec();
        for (key, value) in
            [("user", user), ("database", database), ("application_name", "leadmill")]
        {
            body.extend(with_zero(key));
            body.extend(with_zero(value));
        }
        body.push(0);
        let mut message = length(body.len())?.to_vec();
        message.extend(body);
        self.0.write_all(&message).await.map_err(broken)
    }

    async fn authenticate(&mut self, password: &str) -> Result<(), String> {
        loop {
            match self.receive().await? {
                (b'R', body) => match body.first_chunk::<4>().map(|kind| u32::from_be_bytes(*kind))
                {
                    Some(0) => {}
                    Some(3) => self.send(b'p', &with_zero(password)).await?,
                    _ => return Err("it asks for a login that is not the customary one".into()),
                },
                (b'E', body) => return Err(format!("it says \"{}\"", error_text(&body))),
                (b'Z', _) => return Ok(()),
                _ => {}
            }
        }
    }

    async fn send(&mut self, tag: u8, body: &[u8]) -> Result<(), String> {
        let mut message = vec![tag];
        message.extend(length(body.len())?);
        message.extend(body);
        self.0.write_all(&message).await.map_err(broken)
    }

    async fn receive(&mut self) -> Result<(u8, Vec<u8>), String> {
        let tag = self.0.read_u8().await.map_err(broken)?;
        Ok((tag, read_body(&mut self.0).await?))
    }
}

async fn connect(address: &Address) -> Result<Box<dyn Stream>, String> {
    let refused = |error: std::io::Error| format!("nothing answers there ({error})");
    if address.host.starts_with('/') {
        let path = format!("{}/.s.PGSQL.{}", address.host, address.port);
        return Ok(Box::new(UnixStream::connect(path).await.map_err(refused)?));
    }
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await;
    Ok(Box::new(stream.map_err(refused)?))
}

async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    let late = || Err(format!("it did not answer within {} s", limit.as_secs()));
    timeout(limit, work).await.unwrap_or_else(|_| late())
}

async fn read_body(stream: &mut Box<dyn Stream>) -> Result<Vec<u8>, String> {
    let length = stream.read_u32().await.map_err(broken)? as usize;
    let length = length.checked_sub(4).filter(|length| *length <= MESSAGE_BYTES_MAX);
    let mut body = vec![0; length.ok_or("what listens there is not PostgreSQL")?];
    stream.read_exact(&mut body).await.map_err(broken)?;
    Ok(body)
}

fn broken(error: std::io::Error) -> String {
    format!("the connection broke ({error})")
}

fn with_zero(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

fn length(body: usize) -> Result<[u8; 4], String> {
    let whole = u32::try_from(body + 4).map_err(|_| "the message is too long".to_owned())?;
    Ok(whole.to_be_bytes())
}

/// The human part of an ErrorResponse: fields of one letter and a text, ended by zeros.
fn error_text(body: &[u8]) -> String {
    let message = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&b'M'));
    match message {
        Some(field) => String::from_utf8_lossy(&field[1..]).into_owned(),
        None => "an error without words".to_owned(),
    }
}

fn row(body: &[u8]) -> Option<Row> {
    let (count, mut rest) = body.split_first_chunk::<2>()?;
    let mut columns = Vec::new();
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        columns.push(match usize::try_from(i32::from_be_bytes(*length)) {
            Err(_) => None,
            Ok(length) => {
                let (value, after) = rest.split_at_checked(length)?;
                rest = after;
                Some(String::from_utf8_lossy(value).into_owned())
            }
        });
    }
    Some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_row_is_read_with_its_nulls_and_a_cut_one_is_refused() {
        let body = [0, 2, 0, 0, 0, 2, b'1', b'5', 255, 255, 255, 255];
        assert_eq!(row(&body), Some(vec![Some("15".to_owned()), None]));
        assert_eq!(row(&body[..7]), None);
    }

    #[test]
    fn the_words_of_an_error_are_found_among_its_fields() {
        assert_eq!(error_text(b"SFATAL\0C28000\0Mno such role\0\0"), "no such role");
        assert_eq!(error_text(b""), "an error without words");
    }
}
