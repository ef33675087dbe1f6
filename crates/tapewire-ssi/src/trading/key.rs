//! [`PrivateKey`]: the key that orders are signed with, in the forms that it is written in. No arithmetic is done here.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tapewire_core::{Recovery, RsaKey, Secret};

/// An RSA key. Nothing of it prints, and its memory is wiped.
pub struct PrivateKey(Form);

enum Form {
    Components([Bytes; 8]),
    Pkcs8(Bytes),
    Pkcs1(Bytes),
}

/// The elements of an `RSAKeyValue`, in the order of [`RsaKey::Components`].
const ELEMENTS: [&str; 8] = ["Modulus", "Exponent", "D", "P", "Q", "DP", "DQ", "InverseQ"];

/// Bytes that are wiped when they are dropped.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Drop for Bytes {
    fn drop(&mut self) {
        self.0.fill(0);
        // Else the compiler sees that nobody reads the zeros, and writes none.
        std::hint::black_box(&self.0);
    }
}

/// A text that is no key. Nothing was done; write the key as the venue's portal shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// It is neither the venue's form nor PEM.
    #[error("not a private key: write it as SSI's portal shows it (base64), as XML, or as PEM")]
    Form,
    /// An element of the XML is not there, or is not base64.
    #[error("the key has no readable `{element}`: all eight elements of an RSAKeyValue are needed")]
    Element {
        /// Which.
        element: &'static str,
    },
    /// It is PEM, of something else or under a password.
    #[error("not a private key in PEM: `PRIVATE KEY` or `RSA PRIVATE KEY`, without a password, is needed")]
    Pem,
}

impl KeyError {
    /// What the caller can do.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixConfig
    }
}

impl PrivateKey {
    /// Reads a key: the base64 of a .NET `RSAKeyValue`, which is how the venue's portal shows it; that XML itself; or PEM.
    ///
    /// # Errors
    /// [`KeyError`] says what is missing. Whether the numbers fit each other shows when something is signed.
    pub fn read(text: &Secret) -> Result<Self, KeyError> {
        let text = text.expose().trim();
        if text.starts_with("-----BEGIN") {
            return pem(text).map(Self);
        }
        if text.starts_with('<') {
            return xml(text).map(Self);
        }
        let inside = decoded(text).ok_or(KeyError::Form)?;
        let inside = std::str::from_utf8(&inside.0).map_err(|_| KeyError::Form)?.trim();
        if !inside.starts_with('<') {
            return Err(KeyError::Form);
        }
        xml(inside).map(Self)
    }

    /// The key, for whoever signs with it.
    #[must_use]
    pub fn expose(&self) -> RsaKey<'_> {
        match &self.0 {
            Form::Components(numbers) => RsaKey::Components(numbers.each_ref().map(|Bytes(number)| &number[..])),
            Form::Pkcs8(Bytes(bytes)) => RsaKey::Pkcs8(bytes),
            Form::Pkcs1(Bytes(bytes)) => RsaKey::Pkcs1(bytes),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(***)")
    }
}

fn xml(text: &str) -> Result<Form, KeyError> {
    let mut numbers: [Bytes; 8] = Default::default();
    for (slot, element) in numbers.iter_mut().zip(ELEMENTS) {
        let missing = KeyError::Element { element };
        let (_, rest) = text.split_once(&format!("<{element}>")).ok_or(missing)?;
        let (value, _) = rest.split_once(&format!("</{element}>")).ok_or(missing)?;
        *slot = number(value).ok_or(missing)?;
    }
    Ok(Form::Components(numbers))
}

/// A number in base64, without the zeros that it may begin with: signing refuses those.
fn number(text: &str) -> Option<Bytes> {
    let bytes = decoded(text)?;
    let zeros = bytes.0.iter().take_while(|byte| **byte == 0).count();
    let number = Bytes(bytes.0.get(zeros..)?.to_vec());
    (!number.0.is_empty()).then_some(number)
}

fn pem(text: &str) -> Result<Form, KeyError> {
    for (label, form) in [("PRIVATE KEY", Form::Pkcs8 as fn(Bytes) -> Form), ("RSA PRIVATE KEY", Form::Pkcs1)] {
        let body = text
            .strip_prefix(&format!("-----BEGIN {label}-----"))
            .and_then(|rest| rest.split_once(&format!("-----END {label}-----")));
        if let Some((body, _)) = body {
            return decoded(body).map(form).ok_or(KeyError::Pem);
        }
    }
    Err(KeyError::Pem)
}

/// Base64, with line breaks in it or without.
fn decoded(text: &str) -> Option<Bytes> {
    let text = Bytes(text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    BASE64_STANDARD.decode(&text.0).ok().map(Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PrivateKey, KeyError> {
        PrivateKey::read(&Secret::new(text))
    }

    const XML: &str = "<RSAKeyValue><Modulus>AAEC</Modulus><Exponent>AQAB</Exponent><P>Aw==</P><Q>BA==</Q>\
                       <DP>BQ==</DP><DQ>Bg==</DQ><InverseQ>Bw==</InverseQ><D>CA==</D></RSAKeyValue>";

    #[test]
    fn numbers_are_read_without_leading_zeros() {
        for text in [XML.to_owned(), BASE64_STANDARD.encode(XML), format!("\n {XML} \n")] {
            let key = read(&text).unwrap();
            let RsaKey::Components(numbers) = key.expose() else { panic!("{text}") };
            assert_eq!(numbers, [&[1, 2][..], &[1, 0, 1], &[8], &[3], &[4], &[5], &[6], &[7]]);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_is_missing() {
        for (text, expected) in [
            (String::new(), KeyError::Form),
            ("not base64!".to_owned(), KeyError::Form),
            (BASE64_STANDARD.encode("not xml"), KeyError::Form),
            (XML.replace("<D>CA==</D>", ""), KeyError::Element { element: "D" }),
            (XML.replace("AQAB", "AA=="), KeyError::Element { element: "Exponent" }),
            (XML.replace("Bw==", "?"), KeyError::Element { element: "InverseQ" }),
            ("-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----".to_owned(), KeyError::Pem),
            ("-----BEGIN PRIVATE KEY-----\n?\n-----END PRIVATE KEY-----".to_owned(), KeyError::Pem),
            ("-----BEGIN PRIVATE KEY-----\nAA==".to_owned(), KeyError::Pem),
        ] {
            assert_eq!(read(&text).err(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_key_does_not_print() {
        let key = read(XML).unwrap();
        assert_eq!(format!("{key:?} {:?}", key.expose()), "PrivateKey(***) RsaKey(***)");
    }
}
