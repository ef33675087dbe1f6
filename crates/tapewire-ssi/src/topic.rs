//! Topics: a subscription to a topic's text, `quote.SSI`, and back to what messages on it are.
//!
//! The venue writes what stands behind the kind in capitals, whatever was asked for. We keep one spelling for both ways,
//! so that a frame finds its subscription: the kind in small letters, the rest in capitals, an interval in small ones.

use tapewire_core::{Channel, InstrumentId, Interval, Route, Subscription, Topic, Unsupported};

use crate::market::Board;
use crate::symbol;

/// Market data.
pub(crate) const MARKET: Route = Route("market");
/// One's own account.
pub(crate) const ACCOUNT: Route = Route("account");

/// The topic of orders and fills, of all accounts: account numbers stand in frames alone.
pub(crate) const ORDER: &str = "order";
/// The topic of positions.
pub(crate) const PORTFOLIO: &str = "portfolio";
/// The topic of the boards' sessions.
const FLAGS: &str = "market.FLAG";
/// What stands between kind and code of an index.
const INDEX: &str = "INDEX.";
/// What an index is called that the venue knows by another name.
const RENAMED: (&str, &str) = ("UPCOMINDEX", "HNXUPCOMINDEX");
/// The kinds that have a normalized form.
const NORMALIZED: [(&str, &str); 8] = [
    ("trade", "trade"),
    ("quote", "book"),
    ("room", "foreign_room"),
    ("put", "trade:block"),
    ("oddlot", "book:odd_lot"),
    ("market", "limits"),
    (ORDER, "order"),
    (PORTFOLIO, "position"),
];
/// The kinds that the portal names and the venue does not serve: change log of `ssi-sdk` 3.3.2.
const ASLEEP: [&str; 2] = ["asset", "margin"];

/// What messages on a topic are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Trade,
    Bar(Interval),
    Index,
    IndexBar(Interval),
    Quote,
    OddLot,
    PutThrough,
    Room,
    Limits,
    Flag,
    Order,
    Portfolio,
    /// Something without a normalized form, or unknown.
    Other,
}

/// The topic that serves a subscription.
pub(crate) fn spell(subscription: &Subscription) -> Result<Topic, Unsupported> {
    let Subscription { instrument, channel } = *subscription;
    let symbol = instrument.symbol();
    let wire = match basket(instrument) {
        _ if instrument.is_all() => of_all(channel)?,
        Some(basket) => of_basket(basket, channel)?,
        None => of_one(symbol, channel)?,
    };
    let is_own = wire == ORDER || wire == PORTFOLIO;
    let mut topic = Topic::new(wire, if is_own { ACCOUNT } else { MARKET });
    if topic.route == MARKET && channel != Channel::Status {
        let board = if symbol::is_future(symbol) { Board::Derivatives } else { Board::Hose };
        topic.hours = Some(board.rules().hours);
    }
    // Nothing numbers executions, nor what is of one's own account; all else are states, which the newest tells.
    let is_execution = matches!(
        channel,
        Channel::Trade | Channel::Ticker | Channel::TradeBlock | Channel::TradeOddLot | Channel::BookOddLot
    );
    topic.each_counts = is_own || is_execution;
    Ok(topic)
}

/// What messages on a topic are, in whichever case it is written.
pub(crate) fn kind(topic: &str) -> Kind {
    let Some((kind, rest)) = topic.split_once('.') else { return Kind::Other };
    let (code, tail) = rest.rsplit_once('@').unwrap_or((rest, ""));
    let interval = match tail {
        "1m" | "1M" => Some(Interval::M1),
        "5m" | "5M" => Some(Interval::M5),
        "" | "*" => None,
        tick if tick.eq_ignore_ascii_case("tick") => None,
        _ => return Kind::Other,
    };
    let is = |name: &str| kind.eq_ignore_ascii_case(name);
    if is("trade") {
        return match (interval, is_index(code)) {
            (Some(interval), true) => Kind::IndexBar(interval),
            (Some(interval), false) => Kind::Bar(interval),
            (None, true) => Kind::Index,
            (None, false) => Kind::Trade,
        };
    }
    match interval {
        Some(_) => Kind::Other,
        None if is("quote") => Kind::Quote,
        None if is("oddlot") => Kind::OddLot,
        None if is("put") => Kind::PutThrough,
        None if is("room") => Kind::Room,
        None if is("market") && code.eq_ignore_ascii_case("flag") => Kind::Flag,
        None if is("market") => Kind::Limits,
        None if is(ORDER) => Kind::Order,
        None if is(PORTFOLIO) => Kind::Portfolio,
        None => Kind::Other,
    }
}

/// Writes a topic in our spelling into `text`.
pub(crate) fn canonical<'t>(topic: &str, text: &'t mut String) -> &'t str {
    text.clear();
    let (kind, rest) = topic.split_once('.').unwrap_or((topic, ""));
    let (code, tail) = rest.rsplit_once('@').map_or((rest, None), |(code, tail)| (code, Some(tail)));
    text.extend(kind.chars().map(|c| c.to_ascii_lowercase()));
    if text == ORDER || text == PORTFOLIO {
        return text;
    }
    if topic.len() > kind.len() {
        text.push('.');
    }
    text.extend(code.chars().map(|c| c.to_ascii_uppercase()));
    if let Some(tail) = tail.filter(|tail| !tail.eq_ignore_ascii_case("tick")) {
        text.push('@');
        text.extend(tail.chars().map(|c| c.to_ascii_lowercase()));
    }
    text
}

