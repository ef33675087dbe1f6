//! Signatures by HMAC, as the third and the fifth dialect have them.
//!
//! Source: the venue's API guide v5, "WebSocket", section "Login", read 2026-07; the guide v3 of 2019 says the same.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tapewire_core::Credentials;

/// What a client signs with, as it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) passphrase: &'a str,
    /// In seconds since 1970 UTC; may have a fraction.
    pub(crate) timestamp: &'a str,
    pub(crate) sign: &'a str,
}

/// What is wrong with a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The time cannot be read.
    Timestamp,
    /// The time is more than half a minute away.
    Expired,
    Passphrase,
    Sign,
}

impl Signed<'_> {
    /// Checks a login against the key's secrets.
    pub(crate) fn verify(self, credentials: &Credentials, now_us: i64) -> Result<(), Wrong> {
        let seconds = self.timestamp.split('.').next().and_then(|seconds| seconds.parse::<i64>().ok());
        let seconds = seconds.ok_or(Wrong::Timestamp)?;
        if seconds.abs_diff(now_us / 1_000_000) > EXPIRES_S {
            return Err(Wrong::Expired);
        }
        if credentials.passphrase.as_ref().is_none_or(|known| known.expose() != self.passphrase) {
            return Err(Wrong::Passphrase);
        }
        if self.sign != login(credentials.secret.expose(), self.timestamp) {
            return Err(Wrong::Sign);
        }
        Ok(())
    }
}

/// The signature of a login.
pub(crate) fn login(secret: &str, timestamp: &str) -> String {
    sign(secret, &[timestamp.as_bytes(), b"GET/users/self/verify"])
}

/// The signature of some text, in base64.
pub(crate) fn sign(secret: &str, text: &[&[u8]]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    text.iter().for_each(|part| mac.update(part));
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// How far away the time of a signature may be.
pub(crate) const EXPIRES_S: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's hmac.
    #[test]
    fn signatures_are_those_of_worked_examples() {
        let secret = "22582BD0CFF14C41EDBF1AB98506286D";
        for (timestamp, expected) in [
            ("1538054050", "+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M="),
            ("1704876947", "5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU="),
            ("1538054050.975", "kxeu+amF0VVK30XKQqFTQMEsL9eE/t/a+gWQLoE/9rI="),
        ] {
            assert_eq!(login(secret, timestamp), expected);
        }
    }
}
