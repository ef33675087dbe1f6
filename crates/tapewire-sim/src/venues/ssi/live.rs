//! The venue over the simulated market: what happens, and who is told when.

use fastrand::Rng;

use super::board::{Board, Phase, Phases};
use super::clients::Clients;
use super::command::Followers;
use super::desk::{Desk, Floor, Told};
use super::index::{IndexBars, read};
use super::options::Options;
use super::payload::{Deal, Unpriced, Writer, flag};
use super::security::{INDICES, all, profiles, security};
use super::time::day_number;
use super::today::Today;
use super::topic::{Feed, Span};
use crate::face::{ConnectionId, Outbox, Setup, Wake};
use crate::market::{Event, ListingId, Market, What};

/// The market, who trades in it, and the day so far.
pub(super) struct Live {
    pub(super) market: Market,
    pub(super) desk: Desk,
    pub(super) followers: Followers,
    pub(super) todays: Vec<Today>,
    pub(super) options: Options,
    seed: u64,
    phases: Phases,
    day: i64,
    indices: [IndexBars; INDICES.len()],
    /// Securities whose book changed since it was last sent.
    changed: Vec<bool>,
    /// Empty between calls.
    events: Vec<Event>,
}

impl Live {
    pub(super) fn new(setup: &Setup, options: &Options) -> Self {
        let market = Market::with_profiles(setup.seed, setup.start_us, profiles(options.clock, options.calm));
        let mut live = Self {
            todays: vec![Today::default(); all().len()],
            options: options.clone(),
            seed: setup.seed,
            phases: Phases::at(options.clock, setup.start_us),
            desk: Desk::default(),
            followers: Followers::default(),
            day: day_number(setup.start_us),
            indices: Default::default(),
            changed: vec![false; all().len()],
            events: Vec::new(),
            market,
        };
        for (today, (id, _)) in live.todays.iter_mut().zip(all()) {
            let trades = live.market.history(id).trades();
            trades.iter().filter(|trade| day_number(trade.time_us) == live.day).for_each(|trade| today.note(trade));
        }
        live
    }

    pub(super) const fn writer(&self) -> Writer {
        Writer { style: self.options.numbers, auction: self.options.auction }
    }

    pub(super) fn phase(&self, board: Board) -> Phase {
        self.phases.of(board)
    }

    /// The last price of a security, in steps.
    pub(super) fn last(&self, id: ListingId) -> i64 {
        self.today(id).last.unwrap_or_else(|| security(id).reference)
    }

    /// Tells a new listener how things stand; trades and bars come when they happen.
    pub(super) fn greet(&self, feed: Feed, to: ConnectionId, out: &mut Outbox) {
        let (writer, now_us) = (self.writer(), self.market.now_us());
        let mut tell = |data: &str| Clients::tell(to, feed, data, out);
        match feed {
            Feed::Quote(id) => tell(&self.quote(id)),
            Feed::Room(id) => tell(&writer.room(id, self.today(id), now_us)),
            Feed::Limits(id) => tell(&writer.limits(id, now_us)),
            Feed::Flags => {
                Board::ALL.into_iter().for_each(|board| tell(&flag(board, self.phase(board), now_us)));
            }
            Feed::Index(index) => tell(&self.index(index)),
            Feed::Summary(index) => tell(&writer.summary(&read(index, &self.todays))),
            Feed::Trade(_) | Feed::Bar(..) | Feed::PutThrough(_) | Feed::OddLot(_) | Feed::IndexBar(..) => {}
            Feed::Orders(_) | Feed::Portfolio(_) => {}
        }
    }

    pub(super) fn advance(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) -> Wake {
        while let next_us = (self.market.now_us() / GRID_US + 1) * GRID_US
            && next_us <= now_us
        {
            self.run_until(next_us, clients, out);
            self.tick(next_us, clients, out);
        }
        self.run_until(now_us, clients, out);
        Wake::At(self.next_us(now_us, clients))
    }

    /// When something is to be told next, or a little later.
    fn next_us(&self, now_us: i64, clients: &Clients) -> i64 {
        let due_us = self.desk.next_us().unwrap_or(i64::MAX);
        if clients.is_quiet() {
            // Whoever comes finds the market caught up.
            return due_us.min(now_us + IDLE_STEP_US);
        }
        let grid_us = if self.changed.contains(&true) { GRID_US } else { SECOND_US };
        let tick_us = (now_us / grid_us + 1) * grid_us;
        let trade_us = self.market.next_us().map_or(i64::MAX, |next_us| next_us.max(now_us + STEP_US));
        due_us.min(tick_us).min(trade_us)
    }

