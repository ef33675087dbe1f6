//! What Tapewire costs, measured beside what it could cost. `README.md` of this package says what to run.
//!
//! - [`kind`]: the kinds of messages; [`venue`]: whose they are. [`market`], [`frames`]: frames of each, made from a seed
//!   in the venue's form.
//! - [`floor`]: reading them with serde_json. [`adapter`]: with the adapter. [`live`]: through a whole session.
//! - [`work`]: those three as one list of variants, for whoever counts or times them.
//! - [`inflate`]: compressed frames. [`allocations`]: an allocator that counts.

pub mod adapter;
pub mod allocations;
pub mod aside;
pub mod book;
pub mod canned;
pub mod clock;
pub mod floor;
pub mod fountain;
pub mod frames;
pub mod inflate;
pub mod kind;
pub mod live;
pub mod loopback;
pub mod market;
pub mod reading;
pub mod rounds;
pub mod venue;
pub mod wakeups;
pub mod work;

/// Why a measurement cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A word of the command line that stands for nothing.
    #[error("there is no {what} `{text}`")]
    Unknown {
        /// What it should have named.
        what: &'static str,
        /// The word.
        text: String,
    },
    /// A frame did not become what it should have: what was measured is not what is meant.
    #[error("{kind} through {variant}: {expected} events were expected, {found} came")]
    WrongEvents {
        /// The kind of message.
        kind: kind::Kind,
        /// Who read it.
        variant: work::Variant,
        /// How many events the frames hold.
        expected: u64,
        /// How many were made of them.
        found: u64,
    },
    /// The adapter does not have the channels that are measured.
    #[error("a channel is not called what it was called")]
    Channel(#[from] tapewire_core::ParseError),
    /// A program that counts cannot be run, or did not do what it should.
    #[error("{program} failed: {why}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it said.
        why: String,
    },
    /// A recording or the table cannot be read or written.
    #[error("a file cannot be read or written")]
    File(#[from] std::io::Error),
}
