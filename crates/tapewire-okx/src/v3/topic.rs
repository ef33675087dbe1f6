//! Topics: a subscription to the table and the instrument it is called by on the wire.

use tapewire_core::{BookRule, Channel, Interval, Resync, Subscription, Topic, Unsupported};

use super::ROUTE;
use super::table::{OFFSET, RAW_TABLES, is_long, length};

/// The bars there are, in seconds.
const CANDLES: [u64; 12] = [60, 180, 300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800];

/// Which of the two tables serves `book`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Books {
    /// `depth`: changes every 100 ms.
    #[default]
    Steady,
    /// `depth_l2_tbt`: every change.
    TickByTick,
}

/// The topic that serves a subscription.
///
/// The names are those of the OKEx API documentation, v3, "WebSocket", as public clients have them, read 2026-07.
pub(crate) fn spell(subscription: &Subscription, books: Books) -> Result<Topic, Unsupported> {
    let Subscription { instrument, channel } = *subscription;
    let symbol = instrument.symbol();
    if !is_spelled_right(symbol) {
        return Err(Unsupported::new(format!(
            "`{symbol}` is not an instrument of OKEx: write it as `okex-v3:BTC-USDT` or `okex-v3:BTC-USD-SWAP`"
        )));
    }
    let table = table(symbol, channel, books)?;
    let mut topic = Topic::new(format!("{table}:{symbol}"), ROUTE);
    if channel == Channel::Book {
        // Books carry no numbers: the checksum of each message tells what is missing.
        (topic.rule, topic.resync) = (BookRule::InOrder, Resync::Resubscribe);
    }
    Ok(topic)
}

/// The name of the table that serves a channel.
fn table(symbol: &str, channel: Channel, books: Books) -> Result<String, Unsupported> {
    let of = |product: &str, kind: &str| Ok(format!("{product}/{kind}"));
    let product = product(symbol);
    let contract = |kind: &str| match product {
        Some("spot") | None => Err(Unsupported::new(format!(
            "`{channel}` belongs to contracts: write the instrument as `okex-v3:BTC-USD-SWAP` or `okex-v3:BTC-USD-210625`"
        ))),
        Some(product) => Ok(format!("{product}/{kind}")),
    };
    let traded = |kind: &str| match product {
        Some(product) => Ok(format!("{product}/{kind}")),
        None => {
            Err(Unsupported::new(format!("`{symbol}` is an asset, and `{channel}` is of an instrument: `BTC-USDT`")))
        }
    };
    match channel {
        Channel::Trade => traded("trade"),
        Channel::Ticker => traded("ticker"),
        Channel::BookDepth(5) => traded("depth5"),
        Channel::Book if books == Books::TickByTick => traded("depth_l2_tbt"),
        Channel::Book => traded("depth"),
        Channel::Bar { interval, offset } => traded(&candle(interval, offset == Some(OFFSET), offset.is_none())?),
        Channel::BarIndex(interval) => of("index", &candle(interval, false, true)?),
        Channel::Index => of("index", "ticker"),
        Channel::OpenInterest => contract("ticker"),
        Channel::Mark => contract("mark_price"),
        Channel::Funding if product == Some("swap") => of("swap", "funding_rate"),
        Channel::Limits => contract("price_range"),
        Channel::Order | Channel::Fill => traded("order"),
        Channel::Balance if product.is_none() => of("spot", "account"),
        Channel::Raw(topic) if RAW_TABLES.contains(&topic.as_str()) => Ok(topic.as_str().to_owned()),
        other => Err(absent(other)),
    }
}

/// The table of the bars of a length. Long ones begin where the venue's days do.
fn candle(interval: Interval, venues_days: bool, utc_days: bool) -> Result<String, Unsupported> {
    let seconds = length(interval).filter(|seconds| CANDLES.contains(seconds));
    let Some(seconds) = seconds else {
        return Err(Unsupported::new(format!(
            "OKEx has no bars of {interval}: it has 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w"
        )));
    };
    let served = if is_long(interval) { venues_days } else { utc_days };
    if served {
        return Ok(format!("candle{seconds}s"));
    }
    let write = if is_long(interval) { format!("bar:{interval}:{OFFSET}") } else { format!("bar:{interval}") };
    Err(Unsupported::new(format!("days of OKEx begin at 00:00 {OFFSET}: write `{write}`")))
}

fn absent(channel: Channel) -> Unsupported {
    Unsupported::new(match channel {
        Channel::Quote => "OKEx v3 has no quotes of their own: subscribe `book:5` or `ticker`".to_owned(),
        Channel::BookDepth(_) => "OKEx v3 has partial books of 5 levels: `book:5`".to_owned(),
        Channel::Funding => "`funding` belongs to swaps: write the instrument as `okex-v3:BTC-USD-SWAP`".to_owned(),
        Channel::Balance => {
            "balances are of an asset, `okex-v3:BTC@balance`; those of contracts are `raw:swap/account` \
                             and its like"
                .to_owned()
        }
        Channel::Position => {
            "positions have no normalized form here: subscribe `raw:swap/position` and its like".to_owned()
        }
        other => format!("OKEx v3 has no `{other}`; `tapewire venues okex-v3` lists what it has"),
    })
}

