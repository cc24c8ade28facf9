//! As whom the private servers run. PostgreSQL refuses root, so root must become somebody else.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::error::ServersError;
use super::state::hash;

/// Users that a distribution has and that own nothing of value.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];
/// Folders that every user can reach, kept over a restart first.
const COMMON_FOLDERS: [&str; 2] = ["/var/tmp", "/tmp"];
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// As whom the servers run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// As the caller, an ordinary user.
    Same,
    /// As an unprivileged user, which root becomes.
    Unprivileged { user: String, uid: u32, gid: u32 },
    /// As the caller, who is root only by name: in a user namespace that maps one id there is
    /// nobody to become. One more namespace inside it maps the same id to a user's.
    Mapped { uid: u32, gid: u32 },
}

impl Identity {
    /// Finds out by trying.
    pub async fn choose() -> Result<Self, ServersError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Same);
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let users: Vec<(String, u32, u32)> = CANDIDATES
            .iter()
            .filter_map(|name| user(&passwd, name).map(|(uid, gid)| ((*name).to_owned(), uid, gid)))
            .collect();
        let become_one = users.iter().map(|(user, uid, gid)| Self::Unprivileged {
            user: user.clone(),
            uid: *uid,
            gid: *gid,
        });
        // The mapped id needs an entry in passwd as well: initdb looks its name up.
        let map_one = users.iter().map(|(_, uid, gid)| Self::Mapped { uid: *uid, gid: *gid });
        for identity in become_one.chain(map_one) {
            if identity.succeeds("sh", &["-c", "exit 0"]).await {
                return Ok(identity);
            }
        }
        Err(ServersError::Identity)
    }

    /// A command that runs under this identity with a clean environment, so that no `PG…`,
    /// `RABBITMQ_…` or `ERL_…` variable of the caller bends it.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = match self {
            Self::Same => Command::new(program),
            Self::Unprivileged { uid, gid, .. } => {
                let mut command = Command::new(program);
                command.uid(*uid).gid(*gid);
                command
            }
            Self::Mapped { uid, gid } => {
                let mut command = Command::new("unshare");
                command.arg("--user");
                command.arg(format!("--map-user={uid}")).arg(format!("--map-group={gid}"));
                command.arg("--").arg(program);
                command
            }
        };
        let path = match std::env::var("PATH") {
            Ok(path) => format!("{SYSTEM_PATH}:{path}"),
            Err(_) => SYSTEM_PATH.to_owned(),
        };
        command.env_clear().env("PATH", path).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
        command.stdin(Stdio::null()).current_dir("/");
        command
    }

    /// Makes the folder for the data: in `place`, or, where this identity cannot reach that (a
    /// project under a closed home directory), in a folder for temporary files; then with a
    /// sentence about it.
    pub async fn home(
        &self,
        place: &Path,
        remembered: Option<&Path>,
    ) -> Result<(PathBuf, Option<String>), ServersError> {
        let inside = place.join(self.label());
        let apart = format!("leadmill-{:016x}-{}", hash(place), self.label());
        let candidates = remembered
            .map(Path::to_owned)
            .into_iter()
            .chain([inside])
            .chain(COMMON_FOLDERS.iter().map(|folder| Path::new(folder).join(&apart)));
        let mut passed = Vec::new();
        for home in candidates {
            match self.try_home(&home).await {
                Ok(()) if home.starts_with(place) => return Ok((home, None)),
                Ok(()) => {
                    let note = format!(
                        "The user of the private servers cannot reach {}, so their data lies in {}.",
                        place.display(),
                        home.display()
                    );
                    return Ok((home, Some(note)));
                }
                Err(reason) => passed.push(format!("{}: {reason}", home.display())),
            }
        }
        Err(ServersError::Home(passed.join("; ")))
    }

    /// Name of the data folder; data of one identity cannot be used by another.
    fn label(&self) -> String {
        match self {
            Self::Same => "servers".to_owned(),
            Self::Unprivileged { user, .. } => format!("servers-{user}"),
            Self::Mapped { .. } => "servers-mapped".to_owned(),
        }
    }

    /// Who owns the data, as the caller sees it.
    fn owner(&self) -> (u32, u32) {
        match self {
            Self::Unprivileged { uid, gid, .. } => (*uid, *gid),
            Self::Same | Self::Mapped { .. } => {
                (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
            }
        }
    }

    async fn try_home(&self, home: &Path) -> Result<(), String> {
        let (uid, gid) = self.owner();
        let made = fs::DirBuilder::new().mode(0o700).create(home);
        let fresh = match made {
            Ok(()) => true,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error.to_string()),
        };
        if fresh && let Err(error) = chown(home, Some(uid), Some(gid)) {
            return Err(error.to_string());
        }
        // Somebody else may have made a folder of this name: never follow it.
        let meta = fs::symlink_metadata(home).map_err(|error| error.to_string())?;
        if !meta.is_dir() || meta.uid() != uid || meta.permissions().mode() & 0o077 != 0 {
            return Err("it exists and is not a closed folder of the servers' user".to_owned());
        }
        let shown = home.display().to_string();
        if self.succeeds("sh", &["-c", "cd \"$1\" && test -w .", "sh", &shown]).await {
            return Ok(());
        }
        if fresh {
            let _ = fs::remove_dir(home); // empty and of no use; a leftover does no harm
        }
        Err("the servers' user cannot reach it".to_owned())
    }

    async fn succeeds(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = self.command(program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().await.is_ok_and(|status| status.success())
    }
}

/// Gives a file in the home to the servers' user.
pub fn hand_over(identity: &Identity, path: &Path) -> Result<(), ServersError> {
    let (uid, gid) = identity.owner();
    chown(path, Some(uid), Some(gid)).map_err(ServersError::file("hand over", path))
}

/// User and group id of a name in `/etc/passwd`.
fn user(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\npostgres-old:x:9:9::/:\npostgres:x:105:113::/:\n";
        assert_eq!(user(passwd, "postgres"), Some((105, 113)));
        assert_eq!(user(passwd, "nobody"), None);
    }
}
