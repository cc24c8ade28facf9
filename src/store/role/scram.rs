//! What PostgreSQL keeps of a password: enough to check a login, not enough to log in.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::{digest, hmac, pbkdf2};

/// As many as PostgreSQL takes itself, so that a login costs what it costs elsewhere.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).expect("4096 is not zero");
const SALT_BYTES: usize = 16;

/// The SCRAM-SHA-256 verifier of a password (RFC 5802, RFC 7677), as `ALTER ROLE … PASSWORD` takes it
/// in the place of the password itself.
///
/// # Errors
/// A sentence about the password, which is not quoted: characters beyond ASCII would have to be
/// prepared (SASLprep) just as each client does it.
pub fn verifier(password: &str) -> Result<String, String> {
    let mut salt = [0; SALT_BYTES];
    SystemRandom::new().fill(&mut salt).map_err(|_| "This machine gives no random bytes.")?;
    verifier_with(password, &salt)
}

fn verifier_with(password: &str, salt: &[u8]) -> Result<String, String> {
    if !password.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(
            "It must be made of printable ASCII characters: others are not the same bytes in \
                    each client."
                .into(),
        );
    }
    let mut salted = [0; digest::SHA256_OUTPUT_LEN];
    let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
    pbkdf2::derive(algorithm, ITERATIONS, salt, password.as_bytes(), &mut salted);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &salted);
    let stored = digest::digest(&digest::SHA256, hmac::sign(&key, b"Client Key").as_ref());
    let server = hmac::sign(&key, b"Server Key");
    let [salt, stored, server] =
        [salt, stored.as_ref(), server.as_ref()].map(|bytes| STANDARD.encode(bytes));
    Ok(format!("SCRAM-SHA-256${ITERATIONS}:{salt}${stored}:{server}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_the_example_of_rfc_7677_is_the_one_that_postgresql_keeps() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
        assert_eq!(
            verifier_with("pencil", &salt).expect("a verifier"),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$\
             WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:\
             wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
    }

    #[test]
    fn a_password_that_clients_would_prepare_differently_is_refused_and_not_quoted() {
        for password in ["größer", "a\tb", "\u{7f}"] {
            let why = verifier(password).expect_err("it is refused");
            assert!(why.contains("printable ASCII") && !why.contains(password), "{why}");
        }
        assert_ne!(verifier("same"), verifier("same"), "each has a salt of its own");
    }
}
