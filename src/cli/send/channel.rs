//! The ways in for raw inputs.

use clap::ValueEnum;

/// The ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Channel {
    /// Mails as message/rfc822 (.eml)
    Email,
    /// Web forms and hooks: JSON, url-encoded, multipart, ADF
    Web,
    /// Business cards: vCard (.vcf), MeCard, jCard, xCard, or the text of a scanned one
    Card,
    /// Lists as CSV, XLSX, XLS, XLSB or ODS
    Import,
}

impl Channel {
    /// What the domain calls it.
    #[must_use]
    pub const fn kind(self) -> domain::enquiry::Channel {
        match self {
            Self::Email => domain::enquiry::Channel::Email,
            Self::Web => domain::enquiry::Channel::Web,
            Self::Card => domain::enquiry::Channel::Card,
            Self::Import => domain::enquiry::Channel::Import,
        }
    }

    /// The queue of intake behind it.
    #[must_use]
    pub const fn queue(self) -> &'static str {
        match self {
            Self::Email => "intake.email",
            Self::Web => "intake.web",
            Self::Card => "intake.card",
            Self::Import => "intake.import",
        }
    }
}
