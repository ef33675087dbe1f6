//! The `data` of each feed's messages.
//!
//! Source: the message models of ssi-sdk 3.3.2, read 2026-07.

use super::board::{Board, Phase};
use super::index::{IndexBar, Reading};
use super::json::{Object, Style, list};
use super::options::AuctionLevel;
use super::security::{INDICES, security};
use super::time::stamp;
use super::today::Today;
use crate::market::{Bar, Book, Level, ListingId, Scaled, Trade};

/// Writes what feeds say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    pub(super) style: Style,
    pub(super) auction: AuctionLevel,
}

/// The orders without a price of an auction, in lots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unpriced {
    pub(super) bid: i64,
    pub(super) ask: i64,
}

/// A deal on one of the side boards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deal {
    pub(super) time_us: i64,
    /// In steps.
    pub(super) price: i64,
    /// In shares or contracts.
    pub(super) quantity: i64,
}

impl Writer {
    pub(super) fn trade(self, id: ListingId, trade: &Trade, today: &Today, in_auction: bool) -> String {
        let it = security(id);
        let side = match (in_auction, trade.buyer_is_maker) {
            (true, _) => "U",
            (false, true) => "S",
            (false, false) => "B",
        };
        let price = |steps: i64| self.style.decimal(it.price(steps));
        let [open, high, low] = today.range.unwrap_or_default();
        Object::new()
            .text("t", stamp(trade.time_us))
            .text("s", it.symbol)
            .raw("p", price(trade.price_ticks))
            .raw("q", self.quantity(id, trade.size_lots))
            .text("si", side)
            .raw("v", self.quantity(id, today.volume))
            .raw("o", price(open))
            .raw("h", price(high))
            .raw("l", price(low))
            .raw("a", self.style.decimal(self.average(id, today)))
            .done()
    }

    pub(super) fn bar(self, id: ListingId, bar: &Bar, now_us: i64) -> String {
        let it = security(id);
        let price = |steps: i64| self.style.decimal(it.price(steps));
        Object::new()
            .text("st", stamp(bar.open_us))
            .text("t", stamp(now_us))
            .text("s", it.symbol)
            .raw("o", price(bar.open))
            .raw("h", price(bar.high))
            .raw("l", price(bar.low))
            .raw("c", price(bar.close))
            .raw("v", self.quantity(id, bar.volume_lots))
            .done()
    }

    /// The best levels; in an auction the orders without a price stand before them.
    pub(super) fn quote(self, id: ListingId, book: &Book, unpriced: Option<(Phase, Unpriced)>, now_us: i64) -> String {
        let it = security(id);
        let side = |levels: &mut dyn Iterator<Item = Level>, first: Option<(Phase, i64)>| {
            let first = first
                .filter(|(_, lots)| *lots > 0)
                .map(|(phase, lots)| format!("[{},{}]", self.auction_price(phase), self.quantity(id, lots)));
            let level = |level: Level| {
                let price = self.style.decimal(it.price(level.price_ticks));
                format!("[{price},{}]", self.quantity(id, level.size_lots))
            };
            list(first.into_iter().chain(levels.map(level)).take(it.board.levels()))
        };
        let bids = side(&mut book.bids(), unpriced.map(|(phase, unpriced)| (phase, unpriced.bid)));
        let asks = side(&mut book.asks(), unpriced.map(|(phase, unpriced)| (phase, unpriced.ask)));
        let head = Object::new().text("t", stamp(now_us)).text("s", it.symbol);
        head.raw("bids", bids).raw("asks", asks).done()
    }

    pub(super) fn room(self, id: ListingId, today: &Today, now_us: i64) -> String {
        let (it, foreign) = (security(id), today.foreign);
        let held = ROOM_HELD + (foreign.bought - foreign.sold) * i128::from(it.lot());
        let worth = |value: i128| self.style.whole(value * it.worth(1, it.lot()));
        Object::new()
            .text("t", stamp(now_us))
            .text("s", it.symbol)
            .raw("tr", self.style.whole(ROOM))
            .raw("cr", self.style.whole(ROOM - held))
            .raw("bq", self.quantity(id, foreign.bought))
            .raw("bv", worth(foreign.bought_value))
            .raw("sq", self.quantity(id, foreign.sold))
            .raw("sv", worth(foreign.sold_value))
            .done()
    }

    pub(super) fn put_through(self, id: ListingId, deal: &Deal, today: &Today) -> String {
        let it = security(id);
        self.deal(id, deal)
            .raw("tq", self.quantity(id, today.deals.0))
            .raw("tv", self.style.whole(today.deals.1 * it.worth(1, it.lot())))
            .done()
    }

