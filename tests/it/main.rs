//! The whole house, end to end: the real engine and adapters against simulated venues over real loopback sockets.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]
#![expect(clippy::print_stdout, reason = "a test that skips says so")]

mod desk;
mod examples;
mod faults;
mod life;
mod narrow;
mod outage;
mod replay;
mod requests;
mod slow;
mod support;
mod tls;
mod virtual_time;
mod your_own_venue;
