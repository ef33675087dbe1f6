//! What the venue's error codes mean. Numbers may repeat with other meanings, so code and text are told as they came.

use std::time::Duration;

use tapewire_core::{Failure, HttpReply, Recovery, excerpt};

use crate::mask::masked;
use crate::wire::rest::Status;

/// How long to wait at the least where we asked too often.
const TOO_MANY_WAIT: Duration = Duration::from_secs(30);

/// The failure that an answer is, by its code or by its status.
pub(crate) fn failure(reply: HttpReply<'_>) -> Failure {
    let status = tapewire_json::from_str::<Status<'_>>(reply.body).ok();
    let code = status.as_ref().and_then(Status::failure);
    let words = status.as_ref().map_or("", Status::words);
    let reason = match (words, reply.status) {
        ("", 200..=299) => "the venue gave no reason".to_owned(),
        ("", status) => format!("HTTP status {status}"),
        (words, _) => excerpt(masked(words, &[]).as_bytes()),
    };
    let recovery = code.and_then(recovery).unwrap_or_else(|| by_status(reply.status));
    Failure {
        code: Some(code.map_or_else(|| reply.status.to_string(), |code| excerpt(code.as_bytes()))),
        ..Failure::new(recovery, reason)
    }
}

/// What can be done about a code: portal, "Error codes", and `ssi-sdk` 3.3.2, read 2026-11; `None` for others.
fn recovery(code: &str) -> Option<Recovery> {
    Some(match code {
        // A wrong code, a wrong key, tokens that cannot be used any more, an approval that was not given.
        "401100" | "401101" | "401102" | "401103" | "401104" | "401105" | "401106" | "401107" | "401108" | "401113"
        | "401115" | "401116" => Recovery::Reauthenticate,
        // The account has no second factor, or the key no such right; a signature that is not the key's.
        "400101" | "400102" | "400103" | "400171" | "401006" | "401013" | "403100" => Recovery::FixConfig,
        _ if code.len() == 6 && code.starts_with("400") => Recovery::FixRequest,
        // A status, whatever status it came with.
        _ => by_status(code.parse().ok().filter(|status| (400..600).contains(status))?),
    })
}

fn by_status(status: u16) -> Recovery {
    match status {
        401 => Recovery::Reauthenticate,
        // The edge refuses what does not look like a browser.
        403 => Recovery::FixConfig,
        429 => Recovery::RetryAfter(TOO_MANY_WAIT),
        408 | 500..=599 => Recovery::Retry,
        _ => Recovery::FixRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_can_be_done() {
        for (status, body, code, expected) in [
            (401, r#"{"code":401100,"msg":"OTP is invalid"}"#, "401100", Recovery::Reauthenticate),
            (401, r#"{"code":"401103","message":"Session revoked"}"#, "401103", Recovery::Reauthenticate),
            (200, r#"{"code":401105,"msg":"Invalid apiKey"}"#, "401105", Recovery::Reauthenticate),
            (403, r#"{"code":403100,"msg":"No scope"}"#, "403100", Recovery::FixConfig),
            (401, r#"{"code":401013,"msg":"Signature mismatch"}"#, "401013", Recovery::FixConfig),
            (400, r#"{"code":400213,"msg":"Date"}"#, "400213", Recovery::FixRequest),
            (429, "", "429", Recovery::RetryAfter(TOO_MANY_WAIT)),
            (403, "<html>blocked</html>", "403", Recovery::FixConfig),
            (503, "busy", "503", Recovery::Retry),
            (409, r#"{"code":409,"msg":"used"}"#, "409", Recovery::FixRequest),
            (200, r#"{"code":500,"msg":"oops"}"#, "500", Recovery::Retry),
            (200, r#"{"code":7,"msg":"what"}"#, "7", Recovery::FixRequest),
        ] {
            let failure = failure(HttpReply { path: "/", status, body, ts_recv: None });
            assert_eq!((failure.code.as_deref(), failure.recovery), (Some(code), expected), "{status} {body}");
        }
    }
}
