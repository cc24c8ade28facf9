//! What leadmill remembers about the private servers of a folder, and the lock around it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ServersError;
use super::ground::{INSTALL_TIMEOUT, LOOK_PAUSE, START_TIMEOUT, Say};
use super::process::{Process, own_network};

const STATE_FILE: &str = "servers.json";
const LOCK_FILE: &str = "servers.lock";
/// Beside the data of the database to which it belongs.
const PRIVACY_SECRET: &str = "privacy.secret";
/// Below the ports that Linux gives to outgoing connections (32768 and up), so that a chosen port
/// does not vanish under some connection.
const PORT_FIRST: u16 = 21_000;
const PORT_LAST: u16 = 30_999;
/// Whoever holds the lock may install, initialise and start both servers.
const LOCK_WAIT: Duration = INSTALL_TIMEOUT
    .saturating_add(START_TIMEOUT.saturating_mul(2))
    .saturating_add(Duration::from_secs(120));

/// The content of `servers.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The folder for the data of the next server that is started.
    pub home: Option<PathBuf>,
    pub postgres: Instance,
    pub rabbitmq: Instance,
}

/// One server: ports are chosen once, the process changes with every start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Instance {
    pub port: Option<u16>,
    /// The folder that it was started in.
    pub home: Option<PathBuf>,
    /// RabbitMQ's second port, for its command-line tools.
    pub(super) tools_port: Option<u16>,
    pub process: Option<Process>,
}

impl Instance {
    /// The recorded process, if it still lives.
    pub(super) fn living(&self) -> Option<&Process> {
        self.process.as_ref().filter(|process| process.alive())
    }
}

impl State {
    /// Reads the state; a folder without one has the default. A file that cannot be understood
    /// (cut off by a full disk) counts as none: the data folders tell what is needed.
    pub fn read(place: &Path) -> Result<Self, ServersError> {
        let path = place.join(STATE_FILE);
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                Err(ServersError::Foreign(path))
            }
            Err(error) => Err(ServersError::file("read", &path)(error)),
        }
    }

    /// Writes the state so that a reader sees the old or the new one, never a half.
    pub fn write(&self, place: &Path) -> Result<(), ServersError> {
        let path = place.join(STATE_FILE);
        let fresh = place.join(format!("{STATE_FILE}.new"));
        let text = serde_json::to_vec_pretty(self).expect("a struct of plain fields serialises");
        write_private(&fresh, &text)?;
        fs::rename(&fresh, &path).map_err(ServersError::file("write", &path))
    }
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), ServersError> {
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    options.and_then(|mut file| file.write_all(bytes)).map_err(ServersError::file("write", path))
}

/// A secret word of 128 random bits, kept in a file: made once, then read.
pub fn random_word(path: &Path) -> Result<String, ServersError> {
    match fs::read_to_string(path) {
        Ok(word) if !word.trim().is_empty() => return Ok(word.trim().to_owned()),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(ServersError::file("read", path)(error));
        }
        _ => {}
    }
    const SOURCE: &str = "/dev/urandom";
    let mut bytes = [0; 16];
    File::open(SOURCE)
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(ServersError::file("read", Path::new(SOURCE)))?;
    let word: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    write_private(path, format!("{word}\n").as_bytes())?;
    Ok(word)
}

/// The file with the secret of the private database of a folder: made once, whoever asks first. Its absolute path.
///
/// # Errors
/// Where it cannot be written.
pub fn privacy_secret(folder: &Path) -> Result<PathBuf, ServersError> {
    let folder = make_folder(folder)?;
    let path = folder.join(PRIVACY_SECRET);
    if !path.exists() {
        let fresh = folder.join(format!("{PRIVACY_SECRET}.{}", std::process::id()));
        random_word(&fresh)?;
        // Who comes second finds the first one's.
        match fs::hard_link(&fresh, &path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(ServersError::file("write", &path)(error));
            }
            _ => {}
        }
        fs::remove_file(&fresh).map_err(ServersError::file("remove", &fresh))?;
    }
    Ok(path)
}

