//! Logging in over the socket: who is let in, and why not.
//!
//! Source: the venue's references for spot and futures as of 2018, "login": an MD5 over the sorted parameters and the
//! secret. Clients of 2019 sent the HMAC of the third dialect instead, which is told by its time.

use md5::{Digest, Md5};
use serde_json::{Map, Value};

use super::request::Refusal;
use crate::venues::keys::{Keys, Known};
use crate::venues::okx_common::signature::Signed;

/// Checks the parameters of a request. Who is let in, and whose signature is looked at, the keys say.
pub(super) fn check(parameters: &Map<String, Value>, keys: &Keys, now_us: i64) -> Result<(), Refusal> {
    let text = |name: &str| parameters.get(name).map(text_of).filter(|text| !text.is_empty());
    let (key, sign) = (text("api_key").ok_or(Refusal::EMPTY)?, text("sign").ok_or(Refusal::EMPTY)?);
    match keys.judge(&key) {
        Known::Refused => Err(Refusal::KEY_OR_SIGN),
        Known::Unseen => Ok(()),
        Known::Verify(credentials) => {
            let is_right = match text("timestamp") {
                Some(timestamp) => {
                    let passphrase = text("passphrase").unwrap_or_default();
                    let signed = Signed { passphrase: &passphrase, timestamp: &timestamp, sign: &sign };
                    signed.verify(&credentials, now_us).is_ok()
                }
                None => sign == self::sign(parameters, credentials.secret.expose()),
            };
            if is_right { Ok(()) } else { Err(Refusal::KEY_OR_SIGN) }
        }
    }
}

/// The MD5, in capitals, of all parameters but the signature, sorted by name, and the secret.
fn sign(parameters: &Map<String, Value>, secret: &str) -> String {
    let mut pairs: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| *name != "sign")
        .map(|(name, value)| format!("{name}={}", text_of(value)))
        .collect();
    pairs.sort_unstable();
    pairs.push(format!("secret_key={secret}"));
    Md5::digest(pairs.join("&")).iter().map(|byte| format!("{byte:02X}")).collect()
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::venues::okx_common::signature;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other}"),
        }
    }

    /// From the venue's reference; computed again with Python's hashlib.
    #[test]
    fn signatures_are_those_of_worked_examples() {
        let (key, secret) = ("c821db84-6fbd-11e4-a9e3-c86000d26d7c", "B2C3D4E5F60718293A4B5C6D7E8F9012");
        let login = map(json!({ "api_key": key, "sign": "?" }));
        assert_eq!(sign(&login, secret), "7DA5BB68BF826B814D66E568B477EA76");
        let order = json!({ "symbol": "bch_btc", "type": "buy", "price": "50", "amount": 0.02, "api_key": key });
        assert_eq!(sign(&map(order), secret), "3E3CD2B1B70AE163D190CF5FF233A6C1");
        assert_eq!(sign(&map(json!({ "api_key": "K" })), "S"), "EEF5858D62189A519FC3908F8667BD84");
    }

    #[test]
    fn the_demo_key_is_verified_and_others_are_not() {
        let now_us = 1_704_876_947_500_000;
        let check = |parameters: Value| check(&map(parameters), &Keys::default(), now_us);
        let right = sign(&map(json!({ "api_key": "sim-key" })), "sim-secret");
        assert_eq!(check(json!({ "api_key": "sim-key", "sign": right })), Ok(()));
        assert_eq!(check(json!({ "api_key": "anybody", "sign": "s" })), Ok(()));
        let late = signature::login("sim-secret", "1704876947.1");
        let late = |passphrase: &str| json!({ "api_key": "sim-key", "timestamp": "1704876947.1", "passphrase": passphrase, "sign": late });
        assert_eq!(check(late("sim-passphrase")), Ok(()));
        for (parameters, refusal) in [
            (late("other"), Refusal::KEY_OR_SIGN),
            (json!({ "api_key": "sim-key", "sign": right.to_lowercase() }), Refusal::KEY_OR_SIGN),
            (json!({ "api_key": "bad-key", "sign": right }), Refusal::KEY_OR_SIGN),
            (json!({ "api_key": "sim-key" }), Refusal::EMPTY),
            (json!({}), Refusal::EMPTY),
        ] {
            assert_eq!(check(parameters.clone()), Err(refusal), "{parameters}");
        }
    }
}
