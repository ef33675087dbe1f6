//! Requests of a program's own over REST, signed as the account.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tapewire_core::{Credentials, HttpRequest, UnixNanos};

/// Writes into a request who asks: key, passphrase, the time, and a signature over the time, the method, the path with
/// its query, and the body. It is good for 30 seconds. Source: OKX, "REST Authentication", read 2026-11.
pub(super) fn signed(mut request: HttpRequest, credentials: &Credentials, now: UnixNanos) -> HttpRequest {
    let time = utc(now);
    let mut message = format!("{time}{}{}", request.method.as_str(), request.path).into_bytes();
    message.extend_from_slice(&request.body);
    let signature = BASE64_STANDARD.encode(credentials.secret.hmac_sha256(&message));
    let passphrase = credentials.passphrase.as_ref().map_or("", |passphrase| passphrase.expose());
    for (name, value) in [
        ("OK-ACCESS-KEY", credentials.key.expose()),
        ("OK-ACCESS-PASSPHRASE", passphrase),
        ("OK-ACCESS-SIGN", &signature),
        ("OK-ACCESS-TIMESTAMP", &time),
        ("Content-Type", "application/json"),
    ] {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    request
}

/// A time as `2020-12-08T09:08:57.715Z`.
fn utc(time: UnixNanos) -> String {
    let nanos = time.to_string();
    // Nine digits behind the point; the venue's have three.
    nanos.get(..nanos.len().saturating_sub(7)).map_or_else(String::new, |millis| format!("{millis}Z"))
}

#[cfg(test)]
mod tests {
    use tapewire_core::{HttpMethod, Secret};

    use super::*;

    /// Reckoned with another HMAC.
    #[test]
    fn everything_that_is_sent_is_signed() {
        let credentials = Credentials {
            key: Secret::new("key"),
            secret: Secret::new("22582BD0CFF14C41EDBF1AB98506286D"),
            passphrase: Some(Secret::new("words")),
        };
        let now = UnixNanos(1_607_418_537_715_999_999);
        let body = r#"{"instId":"BTC-USDT","lever":"5","mgnMode":"isolated"}"#;
        for (request, expected) in [
            (HttpRequest::get("/api/v5/account/balance?ccy=BTC", 1), "HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY="),
            (
                HttpRequest::send(HttpMethod::Post, "/api/v5/account/set-leverage", body, 1),
                "eCnnCgWLjlQ9XnpUkrcny3qNq3WW/81KNrDr/XR6Xv8=",
            ),
        ] {
            let request = signed(request, &credentials, now);
            let header = |name| request.headers.iter().find(|(known, _)| known == name).unwrap().1.as_str();
            assert_eq!(header("OK-ACCESS-TIMESTAMP"), "2020-12-08T09:08:57.715Z");
            assert_eq!((header("OK-ACCESS-KEY"), header("OK-ACCESS-PASSPHRASE")), ("key", "words"));
            assert_eq!(header("OK-ACCESS-SIGN"), expected);
            assert!(!format!("{request:?}").contains("words"));
        }
    }
}
