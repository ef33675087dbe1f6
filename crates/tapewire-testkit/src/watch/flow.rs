//! The data of one subscription: numbers that follow each other, and a book that is right or not to be had.

use tapewire_core::book::{OrderBook, Verdict};
use tapewire_core::event::{Book, BookAction, Event, Gap, Quote};
use tapewire_core::{BookRule, Level, Topic};

/// What came of one subscription.
#[derive(Debug)]
pub(super) struct Flow {
    numbered: bool,
    last: Option<u64>,
    /// Told since the last data.
    told: Vec<Gap>,
    book: Option<KeptBook>,
    /// How many events came.
    pub(super) data: u64,
}

/// A managed book, rebuilt from what the consumer is told.
#[derive(Debug)]
struct KeptBook {
    rule: BookRule,
    levels: OrderBook,
    /// Its number; `None` while it is not synced.
    synced: Option<Option<u64>>,
    fresh: bool,
}

impl Flow {
    pub(super) fn new(topic: &Topic) -> Self {
        let kept = |rule| KeptBook { rule, levels: OrderBook::default(), synced: None, fresh: true };
        Self {
            numbered: topic.numbered,
            last: None,
            told: Vec::new(),
            book: (topic.rule != BookRule::None).then(|| kept(topic.rule)),
            data: 0,
        }
    }

    /// The book, while it is synced, and its number.
    pub(super) fn book(&self) -> Option<(&OrderBook, Option<u64>)> {
        let book = self.book.as_ref()?;
        Some((&book.levels, book.synced?))
    }

    pub(super) fn gap(&mut self, gap: &Gap) -> Result<(), String> {
        if let Some(book) = &mut self.book {
            book.synced = None;
        }
        self.told.push(gap.clone());
        match (gap.count, gap.first_missing, gap.last_missing) {
            (Some(count), Some(first), Some(last)) if first > last || last - first + 1 != count => {
                Err(format!("a gap says that {count} are missing, and names the numbers {first} to {last}"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn note(&mut self, event: &Event<'_>) -> Result<(), String> {
        self.data += 1;
        let told = std::mem::take(&mut self.told);
        match (event, &mut self.book) {
            (Event::Book(message), Some(book)) => book.take(*message),
            (Event::Book(message), None) => touch(message.bids.first(), message.asks.first()),
            (Event::Quote(quote), _) => spread(quote),
            _ => Ok(()),
        }?;
        let Some(number) = event.normalized().sequence().filter(|_| self.numbered) else { return Ok(()) };
        let last = self.last.replace(number);
        last.map_or(Ok(()), |last| follows(last, number, &told))
    }
}

/// Judges a number by the one before, and by the gaps that were told between them.
fn follows(last: u64, number: u64, told: &[Gap]) -> Result<(), String> {
    // Where a venue began to count anew, nobody knows how much is missing.
    if told.iter().any(|gap| gap.count.is_none()) {
        return Ok(());
    }
    let missing: u64 = told.iter().filter_map(|gap| gap.count).sum();
    match number.checked_sub(last) {
        None | Some(0) => Err(format!("number {number} comes after {last}: twice, or too late")),
        Some(step) if step - 1 == missing => Ok(()),
        Some(step) => {
            Err(format!("number {number} comes after {last}, so {} are missing, and gaps told of {missing}", step - 1))
        }
    }
}

impl KeptBook {
    fn take(&mut self, message: Book<'_>) -> Result<(), String> {
        match (message.action, self.synced) {
            (BookAction::Snapshot, _) => {
                self.levels.replace(message.bids, message.asks);
                self.fresh = true;
            }
            (BookAction::Delta, None) => return Err("a change came while the book was not synced".to_owned()),
            (BookAction::Delta, Some(at)) => {
                self.judge(at, &message)?;
                self.levels.apply(message.bids, message.asks);
                self.fresh = false;
            }
        }
        self.synced = Some(message.last_sequence);
        touch(self.levels.best_bid().as_ref(), self.levels.best_ask().as_ref())
    }

    fn judge(&self, at: Option<u64>, message: &Book<'_>) -> Result<(), String> {
        let Some(at) = at else { return Ok(()) };
        let (first, last) = (message.first_sequence, message.last_sequence);
        match self.rule.judge(at, self.fresh, message.head) {
            Verdict::Next => Ok(()),
            Verdict::Old => Err(format!("a change to {last:?} came after the book stood at {at}")),
            Verdict::Hole { .. } => Err(format!(
                "a change from {first:?} to {last:?} came after the book stood at {at}, and no gap was told"
            )),
        }
    }
}

/// Bid and ask as a consumer sees them: no venue's can meet.
fn touch(bid: Option<&Level>, ask: Option<&Level>) -> Result<(), String> {
    match (bid, ask) {
        (Some(bid), Some(ask)) if bid.price >= ask.price => {
            Err(format!("the book is crossed: bid {}, ask {}", bid.price, ask.price))
        }
        _ => Ok(()),
    }
}

fn spread(quote: &Quote) -> Result<(), String> {
    let sides = quote.bid_price.zip(quote.ask_price);
    match sides.filter(|(bid, ask)| !bid.is_zero() && !ask.is_zero()) {
        Some((bid, ask)) if bid >= ask => Err(format!("the quote is crossed: bid {bid}, ask {ask}")),
        _ => Ok(()),
    }
}
