//! The signature of a login: v5 and v3 have the same.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tapewire_core::Secret;

/// What is signed behind the time.
const REQUEST: &str = "GET/users/self/verify";

/// Signs a time, as it is sent.
pub(crate) fn sign(secret: &Secret, time: &str) -> String {
    BASE64_STANDARD.encode(secret.hmac_sha256(format!("{time}{REQUEST}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reckoned with another HMAC from the times that are written here.
    #[test]
    fn signs_as_the_venue_does() {
        let secret = Secret::new("22582BD0CFF14C41EDBF1AB98506286D");
        for (time, expected) in [
            ("1538054050", "+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M="),
            ("1704876947", "5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU="),
            ("1538054050.975", "kxeu+amF0VVK30XKQqFTQMEsL9eE/t/a+gWQLoE/9rI="),
        ] {
            assert_eq!(sign(&secret, time), expected, "{time}");
        }
    }
}
