//! The simulated crowd: seeded arrivals of orders and cancels around a fair price that wanders and comes back.

use fastrand::Rng;

use super::book::Book;
use super::listing::Profile;
use super::order::{Kind, Order, OrderId, Owner, Side};

/// What the crowd does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Sends an order.
    Submit(Order),
    /// Cancels one of its own orders.
    Cancel(OrderId),
    /// Lets the moment pass.
    Nothing,
}

/// The crowd of one listing.
#[derive(Debug, Clone)]
pub struct Flow {
    profile: Profile,
    rng: Rng,
    next_us: i64,
    /// Where the crowd sees the price, in 1/1024 ticks.
    fair: i64,
    /// Actions left in the burst under way.
    burst: u32,
}

impl Flow {
    /// A crowd that starts to act after a time; each symbol has its own random stream under one seed.
    #[must_use]
    pub fn new(seed: u64, start_us: i64, profile: Profile) -> Self {
        let rng = Rng::with_seed(seed ^ fnv(&profile.listing.symbol()));
        let fair = profile.anchor_ticks * FINE;
        let mut flow = Self { profile, rng, next_us: start_us, fair, burst: 0 };
        flow.schedule();
        flow
    }

    /// When the crowd acts next, in microseconds since 1970 UTC.
    #[must_use]
    pub const fn next_us(&self) -> i64 {
        self.next_us
    }

    /// The orders that fill an empty book.
    pub fn opening_orders(&mut self) -> Vec<Order> {
        let fair = self.fair_ticks();
        let mut orders = Vec::with_capacity(2 * self.profile.orders_per_side);
        for _ in 0..self.profile.orders_per_side {
            for (side, away) in [(Side::Bid, -1), (Side::Ask, 1)] {
                let price = fair + away * (1 + self.distance());
                orders.push(self.order(side, Kind::PostOnly(price)));
            }
        }
        orders
    }

    /// Decides what to do at [`Flow::next_us`], seeing the book as it stands then, and plans the time after.
    pub fn act(&mut self, book: &Book) -> Action {
        self.walk(book);
        let action = self.choose(book);
        self.schedule();
        action
    }

    fn choose(&mut self, book: &Book) -> Action {
        if self.rng.u32(..1_000) < self.profile.market_per_mille {
            return self.take(book);
        }
        let side = if self.rng.bool() { Side::Bid } else { Side::Ask };
        let (have, want) = (book.order_count(side), self.profile.orders_per_side);
        // The more orders rest, the likelier a cancel: at the wanted count as likely as a new order, at twice the count certain.
        if self.rng.usize(..2 * want.max(1)) < have { self.withdraw(book, side) } else { self.rest(book, side) }
    }

    /// A market order, the likelier to buy the farther the price is below what the crowd thinks.
    fn take(&mut self, book: &Book) -> Action {
        let lean = mid(book).map_or(0, |mid| (self.fair - mid).clamp(-BAND, BAND));
        let side = if self.rng.i64(-2 * BAND..2 * BAND) < lean { Side::Bid } else { Side::Ask };
        let order = self.order(side, Kind::Market);
        Action::Submit(Order { size_lots: order.size_lots * TAKE_TIMES, ..order })
    }

    /// A new order behind the fair price or the touch, whichever is farther back: often next to it, else at some distance.
    fn rest(&mut self, book: &Book, side: Side) -> Action {
        let distance = if self.rng.u32(..100) < NEAR_PERCENT { self.rng.i64(0..NEAR_TICKS) } else { self.distance() };
        let fair = self.fair_ticks();
        let opposite = book.best(side.opposite()).map(|level| level.price_ticks);
        let price = match side {
            Side::Bid => opposite.map_or(fair, |ask| fair.min(ask - 1)) - distance,
            Side::Ask => opposite.map_or(fair, |bid| fair.max(bid + 1)) + distance,
        };
        Action::Submit(self.order(side, Kind::Limit(price)))
    }

    /// Cancels an order on the wrong side of the fair price, else one too far away, else one at some distance.
    fn withdraw(&mut self, book: &Book, side: Side) -> Action {
        let Some(best) = book.best(side) else { return Action::Nothing };
        let fair = self.fair_ticks();
        let stale = match side {
            Side::Bid => best.price_ticks > fair,
            Side::Ask => best.price_ticks < fair,
        };
        let found = if stale {
            book.youngest_from(side, best.price_ticks, Owner::FLOW)
        } else if self.rng.u32(..TRIM_ONE_IN) == 0 {
            book.youngest_farthest(side, Owner::FLOW)
        } else {
            let away = if side == Side::Bid { -1 } else { 1 };
            book.youngest_from(side, best.price_ticks + away * self.distance(), Owner::FLOW)
        };
        found.map_or(Action::Nothing, Action::Cancel)
    }

