//! Users of RabbitMQ: what each may declare, read and write, down to the routing key.

use std::fmt::Write as _;

use serde_json::json;

use super::settings::BrokerSettings;

/// The name under which RabbitMQ keeps the rights on the default exchange.
const DEFAULT_EXCHANGE: &str = "amq.default";
/// A pattern that fits nothing: names and keys are never empty where it is asked.
const NOTHING: &str = "^$";

/// A user of the broker. Names of queues and exchanges are without prefix.
#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    /// The queues that it consumes.
    pub reads: Vec<String>,
    /// Topic exchanges that it publishes to, each with the only routing keys that it may use there.
    pub writes: Vec<(String, Vec<String>)>,
    /// Whether it may send to any queue by its name, through the default exchange.
    pub by_name: bool,
    /// The file with its password, as the shell finds it.
    pub password_file: Option<String>,
}

/// Lines for `sh` that make these users and give them just what they need. Run again, they take
/// back what is no longer needed. They call `rabbitmqctl`, so run them where that works.
///
/// # Errors
/// A sentence where the address of the broker cannot be read.
pub fn commands(users: &[User], settings: &BrokerSettings) -> Result<String, String> {
    let vhost = settings.uri()?.vhost;
    let mut text = String::from(
        "set -eu\n\
         users=$(rabbitmqctl --quiet list_users < /dev/null | cut -f 1)\n\
         # A user without a file for its password cannot log in until somebody sets one.\n\
         user() {\n    \
             if printf '%s\\n' \"$users\" | grep --quiet --line-regexp --fixed-strings \"$1\"; then\n        \
                 if [ $# -gt 1 ]; then tr -d '\\r\\n' < \"$2\" | rabbitmqctl --quiet change_password \"$1\"; fi\n    \
             elif [ $# -gt 1 ]; then\n        \
                 tr -d '\\r\\n' < \"$2\" | rabbitmqctl --quiet add_user \"$1\"\n    \
             else\n        \
                 head -c 32 /dev/urandom | base64 -w 0 | rabbitmqctl --quiet add_user \"$1\"\n        \
                 rabbitmqctl --quiet clear_password \"$1\" < /dev/null\n    \
             fi\n\
         }\n",
    );
    for user in users {
        let file = user.password_file.as_ref().map(|file| format!(" {file}")).unwrap_or_default();
        // Writing into a string cannot fail.
        let _ = writeln!(text, "user '{}'{file}", user.name);
    }
    let permissions: Vec<_> = users.iter().map(|user| user.permission(settings, &vhost)).collect();
    let topics: Vec<_> = users.iter().flat_map(|user| user.topics(settings, &vhost)).collect();
    let definitions = json!({ "permissions": permissions, "topic_permissions": topics });
    // On one line, because RabbitMQ 3.10 reads no more.
    let _ = write!(
        text,
        "rabbitmqctl --quiet import_definitions <<'DEFINITIONS'\n{definitions}\nDEFINITIONS\n"
    );
    Ok(text)
}

impl User {
    fn permission(&self, settings: &BrokerSettings, vhost: &str) -> serde_json::Value {
        let full = |names: &mut dyn Iterator<Item = &String>| -> Vec<String> {
            names.map(|name| settings.full(name)).collect()
        };
        let mut writes = full(&mut self.writes.iter().map(|(exchange, _)| exchange));
        if self.by_name {
            writes.push(DEFAULT_EXCHANGE.to_owned());
        }
        json!({
            "user": self.name,
            "vhost": vhost,
            "configure": NOTHING,
            "write": one_of(&writes),
            "read": one_of(&full(&mut self.reads.iter())),
        })
    }

    /// Without them any routing key could be used.
    fn topics<'a>(
        &'a self,
        settings: &'a BrokerSettings,
        vhost: &'a str,
    ) -> impl Iterator<Item = serde_json::Value> + 'a {
        self.writes.iter().map(move |(exchange, keys)| {
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
