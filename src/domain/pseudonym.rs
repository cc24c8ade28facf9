//! What is kept of an address or telephone whose person is gone: enough to know it when it comes again, and nothing to
//! read it from.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Stands before what is no address any more.
const GONE: &str = "erased";

/// The secret of an installation with which it makes pseudonyms. Who has it can try addresses; who has only the
/// database cannot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PseudonymKey(Box<[u8]>);

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl PseudonymKey {
    /// Of a secret text.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(secret.as_bytes().into())
    }

    /// The pseudonym of a channel, as `erased email 5bdcc1…` of `email a@b.example`: its kind, and HMAC-SHA-256 of all of
    /// it.
    #[must_use]
    pub fn pseudonym(&self, channel: &str) -> String {
        let kind = channel.split_once(' ').map_or("", |(kind, _)| kind);
        let mut text = format!("{GONE} {kind} ");
        for byte in self.hmac(channel.as_bytes()) {
            // Writing into a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    fn hmac(&self, message: &[u8]) -> [u8; 32] {
        let key = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of every length");
        key.chain_update(message).finalize().into_bytes().into()
    }
}

/// The channel of a record of which nothing is kept: one for each record, and no key of anybody.
#[must_use]
pub fn nobody(record: &str) -> String {
    format!("{GONE} {record}")
}

/// Does it stand for an address that is gone?
#[must_use]
pub fn is_gone(channel: &str) -> bool {
    channel.split(' ').next() == Some(GONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f18_f119_a_pseudonym_is_the_hmac_of_rfc_4231_and_hangs_on_the_secret() {
        let hex = |bytes: [u8; 32]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
        let known = PseudonymKey::of("Jefe").hmac(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(known), expected);
        let long = "\u{1}".repeat(131);
        assert_ne!(PseudonymKey::of(&long), PseudonymKey::of(&long[..130]));
        let channel = "email ana@acme.example";
        let pseudonym = PseudonymKey::of("one").pseudonym(channel);
        assert!(pseudonym.starts_with("erased email ") && pseudonym.len() == 13 + 64);
        assert!(is_gone(&pseudonym) && is_gone(&nobody("c1")) && !is_gone(channel));
        assert_eq!(pseudonym, PseudonymKey::of("one").pseudonym(channel));
        assert_ne!(pseudonym, PseudonymKey::of("two").pseudonym(channel));
        assert_eq!(format!("{:?}", PseudonymKey::of("hunter2")), "[REDACTED]");
    }
}
