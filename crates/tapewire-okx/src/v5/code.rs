//! Error codes: what can be done about them.

use tapewire_core::Recovery;

/// What can be done about the refusal of a login; `None` for a code of something else.
///
/// OKX API guide, "Error Code", "WebSocket", read 2026-07.
pub(crate) fn of_login(code: &str) -> Option<Recovery> {
    Some(match code {
        // The time of the login: our clock is wrong.
        "60004" | "60006" => Recovery::FixConfig,
        // Key, signature, the login as a whole, passphrase, and a key that this region does not know.
        "60005" | "60007" | "60009" | "60024" | "60032" => Recovery::Reauthenticate,
        // Too many logins at once, and an error of the venue's own.
        "60023" | "63999" => Recovery::Retry,
        _ => return None,
    })
}

/// What can be done about an error over REST: "Error Code", "REST API", "General class", read 2026-07.
pub(crate) fn of_rest(code: &str) -> Recovery {
    match code {
        // Not available, timed out, too many requests, busy, an error of the venue's own.
        "50001" | "50004" | "50011" | "50013" | "50026" => Recovery::Retry,
        _ => Recovery::FixRequest,
    }
}
