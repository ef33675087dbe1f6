//! The login frame: who we are, signed.

use tapewire_core::{Credentials, UnixNanos};

use crate::quoted::push_quoted;
use crate::sign::sign;

/// The frame that logs in at a time. It holds the key and the passphrase in clear: it is for the socket alone.
///
/// OKX API guide, "Login", read 2026-07: the time is in whole seconds, and the login expires 30 s after it.
pub(crate) fn frame(credentials: &Credentials, now: UnixNanos) -> String {
    let timestamp = now.0.div_euclid(1_000_000_000).to_string();
    let passphrase = credentials.passphrase.as_ref().map_or("", |passphrase| passphrase.expose());
    let mut frame = r#"{"op":"login","args":[{"apiKey":"#.to_owned();
    push_quoted(&mut frame, credentials.key.expose());
    frame.push_str(r#","passphrase":"#);
    push_quoted(&mut frame, passphrase);
    frame.push_str(&format!(r#","timestamp":"{timestamp}","sign":"{}"}}]}}"#, sign(&credentials.secret, &timestamp)));
    frame
}

#[cfg(test)]
mod tests {
    use tapewire_core::Secret;

    use super::*;

    fn credentials() -> Credentials {
        let secret = Secret::new("22582BD0CFF14C41EDBF1AB98506286D");
        Credentials { key: Secret::new("key"), secret, passphrase: Some(Secret::new("a\"b\\c\n")) }
    }

    #[test]
    fn tells_whole_seconds_and_escapes() {
        let frame = frame(&credentials(), UnixNanos(1_538_054_050_999_999_999));
        let read: serde_json::Value = serde_json::from_str(&frame).unwrap();
        let login = &read["args"][0];
        assert_eq!((&read["op"], &login["timestamp"]), (&"login".into(), &"1538054050".into()));
        assert_eq!(login["passphrase"], "a\"b\\c\n");
        assert_eq!(login["sign"], "+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M=");
    }
}