/// A topic as requests write it, which is how the venue's own library does.
pub(crate) fn requested(topic: &str) -> String {
    match topic.strip_prefix("trade.INDEX.") {
        Some(code) => format!("trade.index.{code}"),
        None if topic == FLAGS => "market.flag".to_owned(),
        None => topic.to_owned(),
    }
}

/// The name of the basket or board that an instrument stands for.
pub(crate) fn basket(instrument: InstrumentId) -> Option<&'static str> {
    instrument.symbol().strip_prefix("basket/")
}

/// Whether a topic fans out to the members of a basket or a board, whose messages come on topics of their own.
pub(crate) fn is_basket(topic: &str) -> bool {
    topic.ends_with("@*")
}

fn is_index(code: &str) -> bool {
    code.get(..INDEX.len()).is_some_and(|start| start.eq_ignore_ascii_case(INDEX))
}

fn of_all(channel: Channel) -> Result<String, Unsupported> {
    match channel {
        Channel::Status => Ok(FLAGS.to_owned()),
        Channel::Order | Channel::Fill => Ok(ORDER.to_owned()),
        Channel::Position => Ok(PORTFOLIO.to_owned()),
        Channel::Balance => {
            Err(Unsupported::new("SSI streams no balances: ask for them over REST, with the feature `trading`"))
        }
        _ => Err(Unsupported::new(format!(
            "SSI sends `{channel}` of an instrument, or of a board or basket: subscribe `ssi:SSI@{channel}` or \
             `ssi:basket/HOSE@{channel}`"
        ))),
    }
}

fn of_basket(basket: &str, channel: Channel) -> Result<String, Unsupported> {
    if !symbol::is_spelled_right(basket) {
        return Err(Unsupported::new(format!("`{basket}` is no basket of SSI: write `ssi:basket/VN30@{channel}`")));
    }
    let kind = match channel {
        Channel::Trade | Channel::Ticker => "trade",
        Channel::Book | Channel::Quote => "quote",
        Channel::ForeignRoom => "room",
        Channel::TradeBlock => "put",
        Channel::BookOddLot | Channel::TradeOddLot => "oddlot",
        _ => return Err(Unsupported::new(format!("SSI has no `{channel}` of a basket: subscribe each instrument"))),
    };
    Ok(format!("{kind}.{basket}@*"))
}

fn of_one(code: &str, channel: Channel) -> Result<String, Unsupported> {
    if !symbol::is_spelled_right(code) {
        return Err(Unsupported::new(format!("`{code}` is not a code of SSI: write it in capitals, as `ssi:VNM`")));
    }
    let kind = match channel {
        Channel::Trade | Channel::Ticker => "trade",
        Channel::Book | Channel::Quote => "quote",
        Channel::ForeignRoom => "room",
        Channel::TradeBlock => "put",
        Channel::BookOddLot | Channel::TradeOddLot => "oddlot",
        Channel::Limits => "market",
        Channel::Bar { interval, offset: None } => return Ok(format!("trade.{code}@{}", minutes(interval)?)),
        Channel::BarIndex(interval) => return Ok(format!("{}@{}", index(code)?, minutes(interval)?)),
        Channel::Index => return index(code),
        Channel::Raw(topic) => return raw(topic.as_str(), code),
        Channel::BookDepth(_) => {
            return Err(Unsupported::new("SSI does not say how deep its books are: subscribe all of it, `book`"));
        }
        Channel::Status => return Err(Unsupported::new("sessions are of the boards: subscribe `ssi:*@status`")),
        Channel::Order | Channel::Fill | Channel::Position => {
            return Err(Unsupported::new(format!("`{channel}` is of the whole account: subscribe `ssi:*@{channel}`")));
        }
        other => {
            return Err(Unsupported::new(format!("SSI has no `{other}`; `tapewire venues ssi` lists what it has")));
        }
    };
    Ok(format!("{kind}.{code}"))
}

fn index(code: &str) -> Result<String, Unsupported> {
    let (name, renamed) = RENAMED;
    if code == name {
        return Err(Unsupported::new(format!("SSI calls this index `{renamed}`: subscribe `ssi:{renamed}`")));
    }
    Ok(format!("trade.{INDEX}{code}"))
}

/// The two lengths of bars that there are.
fn minutes(interval: Interval) -> Result<Interval, Unsupported> {
    match interval {
        Interval::M1 | Interval::M5 => Ok(interval),
        other => Err(Unsupported::new(format!("SSI streams no bars of {other}: `bar:1m` and `bar:5m` are all"))),
    }
}

