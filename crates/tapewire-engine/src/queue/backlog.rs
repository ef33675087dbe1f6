//! The backlog of a queue: what waits, what was dropped, which books are mute. Pure: no lock, no waiting.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tapewire_core::event::{Bar, Batch, BookAction, Cause, Event, Gap, Normalized, Scope};
use tapewire_core::{Channel, Subscription, SubscriptionState, UnixNanos};

use super::notices::Notices;

/// How many emptied batches are kept for the next ones.
const SPARES_MAX: usize = 64;

/// The batches that wait, and what has become of those that do not.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    batches: VecDeque<Batch>,
    weight: usize,
    spares: Vec<Batch>,
    lost: BTreeMap<Subscription, Lost>,
    /// Notices from dropped batches.
    kept: Notices,
    /// Books that wait for a snapshot.
    mute: BTreeSet<Subscription>,
    /// Those of them that were not asked for yet.
    wanted: BTreeSet<Subscription>,
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

impl Backlog {
    /// What waits takes so much; see [`Batch::weight`].
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Appends a batch; `batch` is empty afterwards, with memory that was used before.
    pub(super) fn push(&mut self, batch: &mut Batch) {
        let mut full = std::mem::replace(batch, self.spares.pop().unwrap_or_default());
        if !self.mute.is_empty() {
            full = self.without_mute(full);
        }
        self.weight += full.weight();
        self.batches.push_back(full);
    }

    /// Whether something waits.
    #[cfg(test)]
    pub(super) fn has_more(&self) -> bool {
        !self.batches.is_empty() || !self.lost.is_empty() || !self.kept.is_empty()
    }

    /// Whether books want to be published again.
    pub(super) fn has_wanted(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// The books that want to be published again, of those that `mine` accepts.
    pub(super) fn take_wanted(&mut self, mine: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        let taken: Vec<Subscription> = self.wanted.iter().copied().filter(|it| mine(it)).collect();
        for subscription in &taken {
            self.wanted.remove(subscription);
        }
        taken
    }

    /// Puts the next batch into `into`, whose memory is kept for another one.
    pub(super) fn take(&mut self, into: &mut Batch) -> bool {
        if !self.lost.is_empty() || !self.kept.is_empty() {
            into.clear();
            self.kept.take(into);
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

    /// Drops the oldest batch, unless it is the newest as well: one that is heavier than the whole queue, as a deep
    /// book's snapshot may be, could else never be delivered. Returns whether something was dropped.
    pub(super) fn drop_oldest(&mut self) -> bool {
        if self.batches.len() < 2 {
            return false;
        }
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
            self.forget_ended(event);
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

    /// A book that is not subscribed any more waits for nothing; subscribed again, it begins with a snapshot.
    fn forget_ended(&mut self, event: &Event<'_>) {
        if let Event::Subscription(notice) = event
            && matches!(notice.state, SubscriptionState::Removed | SubscriptionState::Rejected)
        {
            self.mute.remove(&notice.subscription);
            self.wanted.remove(&notice.subscription);
        }
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
                _ => {
                    self.forget_ended(&event);
                    rest.push(&event);
                }
            }
        }
        self.spare(batch);
        rest
    }

    /// Keeps only the latest of what can be replaced by its latest.
    pub(super) fn conflate(&mut self) {
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
                    _ if !replaced => {
                        state.forget_ended(&event);
                        rest.push(&event);
                    }
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
