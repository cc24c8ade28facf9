//! Installs missing server programs from the distribution's packages.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use tokio::time::timeout;

use super::error::ServersError;
use super::ground::{INSTALL_TIMEOUT, Say, Wanted};
use super::state::tail;

/// Runs as root with the packages as arguments. `policy-rc.d` is Debian's own way to say that no
/// service may start: the machine gets the programs, not two servers at the customary ports.
/// An unreachable mirror is not fatal by itself: the package lists may be there already.
const SCRIPT: &str = r#"set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update || echo "apt-get update failed; trying with the package lists at hand"
apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
"#;

/// Installs what is missing, if we may.
pub(super) async fn packages(
    missing: Wanted,
    place: &Path,
    say: Say<'_>,
) -> Result<(), ServersError> {
    let Some(mut command) = as_root().await else { return Err(self::missing(missing)) };
    let packages = names(missing);
    let list = packages.join(" ");
    let log = place.join("install.log");
    say(format!(
        "The server programs are missing, so leadmill installs the packages {list} with apt-get \
         now (one to five minutes). Their system services are not started; the output goes to {}.",
        log.display()
    ));
    let output = File::create(&log).map_err(ServersError::file("write", &log))?;
    let errors = output.try_clone().map_err(ServersError::file("write", &log))?;
    command.args(["-c", SCRIPT, "leadmill-install"]).args(&packages).stdin(Stdio::null());
    command.stdout(output).stderr(errors);
    let reason = match timeout(INSTALL_TIMEOUT, command.status()).await {
        Ok(Ok(status)) if status.success() => return Ok(()),
        Ok(Ok(status)) => format!("apt-get ended with {status}"),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("apt-get was not done after {} s", INSTALL_TIMEOUT.as_secs()),
    };
    let tail = tail(&log);
    Err(ServersError::Install { packages: list, reason, log, tail })
}

/// The error that tells a person which command to run.
pub(super) fn missing(missing: Wanted) -> ServersError {
    let what = match (missing.postgres, missing.rabbitmq) {
        (true, true) => "The programs of PostgreSQL and RabbitMQ are",
        (true, false) => "The programs of PostgreSQL are",
        _ => "The programs of RabbitMQ are",
    };
    let list = names(missing).join(" ");
    let command =
        format!("sudo apt-get update && sudo apt-get install --no-install-recommends {list}");
    ServersError::Missing { what: what.to_owned(), command }
}

fn names(missing: Wanted) -> Vec<&'static str> {
    let mut names = Vec::new();
    names.extend(missing.postgres.then_some("postgresql"));
    names.extend(missing.rabbitmq.then_some("rabbitmq-server"));
    names
}

/// A shell with root's rights, where apt-get exists and no password is asked for.
async fn as_root() -> Option<Command> {
    if !runs("apt-get", &["--version"]).await {
        return None;
    }
    if rustix::process::geteuid().is_root() {
        return Some(Command::new("sh"));
    }
    if !runs("sudo", &["-n", "true"]).await {
        return None;
    }
    let mut command = Command::new("sudo");
    command.args(["-n", "sh"]);
    Some(command)
}

async fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().await.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_one_command_that_mends_it() {
        let text = missing(Wanted { postgres: false, rabbitmq: true }).to_string();
        assert!(text.contains("programs of RabbitMQ are missing"), "{text}");
        assert!(text.contains("install --no-install-recommends rabbitmq-server`"), "{text}");
    }
}
