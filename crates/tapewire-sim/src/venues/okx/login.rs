//! Who is let in, and why not: logins over the socket, and signed requests over REST.
//!
//! Source: the venue's API guide v5, "WebSocket", section "Login", "REST authentication", and the error codes of both,
//! read 2026-07.

use serde_json::Value;

use super::request::Refusal;
use crate::face::Request;
use crate::venues::keys::{Keys, Known};
use crate::venues::okx_common::signature::{EXPIRES_S, Signed, Wrong, sign};

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
        _ if key.len() > KEY_BYTES_MAX => Err(Refusal::new(60005, "Invalid apiKey")),
        Known::Refused => Err(Refusal::new(60032, "API key doesn't exist.")),
        Known::Verify(credentials) => {
            let signed = Signed { passphrase: &passphrase, timestamp: &timestamp, sign: &sign };
            signed.verify(&credentials, now_us).map(|()| key).map_err(refusal)
        }
        Known::Unseen => Ok(key),
    }
}

fn refusal(wrong: Wrong) -> Refusal {
    let (code, message) = match wrong {
        Wrong::Timestamp => (60004, "Invalid timestamp"),
        Wrong::Expired => (60006, "Timestamp request expired"),
        Wrong::Passphrase => (60024, "Wrong passphrase"),
        Wrong::Sign => (60007, "Invalid sign"),
    };
    Refusal::new(code, message)
}

/// Checks the headers of a request, and gives the key that it is made with.
///
/// The signature is over the time, the method, the path with its query, and the body.
pub(super) fn check_request(request: &Request, keys: &Keys, now_us: i64) -> Result<String, Refusal> {
    let header = |name| request.header(name).unwrap_or_default();
    for (name, code) in [
        ("OK-ACCESS-KEY", 50103),
        ("OK-ACCESS-PASSPHRASE", 50104),
        ("OK-ACCESS-SIGN", 50106),
        ("OK-ACCESS-TIMESTAMP", 50107),
    ] {
        if header(name).is_empty() {
            return Err(Refusal::new(code, format!("Request header \"{name}\" can't be empty.")));
        }
    }
    let (key, timestamp) = (header("OK-ACCESS-KEY"), header("OK-ACCESS-TIMESTAMP"));
    let credentials = match keys.judge(key) {
        _ if key.len() > KEY_BYTES_MAX => return Err(Refusal::new(50111, "Invalid OK-ACCESS-KEY")),
        Known::Refused => return Err(Refusal::new(50111, "Invalid OK-ACCESS-KEY")),
        Known::Unseen => return Ok(key.to_owned()),
        Known::Verify(credentials) => credentials,
    };
    let Some(time_us) = utc_us(timestamp) else { return Err(Refusal::new(50112, "Invalid OK-ACCESS-TIMESTAMP")) };
    if time_us.abs_diff(now_us) > EXPIRES_S * 1_000_000 {
        return Err(Refusal::new(50102, "Timestamp request expired"));
    }
    let passphrase = credentials.passphrase.as_ref();
    if passphrase.is_none_or(|known| known.expose() != header("OK-ACCESS-PASSPHRASE")) {
        return Err(Refusal::new(50105, "Request header \"OK-ACCESS-PASSPHRASE\" incorrect."));
    }
    let (method, target) = (request.method(), request.target());
    let signed = [timestamp.as_bytes(), method.as_bytes(), target.as_bytes(), request.body()];
    if header("OK-ACCESS-SIGN") != sign(credentials.secret.expose(), &signed) {
        return Err(Refusal::new(50113, "Invalid Sign"));
    }
    Ok(key.to_owned())
}

