//! Signing: what goes onto the wire in place of a secret.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;

use crate::Secret;

impl Secret {
    /// The HMAC-SHA256 of `message`, under this secret's text as the key.
    ///
    /// ```
    /// use tapewire_core::Secret;
    ///
    /// let signature = Secret::new("Jefe").hmac_sha256(b"what do ya want for nothing?");
    /// assert_eq!(signature[..4], [0x5b, 0xdc, 0xc1, 0x46]);
    /// ```
    #[must_use]
    pub fn hmac_sha256(&self, message: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length, so this fails for none.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.expose().as_bytes()) else { return [0; 32] };
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// The MD5 of `message` with this secret's text behind it: how old interfaces sign. It proves little today.
    #[must_use]
    pub fn md5_behind(&self, message: &[u8]) -> [u8; 16] {
        let mut digest = Md5::new();
        digest.update(message);
        digest.update(self.expose().as_bytes());
        digest.finalize().into()
    }
}

/// Signs with a private key. The arithmetic is the engine's, so that adapters carry none.
pub trait Signer: Send + Sync {
    /// The signature of a message by RSASSA-PKCS1-v1_5 with SHA-256; `None` where the key cannot make one, because its
    /// numbers do not fit each other.
    fn rsa_sha256(&self, message: &[u8]) -> Option<Vec<u8>>;
}

/// A private RSA key, in one of the forms that such keys are kept in. It does not print.
#[derive(Clone, Copy)]
pub enum RsaKey<'a> {
    /// The eight numbers, big-endian, without leading zeros: modulus, exponent, D, P, Q, DP, DQ, inverse of Q.
    Components([&'a [u8]; 8]),
    /// PKCS#8, as of `BEGIN PRIVATE KEY`.
    Pkcs8(&'a [u8]),
    /// PKCS#1, as of `BEGIN RSA PRIVATE KEY`.
    Pkcs1(&'a [u8]),
}

impl fmt::Debug for RsaKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2; nothing under nothing; RFC 1321, "abc".
    #[test]
    fn signs_as_the_standard_says() {
        let cases = [
            (
                "Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            ("", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ];
        for (key, message, expected) in cases {
            assert_eq!(hex::encode(Secret::new(key).hmac_sha256(message.as_bytes())), expected, "{key}");
        }
        assert_eq!(hex::encode(Secret::new("c").md5_behind(b"ab")), "900150983cd24fb0d6963f7d28e17f72");
    }
}
