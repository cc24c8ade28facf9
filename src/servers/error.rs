//! Why no servers can be had, in sentences for the person who asked for them.

use std::path::{Path, PathBuf};

/// Why no servers can be had. Each is a finished sentence that names the next step.
#[derive(Debug, thiserror::Error)]
pub enum ServersError {
    /// `LEADMILL_SERVERS` holds another word.
    #[error(
        "LEADMILL_SERVERS is \"{0}\"; it must be `auto` (use what runs on this machine, else \
         private servers) or `private` (always private servers)."
    )]
    UnknownChoice(String),
    /// A setting names a server that cannot be used.
    #[error(
        "{setting} names {server}, but {reason}. Start that server or correct the setting; without \
         the setting leadmill looks for a local server and else starts a private one."
    )]
    Configured {
        /// The setting.
        setting: &'static str,
        /// Kind and address of the server, without its login.
        server: String,
        /// What it answered.
        reason: String,
    },
    /// A URL that is none.
    #[error("The server address {0} is not a URL that leadmill understands: {1}.")]
    Address(String, String),
    /// Server programs are missing and may not be installed by us.
    #[error(
        "{what} missing on this machine, and leadmill installs them only where it is root (or may \
         use sudo without a password) and apt-get is at hand. Run `{command}` once, then try again; \
         or name running servers in LEADMILL_DATABASE__URL and LEADMILL_BROKER__URL."
    )]
    Missing {
        /// What is missing, with its verb.
        what: String,
        /// The one command that mends it.
        command: String,
    },
    /// The installed server is too old.
    #[error(
        "{server} {found} is installed, but leadmill needs {needed} or newer. Install a newer one, \
         or name a running server in {setting}."
    )]
    TooOld {
        /// Which server.
        server: &'static str,
        /// The newest version found.
        found: String,
        /// The oldest that serves.
        needed: String,
        /// The setting that would name another.
        setting: &'static str,
    },
    /// The package manager failed.
    #[error(
        "Installing {packages} failed: {reason}. The whole output is in {log}; it ends with:\n{tail}"
    )]
    Install {
        /// The packages.
        packages: String,
        /// How it failed.
        reason: String,
        /// The file with its output.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// A private server did not start.
    #[error("The private {server} did not start: {reason}. Its log {log} ends with:\n{tail}")]
    Start {
        /// Which server.
        server: &'static str,
        /// What was awaited in vain.
        reason: String,
        /// Its own log.
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// A private server did not end.
    #[error(
        "The private {server} (process {pid}) did not end within {seconds} s, not even when forced. \
         Look at the process with `ps -fp {pid}`."
    )]
    Stuck {
        /// Which server.
        server: &'static str,
        /// Its process.
        pid: u32,
        /// The time given.
        seconds: u64,
    },
    /// A signal could not be sent.
    #[error(
        "The private {server} (process {pid}) belongs to another user: {source}. Stop it as the \
         user who started it (`sudo leadmill down` if that was root)."
    )]
    Signal {
        /// Which server.
        server: &'static str,
        /// Its process.
        pid: u32,
        /// The system's answer.
        source: std::io::Error,
    },
    /// As root: no way to run the servers as somebody else.
    #[error(
        "PostgreSQL refuses to run as root, and leadmill can neither become an unprivileged user \
         nor map one with `unshare` (util-linux 2.36 or newer). Run leadmill as an ordinary user."
    )]
    Identity,
    /// No folder that the servers' user can write to.
    #[error(
        "No folder for the data of the private servers can be used: {0}. Free one of them, or run leadmill as an ordinary user."
    )]
    Home(String),
    /// Another process holds the folder for too long.
    #[error(
        "Another leadmill has been starting or stopping the servers of {folder} for {seconds} s. \
         Wait for it or end it, then try again."
    )]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The state was written by another user, who alone may read the passwords in it.
    #[error(
        "The private servers of this folder were started by another user: {0} cannot be read. Run \
         leadmill as that user, or stop the servers as that user and remove the file."
    )]
    Foreign(PathBuf),
    /// No free port.
    #[error("No free port between {0} and {1} was found on 127.0.0.1 for a private server.")]
    Ports(u16, u16),
    /// The database could not be made.
    #[error(
        "The database \"{name}\" cannot be made on PostgreSQL at {server}: {reason}. Make it yourself with `createdb {name}`, or name another server in LEADMILL_DATABASE__URL."
    )]
    Database {
        /// The database.
        name: String,
        /// Address of the server.
        server: String,
        /// What it answered.
        reason: String,
    },
    /// A file or program of ours cannot be used.
    #[error("leadmill cannot {action} {path}: {source}.")]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl ServersError {
    /// The system's refusal of something that was done to a file.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}
