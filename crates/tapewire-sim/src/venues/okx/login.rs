//! Logging in over the socket: who is let in, and why not.
//!
//! Source: the venue's API guide v5, "WebSocket", section "Login", and its error codes, read 2026-07.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tapewire_core::Credentials;

use super::request::Refusal;
use crate::venues::keys::{Keys, Known};

/// Checks the argument of a login, and gives the key that is logged in.
///
/// Who is let in, and whose signature is looked at, the keys say.
pub(super) fn check(args: &[Value], keys: &Keys, now_us: i64) -> Result<String, Refusal> {
    let [arg] = args else { return Err(Refusal::new(60013, "Invalid args")) };
    let text = |name: &str| match arg.get(name) {
        Some(Value::String(text)) => text.clone(),
        // The documents say string; the venue takes a number too, signed as its digits.
        Some(Value::Number(number)) if name == "timestamp" => number.to_string(),
        _ => String::new(),
    };
    let (key, passphrase, timestamp, sign) = (text("apiKey"), text("passphrase"), text("timestamp"), text("sign"));
    for (name, value) in [("apiKey", &key), ("passphrase", &passphrase), ("timestamp", &timestamp), ("sign", &sign)] {
        if value.is_empty() {
            return Err(Refusal::new(60027, format!("Parameter {name} can not be empty")));
        }
    }
    match keys.judge(&key) {
        Known::Refused => Err(Refusal::new(60032, "API key doesn't exist.")),
        Known::Verify(credentials) => verify(&credentials, (&passphrase, &timestamp, &sign), now_us).map(|()| key),
        Known::Unseen => Ok(key),
    }
}

fn verify(
    credentials: &Credentials,
    (passphrase, timestamp, sign): (&str, &str, &str),
    now_us: i64,
) -> Result<(), Refusal> {
    let seconds = timestamp.split('.').next().and_then(|seconds| seconds.parse::<i64>().ok());
    let Some(seconds) = seconds else { return Err(Refusal::new(60004, "Invalid timestamp")) };
    if seconds.abs_diff(now_us / 1_000_000) > EXPIRES_S {
        return Err(Refusal::new(60006, "Timestamp request expired"));
    }
    if credentials.passphrase.as_ref().is_none_or(|known| known.expose() != passphrase) {
        return Err(Refusal::new(60024, "Wrong passphrase"));
    }
    if sign != self::sign(credentials.secret.expose(), timestamp) {
        return Err(Refusal::new(60007, "Invalid sign"));
    }
    Ok(())
}

/// The signature of a login, in base64.
fn sign(secret: &str, timestamp: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(timestamp.as_bytes());
    mac.update(b"GET/users/self/verify");
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

const EXPIRES_S: u64 = 30;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Computed with Python's hmac.
    #[test]
    fn signatures_are_those_of_worked_examples() {
        let secret = "22582BD0CFF14C41EDBF1AB98506286D";
        for (timestamp, expected) in [
            ("1538054050", "+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M="),
            ("1704876947", "5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU="),
            ("1538054050.975", "kxeu+amF0VVK30XKQqFTQMEsL9eE/t/a+gWQLoE/9rI="),
        ] {
            assert_eq!(sign(secret, timestamp), expected);
        }
    }

    #[test]
    fn the_demo_key_is_verified_and_others_are_not() {
        let now_us = 1_704_876_947_500_000;
        let good = json!({ "apiKey": "sim-key", "passphrase": "sim-passphrase", "timestamp": "1704876947",
            "sign": sign("sim-secret", "1704876947") });
        let with = |name: &str, value: Value| {
            let mut arg = good.clone();
            arg[name] = value;
            check(&[arg], &Keys::default(), now_us).map_err(|refusal| refusal.code)
        };
        assert_eq!(with("timestamp", json!("1704876947")), Ok("sim-key".to_owned()));
        assert_eq!(with("timestamp", json!(1_704_876_947)), Ok("sim-key".to_owned()), "a number is signed as its text");
        for (name, value, code) in [
            ("timestamp", json!("now"), 60004),
            ("timestamp", json!("1704876916"), 60006),
            ("timestamp", json!("1704876948"), 60007),
            ("sign", json!("AAAA"), 60007),
            ("passphrase", json!("other"), 60024),
            ("apiKey", json!(""), 60027),
            ("apiKey", json!("bad-key"), 60032),
        ] {
            assert_eq!(with(name, value.clone()), Err(code), "{name} {value}");
        }
        assert_eq!(with("apiKey", json!("anybody")), Ok("anybody".to_owned()));
        assert_eq!(check(&[], &Keys::default(), now_us).map_err(|refusal| refusal.code), Err(60013));
    }
}
