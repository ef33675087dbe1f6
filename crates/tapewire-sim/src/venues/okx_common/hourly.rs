//! How many requests a connection has in an hour.

use std::collections::VecDeque;

/// The requests of the last hour of one connection.
#[derive(Debug, Default)]
pub(crate) struct Hourly {
    requests: VecDeque<i64>,
}

impl Hourly {
    /// Notes a request, and says whether it is one too many for the hour that it ends.
    pub(crate) fn is_over(&mut self, now_us: i64, per_hour: usize) -> bool {
        while self.requests.front().is_some_and(|time_us| now_us - time_us >= HOUR_US) {
            self.requests.pop_front();
        }
        let over = self.requests.len() >= per_hour;
        if !over {
            self.requests.push_back(now_us);
        }
        over
    }
}

const HOUR_US: i64 = 3_600_000_000;
