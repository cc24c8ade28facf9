//! Users of RabbitMQ: what each may declare, read and write, down to the routing key.

use std::fmt::Write as _;

use serde_json::json;

use super::settings::BrokerSettings;

/// A pattern that fits nothing: names and keys are never empty where it is asked.
const NOTHING: &str = "^$";
/// How the script begins. On RabbitMQ 4 `rabbitmqctl` reads a password from standard input only where
/// no option stands before the command, so what it says is thrown away instead of `--quiet`.
const BEGINNING: &str = r#"set -eu
users=$(rabbitmqctl --quiet list_users < /dev/null | cut -f 1)
known() {
    printf '%s\n' "$users" | grep --quiet --line-regexp --fixed-strings "$1"
}
# A user without a file for its password cannot log in until somebody sets one.
user() {
    if known "$1"; then
        if [ $# -gt 1 ]; then tr -d '\r\n' < "$2" | rabbitmqctl change_password "$1" > /dev/null; fi
    elif [ $# -gt 1 ]; then
        tr -d '\r\n' < "$2" | rabbitmqctl add_user "$1" > /dev/null
    else
        head -c 32 /dev/urandom | base64 -w 0 | rabbitmqctl add_user "$1" > /dev/null
        rabbitmqctl --quiet clear_password "$1" < /dev/null
    fi
}
# What an earlier version made: it keeps its name and loses its rights.
former() {
    if known "$1"; then
        rabbitmqctl --quiet clear_permissions -p "$2" "$1" < /dev/null
        rabbitmqctl --quiet clear_topic_permissions -p "$2" "$1" < /dev/null
    fi
}
"#;

/// A user of the broker. Names of queues and exchanges are without prefix.
#[derive(Clone, Debug)]
pub struct User {
    name: String,
    /// The queues that it consumes.
    reads: Vec<String>,
    /// The exchanges that it publishes to. For a topic exchange also the only routing keys that it may
    /// use: a second lock, since the headers `CC` and `BCC` pass by it on RabbitMQ 3.10.
    writes: Vec<(String, Vec<String>)>,
    /// The queues that it may look at, to count what waits there.
    looks: Vec<String>,
    /// The file with its password, as the shell finds it.
    password_file: Option<String>,
}

/// Everybody who may do something on the broker.
#[derive(Clone, Debug)]
pub struct Users {
    pub users: Vec<User>,
    /// Full names of users that may do nothing any more.
    pub former: Vec<String>,
}

impl Users {
    /// Lines for `sh` that make these users and give them just what they need. Run again, they take
    /// back what is no longer needed. They call `rabbitmqctl`, so run them where that works.
    ///
    /// # Errors
    /// A sentence where the address of the broker cannot be read.
    pub fn commands(&self, settings: &BrokerSettings) -> Result<String, String> {
        let vhost = settings.uri()?.vhost;
        let mut text = String::from(BEGINNING);
        for user in &self.users {
            let file = user.password_file.as_ref();
            let file = file.map(|file| format!(" {file}")).unwrap_or_default();
            // Writing into a string cannot fail.
            let _ = writeln!(text, "user '{}'{file}", user.name);
        }
        for name in &self.former {
            let _ = writeln!(text, "former '{name}' '{vhost}'");
        }
        let users = self.users.iter();
        let permissions: Vec<_> =
            users.clone().map(|user| user.permission(settings, &vhost)).collect();
        let topics: Vec<_> = users.flat_map(|user| user.topics(settings, &vhost)).collect();
        let definitions = json!({ "permissions": permissions, "topic_permissions": topics });
        // From a file, because RabbitMQ 4.0 waits for ever for the end of standard input; it holds no
        // secret, and `rabbitmqctl` may run as another user.
        let _ = write!(
            text,
            "definitions=$(mktemp)\n\
             trap 'rm -f \"$definitions\"' EXIT\n\
             chmod 644 \"$definitions\"\n\
             cat > \"$definitions\" <<'DEFINITIONS'\n{definitions}\nDEFINITIONS\n\
             rabbitmqctl --quiet import_definitions \"$definitions\" < /dev/null\n"
        );
        Ok(text)
    }
}

impl User {
    /// One that may do nothing yet. `name` is as the broker knows it.
    #[must_use]
    pub const fn new(name: String, password_file: Option<String>) -> Self {
        Self { name, reads: Vec::new(), writes: Vec::new(), looks: Vec::new(), password_file }
    }

    /// With the right to consume these queues.
    #[must_use]
    pub fn reads<'a>(mut self, queues: impl IntoIterator<Item = &'a str>) -> Self {
        self.reads.extend(queues.into_iter().map(str::to_owned));
        self
    }

    /// With the right to publish to an exchange; where it is a topic exchange, with these keys.
    #[must_use]
    pub fn writes(mut self, exchange: String, keys: Vec<String>) -> Self {
        self.writes.push((exchange, keys));
        self
    }

    /// With the right to look how many messages wait in these queues. No exchange may be called like
    /// one of them.
    #[must_use]
    pub fn looks(mut self, queues: impl IntoIterator<Item = String>) -> Self {
        self.looks.extend(queues);
        self
    }

    fn permission(&self, settings: &BrokerSettings, vhost: &str) -> serde_json::Value {
        let full = |names: &mut dyn Iterator<Item = &String>| -> Vec<String> {
            names.map(|name| settings.full(name)).collect()
        };
        // From RabbitMQ 4.2.6 on looking wants some right. That to write to a queue allows nothing
        // else: binding wants to read an exchange too, and there is none of the queue's name.
        let writes = self.writes.iter().map(|(exchange, _)| exchange);
        json!({
            "user": self.name,
            "vhost": vhost,
            "configure": NOTHING,
            "write": one_of(&full(&mut writes.chain(&self.looks))),
            "read": one_of(&full(&mut self.reads.iter())),
        })
    }

    fn topics<'a>(
        &'a self,
        settings: &'a BrokerSettings,
        vhost: &'a str,
    ) -> impl Iterator<Item = serde_json::Value> + 'a {
        let topics = self.writes.iter().filter(|(_, keys)| !keys.is_empty());
        topics.map(move |(exchange, keys)| {
            json!({
                "user": self.name,
                "vhost": vhost,
                "exchange": settings.full(exchange),
                "write": one_of(keys),
                "read": NOTHING,
            })
        })
    }
}

/// A regular expression for just these names.
fn one_of(names: &[String]) -> String {
    if names.is_empty() {
        return NOTHING.to_owned();
    }
    // Letters, digits, `_`, `-` and `.` are all that names of ours have; see the settings' prefix.
    let names: Vec<_> = names.iter().map(|name| name.replace('.', "\\.")).collect();
    format!("^({})$", names.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_its_names_only() {
        let names = ["lead.captured.v1".to_owned(), "input-x".to_owned()];
        assert_eq!(one_of(&names), r"^(lead\.captured\.v1|input-x)$");
        assert_eq!(one_of(&[]), "^$");
    }
}
