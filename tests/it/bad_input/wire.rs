//! Messages that no client library would write, frame by frame: they reach their queue like others,
//! and must neither end the connection nor the process of whoever takes them.

use lapin::uri::AMQPUri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use leadmill::messaging::DEAD_LETTERS;

use super::*;
use crate::installation::form;

const END: u8 = 0xCE;
const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
/// Flags of the properties `headers` and `message_id`.
const HEADERS: u16 = 1 << 13;
const MESSAGE_ID: u16 = 1 << 7;

/// A connection whose frames are written by hand, with one channel that confirms.
struct Raw(TcpStream);

impl Raw {
    async fn open(url: &str) -> Self {
        let uri: AMQPUri = url.parse().unwrap();
        let authority = uri.authority;
        let mut raw =
            Self(TcpStream::connect((authority.host.as_str(), authority.port)).await.unwrap());
        raw.0.write_all(b"AMQP\0\0\x09\x01").await.unwrap();
        raw.answer(0, (10, 10)).await;
        let user = authority.userinfo;
        let login = format!("\0{}\0{}", user.username, user.password);
        let start =
            [&long(b"")[..], &short(b"PLAIN"), &long(login.as_bytes()), &short(b"en_US")].concat();
        raw.call(0, (10, 11), &start).await;
        let tune = raw.answer(0, (10, 30)).await;
        raw.call(0, (10, 31), &tune).await;
        raw.call(0, (10, 40), &[short(uri.vhost.as_bytes()), vec![0, 0]].concat()).await;
        raw.answer(0, (10, 41)).await;
        raw.call(1, (20, 10), &[0]).await;
        raw.answer(1, (20, 11)).await;
        raw.call(1, (85, 10), &[0]).await;
        raw.answer(1, (85, 11)).await;
        raw
    }

    /// Publishes to a queue and waits for the confirm.
    async fn publish(&mut self, queue: &str, flags: u16, properties: &[u8], body: &[u8]) {
        let publish = [&[0, 0][..], &short(b""), &short(queue.as_bytes()), &[0]].concat();
        self.call(1, (60, 40), &publish).await;
        let size = u64::try_from(body.len()).unwrap().to_be_bytes();
        let header = [&[0, 60, 0, 0][..], &size, &flags.to_be_bytes(), properties].concat();
        self.frame(HEADER, 1, &header).await;
        self.frame(BODY, 1, body).await;
        self.answer(1, (60, 80)).await;
    }

    async fn call(&mut self, channel: u8, (class, method): (u8, u8), arguments: &[u8]) {
        let payload = [&[0, class, 0, method][..], arguments].concat();
        self.frame(METHOD, channel, &payload).await;
    }

    async fn frame(&mut self, kind: u8, channel: u8, payload: &[u8]) {
        let frame = [&[kind, 0, channel][..], &long(payload), &[END]].concat();
        self.0.write_all(&frame).await.unwrap();
    }

    /// Waits for a method and gives its arguments.
    async fn answer(&mut self, channel: u8, (class, method): (u8, u8)) -> Vec<u8> {
        let mut head = [0; 7];
        self.0.read_exact(&mut head).await.unwrap();
        let size = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
        let mut payload = vec![0; usize::try_from(size).unwrap() + 1];
        self.0.read_exact(&mut payload).await.unwrap();
        assert_eq!((head[0], head[2], payload.pop()), (METHOD, channel, Some(END)));
        let (name, arguments) = payload.split_at(4);
        assert_eq!(name, [0, class, 0, method], "{}", String::from_utf8_lossy(arguments));
        arguments.to_vec()
    }
}

fn short(text: &[u8]) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()], text].concat()
}

fn long(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// One header: tables in tables, so deep that reading them by recursion ends the process.
fn deep() -> Vec<u8> {
    let inner =
        (0..10_000).fold(Vec::new(), |inner, _| [&short(b"a")[..], b"F", &long(&inner)].concat());
    long(&inner)
}

/// A header whose name is no UTF-8.
fn misspelt() -> Vec<u8> {
    long(&[&short(b"caf\xe9")[..], b"S", &long(b"\xff")].concat())
}

#[tokio::test]
async fn properties_that_no_library_reads_hold_nobody_up() {
    let it = Installation::new().await;
    let prefix = &it.settings.broker.prefix;
    let (web, dead) = (format!("{prefix}intake.web"), format!("{prefix}{DEAD_LETTERS}"));
    let id = short(b"caf\xe9 \xff");
    let mut raw = Raw::open(it.settings.broker.url.expose_secret()).await;
    raw.publish(&web, MESSAGE_ID, &id, &form(1)).await;
    raw.publish(&web, HEADERS, &misspelt(), &form(2)).await;
    raw.publish(&web, HEADERS, &deep(), &form(3)).await;
    raw.publish(&web, 0, &[], &form(4)).await;
    raw.publish(&dead, MESSAGE_ID, &id, b"died").await;
    raw.publish(&dead, HEADERS, &deep(), b"died too").await;
    let intake = it.start(&["intake"], &[]);
    it.until("all are leads", "SELECT count(*) = 4 FROM lead").await;
    let parked = "SELECT count(*) = 2 FROM parked WHERE class = 'dead_letter'";
    it.until("the dead letters are parked", parked).await;
    let ids = "SELECT external_id FROM received WHERE external_id LIKE 'caf%'";
    assert_eq!(it.texts(ids).await, ["caf? ?"]);
    intake.stop().await;
}
