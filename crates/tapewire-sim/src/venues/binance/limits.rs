//! Limits by address: request weight a minute, and connection attempts.
//!
//! Source: "IP Limits" of the page "REST API" and "WebSocket Limits" of "WebSocket Streams", read 2026-07-21.

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::StatusCode;

use super::refuse;
use crate::face::Answer;
use crate::venues::connects::Connects;

/// Used weight by address, in windows aligned to the minute.
#[derive(Debug, Default)]
pub(super) struct Weights {
    minute: i64,
    used: BTreeMap<IpAddr, Used>,
}

#[derive(Debug, Default)]
struct Used {
    weight: u64,
    /// Requests that came after the weight was used up.
    refused: u32,
    /// Until when nothing is answered.
    banned_until_us: i64,
}

impl Weights {
    /// Charges a request, and gives the weight used in this minute.
    pub(super) fn charge(&mut self, now_us: i64, peer: IpAddr, weight: u64, limit: u64) -> Result<u64, Answer> {
        let minute = now_us.div_euclid(MINUTE_US);
        if minute != self.minute {
            self.minute = minute;
            self.used.retain(|_, used| used.banned_until_us > now_us);
            self.used.values_mut().for_each(|used| (used.weight, used.refused) = (0, 0));
        }
        if self.used.len() >= PEERS_MAX {
            self.used.clear();
        }
        let used = self.used.entry(peer).or_default();
        if used.banned_until_us > now_us {
            return Err(banned(now_us, used.banned_until_us));
        }
        used.weight += weight;
        if used.weight <= limit {
            return Ok(used.weight);
        }
        used.refused += 1;
        if used.refused > REFUSALS_BEFORE_BAN {
            used.banned_until_us = now_us + BAN_US;
            return Err(banned(now_us, used.banned_until_us));
        }
        let message = format!(
            "Too much request weight used; current limit is {limit} request weight per 1 MINUTE. \
             Please use WebSocket Streams for live updates to avoid polling the API."
        );
        let wait_s = seconds((minute + 1) * MINUTE_US - now_us);
        let answer = refuse(StatusCode::TOO_MANY_REQUESTS, -1003, &message);
        Err(answer.with("retry-after", wait_s).with("x-mbx-used-weight-1m", used.weight))
    }
}

fn banned(now_us: i64, until_us: i64) -> Answer {
    let until_ms = until_us / 1_000;
    let message = format!(
        "Way too much request weight used; IP banned until {until_ms}. \
         Please use WebSocket Streams for live updates to avoid bans."
    );
    refuse(StatusCode::IM_A_TEAPOT, -1003, &message).with("retry-after", seconds(until_us - now_us))
}

/// Whole seconds that are no shorter than a time.
fn seconds(time_us: i64) -> u64 {
    u64::try_from(time_us).unwrap_or(0).div_ceil(1_000_000)
}

/// Attempts as the venue counts them.
pub(super) const fn connects() -> Connects {
    Connects::new(CONNECTS_MAX, CONNECTS_WINDOW_US)
}

/// Notes an attempt; the documents do not say how one too many is refused, so it is refused like a request.
pub(super) fn admit(connects: &mut Connects, now_us: i64, peer: IpAddr) -> Result<(), Answer> {
    connects.admit(now_us, peer).map_err(|wait_us| {
        let answer = refuse(StatusCode::TOO_MANY_REQUESTS, -1003, "Too many requests queued.");
        answer.with("retry-after", seconds(wait_us))
    })
}

/// Weight an address may use in a minute.
pub(super) const WEIGHT_PER_MINUTE: u64 = 6_000;
/// The documents ban who "continues to send requests" after a refusal, for 2 minutes at first; how many is ours to choose.
const REFUSALS_BEFORE_BAN: u32 = 5;
const BAN_US: i64 = 2 * MINUTE_US;
const CONNECTS_MAX: usize = 300;
const CONNECTS_WINDOW_US: i64 = 5 * MINUTE_US;
/// Addresses that are remembered; with more, all start anew.
const PEERS_MAX: usize = 1_024;
const MINUTE_US: i64 = 60_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const ME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
        answer.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn weight_runs_out_then_bans_then_returns() {
        let mut weights = Weights::default();
        let start = 100 * MINUTE_US + 20_000_000;
        assert_eq!(weights.charge(start, ME, 250, 300).unwrap(), 250);
        assert_eq!(weights.charge(start, ME, 50, 300).unwrap(), 300);
        for _ in 0..REFUSALS_BEFORE_BAN {
            let refusal = weights.charge(start, ME, 1, 300).unwrap_err();
            assert_eq!((refusal.status, header(&refusal, "retry-after")), (429, Some("40")));
        }
        let ban = weights.charge(start, ME, 1, 300).unwrap_err();
        assert_eq!((ban.status, header(&ban, "retry-after")), (418, Some("120")));
        assert!(ban.body.contains(&format!("IP banned until {}", (start + BAN_US) / 1_000)));
        let later = weights.charge(start + MINUTE_US, ME, 1, 300).unwrap_err();
        assert_eq!((later.status, header(&later, "retry-after")), (418, Some("60")));
        assert_eq!(weights.charge(start + BAN_US, ME, 5, 300).unwrap(), 5);
    }

    #[test]
    fn the_301st_connection_waits_for_the_first_to_age() {
        let mut connects = connects();
        for index in 0..300 {
            assert!(admit(&mut connects, index, ME).is_ok());
        }
        assert_eq!(header(&admit(&mut connects, 1_000_000, ME).unwrap_err(), "retry-after"), Some("299"));
        assert!(admit(&mut connects, CONNECTS_WINDOW_US, ME).is_ok());
    }
}
