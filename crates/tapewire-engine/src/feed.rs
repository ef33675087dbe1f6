//! Feeds: the stream of events a program reads.

use std::collections::BTreeMap;

use tapewire_core::book::OrderBook;
use tapewire_core::event::{Batch, BookAction, Event, Scope};
use tapewire_core::{Channel, InstrumentId, Subscription};

use crate::Handle;
use crate::queue::Receiver;

/// All events of an engine, in the order each connection received them.
///
/// Dropping it ends the engine.
#[derive(Debug)]
pub struct Feed {
    receiver: Receiver,
    handle: Handle,
    batch: Batch,
    at: usize,
    books: BTreeMap<InstrumentId, KeptBook>,
}

/// A book as far as the feed was read.
#[derive(Debug, Default)]
struct KeptBook {
    levels: OrderBook,
    synced: bool,
}

impl Feed {
    pub(crate) fn new(receiver: Receiver, handle: Handle) -> Self {
        Self { receiver, handle, batch: Batch::new(), at: 0, books: BTreeMap::new() }
    }

    /// The next event; `None` once the engine has ended and everything was read.
    ///
    /// # Cancel safety
    /// Cancel safe: an event is taken only when this returns.
    pub async fn next(&mut self) -> Option<Event<'_>> {
        while self.at >= self.batch.len() {
            self.at = 0;
            self.batch.clear();
            if !self.receiver.next(&mut self.batch).await {
                return None;
            }
        }
        let event = self.batch.get(self.at)?;
        self.at += 1;
        if !self.books.is_empty() {
            keep(&mut self.books, &event);
        }
        Some(event)
    }

    /// The events received so far, as one batch: cheaper than one by one. The rest of a batch that [`Feed::next`] has begun
    /// comes first.
    ///
    /// # Cancel safety
    /// Cancel safe: a batch is taken only when this returns.
    pub async fn next_batch(&mut self, into: &mut Batch) -> bool {
        into.clear();
        if self.at < self.batch.len() {
            into.extend((self.at..self.batch.len()).filter_map(|at| self.batch.get(at)));
            self.at = self.batch.len();
        } else if !self.receiver.next(into).await {
            return false;
        }
        if !self.books.is_empty() {
            into.iter().for_each(|event| keep(&mut self.books, &event));
        }
        true
    }

    /// The order book of an instrument whose `book` channel is subscribed, as of the last event read; `None` while it is out
    /// of sync or crossed.
    ///
    /// The first call makes the feed keep the book and get a snapshot for it, and returns `None`.
    pub fn book(&mut self, instrument: InstrumentId) -> Option<&OrderBook> {
        if !self.books.contains_key(&instrument) {
            self.handle.republish(Subscription { instrument, channel: Channel::Book });
        }
        let kept = self.books.entry(instrument).or_default();
        (kept.synced && !kept.levels.is_crossed()).then_some(&kept.levels)
    }

    /// A handle to the engine behind the feed.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.handle.end();
    }
}

/// Brings the kept books up to an event.
fn keep(books: &mut BTreeMap<InstrumentId, KeptBook>, event: &Event<'_>) {
    match event {
        Event::Book(message) if message.channel == Channel::Book => {
            let Some(kept) = books.get_mut(&message.instrument) else { return };
            match message.action {
                BookAction::Snapshot => {
                    kept.levels.replace(message.bids, message.asks);
                    kept.synced = true;
                }
                BookAction::Delta if kept.synced => kept.levels.apply(message.bids, message.asks),
                BookAction::Delta => {}
            }
        }
        Event::Gap(gap) => {
            if let Scope::Subscription(Subscription { instrument, channel: Channel::Book }) = gap.scope
                && let Some(kept) = books.get_mut(&instrument)
            {
                kept.synced = false;
            }
        }
        _ => {}
    }
}
