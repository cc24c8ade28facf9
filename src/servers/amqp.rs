//! The opening of an AMQP 0-9-1 connection, which tells whether a RabbitMQ serves.
//!
//! Source: AMQP 0-9-1 specification, class `connection`.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::address::Address;
use super::ground::LOOK_TIMEOUT;

const PROTOCOL_HEADER: &[u8] = b"AMQP\0\0\x09\x01";
const FRAME_END: u8 = 0xCE;
const METHOD_FRAME: u8 = 1;
/// Connection frames are small; a larger one is not RabbitMQ.
const FRAME_BYTES_MAX: u32 = 1 << 20;

const CONNECTION: u16 = 10;
const START: u16 = 10;
const START_OK: u16 = 11;
const TUNE: u16 = 30;
const TUNE_OK: u16 = 31;
const OPEN: u16 = 40;
const OPEN_OK: u16 = 41;
const CLOSE: u16 = 50;

/// Logs in, opens the virtual host and closes the connection. Returns the broker's version, when it tells
/// one. The error is the end of a sentence.
pub async fn open(address: &Address) -> Result<Option<(u32, u32)>, String> {
    let late = || Err(format!("it did not answer within {} s", LOOK_TIMEOUT.as_secs()));
    timeout(LOOK_TIMEOUT, talk(address)).await.unwrap_or_else(|_| late())
}

/// Whether something listens there; all that can be asked of a TLS port without a TLS client.
pub(super) async fn listens(address: &Address) -> Result<(), String> {
    match timeout(LOOK_TIMEOUT, connect(address)).await {
        Ok(connected) => connected.map(|_| ()),
        Err(_) => Err(format!("it did not answer within {} s", LOOK_TIMEOUT.as_secs())),
    }
}

async fn talk(address: &Address) -> Result<Option<(u32, u32)>, String> {
    let mut stream = connect(address).await?;
    stream.write_all(PROTOCOL_HEADER).await.map_err(broken)?;
    let start = receive(&mut stream, START).await?;

    let mut login = vec![];
    // A refused login is answered at once and with words, not by a silent close.
    let capability = b"\x1cauthentication_failure_closet\x01";
    let mut properties = b"\x0ccapabilitiesF".to_vec();
    properties.extend(long(capability));
    login.extend(long(&properties));
    login.extend(short("PLAIN"));
    login.extend(long(format!("\0{}\0{}", address.user, address.password).as_bytes()));
    login.extend(short("en_US"));
    send(&mut stream, START_OK, &login).await?;

    let tune = receive(&mut stream, TUNE).await?;
    send(&mut stream, TUNE_OK, &tune).await?;
    let host = if address.name.is_empty() { "/" } else { &address.name };
    let mut open = short(host);
    open.extend([0, 0]);
    send(&mut stream, OPEN, &open).await?;
    receive(&mut stream, OPEN_OK).await?;

    let mut close = 200_u16.to_be_bytes().to_vec();
    close.extend([0; 5]);
    send(&mut stream, CLOSE, &close).await?;
    // Waiting for the answer to the close keeps the broker's log free of a warning; its content says nothing.
    let mut rest = [0; 64];
    let _ = stream.read(&mut rest).await;
    Ok(version(&start))
}

async fn connect(address: &Address) -> Result<TcpStream, String> {
    TcpStream::connect((address.host.as_str(), address.port))
        .await
        .map_err(|error| format!("nothing answers there ({error})"))
}

async fn send(stream: &mut TcpStream, method: u16, arguments: &[u8]) -> Result<(), String> {
    let size = u32::try_from(arguments.len() + 4).map_err(|_| "the login is too long")?;
    let mut frame = vec![METHOD_FRAME, 0, 0];
    frame.extend(size.to_be_bytes());
    frame.extend(CONNECTION.to_be_bytes());
    frame.extend(method.to_be_bytes());
    frame.extend(arguments);
    frame.push(FRAME_END);
    stream.write_all(&frame).await.map_err(broken)
}

/// The arguments of the method that is expected next.
async fn receive(stream: &mut TcpStream, expected: u16) -> Result<Vec<u8>, String> {
    let stranger = || "what listens there is not an AMQP 0-9-1 broker".to_owned();
    let kind = stream.read_u8().await.map_err(broken)?;
    let _channel = stream.read_u16().await.map_err(broken)?;
    let size = stream.read_u32().await.map_err(broken)?;
    if kind != METHOD_FRAME || !(4..=FRAME_BYTES_MAX).contains(&size) {
        return Err(stranger());
    }
    let (class, method) =
        (stream.read_u16().await.map_err(broken)?, stream.read_u16().await.map_err(broken)?);
    let mut arguments = vec![0; size as usize - 4];
    stream.read_exact(&mut arguments).await.map_err(broken)?;
    let end = stream.read_u8().await.map_err(broken)?;
    match (class, method) {
        (CONNECTION, method) if method == expected && end == FRAME_END => Ok(arguments),
        (CONNECTION, CLOSE) => Err(format!("it says \"{}\"", close_text(&arguments))),
        _ => Err(stranger()),
    }
}

fn broken(error: std::io::Error) -> String {
    format!("the connection broke ({error})")
}

/// A short string; ours are names, and one that is too long is cut, which the broker then refuses.
fn short(text: &str) -> Vec<u8> {
    let bytes = &text.as_bytes()[..text.len().min(255)];
    let mut coded = vec![u8::try_from(bytes.len()).unwrap_or(u8::MAX)];
    coded.extend(bytes);
    coded
}

fn long(bytes: &[u8]) -> Vec<u8> {
    let mut coded = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    coded.extend(bytes);
    coded
}

fn close_text(arguments: &[u8]) -> String {
    let text = arguments.get(2).and_then(|size| arguments.get(3..3 + usize::from(*size)));
    String::from_utf8_lossy(text.unwrap_or(b"connection closed")).into_owned()
}

/// `version` of the server properties, a long string such as `3.10.8`.
fn version(start: &[u8]) -> Option<(u32, u32)> {
    const KEY: &[u8] = b"\x07versionS";
    let at = start.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
    let (size, text) = start.get(at..)?.split_first_chunk::<4>()?;
    let text = text.get(..u32::from_be_bytes(*size) as usize)?;
    super::find::version(&String::from_utf8_lossy(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_the_server_properties() {
        let mut start = b"\0\x09\0\0\0\x40\x07productS\0\0\0\x08RabbitMQ".to_vec();
        start.extend(b"\x07versionS\0\0\0\x063.10.8");
        assert_eq!(version(&start), Some((3, 10)));
        assert_eq!(version(b"\0\x09"), None);
    }

    #[test]
    fn the_words_of_a_close_are_read_and_a_cut_one_does_no_harm() {
        assert_eq!(close_text(b"\x01\x93\x0eACCESS_REFUSED\0\0\0\0"), "ACCESS_REFUSED");
        assert_eq!(close_text(b"\x01\x93\x0eACC"), "connection closed");
    }
}
