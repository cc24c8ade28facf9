//! What a reader must know about us.

use std::path::PathBuf;
use std::sync::Arc;

use crate::sources::map::SourceMap;

/// What a reader must know about us.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// ISO 3166-1 alpha-2 country of phone numbers without `+`; empty: none.
    pub default_region: String,
    /// Our own mail domains: who writes from there is no customer.
    pub own_domains: Vec<String>,
    /// What came is not stored where a secret was left out of what was read (a password, the number of a card): of a
    /// list the rest is stored in its place.
    pub erase_secrets: bool,
    /// The folder with the maps of declared sources, as `config/sources`; none where it is empty.
    pub sources_folder: PathBuf,
    /// These maps, once they are loaded.
    #[serde(skip)]
    pub sources: Arc<[SourceMap]>,
}

impl ReadOptions {
    /// What is wrong with these settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let region = self.default_region.as_str();
        let two_letters = region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase());
        if region.is_empty() || two_letters {
            return Vec::new();
        }
        vec![format!("`default_region` must be two capital letters, as `DE`, not `{region}`.")]
    }

    /// Whether an address is ours.
    pub(crate) fn is_own(&self, email: &str) -> bool {
        email.rsplit_once('@').is_some_and(|(_, host)| {
            self.own_domains.iter().any(|own| {
                host.eq_ignore_ascii_case(own)
                    || host.len() > own.len()
                        && host.to_lowercase().ends_with(&format!(".{}", own.to_lowercase()))
            })
        })
    }
}