/// A time such as `2020-12-08T09:08:57.715Z`, in microseconds since 1970 UTC.
fn utc_us(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (seconds, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let numbers = |text: &str, between: char| {
        let parts: Option<Vec<i64>> = text
            .split(between)
            .map(|part| part.parse().ok().filter(|_| part.len() <= 4 && !part.starts_with(['-', '+'])))
            .collect();
        parts.and_then(|parts| <[i64; 3]>::try_from(parts).ok())
    };
    let ([year, month, day], [hour, minute, second]) = (numbers(date, '-')?, numbers(seconds, ':')?);
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !in_range || fraction.len() > 6 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    // Days since 1970 of the proleptic Gregorian calendar, counted in years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000 + micros)
}

/// Three times as long as the venue's keys are: each that is let in has an account here.
const KEY_BYTES_MAX: usize = 108;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_demo_key_is_verified_and_others_are_not() {
        let now_us = 1_704_876_947_500_000;
        let good = json!({ "apiKey": "sim-key", "passphrase": "sim-passphrase", "timestamp": "1704876947",
            "sign": sign("sim-secret", &[b"1704876947GET/users/self/verify"]) });
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
        assert_eq!(with("apiKey", json!("a".repeat(109))), Err(60005));
        assert_eq!(check(&[], &Keys::default(), now_us).map_err(|refusal| refusal.code), Err(60013));
    }

    /// Computed with Python's hmac.
    #[test]
    fn requests_are_signed_with_their_query_and_body() {
        let time = "2020-12-08T09:08:57.715Z";
        let now_us = utc_us(time).unwrap();
        let get = Request::get("/api/v5/account/balance?ccy=BTC");
        let post = Request::send("POST", "/api/v5/trade/order", r#"{"instId":"BTC-USDT"}"#);
        let signed = |request: Request, changes: &[(&str, &str)], sign: &str| {
            let headers = [
                ("OK-ACCESS-KEY", "sim-key"),
                ("OK-ACCESS-PASSPHRASE", "sim-passphrase"),
                ("OK-ACCESS-SIGN", sign),
                ("OK-ACCESS-TIMESTAMP", time),
            ];
            let all = headers.iter().chain(changes);
            let request = all.fold(request, |request, (name, value)| request.with(name, value));
            check_request(&request, &Keys::default(), now_us).map_err(|refusal| refusal.code)
        };
        let (get_sign, post_sign) =
            ("WlHHiBzPVfLjBn9tuRGGVCT/DGQvX/60lfnpWo3q8Yg=", "mcgVnkieB7jlMAu1bd9yfd46hnOiTvZZ196ytJ3f49c=");
        assert_eq!(signed(get.clone(), &[], get_sign), Ok("sim-key".to_owned()));
        assert_eq!(signed(post.clone(), &[], post_sign), Ok("sim-key".to_owned()));
        assert_eq!(signed(Request::get("/api/v5/account/balance?ccy=ETH"), &[], get_sign), Err(50113));
        assert_eq!(signed(Request::send("POST", "/api/v5/trade/order", "{}"), &[], post_sign), Err(50113));
        for (name, value, code) in [
            ("OK-ACCESS-KEY", "", 50103),
            ("OK-ACCESS-PASSPHRASE", "", 50104),
            ("OK-ACCESS-PASSPHRASE", "other", 50105),
            ("OK-ACCESS-SIGN", "", 50106),
            ("OK-ACCESS-TIMESTAMP", "", 50107),
            ("OK-ACCESS-KEY", "bad-key", 50111),
            ("OK-ACCESS-KEY", &"a".repeat(109), 50111),
            ("OK-ACCESS-TIMESTAMP", "1607418537", 50112),
            ("OK-ACCESS-TIMESTAMP", "2020-12-08T09:08:26.715Z", 50102),
            ("OK-ACCESS-TIMESTAMP", "2020-12-08T09:08:58.715Z", 50113),
        ] {
            assert_eq!(signed(get.clone(), &[(name, value)], get_sign), Err(code), "{name} {value}");
        }
        assert_eq!(signed(get, &[("OK-ACCESS-KEY", "anybody")], "AAAA"), Ok("anybody".to_owned()));
    }

    /// From `date -u -d ... +%s`.
    #[test]
    fn times_are_read_exactly() {
        for (text, expected) in [
            ("2020-12-08T09:08:57.715Z", Some(1_607_418_537_715_000)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199_000_000)),
            ("1970-01-01T00:00:00.000001Z", Some(1)),
            ("2020-13-08T09:08:57Z", None),
            ("2020-12-08T24:08:57Z", None),
            ("2020-12-08 09:08:57Z", None),
            ("2020-12-08T09:08:57.715", None),
            ("2020-12-08T-9:08:57Z", None),
        ] {
            assert_eq!(utc_us(text), expected, "{text}");
        }
    }
}
