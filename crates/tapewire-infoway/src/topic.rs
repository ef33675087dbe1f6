//! Topics: subscription to feed and back.
//!
//! The vendor has no name for a feed of a symbol; frames carry a code, a symbol and, for klines, a number. Topics here
//! are made of these: `trade:BTCUSDT`, `depth:BTCUSDT`, `kline:BTCUSDT:1`.

use std::time::Duration;

use tapewire_core::{Channel, Hours, Interval, Route, Subscription, Topic, Unsupported, hours};

use crate::{Business, symbol};

/// The venue's only socket.
pub(crate) const ROUTE: Route = Route("market");
/// How many levels a side a book has at most.
pub(crate) const DEPTH: u16 = 5;
/// The number of quarterly bars, for which there is no interval here.
pub(crate) const QUARTER: u64 = 11;
/// The number of yearly bars.
pub(crate) const YEAR: u64 = 12;

/// What klines of each number last: Infoway documentation, "Kline types", read 2026-08.
const INTERVALS: [(u64, Interval); 10] = [
    (1, Interval::M1),
    (2, Interval::M5),
    (3, Interval::M15),
    (4, Interval::M30),
    (5, Interval::H1),
    (6, Interval::H2),
    (7, Interval::H4),
    (8, Interval::D1),
    (9, Interval::W1),
    (10, Interval::Month),
];

/// A feed of one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    Trade,
    Depth,
    /// With the number of its interval.
    Kline(u64),
}

impl Feed {
    /// What one request can be about.
    const fn group(self) -> &'static str {
        match self {
            Self::Trade => "trade",
            Self::Depth => "depth",
            Self::Kline(_) => "kline",
        }
    }

    /// Writes the topic of this feed of a symbol into `name`.
    pub(crate) fn write(self, symbol: &str, name: &mut String) {
        name.clear();
        name.extend([self.group(), ":", symbol]);
        if let Self::Kline(number) = self {
            name.push(':');
            push_number(number, name);
        }
    }

    /// The feed and the symbol of a topic that [`Feed::write`] wrote.
    pub(crate) fn read(name: &str) -> Option<(Self, &str)> {
        let (word, rest) = name.split_once(':')?;
        match word {
            "trade" => Some((Self::Trade, rest)),
            "depth" => Some((Self::Depth, rest)),
            "kline" => {
                let (symbol, number) = rest.rsplit_once(':')?;
                Some((Self::Kline(number.parse().ok()?), symbol))
            }
            _ => None,
        }
    }
}

/// The interval of klines with a number.
pub(crate) fn interval(number: u64) -> Option<Interval> {
    INTERVALS.iter().find(|(known, _)| *known == number).map(|(_, interval)| *interval)
}

/// The channel of klines that have no interval here.
pub(crate) fn raw_channel(number: u64) -> Option<Channel> {
    match number {
        QUARTER => "raw:kline:11".parse().ok(),
        YEAR => "raw:kline:12".parse().ok(),
        _ => None,
    }
}

/// The topic that serves a subscription.
pub(crate) fn spell(business: Business, subscription: &Subscription) -> Result<Topic, Unsupported> {
    let symbol = subscription.instrument.symbol();
    symbol::check(business, symbol)?;
    let feed = feed(business, subscription.channel)?;
    let mut wire = String::new();
    feed.write(symbol, &mut wire);
    // Recorded on 2026-08-15: books of crypto come about every 100 ms, also when nothing has changed.
    let lively = business == Business::Crypto && feed == Feed::Depth;
    Ok(Topic {
        cadence: lively.then_some(Duration::from_secs(1)),
        group: feed.group(),
        hours: hours(business, symbol),
        silence: Some(silence(business)),
        ..Topic::new(wire, ROUTE)
    })
}

/// When a symbol's market trades. Those of futures, energy and indices are not known one by one: for them the widest
/// hours of their business are taken.
fn hours(business: Business, symbol: &str) -> Option<&'static Hours> {
    match business {
        Business::Stock if symbol.ends_with(".US") => Some(&hours::UNITED_STATES),
        Business::Stock if symbol.ends_with(".HK") => Some(&hours::HONG_KONG),
        Business::Stock => Some(&hours::MAINLAND_CHINA),
        Business::Crypto => None,
        Business::Common => Some(&hours::CURRENCIES),
        Business::Japan => Some(&hours::TOKYO),
        Business::India => Some(&hours::INDIA),
        Business::Korea => Some(&hours::KOREA),
        Business::Taiwan => Some(&hours::TAIWAN),
    }
}

/// What silence most likely means. Recorded on 2026-08-15: a symbol of another business is acknowledged like a good one.
const fn silence(business: Business) -> &'static str {
    match business {
        Business::Crypto => {
            "Infoway acknowledges symbols that it does not have: is it spelled right, or one of infoway-common?"
        }
        Business::Common => {
            "Infoway acknowledges symbols that it does not have: is it spelled right, or one of infoway-crypto?"
        }
        _ => "Infoway acknowledges symbols that it does not have: is it spelled right, and is this a trading day?",
    }
}

