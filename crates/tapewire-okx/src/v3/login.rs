//! Login: four texts in a row, the last of them a signature.

use tapewire_core::{Credentials, UnixNanos};

use crate::quoted::push_quoted;
use crate::sign::sign;

/// The frame that logs in; `None` where the credentials lack their passphrase.
pub(crate) fn frame(credentials: &Credentials, now: UnixNanos) -> Option<String> {
    let passphrase = credentials.passphrase.as_ref()?;
    let time = time(now);
    let mut frame = r#"{"op":"login","args":["#.to_owned();
    let sign = sign(&credentials.secret, &time);
    for text in [credentials.key.expose(), passphrase.expose(), &time, &sign] {
        push_quoted(&mut frame, text);
        frame.push(',');
    }
    frame.pop();
    frame.push_str("]}");
    Some(frame)
}

/// Seconds since 1970, with milliseconds: what is sent and what is signed is the same text.
fn time(now: UnixNanos) -> String {
    let millis = now.as_millis();
    format!("{}.{:03}", millis.div_euclid(1000), millis.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use tapewire_core::Secret;

    use super::*;

    #[test]
    fn sends_key_passphrase_time_and_signature() {
        let credentials = |passphrase: Option<&str>| Credentials {
            key: Secret::new("k\"1"),
            secret: Secret::new("22582BD0CFF14C41EDBF1AB98506286D"),
            passphrase: passphrase.map(Secret::new),
        };
        let now = UnixNanos(1_538_054_050_975_999_999);
        assert_eq!(
            frame(&credentials(Some("p")), now).as_deref(),
            Some(
                r#"{"op":"login","args":["k\"1","p","1538054050.975","kxeu+amF0VVK30XKQqFTQMEsL9eE/t/a+gWQLoE/9rI="]}"#
            )
        );
        assert_eq!(frame(&credentials(None), now), None);
    }
}
