//! `leadmill grants`: roles and users with just the rights that they need, as scripts to look at.

use std::process::ExitCode;

use anyhow::anyhow;

use super::Context;
use crate::roles::{self, Naming, Server};
use crate::store;

/// Options of `leadmill grants`.
#[derive(Clone, Debug, clap::Args)]
pub struct Grants {
    /// Whose grants
    server: Server,
    /// Put before the name of every role and user; both are known to a whole server
    #[arg(long, default_value = roles::PREFIX, value_parser = name)]
    prefix: String,
    /// The folder with a password file for each role and user, named as it is. For PostgreSQL they are
    /// read now, and the script holds what proves them; for RabbitMQ the script reads them when it
    /// runs. Without it passwords are left as they are, and new ones have none
    #[arg(long, value_name = "FOLDER", value_parser = folder)]
    passwords: Option<String>,
}

impl Grants {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let naming = Naming { prefix: self.prefix.clone(), passwords: self.passwords.clone() };
        let consumers = match self.server {
            Server::Postgres => Vec::new(),
            Server::Rabbitmq => {
                let mut conn = context.database(&settings).await?;
                let all = store::consumer::list(&mut conn).await;
                let _ = store::close(conn).await;
                all.map_err(|fault| anyhow!("{fault}"))?
            }
        };
        let script = roles::grants(self.server, &settings, &naming, &consumers);
        let script = script.map_err(|why| anyhow!(why))?;
        let data = serde_json::json!({ "script": script });
        context.output.print(&data, |_| script.trim_end().to_owned())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The beginning of a name, as it stands in SQL, in a shell and in regular expressions alike.
fn name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if text.bytes().all(plain) && text.len() <= 40 {
        return Ok(text.to_owned());
    }
    Err("use at most 40 small letters, digits and `_`".into())
}

/// A folder whose name needs no quotes in a shell.
fn folder(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) && !text.starts_with('-') {
        return Ok(text.to_owned());
    }
    Err("use a path of letters, digits, `/`, `.`, `_` and `-`".into())
}