    /// Lets the market run up to a time with what accounts do in it, and tells of both.
    fn run_until(&mut self, time_us: i64, clients: &Clients, out: &mut Outbox) {
        loop {
            let due_us = self.desk.next_us().filter(|due_us| *due_us <= time_us);
            let mut events = std::mem::take(&mut self.events);
            self.market.advance(due_us.unwrap_or(time_us), &mut events);
            for event in events.drain(..) {
                self.desk.note(&event);
                self.event(&event, clients, out);
            }
            self.events = events;
            if due_us.is_none() {
                break;
            }
            self.on_floor(clients, out, Desk::run);
        }
        for Told { feed, data, order } in self.desk.take_outgoing() {
            clients.publish(feed, &data, out);
            if let Some((index, order)) = order {
                self.followers.tell(index, &order, &data, out);
            }
        }
    }

    /// Does something at the desk, and tells of what became public.
    fn on_floor(&mut self, clients: &Clients, out: &mut Outbox, mut act: impl FnMut(&mut Desk, &mut Floor<'_>)) {
        let mut events = std::mem::take(&mut self.events);
        let (now_us, phases) = (self.market.now_us(), self.phases);
        act(&mut self.desk, &mut Floor { now_us, market: &mut self.market, phases, events: &mut events });
        for event in events.drain(..) {
            self.event(&event, clients, out);
        }
        self.events = events;
    }

    fn event(&mut self, event: &Event, clients: &Clients, out: &mut Outbox) {
        let id = event.listing;
        match &event.what {
            What::Trade(trade) => {
                let in_auction = self.phase(security(id).board).is_auction();
                let writer = self.writer();
                let Some(today) = self.todays.get_mut(id.0) else { return };
                today.note(trade);
                if clients.listens(Feed::Trade(id)) {
                    clients.publish(Feed::Trade(id), &writer.trade(id, trade, today, in_auction), out);
                }
            }
            What::Level { .. } => self.changed.iter_mut().skip(id.0).take(1).for_each(|changed| *changed = true),
            What::Aggregate(_) | What::Touch { .. } => {}
        }
    }

    /// What is sent by the clock rather than by the event.
    fn tick(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) {
        let whole_second = now_us % SECOND_US == 0;
        if whole_second {
            self.turn(now_us, clients, out);
        }
        for (id, it) in all() {
            let changed = self.changed.get_mut(id.0).is_some_and(std::mem::take);
            let called = whole_second && self.phase(it.board).is_auction();
            if (changed || called) && clients.listens(Feed::Quote(id)) {
                clients.publish(Feed::Quote(id), &self.quote(id), out);
            }
        }
        if !whole_second {
            return;
        }
        self.send_bars(now_us, clients, out);
        self.send_indices(now_us, clients, out);
        if now_us % STANDING_EVERY_US == 0 {
            for id in clients.listened(Feed::Room) {
                clients.publish(Feed::Room(id), &self.writer().room(id, self.today(id), now_us), out);
            }
            let prices: Vec<_> = all().map(|(id, _)| self.last(id)).collect();
            self.desk.tell_positions(|id| prices.get(id.0).copied().unwrap_or_default());
        }
        for (id, _) in all() {
            self.send_deals(id, now_us, clients, out);
        }
    }

    /// Begins sessions and days.
    fn turn(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) {
        let (phases, before) = (Phases::at(self.options.clock, now_us), self.phases);
        let turning = Board::ALL.map(|board| (board, phases.of(board) != before.of(board)));
        let turning = turning.into_iter().filter(|(_, turns)| *turns).map(|(board, _)| board);
        for board in turning.clone() {
            clients.publish(Feed::Flags, &flag(board, phases.of(board), now_us), out);
            if before.of(board).is_auction() {
                self.end_auction(board, now_us, clients, out);
            }
        }
        self.phases = phases;
        for board in turning {
            let ends = phases.of(board) == Phase::Closed;
            self.on_floor(clients, out, |desk, floor| {
                if ends {
                    desk.expire(board, floor);
                }
                desk.waiting(board).into_iter().for_each(|index| desk.enter(index, floor));
            });
        }
        if day_number(now_us) != self.day {
            self.begin_day(now_us, clients, out);
        }
    }

    fn end_auction(&mut self, board: Board, now_us: i64, clients: &Clients, out: &mut Outbox) {
        for (id, _) in all().filter(|(_, it)| it.board == board) {
            let crowd = self.crowd(id, now_us, 1_000);
            self.on_floor(clients, out, |desk, floor| desk.clear(id, crowd, floor));
        }
    }

    /// What the crowd has sent to an auction without a price, when so many thousandths of it have passed, in lots.
    fn crowd(&self, id: ListingId, now_us: i64, passed: i64) -> Unpriced {
        // One auction in each quarter of the day.
        let quarter = now_us / (6 * 3_600 * SECOND_US);
        let mut rng = Rng::with_seed(self.seed ^ quarter.unsigned_abs().rotate_left(32) ^ id.0 as u64);
        let most = if security(id).board == Board::Derivatives { FUTURES_CALLED } else { STOCKS_CALLED };
        let mut side = || rng.i64(most / 4..most) * passed / 1_000;
        Unpriced { bid: side(), ask: side() }
    }

    fn begin_day(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) {
        self.day = day_number(now_us);
        self.on_floor(clients, out, |desk, floor| Board::ALL.into_iter().for_each(|board| desk.expire(board, floor)));
        self.desk.begin_day();
        self.followers.clear();
        self.todays.iter_mut().for_each(|today| *today = Today::default());
        for id in clients.listened(Feed::Limits) {
            clients.publish(Feed::Limits(id), &self.writer().limits(id, now_us), out);
        }
    }

    fn send_bars(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) {
        let writer = self.writer();
        for span in Span::ALL {
            for id in clients.listened(|id| Feed::Bar(id, span)) {
                if let Some(bar) = self.todays.get_mut(id.0).and_then(|today| today.changed_bar(span)) {
                    clients.publish(Feed::Bar(id, span), &writer.bar(id, &bar, now_us), out);
                }
            }
        }
    }

    fn send_indices(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) {
        let writer = self.writer();
        for (index, it) in INDICES.iter().enumerate() {
            let (phase, reading) = (self.phase(it.board), read(index, &self.todays));
            let Some(bars) = self.indices.get_mut(index) else { continue };
            let changed = bars.note(&reading, now_us);
            if changed.is_empty() {
                continue;
            }
            clients.publish(Feed::Index(index), &writer.index(index, &reading, phase, now_us), out);
            clients.publish(Feed::Summary(index), &writer.summary(&reading), out);
            for (span, bar) in changed {
                clients.publish(Feed::IndexBar(index, span), &writer.index_bar(index, &bar, now_us), out);
            }
        }
    }

    /// Odd lots, and deals that were negotiated: each security has its moment.
    fn send_deals(&mut self, id: ListingId, now_us: i64, clients: &Clients, out: &mut Outbox) {
        let it = security(id);
        let moment = now_us / SECOND_US + i64::try_from(id.0).unwrap_or_default();
        let phase = self.phase(it.board);
        let (odd, put) = (moment % ODD_LOT_EVERY_S == 0, moment % PUT_THROUGH_EVERY_S == 0);
        let open = match phase {
            Phase::Lo => odd || put,
            Phase::PutThrough => put,
            _ => false,
        };
        if !open || it.board == Board::Derivatives {
            return;
        }
        let mut rng = Rng::with_seed(self.seed ^ now_us.unsigned_abs() ^ id.0 as u64);
        let writer = self.writer();
        let Some(today) = self.todays.get_mut(id.0) else { return };
        let last = today.last.unwrap_or(it.reference);
        if odd && phase == Phase::Lo {
            let deal = Deal { time_us: now_us, price: last, quantity: rng.i64(1..it.lot()) };
            let sizes = [rng.i64(1..it.lot()), rng.i64(1..it.lot())];
            clients.publish(Feed::OddLot(id), &writer.odd_lot(id, &deal, sizes), out);
        }
        if put {
            let lots = rng.i64(PUT_THROUGH_LOTS);
            let price = (last + rng.i64(-5..=5)).clamp(it.floor(), it.ceiling());
            today.deals.0 += i128::from(lots);
            today.deals.1 += i128::from(lots) * i128::from(price);
            let deal = Deal { time_us: now_us, price, quantity: lots * it.lot() };
            clients.publish(Feed::PutThrough(id), &writer.put_through(id, &deal, today), out);
        }
    }

    fn quote(&self, id: ListingId) -> String {
        let (now_us, board) = (self.market.now_us(), security(id).board);
        let phase = self.phase(board);
        let unpriced = phase.is_auction().then(|| {
            let (crowd, called) = (self.crowd(id, now_us, board.passed(now_us)), self.desk.unpriced(id));
            (phase, Unpriced { bid: crowd.bid + called.bid, ask: crowd.ask + called.ask })
        });
        self.writer().quote(id, self.market.book(id), unpriced, now_us)
    }

    fn index(&self, index: usize) -> String {
        let board = INDICES.get(index).map_or(Board::Hose, |it| it.board);
        self.writer().index(index, &read(index, &self.todays), self.phase(board), self.market.now_us())
    }

    pub(super) fn today(&self, id: ListingId) -> &Today {
        self.todays.get(id.0).unwrap_or(&NOTHING)
    }
}

/// What did not trade.
static NOTHING: std::sync::LazyLock<Today> = std::sync::LazyLock::new(Today::default);

/// How often books are sent, if they changed.
const GRID_US: i64 = 200_000;
/// How finely trades follow the market while somebody listens.
const STEP_US: i64 = 20_000;
/// The market's step while nobody does.
const IDLE_STEP_US: i64 = 1_000_000;
const SECOND_US: i64 = 1_000_000;
/// How often foreigners' room and positions are told.
const STANDING_EVERY_US: i64 = 5_000_000;
const ODD_LOT_EVERY_S: i64 = 10;
const PUT_THROUGH_EVERY_S: i64 = 30;
/// What the crowd sends to an auction on a side at most, in lots.
const STOCKS_CALLED: i64 = 4_000;
const FUTURES_CALLED: i64 = 200;
/// A negotiated deal has 20,000 shares at least.
const PUT_THROUGH_LOTS: std::ops::Range<i64> = 200..5_000;
