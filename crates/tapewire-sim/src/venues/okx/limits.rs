//! Limits by address: connections a second.
//!
//! Source: the venue's API guide v5, "WebSocket", section "Connect", read 2026-07: 3 requests a second by IP.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use super::rest::refuse;
use crate::face::Answer;

/// Connection attempts by address.
#[derive(Debug, Default)]
pub(super) struct Connects {
    recent: BTreeMap<IpAddr, VecDeque<i64>>,
}

impl Connects {
    /// Notes an attempt; the documents do not say how one too many is refused, so it is refused like a request.
    pub(super) fn admit(&mut self, now_us: i64, peer: IpAddr) -> Result<(), Answer> {
        if self.recent.len() >= PEERS_MAX {
            self.recent.clear();
        }
        let recent = self.recent.entry(peer).or_default();
        while recent.front().is_some_and(|time_us| now_us - time_us >= WINDOW_US) {
            recent.pop_front();
        }
        if recent.len() >= CONNECTS_MAX {
            return Err(refuse(429, 50011, "Too Many Requests"));
        }
        recent.push_back(now_us);
        Ok(())
    }
}

const CONNECTS_MAX: usize = 3;
const WINDOW_US: i64 = 1_000_000;
/// Addresses that are remembered; with more, all start anew.
const PEERS_MAX: usize = 1_024;
