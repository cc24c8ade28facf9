//! The way to a server through a proxy that can cut and stall it.

use leadmill_lab::Proxy;

/// The same address by way of a proxy.
pub(crate) async fn proxied(url: &str, port: u16) -> (Proxy, String) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (user, rest) = rest.rsplit_once('@').map_or(("", rest), |(user, rest)| (user, rest));
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(at);
    let host = if host.contains(':') { host.to_owned() } else { format!("{host}:{port}") };
    let proxy = Proxy::start(&host).await.unwrap();
    let user = if user.is_empty() { String::new() } else { format!("{user}@") };
    let url = format!("{scheme}://{user}127.0.0.1:{}{path}", proxy.port());
    (proxy, url)
}
