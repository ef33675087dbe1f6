//! Connection attempts by address: so many in so long.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

/// The attempts of late, by address.
#[derive(Debug)]
pub(super) struct Connects {
    max: usize,
    window_us: i64,
    recent: BTreeMap<IpAddr, VecDeque<i64>>,
}

impl Connects {
    /// At most `max` attempts of an address in any `window_us`.
    pub(super) const fn new(max: usize, window_us: i64) -> Self {
        Self { max, window_us, recent: BTreeMap::new() }
    }

    /// Notes an attempt; for one too many, says how many microseconds there are to wait.
    pub(super) fn admit(&mut self, now_us: i64, peer: IpAddr) -> Result<(), i64> {
        if self.recent.len() >= PEERS_MAX {
            self.recent.clear();
        }
        let recent = self.recent.entry(peer).or_default();
        while recent.front().is_some_and(|time_us| now_us - time_us >= self.window_us) {
            recent.pop_front();
        }
        if recent.len() >= self.max {
            return Err(recent.front().map_or(0, |first| first + self.window_us - now_us));
        }
        recent.push_back(now_us);
        Ok(())
    }
}

/// Addresses that are remembered; with more, all start anew.
const PEERS_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_waits_for_the_first_to_age() {
        const ME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        const OTHER: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);
        let mut connects = Connects::new(3, 1_000);
        assert!((0..3).all(|time_us| connects.admit(time_us, ME).is_ok()));
        assert_eq!(connects.admit(400, ME), Err(600));
        assert_eq!(connects.admit(400, OTHER), Ok(()));
        assert_eq!(connects.admit(1_000, ME), Ok(()));
        assert_eq!(connects.admit(1_000, ME), Err(1), "the second is still young");
    }
}
