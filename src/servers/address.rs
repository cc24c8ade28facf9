//! The parts of a server URL that matter for knocking at its door.

use percent_encoding::percent_decode_str;
use url::Url;

use super::error::ServersError;

/// Host, port and login of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: String,
    /// The database of PostgreSQL, the virtual host of RabbitMQ; empty when not given.
    pub(super) name: String,
}

impl Address {
    /// Reads a URL. The error never repeats the URL, because it may hold a password.
    pub fn parse(what: &str, url: &str, schemes: &[&str], port: u16) -> Result<Self, ServersError> {
        let wrong = |why: String| ServersError::Address(format!("in {what}"), why);
        let parsed = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        if !schemes.contains(&parsed.scheme()) {
            let known = schemes.join(" or ");
            return Err(wrong(format!("it begins with {}, not {known}", parsed.scheme())));
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        // `?host=` is how libpq names a socket folder or a host outside the authority.
        let from_query =
            parsed.query_pairs().find(|(key, _)| key == "host").map(|(_, host)| host.into_owned());
        let host = match parsed.host_str() {
            Some(host) if !host.is_empty() => {
                decoded(host.trim_start_matches('[').trim_end_matches(']'))
            }
            _ => from_query.unwrap_or_else(|| "localhost".to_owned()),
        };
        Ok(Self {
            host,
            port: parsed.port().unwrap_or(port),
            user: decoded(parsed.username()),
            password: decoded(parsed.password().unwrap_or_default()),
            name: decoded(parsed.path().trim_start_matches('/')),
        })
    }

    /// Address for people, without the login.
    pub(super) fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart_and_decoded() {
        let url = "amqp://us%40er:p%2Fw@[::1]:5673/%2f";
        let address = Address::parse("X", url, &["amqp"], 5672).unwrap();
        assert_eq!((address.host.as_str(), address.port), ("::1", 5673));
        assert_eq!((address.user.as_str(), address.password.as_str()), ("us@er", "p/w"));
        assert_eq!(address.name, "/");
        let socket = "postgres:///db?host=/run/postgresql";
        let address = Address::parse("X", socket, &["postgres"], 5432).unwrap();
        assert_eq!((address.host.as_str(), address.port), ("/run/postgresql", 5432));
    }

    #[test]
    fn an_error_names_the_setting_but_never_the_password() {
        let error = Address::parse("LEADMILL_X", "http://a:secret@b/", &["amqp"], 1).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("LEADMILL_X") && !text.contains("secret"), "{text}");
    }
}
