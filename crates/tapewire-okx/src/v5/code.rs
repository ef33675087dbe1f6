//! Codes of errors and of closings: what can be done about them.

use std::time::Duration;

use tapewire_core::Recovery;

/// How long to wait after too much was asked for: 480 requests an hour come back one in 7.5 s.
const TOO_MUCH: Recovery = Recovery::RetryAfter(Duration::from_secs(10));

/// What can be done about the refusal of a login; `None` for a code of something else.
///
/// OKX API guide, "Error Code", "WebSocket" and "General class", read 2026-07.
pub(crate) fn of_login(code: &str) -> Option<Recovery> {
    Some(match code {
        _ if is_of_clock(code) => Recovery::FixConfig,
        // Key, signature, the login as a whole, passphrase, and a key that this region does not know.
        "60005" | "60007" | "60009" | "60024" | "60032" => Recovery::Reauthenticate,
        _ if is_of_credentials(code) => Recovery::Reauthenticate,
        // Too many requests, too many logins.
        "60014" | "60023" => TOO_MUCH,
        // An error of the venue's own.
        "63999" => Recovery::Retry,
        _ => return None,
    })
}

/// What can be done about an error over REST: "Error Code", "REST API", "General class", read 2026-07.
pub(crate) fn of_rest(code: &str) -> Recovery {
    match code {
        // Not available, timed out, busy, an error of the venue's own.
        "50001" | "50004" | "50013" | "50026" => Recovery::Retry,
        // Too many requests, of an address, an account or its sub-accounts.
        "50011" | "50040" | "50061" => Recovery::RetryAfter(Duration::from_secs(2)),
        _ if is_of_clock(code) => Recovery::FixConfig,
        _ if is_of_credentials(code) => Recovery::Reauthenticate,
        _ => Recovery::FixRequest,
    }
}

/// Whether the venue may accept the same subscription a little later: too many requests, and an error of its own.
pub(crate) fn is_for_now(code: &str) -> bool {
    matches!(code, "60014" | "64007")
}

/// What can be done after the venue has closed a connection; `None` where it may be opened again at once.
///
/// OKX API guide, "WebSocket", "Connection" (close frames), read 2026-07.
pub(crate) fn of_close(code: u16) -> Option<Recovery> {
    Some(match code {
        // The login failed; the key was changed or deleted.
        4001 | 4007 => Recovery::Reauthenticate,
        // More than 100 accounts are subscribed.
        4003 => Recovery::FixRequest,
        // Too many channels in all, or on this connection.
        4008 | 4009 => Recovery::RetryAfter(Duration::from_secs(30)),
        // 1009 too long, 4002 a bad request, 4004 nothing sent for 30 s, 4005 we read too slowly, 4006 abnormal.
        _ => return None,
    })
}

/// Whether a code says that the time we signed is not the venue's.
pub(crate) fn is_of_clock(code: &str) -> bool {
    // Over WebSocket wrong and expired; over REST expired and wrong.
    matches!(code, "60004" | "60006" | "50102" | "50112")
}

/// Whether a code over REST says that key, passphrase or signature are wrong, or not for this use: another environment,
/// address or region.
fn is_of_credentials(code: &str) -> bool {
    const CODES: [&str; 12] =
        ["50100", "50101", "50103", "50104", "50105", "50106", "50107", "50110", "50111", "50113", "50114", "50119"];
    CODES.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes about who asks, and codes about what is asked for.
    #[test]
    fn what_no_attempt_can_change_is_not_tried_again() {
        for code in ["60005", "60007", "60009", "60024", "60032", "50111"] {
            assert_eq!(of_login(code), Some(Recovery::Reauthenticate), "{code}");
        }
        for code in ["60004", "60006", "50102"] {
            assert_eq!(of_login(code), Some(Recovery::FixConfig), "{code}");
        }
        for code in ["60012", "60018", "64003", "64004", "60011"] {
            assert_eq!((of_login(code), is_for_now(code)), (None, false), "{code}");
        }
        assert!(is_for_now("60014") && is_for_now("64007"));
    }

    #[test]
    fn close_codes_say_whether_to_come_back() {
        for (code, expected) in [
            (1000, None),
            (1006, None),
            (1009, None),
            (4001, Some("reauthenticate")),
            (4002, None),
            (4003, Some("fix_request")),
            (4004, None),
            (4005, None),
            (4006, None),
            (4007, Some("reauthenticate")),
            (4008, Some("retry_after")),
            (4009, Some("retry_after")),
        ] {
            assert_eq!(of_close(code).map(Recovery::as_str), expected, "{code}");
        }
    }

    #[test]
    fn over_rest_each_class_has_its_answer() {
        for (code, expected) in [
            ("50001", "retry"),
            ("50011", "retry_after"),
            ("50102", "fix_config"),
            ("50113", "reauthenticate"),
            ("51000", "fix_request"),
        ] {
            assert_eq!(of_rest(code).as_str(), expected, "{code}");
        }
    }
}
