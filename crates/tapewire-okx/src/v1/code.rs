//! Codes of errors: what can be done about them.

use tapewire_core::Recovery;

/// What can be done about the refusal of a login.
///
/// The venue's references for spot and futures of 2018, "WebSocket API Error Code", as public mirrors keep them, read
/// 2026-11. The same numbers mean something else over REST: there 10001 is too many requests, 10002 a system error.
pub(crate) fn of_login(code: Option<&str>) -> Recovery {
    // 10002 authentication failure, 10005 key or signature, 10017 authorization, 10100 frozen. Others are not known.
    if is_of_venue(code) { Recovery::Retry } else { Recovery::Reauthenticate }
}

/// Whether the venue may accept the same subscription a little later.
pub(crate) fn is_for_now(code: Option<&str>) -> bool {
    // The channel is not available for the time being.
    is_of_venue(code) || code == Some("10015")
}

/// Whether the venue failed, and not what was asked of it: a system error, and a request that timed out.
fn is_of_venue(code: Option<&str>) -> bool {
    matches!(code, Some("20014" | "20100"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for (code, at_login, for_now) in [
            (Some("20014"), Recovery::Retry, true),
            (Some("20100"), Recovery::Retry, true),
            (Some("10015"), Recovery::Reauthenticate, true),
            // Over REST these are too many requests and a system error; here a bad parameter and nobody logged in.
            (Some("10001"), Recovery::Reauthenticate, false),
            (Some("10002"), Recovery::Reauthenticate, false),
            (Some("10005"), Recovery::Reauthenticate, false),
            (Some("20116"), Recovery::Reauthenticate, false),
            (None, Recovery::Reauthenticate, false),
        ] {
            assert_eq!((of_login(code), is_for_now(code)), (at_login, for_now), "{code:?}");
        }
    }
}
