//! Commands: what a lane's task is told by its supervisor and its account.

use std::sync::Arc;

use tapewire_core::event::Batch;
use tapewire_core::{Failure, Grant, Subscription};
use tapewire_session::{Catalog, Counters};
use tokio::sync::oneshot;

use crate::limiter::Held;

/// What a lane is told.
#[derive(Debug)]
pub(crate) enum Command {
    Subscribe(Subscription),
    Unsubscribe(Subscription),
    Republish(Subscription),
    Catalog(Option<Arc<Catalog>>),
    Granted {
        connection: u64,
        answer: Result<Grant, Failure>,
    },
    AwaitingInput {
        connection: u64,
        prompt: String,
    },
    Snapshot {
        ticket: u64,
        answer: Result<Batch, Failure>,
    },
    /// What a connection needs next waits: its grant, or its turn to be dialled.
    Held {
        connection: u64,
        held: Held,
    },
    SnapshotHeld {
        ticket: u64,
        held: Held,
    },
    Status(oneshot::Sender<LaneStatus>),
    Shutdown,
}

/// What a lane says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneStatus {
    pub(crate) topics: usize,
    pub(crate) counters: Counters,
}
