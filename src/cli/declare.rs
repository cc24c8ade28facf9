//! What somebody declares of a list on the command line: the same as headers of its message.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use intake::terms::{Terms, declared};

/// Options about lists.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What is declared of a list")]
pub struct Declare {
    /// What its columns are, as JSON: {"column": "field", …}; `explain` proposes one
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// How its dates and numbers are written, as es-ES: 1.000 is a thousand, 03/04 is 3 April
    #[arg(long, value_name = "LOCALE")]
    locale: Option<String>,
    /// Where its leads come from, as partner or trade_show
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// The campaign that they belong to
    #[arg(long, value_name = "NAME")]
    campaign: Option<String>,
    /// The seller whose leads they are to be: a name or an address
    #[arg(long, value_name = "SELLER")]
    owner: Option<String>,
    /// The words by which everybody in it agreed to be written to in bulk
    #[arg(long, value_name = "WORDS")]
    consent: Option<String>,
    /// Whom it was bought for, as JSON; rows outside are rejected
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

impl Declare {
    /// The headers that declare it.
    ///
    /// # Errors
    /// A finished sentence: a file cannot be read, or something in it is not known.
    pub fn headers(&self) -> anyhow::Result<Vec<(String, String)>> {
        let file = |path: &Option<PathBuf>| path.as_deref().map(json).transpose();
        let headers = [
            ("x-map", file(&self.map)?),
            ("x-locale", self.locale.clone()),
            ("x-source", self.source.clone()),
            ("x-campaign", self.campaign.clone()),
            ("x-owner", self.owner.clone()),
            ("x-consent", self.consent.clone()),
            ("x-profile", file(&self.profile)?),
        ];
        let headers = headers.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?)));
        let headers: Vec<_> = headers.collect();
        // As intake reads them, so that nothing is sent that it would hold.
        let said =
            declared(&headers.iter().cloned().collect()).and_then(|it| Terms::new(false, &it));
        said.map_err(|why| anyhow!(why))?;
        Ok(headers)
    }
}

impl Declare {
    /// How a list with these headers is read.
    ///
    /// # Errors
    /// As [`Self::headers`].
    pub fn terms(&self, sheet: bool) -> anyhow::Result<Terms> {
        let headers = self.headers()?.into_iter().collect();
        let terms = declared(&headers).and_then(|declared| Terms::new(sheet, &declared));
        terms.map_err(|why| anyhow!(why))
    }
}

/// A file of JSON, without what only people need between its signs: headers have one line.
fn json(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read(path);
    let text = text.with_context(|| format!("`{}` cannot be read", path.display()))?;
    let value: serde_json::Value = serde_json::from_slice(&text)
        .with_context(|| format!("`{}` is no JSON", path.display()))?;
    Ok(value.to_string())
}
