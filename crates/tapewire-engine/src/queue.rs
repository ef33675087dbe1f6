//! The hand-off: batches of events from the connections to one consumer, bounded, with a policy for when it is full.
//!
//! Nothing is lost silently: what the consumer does not get is told to it by a gap, in the place where it would have
//! been. A book that lost a message stays mute until a snapshot of it comes, so that it is never wrong.

mod backlog;
mod notices;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tapewire_core::Subscription;
use tapewire_core::event::Batch;
use tokio::sync::Notify;

use self::backlog::Backlog;

/// What happens when a consumer is slower than its venues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// The oldest events are dropped, and a gap takes their place.
    #[default]
    DropOldest,
    /// Of quotes, tickers, running bars and books only the latest is kept; what still does not fit is dropped as by
    /// `DropOldest`.
    Conflate,
    /// The connection stops reading for a while, at most half of the time its heartbeat allows; what still does not
    /// fit is dropped as by `DropOldest`.
    Block,
}

/// Makes a queue that holds at most `capacity` (see [`Batch::weight`]).
pub(crate) fn queue(capacity: usize, delivery: Delivery) -> (Sender, Receiver) {
    let shared = Arc::new(Shared {
        capacity: capacity.max(1),
        delivery,
        state: Mutex::new(State { backlog: Backlog::default(), senders: 1, open: true }),
        wants: AtomicBool::new(false),
        filled: Notify::new(),
        drained: Notify::new(),
    });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

#[derive(Debug)]
struct Shared {
    capacity: usize,
    delivery: Delivery,
    state: Mutex<State>,
    /// Whether books want to be published again; here too, so that it can be looked at without the lock.
    wants: AtomicBool,
    filled: Notify,
    drained: Notify,
}

/// What is behind the lock.
#[derive(Debug)]
struct State {
    backlog: Backlog,
    senders: usize,
    open: bool,
}

/// The end of a connection. Cloned for each.
#[derive(Debug)]
pub(crate) struct Sender(Arc<Shared>);

/// The end of the consumer.
#[derive(Debug)]
pub(crate) struct Receiver(Arc<Shared>);

/// The consumer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

impl Sender {
    /// Whether a connection has to wait before it reads on: half of the room is left for what it reads at once.
    pub(crate) fn is_full(&self) -> bool {
        if self.0.delivery != Delivery::Block {
            return false;
        }
        let state = self.0.lock();
        state.open && state.backlog.weight() > self.0.capacity / 2
    }

    /// Waits until there is room.
    pub(crate) async fn room(&self) {
        while self.is_full() {
            let drained = self.0.drained.notified();
            if self.is_full() {
                drained.await;
            }
        }
    }

    /// Hands over a batch; `batch` is empty afterwards, with memory that was used before.
    pub(crate) fn push(&self, batch: &mut Batch) -> Result<(), Gone> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut state = self.0.lock();
        if !state.open {
            return Err(Gone);
        }
        let backlog = &mut state.backlog;
        backlog.push(batch);
        if backlog.weight() > self.0.capacity && self.0.delivery == Delivery::Conflate {
            backlog.conflate();
        }
        while backlog.weight() > self.0.capacity && backlog.drop_oldest() {}
        if backlog.has_wanted() {
            self.0.wants.store(true, Ordering::Relaxed);
        }
        drop(state);
        self.0.filled.notify_one();
        Ok(())
    }

    /// The books that should be published again, of those that `mine` says are ours; none while the consumer still
    /// lags.
    pub(crate) fn take_wanted(&self, mine: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        if !self.0.wants.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut state = self.0.lock();
        if state.backlog.weight() > self.0.capacity / 2 {
            return Vec::new();
        }
        let taken = state.backlog.take_wanted(mine);
        if !state.backlog.has_wanted() {
            self.0.wants.store(false, Ordering::Relaxed);
        }
        taken
    }
}

impl Clone for Sender {
    fn clone(&self) -> Self {
        self.0.lock().senders += 1;
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.lock().senders -= 1;
        self.0.filled.notify_one();
    }
}

impl Receiver {
    /// Takes the next batch into `batch`; `false` when all connections are gone and nothing is left.
    ///
    /// # Cancel safety
    /// Cancel safe: a batch is taken only when this returns.
    pub(crate) async fn next(&mut self, batch: &mut Batch) -> bool {
        loop {
            let filled = self.0.filled.notified();
            {
                let mut state = self.0.lock();
                if state.backlog.take(batch) {
                    drop(state);
                    self.0.drained.notify_waiters();
                    return true;
                }
                if state.senders == 0 {
                    return false;
                }
            }
            filled.await;
        }
    }

    /// Whether something waits.
    #[cfg(test)]
    pub(crate) fn has_more(&self) -> bool {
        self.0.lock().backlog.has_more()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.lock().open = false;
        self.0.drained.notify_waiters();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