    fn order(&mut self, side: Side, kind: Kind) -> Order {
        Order { owner: Owner::FLOW, side, size_lots: self.size(), kind }
    }

    /// Mostly up to the usual size, sometimes many times that.
    fn size(&mut self) -> i64 {
        let most = self.profile.usual_lots << self.rng.u32(..4).saturating_sub(1);
        1 + self.rng.i64(0..most.max(1))
    }

    /// Ticks behind the touch: each doubling of the distance holds more orders than the one before.
    fn distance(&mut self) -> i64 {
        let reach = self.profile.reach.min(MAX_REACH) + 1;
        let octave = self.rng.u32(..reach).max(self.rng.u32(..reach));
        self.rng.i64(0..1 << octave)
    }

    const fn fair_ticks(&self) -> i64 {
        self.fair.div_euclid(FINE)
    }

    /// Moves the fair price by chance, a little back to its anchor, and never far from where the book trades.
    fn walk(&mut self, book: &Book) {
        let step = self.profile.step;
        let home = (self.profile.anchor_ticks * FINE - self.fair) / REVERSION;
        self.fair += self.rng.i64(-step..=step) + home;
        if let Some(mid) = mid(book) {
            self.fair = self.fair.clamp(mid - BAND, mid + BAND);
        }
        self.fair = self.fair.max(FINE);
    }

    fn schedule(&mut self) {
        if self.burst > 0 {
            self.burst -= 1;
        } else if self.rng.u32(..BURST_ONE_IN) == 0 {
            self.burst = self.rng.u32(BURST_ACTIONS);
        }
        let mean = if self.burst > 0 { self.profile.pause_us / BURST_SPEED } else { self.profile.pause_us };
        // At least one, so that time passes whatever the profile says.
        self.next_us += exponential(&mut self.rng, mean).max(1);
        self.next_us = self.profile.hours.open_from(self.next_us);
    }
}

/// The middle between best bid and best ask, in 1/1024 ticks.
fn mid(book: &Book) -> Option<i64> {
    let (bid, ask) = (book.best_bid()?.price_ticks, book.best_ask()?.price_ticks);
    Some((bid + ask) * (FINE / 2))
}

/// A waiting time of a Poisson process, in whole numbers: -ln(u) from the place of u's first one and the bits behind it.
fn exponential(rng: &mut Rng, mean: i64) -> i64 {
    let uniform = rng.u64(1..);
    let zeros = uniform.leading_zeros();
    let fraction = ((uniform << zeros) >> 47) & 0xFFFF;
    // log2(1 + x) is about x + 0.34 x (1 - x); in 1/65536.
    let log2 = fraction + ((fraction * (65_536 - fraction)) >> 16) * 22_282 / 65_536;
    let halvings = (i64::from(zeros) + 1) * 65_536 - i64::try_from(log2).unwrap_or_default();
    mean.saturating_mul(halvings) / 94_548 // 65536 / ln 2
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}

/// Parts of a tick in which the fair price is kept.
const FINE: i64 = 1_024;
/// The farthest that the fair price leaves the middle of the book, in 1/1024 ticks.
const BAND: i64 = 32 * FINE;
/// The share of its distance to the anchor that the fair price loses with each action.
const REVERSION: i64 = 1 << 18;
/// A market order is so many times a resting one.
const TAKE_TIMES: i64 = 2;
/// So many of 100 new orders are next to the touch,
const NEAR_PERCENT: u32 = 40;
/// that is less than so many ticks behind it.
const NEAR_TICKS: i64 = 4;
const MAX_REACH: u32 = 30;
/// One in so many cancels takes the order farthest from the touch.
const TRIM_ONE_IN: u32 = 8;
/// One in so many actions starts a burst.
const BURST_ONE_IN: u32 = 1_500;
const BURST_ACTIONS: std::ops::Range<u32> = 30..300;
/// How much faster the crowd acts in a burst.
const BURST_SPEED: i64 = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_exponential() {
        let mut rng = Rng::with_seed(1);
        let waits: Vec<i64> = (0..100_000).map(|_| exponential(&mut rng, 10_000)).collect();
        let mean = waits.iter().sum::<i64>() / 100_000;
        assert!((9_900..10_100).contains(&mean), "mean is {mean}");
        // e^-1, e^-2 and e^-4 of them last longer than one, two and four means.
        for (longer, per_mille) in [(10_000, 368), (20_000, 135), (40_000, 18)] {
            let share = waits.iter().filter(|wait| **wait > longer).count() / 100;
            assert!(share.abs_diff(per_mille) <= 8, "{share} per mille last longer than {longer}");
        }
        assert!(waits.iter().all(|wait| *wait >= 0));
    }
}
