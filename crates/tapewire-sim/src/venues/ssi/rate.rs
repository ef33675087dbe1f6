//! Requests of a client in a second.

use std::collections::{BTreeMap, VecDeque};

/// The requests of late, by client.
#[derive(Debug, Default)]
pub(super) struct Rate {
    recent: BTreeMap<String, VecDeque<i64>>,
}

impl Rate {
    /// Notes a request of a client that may send so many in a second, and says how many are left; none for one too many.
    pub(super) fn charge(&mut self, now_us: i64, client: &str, most: usize) -> Option<usize> {
        if self.recent.len() >= CLIENTS_MAX {
            self.recent.clear();
        }
        let recent = self.recent.entry(client.to_owned()).or_default();
        while recent.front().is_some_and(|time_us| now_us - time_us >= 1_000_000) {
            recent.pop_front();
        }
        let left = most.checked_sub(recent.len() + 1)?;
        recent.push_back(now_us);
        Some(left)
    }
}

/// SSI's SDK begins with this ceiling; the documents name no number (read 2026-07).
pub(super) const PER_SECOND: usize = 10;
/// Clients that are remembered; with more, all begin anew.
const CLIENTS_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_in_a_second_is_one_too_many() {
        let mut rate = Rate::default();
        let left: Vec<_> = (0..10).map(|time_us| rate.charge(time_us, "one", 10)).collect();
        assert_eq!((left[0], left[9]), (Some(9), Some(0)));
        assert_eq!(rate.charge(999_999, "one", 10), None);
        assert_eq!(rate.charge(999_999, "other", 10), Some(9));
        assert_eq!(rate.charge(1_000_000, "one", 10), Some(0), "the first is old enough");
    }
}
