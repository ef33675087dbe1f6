//! Bars of prices that nobody trades at: the mark price and the index, looked at once a second.

use super::instrument::plain;
use crate::market::{Bar, Interval, Scaled};

/// The bars of one interval.
#[derive(Debug)]
pub(crate) struct Sampled {
    interval: Interval,
    /// Places of its prices.
    scale: u32,
    current: Option<Sample>,
    /// The running bar as it was told.
    told: Option<Sample>,
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// First microsecond of the interval, since 1970 UTC.
    pub(crate) open_us: i64,
    /// Open, high, low and close.
    prices: [i128; 4],
    scale: u32,
}

impl Sample {
    /// Open, high, low and close, as the wire has them.
    pub(crate) fn prices(&self) -> [Scaled; 4] {
        self.prices.map(|price| plain(Scaled::new(price, self.scale)))
    }
}

impl Sampled {
    /// Begins with a bar under way; what was before, the trades of the time stand for.
    pub(crate) fn new(interval: Interval, tick: Scaled, running: Option<Bar>, price: Option<Scaled>) -> Self {
        let scale = tick.scale + 1;
        let ticks = |ticks: i64| tick.times(i128::from(ticks)).rescaled(scale).mantissa;
        let current = running.zip(price).map(|(bar, price)| {
            let close = price.rescaled(scale).mantissa;
            let (high, low) = (ticks(bar.high).max(close), ticks(bar.low).min(close));
            Sample { open_us: bar.open_us, prices: [ticks(bar.open), high, low, close], scale }
        });
        Self { interval, scale, current, told: None }
    }

    /// The bar under way.
    pub(crate) const fn running(&self) -> Option<&Sample> {
        self.current.as_ref()
    }

    /// Takes the price of now, and gives the bars that there are to tell: one that has ended, and the running one, each
    /// with whether it is complete.
    pub(crate) fn push(&mut self, now_us: i64, price: Scaled) -> Vec<(Sample, bool)> {
        let (scale, open_us) = (self.scale, self.interval.start_of(now_us));
        let price = price.rescaled(scale).mantissa;
        let mut bars = Vec::new();
        match &mut self.current {
            Some(sample) if sample.open_us == open_us => {
                let [_, high, low, close] = &mut sample.prices;
                (*high, *low, *close) = (price.max(*high), price.min(*low), price);
            }
            before => {
                let ended = before.replace(Sample { open_us, prices: [price; 4], scale });
                bars.extend(ended.map(|sample| (sample, true)));
            }
        }
        if self.told != self.current {
            self.told = self.current;
            bars.extend(self.current.map(|sample| (sample, false)));
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_follows_its_price_and_is_closed_by_the_next() {
        let (minute, tick) = (Interval::MINUTE, Scaled::new(1, 1));
        let running = Bar { high: 105, low: 98, ..Bar::empty(60_000_000, 120_000_000, 100) };
        let mut bars = Sampled::new(minute, tick, Some(running), Some(Scaled::new(1_065, 2)));
        let text =
            |sample: &Sample| format!("{} {}", sample.open_us, sample.prices().map(|it| it.to_string()).join(" "));
        assert_eq!(bars.running().map(text).as_deref(), Some("60000000 10 10.65 9.8 10.65"));
        let mut push = |now_us, price| -> Vec<(String, bool)> {
            bars.push(now_us, price).iter().map(|(sample, closed)| (text(sample), *closed)).collect()
        };
        assert_eq!(push(61_000_000, Scaled::new(975, 2)), [("60000000 10 10.65 9.75 9.75".to_owned(), false)]);
        assert_eq!(push(62_000_000, Scaled::new(975, 2)), [], "nothing new");
        let ended = [("60000000 10 10.65 9.75 9.75".to_owned(), true), ("120000000 11 11 11 11".to_owned(), false)];
        assert_eq!(push(120_000_000, Scaled::new(11, 0)), ended);
    }
}