    /// The board of odd lots: its last deal, and an order on each side of it.
    pub(super) fn odd_lot(self, id: ListingId, deal: &Deal, sizes: [i64; 2]) -> String {
        let it = security(id);
        let level = |price: i64, quantity: i64| {
            format!("[[{},{}]]", self.style.decimal(it.price(price)), self.style.whole(quantity))
        };
        let [bid, ask] = sizes;
        self.deal(id, deal).raw("bids", level(deal.price - 1, bid)).raw("asks", level(deal.price + 1, ask)).done()
    }

    pub(super) fn limits(self, id: ListingId, now_us: i64) -> String {
        let it = security(id);
        let price = |steps: i64| self.style.decimal(it.price(steps));
        Object::new()
            .text("s", it.symbol)
            .text("b", it.board.name())
            .text("t", stamp(now_us))
            .raw("ce", price(it.ceiling()))
            .raw("fl", price(it.floor()))
            .raw("ref", price(it.reference))
            .done()
    }

    pub(super) fn index(self, index: usize, reading: &Reading, phase: Phase, now_us: i64) -> String {
        let whole = |number: i128| self.style.whole(number);
        self.index_head(index)
            .text("ss", phase.flag())
            .text("t", stamp(now_us))
            .raw("v", self.points(reading.value))
            .raw("c", self.points(reading.change))
            .raw("cr", self.points(reading.change_percent))
            .raw("adv", whole(reading.advances))
            .raw("dec", whole(reading.declines))
            .raw("nc", whole(reading.unchanged))
            .raw("ce", whole(reading.at_ceiling))
            .raw("fl", whole(reading.at_floor))
            .raw("tmv", whole(reading.matched_value))
            .raw("tmq", whole(reading.matched))
            .raw("tvp", whole(reading.deals_value))
            .raw("tqp", whole(reading.deals))
            .raw("tq", whole(reading.matched + reading.deals))
            .raw("tv", whole(reading.matched_value + reading.deals_value))
            .done()
    }

    pub(super) fn index_bar(self, index: usize, bar: &IndexBar, now_us: i64) -> String {
        let [open, high, low, close] = bar.prices.map(|points| self.points(points));
        Object::new()
            .text("st", stamp(bar.open_us))
            .text("t", stamp(now_us))
            .text("s", INDICES.get(index).map_or("", |it| it.code))
            .raw("o", open)
            .raw("h", high)
            .raw("l", low)
            .raw("c", close)
            .raw("v", self.style.whole(bar.volume()))
            .done()
    }

    /// The documents do not say what a summary holds.
    pub(super) fn summary(self, reading: &Reading) -> String {
        let change = Object::new().raw("indexValue", self.points(reading.value));
        change.raw("indexChange", self.points(reading.change)).done()
    }

    /// A volume in lots as shares or contracts.
    pub(super) fn quantity(self, id: ListingId, lots: impl Into<i128>) -> String {
        self.style.whole(lots.into() * i128::from(security(id).lot()))
    }

    /// The average price of the day, to a tenth of the step's unit.
    pub(super) fn average(self, id: ListingId, today: &Today) -> Scaled {
        let unit = security(id).price(1);
        let tenths = if today.volume == 0 { 0 } else { unit.mantissa * today.value * 10 / today.volume };
        Scaled::new(tenths, unit.scale + 1)
    }

    fn deal(self, id: ListingId, deal: &Deal) -> Object {
        let it = security(id);
        Object::new()
            .text("t", stamp(deal.time_us))
            .text("s", it.symbol)
            .raw("p", self.style.decimal(it.price(deal.price)))
            .raw("q", self.style.whole(deal.quantity))
    }

    fn index_head(self, index: usize) -> Object {
        let it = INDICES.get(index).unwrap_or(&INDICES[0]);
        Object::new().text("s", it.code).text("b", it.board.name())
    }

    fn points(self, hundredths: i128) -> String {
        self.style.decimal(Scaled::new(hundredths, 2))
    }

    fn auction_price(self, phase: Phase) -> String {
        match self.auction {
            AuctionLevel::Word => format!("\"{}\"", phase.flag()),
            AuctionLevel::Zero => self.style.whole(0),
            AuctionLevel::Empty => "\"\"".to_owned(),
        }
    }
}

/// The session flag of a board.
pub(super) fn flag(board: Board, phase: Phase, now_us: i64) -> String {
    Object::new().text("b", board.flag_name()).text("t", stamp(now_us)).text("f", phase.flag()).done()
}

/// Shares that foreigners may hold, and those that they held yesterday.
const ROOM: i128 = 1_471_000_000;
const ROOM_HELD: i128 = 758_000_000;
