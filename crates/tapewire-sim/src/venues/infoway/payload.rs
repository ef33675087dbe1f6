//! Market data as the venue writes them: members in the order of the alphabet, no spaces, numbers as text.

use super::instrument::{Instrument, plain};
use crate::market::{Bar, Book, Level, Listing, Trade};

/// What trades look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TradeForm {
    /// Whether the type of the trade was asked for; trades of crypto have none.
    pub(super) typed: bool,
    /// Whether currencies trade without a size.
    pub(super) sizeless: bool,
}

/// Which sides of a book are left out, as if nobody were there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) asks: bool,
    pub(super) bids: bool,
}

/// A frame with market data.
pub(super) fn push(code: u16, data: &str) -> String {
    format!(r#"{{"code":{code},"data":{data}}}"#)
}

pub(super) fn trade(it: &Instrument, listing: &Listing, trade: &Trade, form: TradeForm) -> String {
    let side = match (it.tells_taker(), trade.buyer_is_maker) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    };
    let (size, value) = if form.sizeless && it.is_currency() {
        ("0".to_owned(), "0".to_owned())
    } else {
        (plain(listing.size(trade.size_lots)), plain(listing.value(trade.value())))
    };
    // The documents name no values of `ty`.
    let kind = if form.typed && it.business.is_equity() { r#""ty":"0","# } else { "" };
    let (price, symbol, ms) = (plain(listing.price(trade.price_ticks)), &it.symbol, trade.time_us / 1_000);
    format!(r#"{{"p":"{price}","s":"{symbol}","t":{ms},"td":{side},{kind}"v":"{size}","vw":"{value}"}}"#)
}

pub(super) fn depth(it: &Instrument, listing: &Listing, book: &Book, missing: Missing, now_us: i64) -> String {
    let asks = if missing.asks { NOBODY.to_owned() } else { side(it, listing, book.asks()) };
    let bids = if missing.bids { NOBODY.to_owned() } else { side(it, listing, book.bids()) };
    format!(r#"{{"a":{asks},"b":{bids},"s":"{}","t":{}}}"#, it.symbol, now_us / 1_000)
}

/// Two columns: prices and sizes.
fn side(it: &Instrument, listing: &Listing, levels: impl Iterator<Item = Level>) -> String {
    let row = |level: Level| {
        let (price, size) = (listing.price(level.price_ticks), listing.size(level.size_lots));
        (format!(r#""{}""#, it.level(price)), format!(r#""{}""#, it.level(size)))
    };
    let (prices, sizes): (Vec<_>, Vec<_>) = levels.take(it.levels()).map(row).unzip();
    if prices.is_empty() { NOBODY.to_owned() } else { format!("[[{}],[{}]]", prices.join(","), sizes.join(",")) }
}

const NOBODY: &str = "null";

/// A bar as it is pushed; the change is measured against its own open.
pub(super) fn kline(it: &Instrument, listing: &Listing, kind: u8, bar: &Bar) -> String {
    let Candle { open, high, low, close, volume, value, change, percent, seconds } = candle(it, listing, bar, bar.open);
    format!(
        r#"{{"c":"{close}","h":"{high}","l":"{low}","o":"{open}","pca":"{change}","pfr":"{percent}","s":"{}","t":"{seconds}","ty":{kind},"v":"{volume}","vw":"{value}"}}"#,
        it.symbol,
    )
}

/// A bar as it is answered over HTTP; the change is measured against the close of the bar before.
pub(super) fn listed_kline(it: &Instrument, listing: &Listing, bar: &Bar, before: i64) -> String {
    let Candle { open, high, low, close, volume, value, change, percent, seconds } = candle(it, listing, bar, before);
    format!(
        r#"{{"t":"{seconds}","h":"{high}","o":"{open}","l":"{low}","c":"{close}","v":"{volume}","vw":"{value}","pc":"{percent}","pca":"{change}"}}"#
    )
}

struct Candle {
    open: String,
    high: String,
    low: String,
    close: String,
    volume: String,
    value: String,
    change: String,
    percent: String,
    seconds: i64,
}

fn candle(it: &Instrument, listing: &Listing, bar: &Bar, before: i64) -> Candle {
    let price = |ticks: i64| it.bar_price(listing.price(ticks));
    Candle {
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        volume: listing.size(bar.volume_lots).to_string(),
        value: it.bar_value(listing.value(bar.value)),
        change: price(bar.close - before),
        percent: percent(bar.close - before, before),
        seconds: bar.open_us / 1_000_000,
    }
}

/// A change in percent with two places, rounded half away from zero.
fn percent(change: i64, before: i64) -> String {
    let (change, before) = (i128::from(change), i128::from(before.max(1)));
    let hundredths = (change * 20_000 + change.signum() * before) / (2 * before);
    format!("{}%", crate::market::Scaled::new(hundredths, 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::listing::profiles;
    use crate::market::{Listing, Scaled};

    use super::super::instrument::Instruments;

    fn find(symbol: &str) -> (Instrument, Listing) {
        let profiles = profiles(|_| true);
        let it = Instruments::of(&profiles).find(symbol).unwrap().clone();
        let listing = profiles[it.listing.0].listing.clone();
        (it, listing)
    }

    fn sale(time_us: i64, price_ticks: i64, size_lots: i64, buyer_is_maker: bool) -> Trade {
        Trade { id: 1, time_us, price_ticks, size_lots, buyer_order: 1, seller_order: 2, buyer_is_maker }
    }

    /// The expected texts are captures of the vendor, and payloads of its article in the order of the alphabet.
    #[test]
    fn payloads_are_as_captured() {
        let (btc, coin) = find("BTCUSDT");
        let form = TradeForm { typed: true, sizeless: true };
        let bought = sale(1_786_775_227_483_999, 6_303_900, 7_933, false);
        let text = r#"{"p":"63039","s":"BTCUSDT","t":1786775227483,"td":1,"v":"0.07933","vw":"5000.88387"}"#;
        assert_eq!(trade(&btc, &coin, &bought, form), text);
        let mut bar = Bar::empty(1_786_775_220_000_000, 1_786_775_280_000_000, 6_304_800);
        (bar.low, bar.close, bar.volume_lots, bar.value) = (6_303_899, 6_303_900, 1_990_087, 12_546_332_367_064);
        let text = r#"{"c":"63039.00000","h":"63048.00000","l":"63038.99000","o":"63048.00000","pca":"-9.00000","pfr":"-0.01%","s":"BTCUSDT","t":"1786775220","ty":1,"v":"19.90087","vw":"1254633.2367064"}"#;
        assert_eq!(kline(&btc, &coin, 1, &bar), text);

        let (amzn, share) = find("AMZN.US");
        let text = r#"{"p":"225.97","s":"AMZN.US","t":1752883185720,"td":0,"ty":"0","v":"1","vw":"225.97"}"#;
        assert_eq!(trade(&amzn, &share, &sale(1_752_883_185_720_000, 22_597, 1, true), form), text);
        let (byd, share) = find("002594.SZ");
        let bar = Bar {
            volume_lots: 14,
            value: 14 * 32_688,
            ..Bar::empty(1_751_958_000_000_000, 1_751_958_060_000_000, 32_688)
        };
        let text = r#"{"t":"1751958000","h":"326.880","o":"326.880","l":"326.880","c":"326.880","v":"1400","vw":"457632.00","pc":"0.00%","pca":"0.000"}"#;
        assert_eq!(listed_kline(&byd, &share, &bar, 32_688), text);
        let (eur, pair) = find("EURUSD");
        let text = r#"{"p":"1.08342","s":"EURUSD","t":1,"td":0,"v":"0","vw":"0"}"#;
        assert_eq!(trade(&eur, &pair, &sale(1_000, 108_342, 5, false), form), text);
    }

    #[test]
    fn a_book_is_two_columns_a_side_or_nothing() {
        let (eur, pair) = find("EURUSD");
        let text = r#"{"a":null,"b":null,"s":"EURUSD","t":1786775402200}"#;
        assert_eq!(depth(&eur, &pair, &Book::new(), Missing::default(), 1_786_775_402_200_000), text);
        let levels = [(108_344, 1_000), (108_345, 1)].map(|(price_ticks, size_lots)| Level { price_ticks, size_lots });
        assert_eq!(side(&eur, &pair, levels.into_iter()), r#"[["1.08344"],["1000000"]]"#);
        let (byd, share) = find("002594.SZ");
        let levels = [(32_689, 8), (32_690, 30)].map(|(price_ticks, size_lots)| Level { price_ticks, size_lots });
        assert_eq!(side(&byd, &share, levels.into_iter()), r#"[["326.89","326.90"],["800","3000"]]"#);
    }

    #[test]
    fn percents_are_rounded_half_away_from_zero() {
        for (change, before, text) in [
            (-9, 63_048, "-0.01%"),
            (-1, 63_048, "0.00%"),
            (5, 100_000, "0.01%"),
            (-5, 100_000, "-0.01%"),
            (1, 2, "50.00%"),
        ] {
            assert_eq!(percent(change, before), text, "{change} of {before}");
        }
        assert_eq!(Scaled::new(0, 2).to_string(), "0.00");
    }
}
