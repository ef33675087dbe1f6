//! What must hold once a scene is over, whatever went wrong in it: everything that is wanted is there again, and every
//! book is the venue's own.

use std::time::Duration;

use tapewire_core::book::OrderBook;
use tapewire_core::{Decimal, Level, Subscription, SubscriptionState};
use tapewire_engine::Feed;

use crate::Verdict;
use crate::harness::Stage;
use crate::watch::{Watch, is_managed};

/// So long after the last fault everything stands again: several waits of the longest backoff.
const SETTLED_WITHIN: Duration = Duration::from_secs(180);
/// Venues count connections by the second: the witness's is one more.
const BEFORE_WITNESS: Duration = Duration::from_secs(2);
/// How often books are compared, and how many times at the most.
const COMPARED_EVERY: Duration = Duration::from_millis(250);
const COMPARED_MAX: u32 = 240;
/// How many levels a side are compared. Those far from the touch may be unknown to a book that began with a snapshot
/// of fewer.
const COMPARED_LEVELS: usize = 50;

impl Stage {
    /// Waits until what is wanted is confirmed, and compares the books.
    pub(crate) async fn settle(&mut self) -> Result<(), Verdict> {
        self.confirm().await?;
        self.compare_books().await
    }

    /// Waits until everything that is wanted is confirmed, or an event has said why it is not.
    pub(crate) async fn confirm(&mut self) -> Result<(), Verdict> {
        let settled = |watch: &Watch| watch.unconfirmed().next().is_none();
        if !settled(&self.watch) && !self.read(SETTLED_WITHIN, |_, watch| settled(watch)).await? {
            let missing = list(self.watch.unconfirmed());
            let why = format!(
                "{} s after the faults, {missing} is not confirmed, and no event says why",
                SETTLED_WITHIN.as_secs()
            );
            return Err(self.failed(why));
        }
        Ok(())
    }

    async fn compare_books(&mut self) -> Result<(), Verdict> {
        let books: Vec<Subscription> = self
            .watch
            .wanted()
            .filter(|(it, topic)| is_managed(it, topic) && self.watch.stands(*it) == Some(SubscriptionState::Confirmed))
            .map(|(subscription, _)| subscription)
            .collect();
        if books.is_empty() {
            return Ok(());
        }
        self.pass(BEFORE_WITNESS).await?;
        let mut witness = Witness { feed: self.another(&books)?, watch: Watch::default() };
        for (subscription, topic) in self.watch.wanted() {
            witness.watch.want(subscription, topic.clone());
        }
        for book in books {
            self.compare(book, &mut witness).await?;
        }
        witness.feed.handle().shutdown().await;
        Ok(())
    }

    /// Compares a book with the one that an engine has which never met a fault.
    async fn compare(&mut self, subscription: Subscription, witness: &mut Witness) -> Result<(), Verdict> {
        let mut why = format!("{subscription}: the book is not synced");
        for _ in 0..COMPARED_MAX {
            self.read_both(witness).await?;
            let (Some((ours, at)), Some((theirs, true_at))) =
                (self.watch.book(subscription), witness.watch.book(subscription))
            else {
                continue;
            };
            if at != true_at {
                why = format!("{subscription}: the book stands at {at:?}, the venue's at {true_at:?}");
                continue;
            }
            let ours = shown(ours);
            match difference(&ours, &shown(theirs)) {
                None if self.shown(subscription).map(shown).is_none_or(|shown| shown != ours) => {
                    why = format!("{subscription}: `Feed::book` shows another book than the events tell");
                }
                None => return Ok(()),
                Some(what) => why = format!("{subscription}: {what}"),
            }
            if at.is_some() {
                break;
            }
        }
        Err(self.failed(why))
    }

    async fn read_both(&mut self, witness: &mut Witness) -> Result<(), Verdict> {
        self.pass(COMPARED_EVERY).await?;
        // What gathered meanwhile is there at once; nothing more comes while no time passes.
        while let Ok(Some(event)) = tokio::time::timeout(Duration::ZERO, witness.feed.next()).await {
            witness.watch.note(&event);
        }
        Ok(())
    }
}

/// An engine beside the one of the scene, which begins when all faults are over.
struct Witness {
    feed: Feed,
    watch: Watch,
}

/// A book's levels near the touch: bids, then asks.
type Shown = [Vec<(Decimal, Decimal)>; 2];

fn shown(book: &OrderBook) -> Shown {
    let pair = |level: &Level| (level.price, level.quantity);
    [book.bids().take(COMPARED_LEVELS).map(pair).collect(), book.asks().take(COMPARED_LEVELS).map(pair).collect()]
}

fn difference([bids, asks]: &Shown, [true_bids, true_asks]: &Shown) -> Option<String> {
    for (name, ours, theirs) in [("bid", bids, true_bids), ("ask", asks, true_asks)] {
        let place = (0..ours.len().max(theirs.len())).find(|at| ours.get(*at) != theirs.get(*at));
        if let Some(place) = place {
            let level = |levels: &[(Decimal, Decimal)]| match levels.get(place) {
                Some((price, quantity)) => format!("{quantity} at {price}"),
                None => "nothing".to_owned(),
            };
            let (ours, theirs) = (level(ours), level(theirs));
            return Some(format!("{name} number {} of the book is {ours}; the venue's is {theirs}", place + 1));
        }
    }
    None
}

/// Names, for a finding.
pub(crate) fn list(names: impl IntoIterator<Item = impl ToString>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}
