//! Order books: the levels, the rules by which messages follow each other, and a book that keeps to both.

mod managed;
mod order_book;
mod rule;

pub use managed::{Checksum, ManagedBook, Outcome, Step, WaitReason};
pub use order_book::{LEVELS_MAX, OrderBook};
pub use rule::{BookRule, RESTART_AFTER, Verdict, is_restart};