/// Makes the folder and gives its absolute path.
pub fn make_folder(folder: &Path) -> Result<PathBuf, ServersError> {
    fs::create_dir_all(folder)
        .and_then(|()| folder.canonicalize())
        .map_err(ServersError::file("make the folder", folder))
}

/// Where the state of this folder lies: in itself, or, while servers of it run in another network
/// namespace where we cannot reach them, in a part of it for our own network.
pub(super) fn place(folder: &Path) -> PathBuf {
    let out_of_reach = State::read(folder).is_ok_and(|state| {
        let mut living =
            [&state.postgres, &state.rabbitmq].into_iter().filter_map(Instance::living);
        living.any(Process::elsewhere)
    });
    if !out_of_reach {
        return folder.to_owned();
    }
    let number: String = own_network().chars().filter(char::is_ascii_digit).collect();
    folder.join(format!("{NETWORK_PREFIX}{number}"))
}

const NETWORK_PREFIX: &str = "network-";

/// Every place of this folder that may hold a state.
pub(super) fn places(folder: &Path) -> Vec<PathBuf> {
    let mut places = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(NETWORK_PREFIX) {
            places.push(entry.path());
        }
    }
    places
}

/// Waits until no other process starts or stops the servers of this folder. The lock ends with
/// the returned file, also when the process dies.
pub async fn lock(folder: &Path, say: Say<'_>) -> Result<File, ServersError> {
    let path = folder.join(LOCK_FILE);
    let failed = |error| ServersError::file("lock", &path)(error);
    // A file that root made can still be locked by a user who may only read it.
    let opened = OpenOptions::new().read(true).append(true).create(true).open(&path);
    let file = opened.or_else(|_| File::open(&path)).map_err(failed)?;
    let since = Instant::now();
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) if since.elapsed() > LOCK_WAIT => {
                let (folder, seconds) = (folder.to_owned(), LOCK_WAIT.as_secs());
                return Err(ServersError::Locked { folder, seconds });
            }
            Err(TryLockError::WouldBlock) => {
                if !told {
                    say("Another leadmill is busy with these servers; waiting for it.".to_owned());
                    told = true;
                }
                tokio::time::sleep(LOOK_PAUSE).await;
            }
        }
    }
}

/// The remembered port if it is free, else another free one.
pub fn free_port(
    remembered: Option<u16>,
    seed: &Path,
    taken: &[Option<u16>],
) -> Result<u16, ServersError> {
    let span = PORT_LAST - PORT_FIRST + 1;
    let start = (hash(seed) % u64::from(span)) as u16;
    let others = (0..span).map(|step| PORT_FIRST + (start + step) % span);
    remembered
        .into_iter()
        .chain(others)
        .filter(|port| !taken.contains(&Some(*port)))
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or(ServersError::Ports(PORT_FIRST, PORT_LAST))
}

/// A number that is the same for the same path, in every run.
pub(super) fn hash(path: &Path) -> u64 {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The last lines of a log, for an error.
pub fn tail(path: &Path) -> String {
    const LINES_MAX: usize = 15;
    let Ok(bytes) = fs::read(path) else { return "(there is no log)".to_owned() };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES_MAX)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remembered_port_is_kept_until_somebody_else_has_it() {
        let seed = Path::new("/some/folder");
        let first = free_port(None, seed, &[]).unwrap();
        assert_eq!(free_port(Some(first), Path::new("/other"), &[]).unwrap(), first);
        let _somebody = TcpListener::bind(("127.0.0.1", first)).unwrap();
        assert_ne!(free_port(Some(first), seed, &[]).unwrap(), first);
    }

    #[test]
    fn a_cut_state_file_counts_as_none() {
        let state: State = serde_json::from_slice(b"{\"home\": \"/x\", ").unwrap_or_default();
        assert_eq!(state, State::default());
    }
}
