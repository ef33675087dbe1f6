//! Bars of prices that nobody trades at: the mark price and the index, looked at once a second.

use super::instrument::plain;
use super::payload::ms;
use crate::market::{Bar, Interval, Scaled};

/// The bars of one interval.
#[derive(Debug)]
pub(super) struct Sampled {
    interval: Interval,
    /// Places of its prices.
    scale: u32,
    current: Option<Sample>,
    /// The running bar as it was told.
    told: Option<Sample>,
}

/// Open, high, low and close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sample {
    open_us: i64,
    prices: [i128; 4],
}

impl Sampled {
    /// Begins with a bar under way; what was before, the trades of the time stand for.
    pub(super) fn new(interval: Interval, tick: Scaled, running: Option<Bar>, price: Option<Scaled>) -> Self {
        let scale = tick.scale + 1;
        let ticks = |ticks: i64| tick.times(i128::from(ticks)).rescaled(scale).mantissa;
        let current = running.zip(price).map(|(bar, price)| {
            let close = price.rescaled(scale).mantissa;
            let (high, low) = (ticks(bar.high).max(close), ticks(bar.low).min(close));
            Sample { open_us: bar.open_us, prices: [ticks(bar.open), high, low, close] }
        });
        Self { interval, scale, current, told: None }
    }

    /// The bar under way.
    pub(super) fn running(&self) -> Option<String> {
        self.current.map(|sample| self.row(&sample, false))
    }

    /// Takes the price of now, and gives the rows that there are to tell: a bar that has ended, and the running one.
    pub(super) fn push(&mut self, now_us: i64, price: Scaled) -> Vec<String> {
        let (open_us, price) = (self.interval.start_of(now_us), price.rescaled(self.scale).mantissa);
        let mut rows = Vec::new();
        match &mut self.current {
            Some(sample) if sample.open_us == open_us => {
                let [_, high, low, close] = &mut sample.prices;
                (*high, *low, *close) = (price.max(*high), price.min(*low), price);
            }
            before => {
                let ended = before.replace(Sample { open_us, prices: [price; 4] });
                rows.extend(ended.map(|sample| self.row(&sample, true)));
            }
        }
        if self.told != self.current {
            self.told = self.current;
            rows.extend(self.running());
        }
        rows
    }

    fn row(&self, sample: &Sample, closed: bool) -> String {
        let [open, high, low, close] = sample.prices.map(|price| plain(Scaled::new(price, self.scale)));
        let time = ms(sample.open_us);
        format!(r#"["{time}","{open}","{high}","{low}","{close}","{}"]"#, u8::from(closed))
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
        assert_eq!(bars.running().as_deref(), Some(r#"["60000","10","10.65","9.8","10.65","0"]"#));
        assert_eq!(bars.push(61_000_000, Scaled::new(975, 2)), [r#"["60000","10","10.65","9.75","9.75","0"]"#]);
        assert_eq!(bars.push(62_000_000, Scaled::new(975, 2)), [""; 0], "nothing new");
        let ended = [r#"["60000","10","10.65","9.75","9.75","1"]"#, r#"["120000","11","11","11","11","0"]"#];
        assert_eq!(bars.push(120_000_000, Scaled::new(11, 0)), ended);
    }
}
