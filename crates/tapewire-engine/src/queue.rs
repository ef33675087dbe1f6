//! The hand-off: batches of events from the connections to one consumer, bounded, with a policy for when it is full.
//!
//! Nothing is lost silently: what the consumer does not get is told to it by a gap, in the place where it would have
//! been. A book that lost a message stays mute until a snapshot of it comes, so that it is never wrong.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tapewire_core::event::{Bar, Batch, BookAction, Cause, Event, Gap, Normalized, Scope};
use tapewire_core::{Channel, Subscription, UnixNanos};
use tokio::sync::Notify;

/// How many emptied batches are kept for the next ones.
const SPARES_MAX: usize = 64;

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
        state: Mutex::new(State { senders: 1, open: true, ..State::default() }),
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

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Batch>,
    weight: usize,
    spares: Vec<Batch>,
    lost: BTreeMap<Subscription, Lost>,
    /// Notices from dropped batches: they are never dropped themselves.
    kept: Batch,
    /// Books that wait for a snapshot.
    mute: BTreeSet<Subscription>,
    /// Those of them that were not asked for yet.
    wanted: BTreeSet<Subscription>,
    senders: usize,
    open: bool,
}

/// What was lost of one subscription.
#[derive(Clone, Copy, Debug)]
struct Lost {
    count: u64,
    from: Option<UnixNanos>,
    to: Option<UnixNanos>,
    first: Option<u64>,
    last: Option<u64>,
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
        self.0.delivery == Delivery::Block && self.0.lock().weight > self.0.capacity / 2
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
        let mut full = std::mem::replace(batch, state.spares.pop().unwrap_or_default());
        if !state.mute.is_empty() {
            full = state.without_mute(full);
        }
        state.weight += full.weight();
        state.batches.push_back(full);
        if state.weight > self.0.capacity && self.0.delivery == Delivery::Conflate {
            state.conflate();
        }
        while state.weight > self.0.capacity && state.drop_oldest() {}
        if !state.wanted.is_empty() {
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
        if state.weight > self.0.capacity / 2 {
            return Vec::new();
        }
        let taken: Vec<Subscription> = state.wanted.iter().copied().filter(|it| mine(it)).collect();
        for subscription in &taken {
            state.wanted.remove(subscription);
        }
        if state.wanted.is_empty() {
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
                if state.take(batch) {
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

    /// The weight of what waits.
    #[cfg(test)]
    pub(crate) fn weight(&self) -> usize {
        self.0.lock().weight
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

impl State {
    /// Puts the next batch into `into`, whose memory is kept for another one.
    fn take(&mut self, into: &mut Batch) -> bool {
        if !self.lost.is_empty() || !self.kept.is_empty() {
            into.clear();
            let kept = std::mem::take(&mut self.kept);
            into.extend(kept.iter());
            for (subscription, lost) in std::mem::take(&mut self.lost) {
                into.push(&Event::Gap(&lost.gap(subscription)));
            }
            return true;
        }
        let Some(next) = self.batches.pop_front() else { return false };
        self.weight -= next.weight();
        let used = std::mem::replace(into, next);
        self.spare(used);
        true
    }

    fn spare(&mut self, mut used: Batch) {
        if self.spares.len() < SPARES_MAX {
            used.clear();
            self.spares.push(used);
        }
    }

    /// Drops the oldest batch; returns whether there was one.
    fn drop_oldest(&mut self) -> bool {
        let Some(oldest) = self.batches.pop_front() else { return false };
        self.weight -= oldest.weight();
        let mute = self.mute.len();
        for event in oldest.iter() {
            self.lose(&event);
        }
        self.spare(oldest);
        if self.mute.len() > mute {
            // What is left of the book cannot be used: it would only stand in the way.
            self.rewrite(Self::without_mute);
        }
        true
    }

    fn lose(&mut self, event: &Event<'_>) {
        let Some(subscription) = event.subscription().filter(|_| !event.kind().is_notice()) else {
            return self.kept.push(event);
        };
        let (at, number) = (event.ts_recv(), event.sequence());
        let new = Lost { count: 0, from: at, to: at, first: number, last: number };
        let lost = self.lost.entry(subscription).or_insert(new);
        lost.count += 1;
        lost.to = at;
        lost.last = number.or(lost.last);
        if subscription.channel == Channel::Book {
            self.silence(subscription);
        }
    }

    /// A book waits for a snapshot from here on.
    fn silence(&mut self, subscription: Subscription) {
        self.mute.insert(subscription);
        self.wanted.insert(subscription);
    }

    /// A batch without the changes of books that wait for a snapshot; a snapshot ends the waiting.
    fn without_mute(&mut self, batch: Batch) -> Batch {
        let mut rest = self.spares.pop().unwrap_or_default();
        for event in batch.iter() {
            match (event, event.subscription()) {
                (Event::Book(book), Some(subscription)) if self.mute.contains(&subscription) => {
                    if book.action == BookAction::Snapshot {
                        self.mute.remove(&subscription);
                        self.wanted.remove(&subscription);
                        rest.push(&event);
                    } else if let Some(lost) = self.lost.get_mut(&subscription) {
                        lost.count += 1;
                        lost.to = event.ts_recv();
                        lost.last = event.sequence().or(lost.last);
                    }
                }
                _ => rest.push(&event),
            }
        }
        self.spare(batch);
        rest
    }

    /// Keeps only the latest of what can be replaced by its latest.
    fn conflate(&mut self) {
        let mut latest: BTreeMap<(Subscription, i64), usize> = BTreeMap::new();
        for (place, event) in self.batches.iter().flat_map(Batch::iter).enumerate() {
            if let Some(key) = conflation_key(&event) {
                latest.insert(key, place);
            }
        }
        let mut place = 0;
        self.rewrite(|state, batch| {
            let mut rest = state.spares.pop().unwrap_or_default();
            for event in batch.iter() {
                let key = conflation_key(&event);
                let replaced = key.is_some_and(|key| latest.get(&key).is_some_and(|last| *last != place));
                place += 1;
                match (event, event.subscription()) {
                    (Event::Book(_), Some(subscription)) if subscription.channel == Channel::Book => {
                        state.silence(subscription);
                    }
                    _ if !replaced => rest.push(&event),
                    _ => {}
                }
            }
            state.spare(batch);
            rest
        });
    }

    fn rewrite(&mut self, mut rewrite: impl FnMut(&mut Self, Batch) -> Batch) {
        let batches = std::mem::take(&mut self.batches);
        self.weight = 0;
        for batch in batches {
            let rest = rewrite(self, batch);
            self.weight += rest.weight();
            if !rest.is_empty() {
                self.batches.push_back(rest);
            }
        }
    }
}

/// What a newer event replaces an older one by: the subscription, and for bars which bar it is.
fn conflation_key(event: &Event<'_>) -> Option<(Subscription, i64)> {
    let subscription = event.subscription()?;
    match event {
        Event::Bar(Bar { closed: Some(true), .. }) => None,
        Event::Bar(bar) => Some((subscription, bar.ts_open.0)),
        _ if event.kind().is_notice() => None,
        _ => subscription.channel.conflates().then_some((subscription, 0)),
    }
}

impl Lost {
    fn gap(self, subscription: Subscription) -> Gap {
        let is_book = subscription.channel == Channel::Book;
        Gap {
            venue: subscription.instrument.venue(),
            scope: Scope::Subscription(subscription),
            cause: Cause::SlowConsumer,
            from: self.from,
            to: self.to,
            first_missing: self.first,
            last_missing: self.last,
            count: Some(self.count),
            healed_by: is_book.then_some("snapshot"),
            ts_recv: self.to,
        }
    }
}

#[cfg(test)]
mod tests {
    use tapewire_core::event::{Book, BookHead, Id, QuantityUnit, Quote, Trade};

    use super::*;

    fn subscription(text: &str) -> Subscription {
        text.parse().unwrap()
    }

    /// Pushes `t7` (trade 7), `q7` (quote 7), `d7` (book delta 7), `s7` (book snapshot at 7), each a batch.
    fn push(sender: &Sender, script: &str) {
        for word in script.split_whitespace() {
            let (kind, number) = word.split_at(1);
            let number: u64 = number.parse().unwrap();
            let mut batch = Batch::new();
            let head = |channel: &str| (subscription(&format!("x:A@{channel}")), Some(UnixNanos(number.cast_signed())));
            match kind {
                "t" => {
                    let (it, ts_recv) = head("trade");
                    batch.push(&Event::Trade(&Trade {
                        instrument: it.instrument,
                        channel: it.channel,
                        ts_event: None,
                        ts_recv,
                        id: Id::Number(number),
                        price: "1".parse().unwrap(),
                        quantity: "1".parse().unwrap(),
                        quantity_unit: QuantityUnit::Base,
                        aggressor: None,
                        sequence: None,
                        turnover: None,
                        condition: None,
                        raw_condition: None,
                        aggregate: None,
                    }));
                }
                "q" => {
                    let (it, ts_recv) = head("quote");
                    batch.push(&Event::Quote(&Quote {
                        instrument: it.instrument,
                        channel: it.channel,
                        ts_event: None,
                        ts_recv,
                        bid_price: None,
                        bid_quantity: None,
                        ask_price: None,
                        ask_quantity: None,
                        sequence: Some(number),
                    }));
                }
                _ => {
                    let (it, ts_recv) = head("book");
                    let action = if kind == "s" { BookAction::Snapshot } else { BookAction::Delta };
                    let head = BookHead::new(it.instrument, it.channel, action);
                    let head = BookHead { ts_recv, last_sequence: Some(number), ..head };
                    batch.push(&Event::Book(Book { head: &head, bids: &[], asks: &[] }));
                }
            }
            sender.push(&mut batch).unwrap();
        }
    }

    async fn drain(receiver: &mut Receiver) -> String {
        let (mut batch, mut seen) = (Batch::new(), Vec::new());
        while receiver.weight() > 0 || !receiver.0.lock().lost.is_empty() {
            receiver.next(&mut batch).await;
            for event in batch.iter() {
                seen.push(match event {
                    Event::Gap(gap) => format!(
                        "gap({} {} {}-{})",
                        gap.scope,
                        gap.count.unwrap(),
                        gap.first_missing.unwrap(),
                        gap.last_missing.unwrap()
                    ),
                    Event::Book(book) => format!("{}{}", &book.action.as_str()[..1], book.last_sequence.unwrap()),
                    other => format!("{}{}", &other.kind().as_str()[..1], other.sequence().unwrap()),
                });
            }
        }
        seen.join(" ")
    }

    #[tokio::test]
    async fn the_oldest_make_room_and_a_gap_takes_their_place() {
        let (sender, mut receiver) = queue(3, Delivery::DropOldest);
        push(&sender, "t1 t2 t3 t4 t5");
        assert_eq!(drain(&mut receiver).await, "gap(x:A@trade 2 1-2) t3 t4 t5");
        push(&sender, "t6");
        assert_eq!(drain(&mut receiver).await, "t6");
    }

    #[tokio::test]
    async fn a_book_that_lost_a_message_is_mute_until_its_snapshot() {
        let (sender, mut receiver) = queue(3, Delivery::DropOldest);
        push(&sender, "s1 d2 d3 d4 t1");
        assert_eq!(drain(&mut receiver).await, "gap(x:A@book 4 1-4) t1");
        push(&sender, "d5");
        assert_eq!(sender.take_wanted(|_| false), []);
        assert_eq!(sender.take_wanted(|_| true), [subscription("x:A@book")]);
        assert_eq!(sender.take_wanted(|_| true), []);
        push(&sender, "d6 s6 d7");
        assert_eq!(drain(&mut receiver).await, "s6 d7");
    }

    #[tokio::test]
    async fn conflation_keeps_the_latest_and_every_trade() {
        let (sender, mut receiver) = queue(4, Delivery::Conflate);
        push(&sender, "q1 t1 q2 d1 q3 t2 q4");
        assert_eq!(drain(&mut receiver).await, "t1 q3 t2 q4");
        assert_eq!(sender.take_wanted(|_| true), [subscription("x:A@book")]);
        push(&sender, "t3 t4 t5 t6 t7");
        assert_eq!(drain(&mut receiver).await, "gap(x:A@trade 1 3-3) t4 t5 t6 t7");
    }

    #[tokio::test]
    async fn ends_when_the_connections_are_gone() {
        let (sender, mut receiver) = queue(4, Delivery::DropOldest);
        push(&sender, "t1");
        drop(sender);
        let mut batch = Batch::new();
        assert!(receiver.next(&mut batch).await && !receiver.next(&mut batch).await);
        let (sender, receiver) = queue(4, Delivery::DropOldest);
        drop(receiver);
        let mut batch = Batch::new();
        batch.push(&Event::Gap(
            &Lost { count: 1, from: None, to: None, first: None, last: None }.gap(subscription("x:A@trade")),
        ));
        assert_eq!(sender.push(&mut batch), Err(Gone));
    }
}