/// The product that an instrument is of, as the venue's names tell; `None` for an asset alone.
fn product(symbol: &str) -> Option<&'static str> {
    let mut parts = symbol.split('-').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => None,
        (Some(_), None, _) => Some("spot"),
        (_, Some("SWAP"), None) => Some("swap"),
        (_, Some(_), None) => Some("futures"),
        (_, Some(_), Some(_)) => Some("option"),
    }
}

/// Whether a symbol is spelled as the venue spells them: parts of capital letters, digits and points.
fn is_spelled_right(symbol: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'.';
    symbol.split('-').all(|part| !part.is_empty() && part.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Result<Topic, Unsupported> {
        spell(&format!("okex-v3:{text}").parse().unwrap(), Books::Steady)
    }

    #[test]
    fn spells_every_table() {
        let cases = [
            ("BTC-USDT@trade", "spot/trade:BTC-USDT"),
            ("BTC-USD-SWAP@trade", "swap/trade:BTC-USD-SWAP"),
            ("BTC-USD-210625@ticker", "futures/ticker:BTC-USD-210625"),
            ("EOS-USD-210625-8.00-C@book:5", "option/depth5:EOS-USD-210625-8.00-C"),
            ("BTC-USDT@book", "spot/depth:BTC-USDT"),
            ("BTC-USDT@bar:1m", "spot/candle60s:BTC-USDT"),
            ("BTC-USDT@bar:6h:+08:00", "spot/candle21600s:BTC-USDT"),
            ("BTC-USD-SWAP@bar:1w:+08:00", "swap/candle604800s:BTC-USD-SWAP"),
            ("BTC-USD@bar:index:4h", "index/candle14400s:BTC-USD"),
            ("BTC-USD@index", "index/ticker:BTC-USD"),
            ("BTC-USD-SWAP@mark", "swap/mark_price:BTC-USD-SWAP"),
            ("BTC-USD-SWAP@funding", "swap/funding_rate:BTC-USD-SWAP"),
            ("BTC-USD-210625@limits", "futures/price_range:BTC-USD-210625"),
            ("BTC-USD-210625@open_interest", "futures/ticker:BTC-USD-210625"),
            ("USDT@balance", "spot/account:USDT"),
            ("BTC-USDT@order", "spot/order:BTC-USDT"),
            ("BTC-USDT@fill", "spot/order:BTC-USDT"),
            ("BTC-USDT@raw:spot/margin_account", "spot/margin_account:BTC-USDT"),
            ("BTC-USD-210625@raw:futures/position", "futures/position:BTC-USD-210625"),
        ];
        for (text, wire) in cases {
            assert_eq!(spelled(text).map(|topic| topic.wire.to_string()).as_deref(), Ok(wire));
        }
        let tick_by_tick = spell(&"okex-v3:BTC-USDT@book".parse().unwrap(), Books::TickByTick).unwrap();
        assert_eq!(&*tick_by_tick.wire, "spot/depth_l2_tbt:BTC-USDT");
    }

    #[test]
    fn only_books_have_a_rule() {
        let book = spelled("BTC-USDT@book").unwrap();
        assert_eq!((book.rule, book.resync), (BookRule::InOrder, Resync::Resubscribe));
        for text in ["BTC-USDT@book:5", "BTC-USDT@trade"] {
            let topic = spelled(text).unwrap();
            assert_eq!((topic.rule, topic.resync, topic.numbered), (BookRule::None, Resync::InStream, false), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_ask_for_instead() {
        let cases = [
            ("btc-usdt@trade", "okex-v3:BTC-USDT"),
            ("*@trade", "okex-v3:BTC-USDT"),
            ("BTC--USDT@trade", "okex-v3:BTC-USDT"),
            ("BTC@trade", "BTC-USDT"),
            ("BTC-USDT@quote", "book:5"),
            ("BTC-USDT@book:7", "book:5"),
            ("BTC-USDT@bar:1s", "1m 3m 5m"),
            ("BTC-USDT@bar:1d", "bar:1d:+08:00"),
            ("BTC-USDT@bar:1m:+08:00", "bar:1m"),
            ("BTC-USDT@bar:1d:+09:00", "bar:1d:+08:00"),
            ("BTC-USDT@mark", "contracts"),
            ("BTC-USDT@open_interest", "contracts"),
            ("BTC-USD-210625@funding", "swaps"),
            ("BTC-USD-SWAP@balance", "raw:swap/account"),
            ("BTC-USD-SWAP@position", "raw:swap/position"),
            ("BTC-USDT@raw:spot/news", "tapewire venues okex-v3"),
            ("BTC-USDT@liquidation", "tapewire venues okex-v3"),
        ];
        for (text, hint) in cases {
            let reason = spelled(text).unwrap_err().reason;
            assert!(reason.contains(hint), "{text}: {reason}");
        }
    }
}