fn feed(business: Business, channel: Channel) -> Result<Feed, Unsupported> {
    let no = |reason: String| Err(Unsupported::new(reason));
    match channel {
        Channel::Trade => Ok(Feed::Trade),
        Channel::Quote | Channel::BookDepth(DEPTH) => Ok(Feed::Depth),
        Channel::Book | Channel::BookDepth(_) => {
            no(format!("Infoway shows the best {DEPTH} levels a side at the most: ask for `book:{DEPTH}`"))
        }
        Channel::Bar { interval, offset: None } => {
            let known = INTERVALS.iter().find(|(_, known)| *known == interval);
            known.map(|(number, _)| Feed::Kline(*number)).ok_or_else(|| {
                let all: Vec<&str> = INTERVALS.iter().map(|(_, interval)| interval.as_str()).collect();
                Unsupported::new(format!("Infoway has no bars of {interval}: ask for one of {}", all.join(" ")))
            })
        }
        Channel::Bar { interval, offset: Some(_) } => {
            no(format!("Infoway does not let choose where days begin: ask for `bar:{interval}`"))
        }
        Channel::Raw(topic) => match topic.as_str() {
            "kline:11" => Ok(Feed::Kline(QUARTER)),
            "kline:12" => Ok(Feed::Kline(YEAR)),
            other => {
                let known = "quarterly bars are `raw:kline:11`, yearly ones `raw:kline:12`";
                no(format!("`{other}` is not a feed of Infoway: {known}, anything else has a channel of its own"))
            }
        },
        other => no(format!("Infoway has no {other}: see `tapewire venues {}`", business.venue())),
    }
}

/// Appends a number without asking for memory.
fn push_number(number: u64, text: &mut String) {
    use std::fmt::Write as _;
    // Writing to a text never fails.
    _ = write!(text, "{number}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Result<String, String> {
        let subscription: Subscription = text.parse().unwrap();
        let business = Business::ALL.into_iter().find(|it| it.venue() == subscription.instrument.venue()).unwrap();
        spell(business, &subscription).map(|topic| topic.wire.to_string()).map_err(|error| error.reason)
    }

    #[test]
    fn each_channel_has_its_feed() {
        for (text, wire) in [
            ("infoway-crypto:BTCUSDT@trade", "trade:BTCUSDT"),
            ("infoway-crypto:BTCUSDT@quote", "depth:BTCUSDT"),
            ("infoway-crypto:BTCUSDT@book:5", "depth:BTCUSDT"),
            ("infoway-stock:AAPL.US@bar:1m", "kline:AAPL.US:1"),
            ("infoway-stock:AAPL.US@bar:4h", "kline:AAPL.US:7"),
            ("infoway-stock:AAPL.US@bar:1M", "kline:AAPL.US:10"),
            ("infoway-common:EURUSD@raw:kline:11", "kline:EURUSD:11"),
            ("infoway-common:A:B@raw:kline:12", "kline:A:B:12"),
        ] {
            assert_eq!(spelled(text).as_deref(), Ok(wire), "{text}");
            let (feed, symbol) = Feed::read(wire).unwrap();
            let mut again = "something else".to_owned();
            feed.write(symbol, &mut again);
            assert_eq!(again, wire);
        }
        for (number, interval) in INTERVALS {
            assert_eq!(super::interval(number), Some(interval));
        }
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_ask_for() {
        for (text, hint) in [
            ("infoway-crypto:BTCUSDT@book", "`book:5`"),
            ("infoway-crypto:BTCUSDT@book:20", "`book:5`"),
            ("infoway-crypto:BTCUSDT@bar:3m", "1m 5m 15m"),
            ("infoway-crypto:BTCUSDT@bar:1d:+08:00", "`bar:1d`"),
            ("infoway-crypto:BTCUSDT@raw:kline:1", "raw:kline:11"),
            ("infoway-crypto:BTCUSDT@trade:agg", "tapewire venues infoway-crypto"),
            ("infoway-crypto:AAPL.US@trade", "infoway-stock:AAPL.US"),
        ] {
            let reason = spelled(text).unwrap_err();
            assert!(reason.contains(hint), "{text}: {reason}");
        }
    }

    #[test]
    fn only_books_of_crypto_must_come_at_a_pace() {
        let cadence = |business, text: &str| spell(business, &text.parse().unwrap()).unwrap().cadence;
        assert!(cadence(Business::Crypto, "infoway-crypto:BTCUSDT@quote").is_some());
        assert_eq!(cadence(Business::Crypto, "infoway-crypto:BTCUSDT@trade"), None);
        assert_eq!(cadence(Business::Stock, "infoway-stock:AAPL.US@quote"), None);
    }
}
