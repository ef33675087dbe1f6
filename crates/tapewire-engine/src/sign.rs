//! [`RsaSigner`]: signs with the cryptography that TLS brings along.

use std::fmt;

use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use tapewire_core::{Recovery, RsaKey, Signer};

/// Signs with an RSA key of 2048 to 4096 bits. Nothing of it prints.
pub struct RsaSigner(RsaKeyPair);

/// A key that nothing can be signed with. Nothing was done; use another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the RSA key cannot be used: {why}")]
pub struct UnfitKey {
    why: &'static str,
}

impl UnfitKey {
    /// What the caller can do.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixConfig
    }
}

impl RsaSigner {
    /// Takes a key.
    ///
    /// # Errors
    /// [`UnfitKey`] for one that is too small or too large, or whose numbers do not fit each other.
    pub fn new(key: RsaKey<'_>) -> Result<Self, UnfitKey> {
        let pair = match key {
            RsaKey::Components([n, e, d, p, q, dp, dq, inverse_q]) => {
                let public_key = PublicKeyComponents { n, e };
                RsaKeyPair::from_components(&KeyPairComponents { public_key, d, p, q, dP: dp, dQ: dq, qInv: inverse_q })
            }
            RsaKey::Pkcs8(bytes) => RsaKeyPair::from_pkcs8(bytes),
            RsaKey::Pkcs1(bytes) => RsaKeyPair::from_der(bytes),
        };
        pair.map(Self).map_err(|rejected| UnfitKey { why: why(&rejected.to_string()) })
    }
}

impl Signer for RsaSigner {
    fn rsa_sha256(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}

impl fmt::Debug for RsaSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaSigner(***)")
    }
}

/// The library's word for what is wrong, in words for people.
fn why(word: &str) -> &'static str {
    match word {
        "TooSmall" => "it has fewer than 2048 bits",
        "TooLarge" => "it has more than 4096 bits",
        "InconsistentComponents" => "its numbers do not fit each other",
        _ => "its encoding is broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_sign_is_refused_with_the_reason() {
        let modulus = [255; 128];
        let small = RsaKey::Components([&modulus, &[1, 0, 1], &[3], &[5], &[7], &[1], &[1], &[1]]);
        for (key, expected) in [
            (RsaKey::Pkcs1(b"no key"), "the RSA key cannot be used: its encoding is broken"),
            (RsaKey::Pkcs8(b""), "the RSA key cannot be used: its encoding is broken"),
            (small, "the RSA key cannot be used: it has fewer than 2048 bits"),
        ] {
            let error = RsaSigner::new(key).unwrap_err();
            assert_eq!((error.to_string().as_str(), error.recovery()), (expected, Recovery::FixConfig));
        }
    }
}
