//! How a server is reached: whether in the clear, and with what that proves who we are, from files.
//!
//! Files are read when a connection is opened, so that a password or certificate that is renewed
//! holds from the next connection on. No sentence in here quotes what is in a file.

use std::fmt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// What others than the owner may not do with a secret: the group not write, nobody else anything.
const FORBIDDEN_MODE: u32 = 0o027;
/// A password, certificate or key is small; a larger file is another one.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Whether a connection may be unencrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// As the address says.
    #[default]
    Optional,
    /// Encrypted, and the server proves by its certificate to be the one that the address names.
    Required,
}

/// The files of one section of the settings.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// The section, for the sentences.
    pub section: &'a str,
    /// The password of the user that the address names.
    pub password: Option<&'a Path>,
    /// PEM of the authority that signed the server's certificate.
    pub ca: Option<&'a Path>,
    /// PEM of our own certificate, with those between it and its authority.
    pub certificate: Option<&'a Path>,
    /// PEM of its private key.
    pub key: Option<&'a Path>,
}

impl Files<'_> {
    /// Everything that is wrong with them, as finished sentences; empty if all is well.
    pub fn problems(&self) -> Vec<String> {
        let Self { section, password, ca, certificate, key } = *self;
        let mut problems = Vec::new();
        if certificate.is_some() != key.is_some() {
            problems.push(format!(
                "`{section}.certificate_file` and `{section}.key_file` belong together; give both \
                 or none."
            ));
        }
        let public = [("ca_file", ca), ("certificate_file", certificate)];
        let public = public.into_iter().filter_map(|(name, path)| Some((name, path?)));
        problems.extend(public.filter_map(|(name, path)| read(path, &self.named(name)).err()));
        problems.extend(key.and_then(|path| secret(path, &self.named("key_file")).err()));
        problems.extend(password.and_then(|_| self.password().err()));
        problems
    }

    /// The password, without the end of its line; `None` where no file is named.
    ///
    /// # Errors
    /// A sentence where the file cannot be used.
    pub fn password(&self) -> Result<Option<SecretString>, String> {
        let named = self.named("password_file");
        self.password.map(|path| password_of(path, &named)).transpose()
    }

    /// The authority, our certificate with its key, as PEM.
    ///
    /// # Errors
    /// A sentence where a file cannot be used.
    pub fn tls(&self) -> Result<TlsFiles, String> {
        let ca = self.ca.map(|path| read(path, &self.named("ca_file"))).transpose()?;
        let ca = ca.map(|pem| String::from_utf8_lossy(&pem).into_owned());
        let identity = match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => {
                let certificate = read(certificate, &self.named("certificate_file"))?;
                Some((certificate, secret(key, &self.named("key_file"))?))
            }
            _ => None,
        };
        Ok(TlsFiles { ca, identity })
    }

    /// How people know the file.
    fn named(&self, name: &str) -> String {
        format!("`{}.{name}`", self.section)
    }
}

/// The password in a file, without the end of its line.
///
/// # Errors
/// A sentence where the file cannot be used; `named` says who named it.
pub fn password_of(path: &Path, named: &str) -> Result<SecretString, String> {
    let bytes = secret(path, named)?;
    let text = std::str::from_utf8(&bytes).ok().map(|text| text.trim_end_matches(['\r', '\n']));
    let text = text.filter(|text| !text.is_empty() && !text.contains(['\r', '\n', '\0']));
    text.map(SecretString::from).ok_or_else(|| {
        let path = path.display();
        format!("The file `{path}` named by {named} must hold one line, the password.")
    })
}

fn secret(path: &Path, named: &str) -> Result<Vec<u8>, String> {
    // A file that is not there is told by the reading.
    let mode = std::fs::metadata(path).map_or(0, |found| found.permissions().mode());
    if mode & FORBIDDEN_MODE != 0 {
        let path = path.display();
        return Err(format!(
            "The file `{path}` named by {named} is open to others than its owner (mode {:03o}); run \
             `chmod 600 {path}`.",
            mode & 0o777
        ));
    }
    read(path, named)
}

fn read(path: &Path, named: &str) -> Result<Vec<u8>, String> {
    let wrong = |why: &str| {
        let path = path.display();
        format!(
            "The file `{path}` named by {named} cannot be read ({why}); correct the path or its \
             permissions."
        )
    };
    let found = std::fs::metadata(path).map_err(|error| wrong(&error.to_string()))?;
    if found.len() > FILE_BYTES_MAX {
        return Err(wrong(&format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    std::fs::read(path).map_err(|error| wrong(&error.to_string()))
}

/// An address that may carry a login or a key: whoever prints it sees neither.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Address(SecretString);

impl Address {
    /// The whole of it, for who connects.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<&str> for Address {
    fn from(address: &str) -> Self {
        Self(address.into())
    }
}

impl fmt::Debug for Address {
    /// Scheme, host, port and path; not the login, nor what is asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.expose().is_empty() {
            return f.write_str("\"\"");
        }
        let parsed = url::Url::parse(self.expose()).ok().filter(url::Url::has_host);
        let Some(mut url) = parsed else { return f.write_str("[no address]") };
        // They fail only for addresses that can have neither.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        write!(f, "{:?}", url.as_str())
    }
}

/// PEM texts, as they stand in the files.
pub struct TlsFiles {
    pub ca: Option<String>,
    /// Certificate chain and private key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn file(name: &str, text: &str, mode: u32) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("leadmill-credentials-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("its mode");
        path
    }

    fn only_password(path: &Path) -> Files<'_> {
        Files { section: "broker", password: Some(path), ca: None, certificate: None, key: None }
    }

    #[test]
    fn a_password_is_one_line_and_its_end_is_no_part_of_it() {
        let path = file("one", "hunter2\n", 0o640);
        let read = only_password(&path).password().expect("it is well").expect("it is there");
        assert_eq!(read.expose_secret(), "hunter2");
        for bad in ["", "\n", "hunter2\nsecond"] {
            let path = file("bad", bad, 0o600);
            let problems = only_password(&path).problems();
            assert!(problems[0].contains("`broker.password_file` must hold one line"));
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn an_address_shows_neither_login_nor_what_is_asked_for() {
        let shown = |address: &str| format!("{:?}", Address::from(address));
        let whole = "http://u:hunter2@host:4318/v1?key=hunter2#hunter2";
        assert_eq!(shown(whole), "\"http://host:4318/v1\"");
        assert_eq!(Address::from(whole).expose(), whole);
        assert_eq!(shown("u:hunter2@host no address"), "[no address]");
        assert_eq!(shown(""), "\"\"");
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        for mode in [0o644, 0o604, 0o620, 0o666] {
            let path = file(&format!("open{mode:o}"), "hunter2", mode);
            let problems = only_password(&path).problems();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains(&format!("mode {mode:03o}")), "{problems:?}");
        }
    }

    #[test]
    fn a_certificate_without_its_key_and_a_missing_file_are_told_at_once() {
        let missing = Path::new("/nowhere/ca.pem");
        let certificate = file("certificate", "PEM", 0o644);
        let files = Files {
            section: "database",
            password: None,
            ca: Some(missing),
            certificate: Some(&certificate),
            key: None,
        };
        let problems = files.problems();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("belong together"), "{problems:?}");
        assert!(problems[1].contains("`/nowhere/ca.pem` named by `database.ca_file`"));
    }
}
