//! Limits of requests: so many in two seconds, by address, by account, or by account and instrument.
//!
//! Source: the rate limit that the venue's API guide v5 gives with each request, read 2026-07.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// The requests of late.
#[derive(Debug, Default)]
pub(super) struct Budget {
    recent: BTreeMap<(Who, &'static str, String), VecDeque<i64>>,
}

/// How many requests of a name there may be in two seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    name: &'static str,
    most: usize,
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Address(IpAddr),
    /// By its key.
    Account(String),
}

impl Rate {
    pub(super) const fn new(name: &'static str, most: usize) -> Self {
        Self { name, most }
    }
}

impl Budget {
    /// Notes a request, unless it is one too many for what it is about.
    pub(super) fn admit(&mut self, now_us: i64, rate: Rate, who: &Who, about: &str) -> bool {
        if self.recent.len() >= COUNTED_MAX {
            self.recent.retain(|_, times| times.back().is_some_and(|time_us| now_us - time_us < WINDOW_US));
        }
        if self.recent.len() >= COUNTED_MAX {
            self.recent.clear();
        }
        let about = about.chars().take(ABOUT_MAX).collect();
        let times = self.recent.entry((who.clone(), rate.name, about)).or_default();
        while times.front().is_some_and(|time_us| now_us - time_us >= WINDOW_US) {
            times.pop_front();
        }
        let has_room = times.len() < rate.most;
        if has_room {
            times.push_back(now_us);
        }
        has_room
    }
}

const WINDOW_US: i64 = 2_000_000;
/// What is counted apart at a time; with more, all start anew.
const COUNTED_MAX: usize = 4_096;
/// Longer names than any instrument has are not told apart.
const ABOUT_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seconds_have_their_number_for_each() {
        let mut budget = Budget::default();
        let (rate, me) = (Rate::new("order", 3), Who::Account("me".to_owned()));
        let mut admit = |now_us, who: &Who, about| budget.admit(now_us, rate, who, about);
        assert!((0..3).all(|time_us| admit(time_us, &me, "BTC-USDT")));
        assert!(!admit(1_999_999, &me, "BTC-USDT"), "the first is not two seconds old");
        assert!(admit(5, &me, "ETH-USDT"), "another instrument");
        assert!(admit(5, &Who::Account("you".to_owned()), "BTC-USDT"), "another account");
        assert!(admit(2_000_000, &me, "BTC-USDT"));
        assert!(!admit(2_000_000, &me, "BTC-USDT"));
    }
}
