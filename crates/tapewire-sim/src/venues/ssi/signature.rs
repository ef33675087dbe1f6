//! Signatures of requests: RSASSA-PKCS1-v1_5 with SHA-256 over the very bytes of the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// Whether a signature fits a message and the demo key.
pub(super) fn is_right(message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, demo_key()).verify(message, signature).is_ok()
}

/// The bytes of a signature in lower-case hexadecimal, if it is as long as a key of 1024 bits or more makes it.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
    bytes.filter(|bytes| bytes.len() >= BYTES_MIN)
}

/// The same of one in base64.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().filter(|bytes| bytes.len() >= BYTES_MIN)
}

/// The demo key without its wrapping: PKCS#1, as the verifier wants it.
fn demo_key() -> Vec<u8> {
    let wrapped = STANDARD.decode(DEMO_KEY).unwrap_or_default();
    wrapped.get(WRAPPING_BYTES..).unwrap_or_default().to_vec()
}

const BYTES_MIN: usize = 128;
/// What stands before the key proper in a `SubjectPublicKeyInfo` of 2048 bits.
const WRAPPING_BYTES: usize = 24;
/// The public half of a throwaway key, made for tests and published with its private half.
const DEMO_KEY: &str = "\
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA51I252foVYSdE3AC/ok0owA5KIV1p2zFj4UcVjayHX+Xd1nfjnXgHJb4\
    8dda471C4wzUyQYIr9ZLnM+lromXaNg8s3wgPwG7EeY3OSfm1JuydUpI1uTvVcG0fsSaQ9MN885Ksuys7LwZY6mhYSRv6QRoUNxc\
    8SED67jGKTpcOMO4A4xyhjRblbJXgvJuH65BAJiuWKMIn8OMR35yHzhW9ge4YRc62jdqQpO/QcxYJLtvTxASXGyk9V8BGCjGGj/X\
    7AgqBr8WBxhafLV/uxVDr/6WLFubcr13q1XyT+UD4/WinIr8yeAPoIjSez+EpikDGha1Qj4JtpxVd697/Pjj8QIDAQAB";

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with ssi-sdk 3.3.2 and the demo key's private half.
    const BODY: &str = r#"{"note":"lệnh thử ₫"}"#;
    const SIGNATURE: &str = "\
        76b7a8e43be6b0a2afa75a3e43be6c785ba6db6acb58d1036dde04f55f6d49f63f3fe6216491d013d073ff9121193f7ac3c7\
        b6113f8e1d7d26e507505e5b6617f104a1ccb2dd6791aa97da9fedbfbedbcd4eb4141c1cf0dd0220f32e339573f7066808cc\
        51169e7b5b84ef8b2ec6188160052550e7feb4fc98546a715f4a363838b19d79048e5b526c33399568bc523c4f62d0ba2ca3\
        9a5e1f971158fadefa90211120eea1bd5bf871dd5dc33b660a737855b8f0fe063e3d130bd3859e7572ee2c440816ccb79066\
        13f08a52b8a1b92957258cbe0f3691b031d2b0f5f55bf349053f44e87f3d6d7fe1d5edb966b6352ce9e23b2fb1bf3e7d8055\
        1824ced6274c";

    #[test]
    fn the_sdk_and_the_simulator_agree() {
        let signature = from_hex(SIGNATURE).unwrap();
        assert!(is_right(BODY.as_bytes(), &signature));
        assert!(!is_right(b"{}", &signature), "another body");
        assert!(!is_right(BODY.as_bytes(), &signature[1..]) && !is_right(BODY.as_bytes(), &[]));
        assert_eq!(from_base64(&STANDARD.encode(&signature)), Some(signature));
    }

    #[test]
    fn a_signature_is_long_and_lower_case() {
        assert_eq!(from_hex(&SIGNATURE.to_uppercase()), None, "lower-case, say the documents");
        assert!(["", "abc", &"zz".repeat(256), &"ab".repeat(127)].iter().all(|text| from_hex(text).is_none()));
        assert!(from_base64("").is_none() && from_base64(SIGNATURE).is_none_or(|bytes| bytes.len() > 256));
    }
}
