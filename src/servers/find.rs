//! Finds the server programs on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::error::ServersError;
use super::ground::{POSTGRES_MAJOR_MIN, RABBITMQ_MIN, Say, Wanted};
use super::install;
use crate::settings::{BROKER_SETTING, DATABASE_SETTING};

/// Where packages put each version of PostgreSQL: Debian and Ubuntu, then Red Hat and SUSE.
const POSTGRES_PARENTS: [&str; 3] = ["/usr/lib/postgresql", "/usr", "/usr/local"];
const POSTGRES_PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
/// Where packages put RabbitMQ's own scripts. Not `/usr/sbin`: Debian's wrappers there insist on
/// being root or the user rabbitmq.
const RABBITMQ_FOLDERS: [&str; 3] =
    ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/usr/local/sbin"];
const RABBITMQ_PARENTS: [&str; 3] =
    ["/usr/lib/rabbitmq/lib", "/usr/lib64/rabbitmq/lib", "/usr/local/lib/rabbitmq/lib"];

/// The programs of the servers that are wanted.
#[derive(Debug, Clone)]
pub struct Programs {
    pub postgres: Option<PostgresPrograms>,
    pub rabbitmq: Option<RabbitPrograms>,
}

/// A folder with `initdb`, `pg_ctl` and `postgres`, all of one version.
#[derive(Debug, Clone)]
pub struct PostgresPrograms {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

/// RabbitMQ's start script.
#[derive(Debug, Clone)]
pub struct RabbitPrograms {
    pub server: PathBuf,
}

impl Programs {
    /// Finds what is wanted; installs what is missing, saying so first.
    pub async fn find_or_install(
        wanted: Wanted,
        place: &Path,
        say: Say<'_>,
    ) -> Result<Self, ServersError> {
        let found = Self::find(wanted).await?;
        let missing = Wanted {
            postgres: wanted.postgres && found.postgres.is_none(),
            rabbitmq: wanted.rabbitmq && found.rabbitmq.is_none(),
        };
        if !missing.postgres && !missing.rabbitmq {
            return Ok(found);
        }
        install::packages(missing, place, say).await?;
        let found = Self::find(wanted).await?;
        let still_missing = Wanted {
            postgres: wanted.postgres && found.postgres.is_none(),
            rabbitmq: wanted.rabbitmq && found.rabbitmq.is_none(),
        };
        if still_missing.postgres || still_missing.rabbitmq {
            return Err(install::missing(still_missing));
        }
        Ok(found)
    }

    async fn find(wanted: Wanted) -> Result<Self, ServersError> {
        let postgres = if wanted.postgres { find_postgres().await? } else { None };
        let rabbitmq = if wanted.rabbitmq { find_rabbitmq()? } else { None };
        Ok(Self { postgres, rabbitmq })
    }
}

/// The newest PostgreSQL that is installed; an error when that is too old.
async fn find_postgres() -> Result<Option<PostgresPrograms>, ServersError> {
    let mut folders = Vec::new();
    for parent in POSTGRES_PARENTS {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if parent == POSTGRES_PARENTS[0] || name.starts_with("pgsql") {
                folders.push(entry.path().join("bin"));
            }
        }
    }
    // A link in PATH leads to the folder where the other programs are.
    for folder in path_folders() {
        let real = folder.join("initdb").canonicalize().ok();
        folders.extend(real.as_deref().and_then(Path::parent).map(Path::to_owned));
    }
    let mut newest: Option<PostgresPrograms> = None;
    for folder in folders {
        if !POSTGRES_PROGRAMS.iter().all(|program| folder.join(program).is_file()) {
            continue;
        }
        let Some((major, _)) = asked_version(&folder.join("postgres")).await else { continue };
        if newest.as_ref().is_none_or(|best| best.major < major) {
            newest = Some(PostgresPrograms { folder, major });
        }
    }
    match newest {
        Some(programs) if programs.major < POSTGRES_MAJOR_MIN => Err(ServersError::TooOld {
            server: "PostgreSQL",
            found: programs.major.to_string(),
            needed: POSTGRES_MAJOR_MIN.to_string(),
            setting: DATABASE_SETTING,
        }),
        other => Ok(other),
    }
}

fn find_rabbitmq() -> Result<Option<RabbitPrograms>, ServersError> {
    let mut folders: Vec<PathBuf> = RABBITMQ_FOLDERS.iter().map(PathBuf::from).collect();
    for parent in RABBITMQ_PARENTS {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        folders.extend(entries.map(|entry| entry.path().join("sbin")));
    }
    folders.extend(path_folders());
    // The real scripts load `rabbitmq-env` from their own folder; a wrapper has none beside it.
    let is_real = |folder: &Path| {
        folder.join("rabbitmq-server").is_file() && folder.join("rabbitmq-env").is_file()
    };
    let Some(server) = folders.iter().find(|folder| is_real(folder)) else { return Ok(None) };
    let server = server.join("rabbitmq-server");
    let real = server.canonicalize().unwrap_or_else(|_| server.clone());
    let found = real
        .iter()
        .find_map(|part| version(part.to_string_lossy().strip_prefix("rabbitmq_server-")?));
    match found {
        Some(found) if found < RABBITMQ_MIN => Err(rabbitmq_too_old(found)),
        _ => Ok(Some(RabbitPrograms { server })),
    }
}

pub(super) fn rabbitmq_too_old(found: (u32, u32)) -> ServersError {
    ServersError::TooOld {
        server: "RabbitMQ",
        found: format!("{}.{}", found.0, found.1),
        needed: format!("{}.{}", RABBITMQ_MIN.0, RABBITMQ_MIN.1),
        setting: BROKER_SETTING,
    }
}

/// Major and minor of the first number in a text: `postgres (PostgreSQL) 15.20` is (15, 20),
/// `16beta1` is (16, 0).
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let digits = &text[text.find(|letter: char| letter.is_ascii_digit())?..];
    let mut numbers = digits.split('.').map(|part| {
        let end = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
        (part[..end].parse().ok(), end == part.len())
    });
    let (major, whole) = numbers.next()?;
    let minor = if whole { numbers.next().and_then(|(minor, _)| minor) } else { None };
    Some((major?, minor.unwrap_or(0)))
}

async fn asked_version(program: &Path) -> Option<(u32, u32)> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null());
    version(&String::from_utf8_lossy(&command.output().await.ok()?.stdout))
}

fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_programs_print_them() {
        let debian = "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)";
        assert_eq!(version(debian), Some((15, 20)));
        assert_eq!(version("postgres (PostgreSQL) 18beta2"), Some((18, 0)));
        assert_eq!(version("3.10.8"), Some((3, 10)));
        assert_eq!(version("none"), None);
    }
}
