//! Codes: what a message without data is, and what can be done about an error.

use tapewire_core::Recovery;

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The connection is accepted.
    Greeting,
    /// A request is accepted.
    Ack,
    /// A heartbeat is answered. It is not unless it asks for that, and ours do not.
    Pong,
    /// Something is refused.
    Error(Remedy),
}

/// What can be done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The request is refused; the connection lives on.
    Reject,
    /// The request is refused now, and would be taken later, on the same connection.
    Again,
    /// The connection is of no use any more.
    End(Recovery),
}

/// Infoway documentation, "WebSocket error codes", and the codes of the vendor's Python SDK 0.4.1, read 2026-08; what
/// production sent on 2026-08-15 wins over both: a missing member is 507 there, not 506.
const MEANINGS: [(u64, Meaning); 34] = [
    (200, Meaning::Greeting),
    (10001, Meaning::Ack),
    (10004, Meaning::Ack),
    (10007, Meaning::Ack),
    (11010, Meaning::Ack),
    (10011, Meaning::Pong),
    // The server failed.
    (500, Meaning::Error(Remedy::Again)),
    // More than 60 frames in a minute: the vendor cuts the connection.
    (501, Meaning::Error(Remedy::End(Recovery::Retry))),
    // The day's quota is used up.
    (502, Meaning::Error(Remedy::End(Recovery::Stop))),
    // More klines, levels or symbols than the plan allows; a bad, unknown or missing parameter.
    (503, Meaning::Error(Remedy::Reject)),
    (504, Meaning::Error(Remedy::Reject)),
    (505, Meaning::Error(Remedy::Reject)),
    (506, Meaning::Error(Remedy::Reject)),
    (507, Meaning::Error(Remedy::Reject)),
    // The key has expired, is invalid, empty, blacklisted.
    (508, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    (509, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    (510, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    (511, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    // Too many connections.
    (512, Meaning::Error(Remedy::End(Recovery::Stop))),
    // No heartbeat for 60 s.
    (513, Meaning::Error(Remedy::End(Recovery::Retry))),
    // A wrong path.
    (514, Meaning::Error(Remedy::End(Recovery::Stop))),
    // Not JSON.
    (515, Meaning::Error(Remedy::Reject)),
    // All connections together have too many symbols: often those of the connection before are not released yet. The
    // vendor's Java SDK takes it for final, its Python SDK 0.4.1 asks again.
    (516, Meaning::Error(Remedy::Again)),
    // The key is missing, unknown, without permission.
    (517, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    (518, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    (519, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    // The suffix is of another market; too many connections.
    (520, Meaning::Error(Remedy::End(Recovery::Stop))),
    (521, Meaning::Error(Remedy::End(Recovery::Stop))),
    // Documented beside the others, and like statuses of HTTP: no such key, no such path, too many connections.
    (401, Meaning::Error(Remedy::End(Recovery::Reauthenticate))),
    (404, Meaning::Error(Remedy::End(Recovery::Stop))),
    (427, Meaning::Error(Remedy::End(Recovery::Stop))),
    // Too many requests; a connection that broke on the way.
    (429, Meaning::Error(Remedy::Again)),
    (499, Meaning::Error(Remedy::End(Recovery::Retry))),
    (524, Meaning::Error(Remedy::End(Recovery::Retry))),
];

/// What a code says; `None` for one that is not known, which says nothing.
pub(crate) fn meaning(code: u64) -> Option<Meaning> {
    MEANINGS.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

/// What can be done about an answer over REST that is no success. Its codes are others than those of the socket: 508 is
/// an unknown symbol, 509 and 514 a missing permission, 513 a bad time.
///
/// The vendor's Python SDK 0.4.1, read 2026-08.
pub(crate) fn of_rest(code: i64) -> Recovery {
    match code {
        401 | 403 | 509 | 514 => Recovery::Reauthenticate,
        429 | 500 | 501 | 524 => Recovery::Retry,
        502 => Recovery::Stop,
        _ => Recovery::FixRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_once() {
        for (code, known) in MEANINGS {
            assert_eq!(MEANINGS.iter().filter(|(other, _)| *other == code).count(), 1, "{code}");
            assert_eq!(meaning(code), Some(known));
        }
        for unknown in [0, 199, 522, 10000, 10002, 10020, 11020] {
            assert_eq!(meaning(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn the_socket_and_rest_have_codes_of_their_own() {
        assert_eq!((meaning(508), of_rest(508)), (meaning(511), Recovery::FixRequest));
        assert_eq!((meaning(513), of_rest(513)), (meaning(501), Recovery::FixRequest));
    }
}
