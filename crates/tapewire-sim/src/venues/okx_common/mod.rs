//! What the dialects of OKX share: the instruments, what a client sees of a book, and channels over the one market.
//!
//! A dialect says what its topics are made from, and puts into words what is new of each: [`feeds::Dialect`].

pub(crate) mod book;
pub(crate) mod clock;
pub(crate) mod feeds;
pub(crate) mod figures;
pub(crate) mod floor;
pub(crate) mod hourly;
pub(crate) mod instrument;
pub(crate) mod intervals;
pub(crate) mod listed;
pub(crate) mod live;
pub(crate) mod places;
pub(crate) mod player;
pub(crate) mod sampled;
pub(crate) mod signature;
pub(crate) mod silence;
