//! Exchanges: where messages enter, and how they are routed on.

/// A durable exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Without prefix.
    pub name: String,
    /// How it routes.
    pub kind: ExchangeKind,
    /// The exchange that takes what no queue is bound for.
    pub alternate: Option<String>,
}

/// How an exchange routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// By patterns of words, `*` for one and `#` for any number.
    Topic,
    /// By the exact routing key.
    Direct,
    /// To all that are bound.
    Fanout,
    /// By the headers that a message carries.
    Headers,
}

impl Exchange {
    /// One without alternate.
    #[must_use]
    pub const fn new(name: String, kind: ExchangeKind) -> Self {
        Self { name, kind, alternate: None }
    }
}
