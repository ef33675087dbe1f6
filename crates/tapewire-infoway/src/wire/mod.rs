//! The vendor's messages, field for field: one file a family.
//!
//! Sources: frames recorded on production on 2026-08-15, which ship with the vendor's Python SDK 0.4.1; Infoway
//! documentation, "WebSocket", read 2026-08. Members that nothing is made of are not read.

pub(crate) mod control;
pub(crate) mod depth;
pub(crate) mod kline;
pub(crate) mod symbol;
pub(crate) mod trade;

/// Codes of what the vendor pushes. A feed has three in a row: the request, its answer, the push.
pub(crate) mod push {
    pub(crate) const TRADE: u64 = 10002;
    pub(crate) const DEPTH: u64 = 10005;
    pub(crate) const KLINE: u64 = 10008;
}
