//! `[privacy]`: the secret by which an address is known again whose person was erased.

use std::path::PathBuf;

use domain::pseudonym::PseudonymKey;
use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::credentials::password_of;

/// The setting that names its file.
pub const SECRET_SETTING: &str = "LEADMILL_PRIVACY__SECRET_FILE";
/// Shorter ones could be found by trying: 128 bits in hexadecimal digits have as many.
const CHARS_MIN: usize = 32;

/// `[privacy]`: what is kept of who was erased.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrivacySettings {
    /// A file with one line, the secret; the same for all workers, for ever. Without it nobody is erased.
    pub secret_file: Option<PathBuf>,
}

impl PrivacySettings {
    /// The key of pseudonyms; `None` where no file is named.
    ///
    /// # Errors
    /// A sentence where the file cannot be used.
    pub fn key(&self) -> Result<Option<PseudonymKey>, String> {
        let Some(path) = &self.secret_file else { return Ok(None) };
        let named = "`privacy.secret_file`";
        let secret = password_of(path, named)?;
        let secret = secret.expose_secret();
        if secret.chars().count() < CHARS_MIN {
            return Err(format!(
                "The secret in the file `{}` named by {named} must have at least {CHARS_MIN} characters; make one with \
                 `openssl rand -hex 32`.",
                path.display()
            ));
        }
        Ok(Some(PseudonymKey::of(secret)))
    }

    /// What is wrong with these settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.key().err().into_iter().collect()
    }
}
