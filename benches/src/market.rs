//! [`Market`]: symbols with prices and numbers that go on, from a seed. It keeps no book: it makes numbers that look
//! like those of one.

use fastrand::Rng;

/// Prices and quantities are counted in this part of one, as the venue writes them.
const UNIT: i64 = 100_000_000;
/// When the first message happens: microseconds since 1970 UTC.
const START_US: i64 = 1_790_000_000_000_000;

/// A symbol, and where its numbers stand.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    /// As Binance writes it in payloads.
    pub name: &'static str,
    /// As it writes it in names of streams.
    pub stream: &'static str,
    /// The middle of its book, in units of 1e-8.
    pub price: i64,
    /// The step of its prices, in units of 1e-8.
    pub tick: i64,
    /// The number of its last trade.
    pub trade: u64,
    /// The number of its last aggregated trade.
    pub aggregate: u64,
    /// The first number of its book's last change.
    pub update_first: u64,
    /// The last number of its book's last change.
    pub update: u64,
}

/// Symbols of which messages are made.
#[derive(Clone, Debug)]
pub struct Market {
    /// What is drawn by lot.
    pub rng: Rng,
    /// The symbols.
    pub symbols: [Symbol; 6],
    /// When the last message happened: microseconds since 1970 UTC.
    pub now_us: i64,
    /// What the venue writes times in.
    pub unit: Unit,
}

/// What times are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Unit {
    Milliseconds,
    Microseconds,
}

/// A price level: price and quantity.
pub type Row = (i64, i64);

/// The two sides of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum Side {
    Bid,
    Ask,
}

impl Market {
    /// The market of a seed.
    #[must_use]
    pub fn new(seed: u64, unit: Unit) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut symbol = |name, stream, price, tick| Symbol {
            name,
            stream,
            price,
            tick,
            trade: rng.u64(3_000_000_000..4_000_000_000),
            aggregate: rng.u64(2_000_000_000..3_000_000_000),
            update_first: 0,
            update: rng.u64(40_000_000_000..60_000_000_000),
        };
        let symbols = [
            symbol("BTCUSDT", "btcusdt", 6_183_763_000_000, 1_000_000),
            symbol("ETHUSDT", "ethusdt", 265_481_000_000, 1_000_000),
            symbol("BNBUSDT", "bnbusdt", 51_230_000_000, 10_000_000),
            symbol("SOLUSDT", "solusdt", 15_432_000_000, 1_000_000),
            symbol("XRPUSDT", "xrpusdt", 57_210_000, 10_000),
            symbol("NKNUSDT", "nknusdt", 38_120_000, 1_000),
        ];
        Self { rng, symbols, now_us: START_US, unit }
    }

    /// Lets some time pass, draws a symbol, and moves its numbers on.
    pub fn draw(&mut self) -> Symbol {
        self.now_us += self.rng.i64(50..2_000);
        self.symbols.rotate_left(self.rng.usize(..6));
        let [symbol, ..] = &mut self.symbols;
        symbol.trade += 1;
        symbol.aggregate += 1;
        symbol.update_first = symbol.update + 1;
        symbol.update += self.rng.u64(1..40);
        *symbol
    }

    /// A time as the venue writes it.
    #[must_use]
    pub const fn time(&self, us: i64) -> i64 {
        match self.unit {
            Unit::Milliseconds => us / 1000,
            Unit::Microseconds => us,
        }
    }

    /// A quantity: mostly small, with five decimals that count.
    pub fn quantity(&mut self) -> i64 {
        let digits = self.rng.u32(2..7);
        self.rng.i64(1..10_i64.pow(digits)) * 1_000
    }

    /// A sum over a day.
    pub fn volume(&mut self) -> i64 {
        self.rng.i64(1_000 * UNIT..90_000 * UNIT) / 1_000 * 1_000
    }

    /// A price near the middle.
    pub fn price(&mut self, symbol: &Symbol) -> i64 {
        symbol.price + symbol.tick * self.rng.i64(-400..400)
    }

    /// So many changed levels of a side, best first, nearer to the touch more often. No price comes twice, and three
    /// of ten are removed.
    pub fn changes(&mut self, symbol: &Symbol, count: usize, side: Side) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(count);
        while rows.len() < count {
            let mut distance = 1;
            while distance < 900 && self.rng.u8(..100) >= 8 {
                distance += 1;
            }
            let quantity = if self.rng.u8(..10) < 3 { 0 } else { self.quantity() };
            let price = symbol.level(distance, side);
            if rows.iter().all(|(known, _)| *known != price) {
                rows.push((price, quantity));
            }
        }
        rows.sort_by_key(|(price, _)| if side == Side::Ask { *price } else { -price });
        rows
    }

    /// The best levels of a side, one at each step.
    pub fn best(&mut self, symbol: &Symbol, count: i64, side: Side) -> Vec<Row> {
        (1..=count).map(|distance| (symbol.level(distance, side), self.quantity())).collect()
    }
}

impl Symbol {
    /// The price so many steps from the middle.
    fn level(&self, distance: i64, side: Side) -> i64 {
        match side {
            Side::Bid => self.price - self.tick * distance,
            Side::Ask => self.price + self.tick * distance,
        }
    }
}

/// The value with eight decimals, as Binance writes it.
#[must_use]
pub fn text(value: i64) -> String {
    let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    format!("{sign}{}.{:08}", value / UNIT.unsigned_abs(), value % UNIT.unsigned_abs())
}

/// The value without the zeros at its end.
#[must_use]
pub fn short(value: i64) -> String {
    text(value).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The value with at most eight decimals.
#[must_use]
pub fn fixed(value: i64, decimals: usize) -> String {
    let mut text = text(value);
    text.truncate(text.len() - 8_usize.saturating_sub(decimals));
    text
}

/// Levels as Binance writes them.
#[must_use]
pub fn rows(levels: &[Row]) -> String {
    let rows: Vec<_> = levels.iter().map(|row| format!("[\"{}\",\"{}\"]", text(row.0), text(row.1))).collect();
    format!("[{}]", rows.join(","))
}

/// The product of two values.
#[must_use]
pub fn product(price: i64, quantity: i64) -> i64 {
    let product = i128::from(price) * i128::from(quantity) / i128::from(UNIT);
    i64::try_from(product).unwrap_or(i64::MAX)
}
