//! Codes of errors: what can be done about them.

use std::time::Duration;

use tapewire_core::Recovery;

/// What can be done about the refusal of a login.
///
/// OKEx API documentation, v3, "Error codes", as public mirrors keep its table for WebSocket, read 2026-11.
pub(crate) fn of_login(code: Option<&str>) -> Recovery {
    match code {
        // The time of the login is wrong, or passed more than 30 s ago.
        Some("30005" | "30008") => Recovery::FixConfig,
        Some("30014" | "30026") => Recovery::RetryAfter(Duration::from_secs(10)),
        Some("30043") => Recovery::Retry,
        // 30001, 30002, 30004, 30006, 30013, 30015, 30027: key, signature, passphrase. Others are not known.
        _ => Recovery::Reauthenticate,
    }
}

/// Whether the venue may accept the same subscription a little later: too many requests, and an error of its own.
pub(crate) fn is_for_now(code: Option<&str>) -> bool {
    matches!(code, Some("30014" | "30026" | "30043"))
}
