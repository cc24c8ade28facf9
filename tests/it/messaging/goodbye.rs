//! Connections are closed in order, and the broker's close-ok is awaited.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A frame of `connection.close-ok`: class 10, method 51.
const CLOSE_OK: &[u8] = b"\x01\0\0\0\0\0\x04\0\x0a\0\x33\xce";

/// How connections that went through a listener were ended by the client.
#[derive(Default)]
struct Ends {
    /// After the broker's close-ok.
    polite: AtomicUsize,
    /// Before it.
    abrupt: AtomicUsize,
}

/// Forwards to the broker and counts; answers the settings that lead there.
async fn counted(settings: &BrokerSettings) -> (BrokerSettings, Arc<Ends>) {
    let url = broker_url();
    let (user, rest) = url.split_once('@').expect("user and password in the address");
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let (ends, host) = (Arc::new(Ends::default()), host.to_owned());
    let counting = Arc::clone(&ends);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(forward(client, host.clone(), Arc::clone(&counting)));
        }
    });
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    let url = format!("{user}@127.0.0.1:{port}{path}");
    (BrokerSettings { url: url.into(), ..settings.clone() }, ends)
}

async fn forward(mut client: TcpStream, broker: String, ends: Arc<Ends>) {
    let mut server = TcpStream::connect(broker).await.expect("the broker");
    let (mut said, mut asked) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut goodbye = false;
    loop {
        tokio::select! {
            biased;
            bytes = server.read(&mut said) => {
                let bytes = bytes.unwrap_or(0);
                goodbye |= said[..bytes].ends_with(CLOSE_OK);
                if bytes == 0 || client.write_all(&said[..bytes]).await.is_err() {
                    break;
                }
            }
            bytes = client.read(&mut asked) => {
                let bytes = bytes.unwrap_or(0);
                if bytes == 0 || server.write_all(&asked[..bytes]).await.is_err() {
                    break;
                }
            }
        }
    }
    let end = if goodbye { &ends.polite } else { &ends.abrupt };
    end.fetch_add(1, Ordering::Relaxed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connection_ends_with_the_goodbye_of_the_broker() {
    const ROUNDS: usize = 18;
    let bench = Bench::with(vec![worker("qualification")]).await;
    let (settings, ends) = counted(&bench.settings).await;
    for round in 0..ROUNDS {
        let link = Link::open(&settings, "test").await.expect("a link");
        let consumer = link.consume("qualification", 10).await.expect("a consumer");
        link.publisher().publish(batch("lead.captured.v1", 0..3)).await.expect("confirmed");
        // A consumer goes before its link, with it, and after it.
        match round % 3 {
            0 => drop(consumer),
            1 => {
                let mut consumer = consumer;
                tokio::spawn(async move { while consumer.next_batch(1).await.is_some() {} });
            }
            _ => {
                assert!(link.close().await);
                drop(consumer);
            }
        }
        assert!(link.close().await);
        bench.topology.check(&settings).await.expect("all is as described");
        bench.topology.depths(&settings).await.expect("depths");
    }
    let ended = || (ends.polite.load(Ordering::Relaxed), ends.abrupt.load(Ordering::Relaxed));
    until(|| ended().0 + ended().1 == ROUNDS * 4).await;
    assert_eq!(ended(), (ROUNDS * 4, 0), "polite and abrupt ends");
}
