//! Codes of errors: what can be done about them.

use std::time::Duration;

use tapewire_core::Recovery;

/// What can be done about the refusal of a login.
///
/// The venue's error codes of 2018, as public clients of the dialect list them, read 2026-11.
pub(crate) fn of_login(code: Option<&str>) -> Recovery {
    match code {
        Some("10001") => Recovery::RetryAfter(Duration::from_secs(10)),
        Some("10002") => Recovery::Retry,
        // 10004 to 10007: address, secret, key, signature. Others are not known.
        _ => Recovery::Reauthenticate,
    }
}

/// Whether the venue may accept the same subscription a little later: too many requests, and an error of its own.
pub(crate) fn is_for_now(code: Option<&str>) -> bool {
    matches!(code, Some("10001" | "10002"))
}
