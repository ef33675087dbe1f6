//! The list of faults, as `--help` shows it.

use crate::catalog::FaultInfo;

const SOME: &str = "count = 1, stream";

/// Every fault, for the list.
#[rustfmt::skip] // A table reads better as one.
pub(crate) const FAULTS: &[FaultInfo] = &[
    FaultInfo { name: "drop", args: "", doc: "ends the connection without a close frame: a TCP reset" },
    FaultInfo { name: "close", args: "code = 1000, reason", doc: "ends the connection with a close frame; with code 1005, one without a code" },
    FaultInfo { name: "half_open", args: "hold_ms", doc: "swallows traffic in both directions; resets after hold_ms, or else when the client leaves" },
    FaultInfo { name: "silent", args: "for_ms", doc: "stops all data; pings and requests are still answered" },
    FaultInfo { name: "silent_stream", args: "stream, for_ms", doc: "stops one stream's data" },
    FaultInfo { name: "skip", args: SOME, doc: "drops data frames" },
    FaultInfo { name: "duplicate", args: SOME, doc: "sends data frames twice" },
    FaultInfo { name: "reorder", args: SOME, doc: "sends a data frame after the next one of the same stream" },
    FaultInfo { name: "corrupt", args: SOME, doc: "corrupts the JSON in the middle of data frames" },
    FaultInfo { name: "truncate", args: SOME, doc: "cuts data frames off in the middle" },
    FaultInfo { name: "delay", args: "ms, count = 1, stream", doc: "delays data frames, and everything sent after them" },
    FaultInfo { name: "burst", args: "ms", doc: "holds everything back for this long, then sends it at once" },
    FaultInfo { name: "cut", args: "stream", doc: "resets the connection in the middle of a data frame" },
    FaultInfo { name: "fragment", args: "size = 16, count = 1, stream", doc: "sends data frames in fragments of this many bytes, with a ping in between" },
    FaultInfo { name: "replay", args: "count = 1", doc: "sends the last data frames of the connection again" },
    FaultInfo { name: "huge_frame", args: "bytes = 1073741824", doc: "announces a text frame of this many bytes; what follows is its content" },
    FaultInfo { name: "ping_flood", args: "count = 1000, for_ms = 1000", doc: "sends many pings, evenly spread over for_ms" },
    FaultInfo { name: "sequence_reset", args: "", doc: "restarts the venue's numbers: trade ids, book sequences" },
    FaultInfo { name: "malformed", args: "text", doc: "sends a text frame that is not JSON" },
    FaultInfo { name: "ack_lost", args: "count = 1", doc: "drops the answers to requests, which are still carried out" },
    FaultInfo { name: "ack_late", args: "ms, count = 1", doc: "sends answers to requests late, after the first data" },
    FaultInfo { name: "ack_wrong", args: "count = 1", doc: "sends answers with the id of another request" },
    FaultInfo { name: "partial_refusal", args: "stream, count", doc: "refuses the next requests that name the stream; without one, all requests" },
    FaultInfo { name: "server_shutdown", args: "close_after_ms = 0", doc: "sends the venue's shutdown notice, then closes" },
    FaultInfo { name: "refuse", args: "count = 1", doc: "resets the next TCP connections at once, REST included" },
    FaultInfo { name: "http_status", args: "status, retry_after, count = 1", doc: "answers the next WebSocket upgrades with this status" },
    FaultInfo { name: "slow_accept", args: "ms, count = 1", doc: "answers the next WebSocket upgrades late" },
    FaultInfo { name: "trickle", args: "size = 1, every_ms = 100, stop_after, count = 1", doc: "answers the next WebSocket upgrades size bytes at a time, and stops after stop_after bytes" },
    FaultInfo { name: "wrong_accept", args: "count = 1", doc: "answers the next WebSocket upgrades with a wrong Sec-WebSocket-Accept" },
    FaultInfo { name: "early_frame", args: "text, count = 1", doc: "sends the first frame in one write with the answer to the upgrade: the text, or else whatever comes within a second" },
    FaultInfo { name: "rest_fail", args: "status, retry_after, path, count = 1", doc: "answers the next REST requests with this status" },
    FaultInfo { name: "rest_stale", args: "path, count = 1", doc: "answers the next REST requests with the market as of the start" },
    FaultInfo { name: "rest_slow", args: "ms, path, count = 1", doc: "answers the next REST requests late, with the state at their arrival" },
];