fn raw(kind: &str, code: &str) -> Result<String, Unsupported> {
    if let Some((_, channel)) = NORMALIZED.iter().find(|(known, _)| *known == kind) {
        return Err(Unsupported::new(format!("`{kind}` has a normalized form: ask for `{channel}` instead")));
    }
    if ASLEEP.contains(&kind) {
        return Err(Unsupported::new(format!("SSI names `{kind}` and does not serve it yet")));
    }
    if kind.is_empty() || !kind.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(Unsupported::new(format!("`{kind}` is not the name of a topic of SSI: small letters alone")));
    }
    Ok(format!("{kind}.{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Result<String, String> {
        spell(&text.parse().unwrap()).map(|topic| topic.wire.to_string()).map_err(|why| why.reason)
    }

    #[test]
    fn subscriptions_have_topics_and_topics_kinds() {
        for (text, wire, expected) in [
            ("ssi:SSI@trade", "trade.SSI", Kind::Trade),
            ("ssi:SSI@ticker", "trade.SSI", Kind::Trade),
            ("ssi:SSI@book", "quote.SSI", Kind::Quote),
            ("ssi:SSI@quote", "quote.SSI", Kind::Quote),
            ("ssi:SSI@bar:5m", "trade.SSI@5m", Kind::Bar(Interval::M5)),
            ("ssi:SSI@trade:block", "put.SSI", Kind::PutThrough),
            ("ssi:SSI@book:odd_lot", "oddlot.SSI", Kind::OddLot),
            ("ssi:SSI@trade:odd_lot", "oddlot.SSI", Kind::OddLot),
            ("ssi:SSI@limits", "market.SSI", Kind::Limits),
            ("ssi:SSI@foreign_room", "room.SSI", Kind::Room),
            ("ssi:VN30@index", "trade.INDEX.VN30", Kind::Index),
            ("ssi:VN30@bar:index:1m", "trade.INDEX.VN30@1m", Kind::IndexBar(Interval::M1)),
            ("ssi:VN30@raw:indexsummary", "indexsummary.VN30", Kind::Other),
            ("ssi:basket/VN30@trade", "trade.VN30@*", Kind::Trade),
            ("ssi:basket/HOSE@book", "quote.HOSE@*", Kind::Quote),
            ("ssi:*@status", "market.FLAG", Kind::Flag),
        ] {
            assert_eq!(spelled(text).as_deref(), Ok(wire), "{text}");
            assert_eq!(kind(wire), expected, "{wire}");
            assert_eq!(kind(&wire.to_ascii_uppercase()), expected, "{wire} in capitals");
            assert_eq!(canonical(&wire.to_ascii_uppercase(), &mut String::new()), wire);
        }
        for text in ["ssi:*@order", "ssi:*@fill"] {
            assert_eq!(spelled(text).as_deref(), Ok(ORDER));
        }
        assert_eq!(canonical("PORTFOLIO.1234568", &mut String::new()), PORTFOLIO);
        assert_eq!(canonical("trade.ssi@TICK", &mut String::new()), "trade.SSI");
    }

    #[test]
    fn executions_and_what_is_ones_own_count_each() {
        let each = [
            "SSI@trade",
            "SSI@ticker",
            "SSI@trade:block",
            "SSI@trade:odd_lot",
            "SSI@book:odd_lot",
            "*@order",
            "*@fill",
        ];
        for (texts, expected) in
            [(&each[..], true), (&["*@position"], true), (&["SSI@book", "SSI@bar:1m", "*@status"], false)]
        {
            for text in texts {
                let topic = spell(&format!("ssi:{text}").parse().unwrap()).map(|topic| topic.each_counts);
                assert_eq!(topic, Ok(expected), "{text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_had_is_refused_with_what_can() {
        for (text, hint) in [
            ("ssi:SSI@book:10", "`book`"),
            ("ssi:SSI@bar:1h", "`bar:1m`"),
            ("ssi:ssi@trade", "capitals"),
            ("ssi:*@trade", "ssi:basket/HOSE@trade"),
            ("ssi:SSI@order", "ssi:*@order"),
            ("ssi:*@balance", "REST"),
            ("ssi:UPCOMINDEX@index", "HNXUPCOMINDEX"),
            ("ssi:SSI@raw:quote", "`book`"),
            ("ssi:SSI@raw:asset", "does not serve"),
            ("ssi:basket/VN30@bar:1m", "each instrument"),
            ("ssi:SSI@funding", "tapewire venues ssi"),
            ("ssi:SSI@raw:a\"b", "small letters"),
        ] {
            let refused = spelled(text).unwrap_err();
            assert!(refused.contains(hint), "{text}: {refused}");
        }
    }

    #[test]
    fn requests_are_spelled_as_the_library_of_the_venue_does() {
        for (topic, expected) in
            [("market.FLAG", "market.flag"), ("trade.INDEX.VN30@1m", "trade.index.VN30@1m"), ("quote.SSI", "quote.SSI")]
        {
            assert_eq!(requested(topic), expected);
        }
    }

    #[test]
    fn unknown_topics_have_no_kind() {
        for topic in ["newtype.SSI", "trade", "", "trade.SSI@3m", "quote.SSI@1m", "order"] {
            assert_eq!(kind(topic), Kind::Other, "{topic}");
        }
    }
}
