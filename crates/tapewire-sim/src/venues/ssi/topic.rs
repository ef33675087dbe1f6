//! Topics: what clients write, and the feeds that each stands for.
//!
//! Source: SSI's developer portal and the topic builder of ssi-sdk 3.3.2, read 2026-07: `type.filter[@interval]`, where
//! the filter is `*`, a code or a range `A-B`, and comes back in capitals.

use super::board::Board;
use super::security::{INDICES, Index, Security, all, find};
use crate::market::ListingId;

/// One thing that is sent; a topic may stand for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feed {
    Trade(ListingId),
    Bar(ListingId, Span),
    Quote(ListingId),
    Room(ListingId),
    PutThrough(ListingId),
    OddLot(ListingId),
    Limits(ListingId),
    Flags,
    Index(usize),
    IndexBar(usize, Span),
    Summary(usize),
    Orders(AccountNumber),
    Portfolio(AccountNumber),
}

/// An account, by its number.
pub(super) type AccountNumber = u32;

/// The length of a bar; there are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Span {
    Minute,
    FiveMinutes,
}

/// A topic that is well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic {
    /// As the venue writes it: the type as it is, what follows in capitals.
    pub(super) text: String,
    /// What it stands for; nothing for a code that nobody lists, which is acknowledged nevertheless.
    pub(super) feeds: Vec<Feed>,
}

impl Topic {
    /// A topic of a recording: the market knows nothing of it.
    pub(super) fn recorded(text: &str) -> Self {
        let (kind, tail) = text.split_once('.').unwrap_or((text, ""));
        let (filter, suffix) = tail.split_once('@').map_or((tail, None), |(filter, suffix)| (filter, Some(suffix)));
        let suffix = suffix.filter(|suffix| *suffix != "tick").map_or_else(String::new, |suffix| format!("@{suffix}"));
        let text = format!("{}.{}{suffix}", kind.to_ascii_lowercase(), filter.to_ascii_uppercase());
        Self { text, feeds: Vec::new() }
    }

    /// Whether a recorded topic is this one, or one of those that this one takes with `*`.
    pub(super) fn takes(&self, recorded: &Self) -> bool {
        let all = || {
            let kind = self.text.strip_suffix('*').filter(|kind| kind.ends_with('.'));
            kind.is_some_and(|kind| recorded.text.starts_with(kind) && !recorded.text.contains('@'))
        };
        self.text == recorded.text || all()
    }

    /// Whether it is one of the channel `TRADING`.
    pub(super) fn is_of_account(&self) -> bool {
        parse_account(&self.text).is_some()
    }
}

impl Span {
    pub(super) const ALL: [Self; 2] = [Self::Minute, Self::FiveMinutes];

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
        }
    }

    pub(super) const fn millis(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::FiveMinutes => 300_000,
        }
    }
}

impl Feed {
    /// The topic that its frames name.
    pub(super) fn stream(self) -> String {
        let symbol = |id| super::security::security(id).symbol;
        let code = |index: usize| INDICES.get(index).map_or("", |index| index.code);
        match self {
            Self::Trade(id) => format!("trade.{}", symbol(id)),
            Self::Bar(id, span) => format!("trade.{}@{}", symbol(id), span.label()),
            Self::Quote(id) => format!("quote.{}", symbol(id)),
            Self::Room(id) => format!("room.{}", symbol(id)),
            Self::PutThrough(id) => format!("put.{}", symbol(id)),
            Self::OddLot(id) => format!("oddlot.{}", symbol(id)),
            Self::Limits(id) => format!("market.{}", symbol(id)),
            Self::Flags => "market.FLAG".to_owned(),
            Self::Index(index) => format!("trade.INDEX.{}", code(index)),
            Self::IndexBar(index, span) => format!("trade.INDEX.{}@{}", code(index), span.label()),
            Self::Summary(index) => format!("indexsummary.{}", code(index)),
            Self::Orders(account) => format!("order.{account}"),
            Self::Portfolio(account) => format!("portfolio.{account}"),
        }
    }

    pub(super) const fn channel(self) -> &'static str {
        match self {
            Self::Orders(_) | Self::Portfolio(_) => "TRADING",
            _ => "DATA",
        }
    }
}

/// Reads a topic of the channel `DATA`; none if it is no topic.
pub(super) fn parse(text: &str) -> Option<Topic> {
    let (kind, tail) = text.split_once('.')?;
    let kind = kind.to_ascii_lowercase();
    let (filter, suffix) = tail.split_once('@').map_or((tail, None), |(filter, suffix)| (filter, Some(suffix)));
    let filter = filter.to_ascii_uppercase();
    let canonical = match suffix {
        None | Some("tick") => format!("{kind}.{filter}"),
        Some(suffix) => format!("{kind}.{filter}@{suffix}"),
    };
    let feeds = match (kind.as_str(), filter.strip_prefix("INDEX."), suffix) {
        ("market", _, None) if filter == "FLAG" => vec![Feed::Flags],
        ("trade", Some(code), _) => indices(code, shape(suffix, Feed::Index, Feed::IndexBar)?)?,
        ("indexsummary", _, None) => indices(&filter, Feed::Summary)?,
        ("market", _, None) => securities(&filter, Feed::Limits)?,
        (_, _, Some("*")) => members(&filter, one(&kind)?)?,
        ("trade", _, _) => securities(&filter, shape(suffix, Feed::Trade, Feed::Bar)?)?,
        (_, _, None) => securities(&filter, one(&kind)?)?,
        _ => return None,
    };
    Some(Topic { text: canonical, feeds })
}

/// Reads a topic of the channel `TRADING`: what it stands for, if the account is a number and not `*`.
pub(super) fn parse_account(text: &str) -> Option<Option<Feed>> {
    let (kind, account) = text.split_once('.')?;
    let feed: fn(AccountNumber) -> Feed = match kind {
        _ if kind.eq_ignore_ascii_case("order") => Feed::Orders,
        _ if kind.eq_ignore_ascii_case("portfolio") => Feed::Portfolio,
        _ => return None,
    };
    if account == "*" {
        return Some(None);
    }
    let digits = account.bytes().all(|byte| byte.is_ascii_digit());
    account.parse().ok().filter(|_| digits).map(|number| Some(feed(number)))
}

/// What a type stands for that has one feed for each security.
fn one(kind: &str) -> Option<&'static dyn Fn(ListingId) -> Feed> {
    Some(match kind {
        "trade" => &Feed::Trade,
        "quote" => &Feed::Quote,
        "room" => &Feed::Room,
        "put" => &Feed::PutThrough,
        "oddlot" => &Feed::OddLot,
        _ => return None,
    })
}

/// Ticks without an interval, bars with one.
fn shape<T: Copy + 'static>(
    suffix: Option<&str>,
    tick: fn(T) -> Feed,
    bar: fn(T, Span) -> Feed,
) -> Option<Box<dyn Fn(T) -> Feed>> {
    match suffix {
        None | Some("tick") => Some(Box::new(tick)),
        Some(label) => {
            let span = Span::ALL.into_iter().find(|span| span.label() == label)?;
            Some(Box::new(move |it| bar(it, span)))
        }
    }
}

fn securities(filter: &str, feed: impl Fn(ListingId) -> Feed) -> Option<Vec<Feed>> {
    let feeds = |wanted: &dyn Fn(&Security) -> bool| {
        all().filter(|(_, security)| wanted(security)).map(|(id, _)| feed(id)).collect()
    };
    if filter == "*" {
        return Some(feeds(&|_| true));
    }
    if let Some((first, last)) = filter.split_once('-') {
        let named = is_code(first) && is_code(last);
        let within = |it: &Security| it.symbol >= first && (it.symbol <= last || it.symbol.starts_with(last));
        return named.then(|| feeds(&within));
    }
    is_code(filter).then(|| find(filter).map(|(id, _)| feed(id)).into_iter().collect())
}

/// The stocks of a board or an index.
fn members(filter: &str, feed: impl Fn(ListingId) -> Feed) -> Option<Vec<Feed>> {
    let index = INDICES.iter().find(|index| index.code == filter);
    let board = Board::find(filter);
    let within = |it: &Security| board == Some(it.board) || index.is_some_and(|index: &Index| it.is_in(index));
    let feeds = all().filter(|(_, security)| within(security)).map(|(id, _)| feed(id));
    is_code(filter).then(|| feeds.collect())
}

fn indices(code: &str, feed: impl Fn(usize) -> Feed) -> Option<Vec<Feed>> {
    let wanted = |index: &Index| code == "*" || index.code == code;
    let feeds = INDICES.iter().enumerate().filter(|(_, index)| wanted(index)).map(|(number, _)| feed(number));
    (code == "*" || is_code(code)).then(|| feeds.collect())
}

fn is_code(text: &str) -> bool {
    (1..=CODE_BYTES_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Longer than any code.
const CODE_BYTES_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn streams(text: &str) -> Option<(String, Vec<String>)> {
        parse(text).map(|topic| (topic.text, topic.feeds.iter().map(|feed| feed.stream()).collect()))
    }

    #[test]
    fn topics_are_read_whatever_their_case() {
        for (text, canonical, expected) in [
            ("trade.ssi", "trade.SSI", &["trade.SSI"][..]),
            ("trade.SSI@tick", "trade.SSI", &["trade.SSI"]),
            ("trade.SSI@5m", "trade.SSI@5m", &["trade.SSI@5m"]),
            ("Quote.VNM", "quote.VNM", &["quote.VNM"]),
            ("market.flag", "market.FLAG", &["market.FLAG"]),
            ("market.SSI", "market.SSI", &["market.SSI"]),
            ("trade.index.VN30", "trade.INDEX.VN30", &["trade.INDEX.VN30"]),
            ("trade.index.VN30@1m", "trade.INDEX.VN30@1m", &["trade.INDEX.VN30@1m"]),
            ("indexsummary.vn30", "indexsummary.VN30", &["indexsummary.VN30"]),
            ("quote.HNX@*", "quote.HNX@*", &["quote.IDC"]),
            ("room.SCR-SSI", "room.SCR-SSI", &["room.SSI", "room.SCR"]),
            ("trade.S-S", "trade.S-S", &["trade.SSI", "trade.SCR"]),
            // Acknowledged, and silent: a basket without its mark, a code that nobody lists.
            ("quote.VN30", "quote.VN30", &[]),
            ("trade.XYZ", "trade.XYZ", &[]),
        ] {
            let expected = expected.iter().map(|stream| (*stream).to_owned()).collect();
            assert_eq!(streams(text), Some((canonical.to_owned(), expected)), "{text}");
        }
        assert_eq!(streams("trade.*").unwrap().1.len(), 9);
        assert_eq!(streams("trade.VN30@*").unwrap().1.len(), 5);
    }

    #[test]
    fn what_is_no_topic_is_invalid() {
        for text in [
            "foo.SSI",
            "trade",
            "trade.",
            "trade.SSI@3m",
            "quote.SSI@1m",
            "market.SSI@*",
            "trade.A,B",
            "trade.SSI@",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in ["order", "order.", "order.12x", "asset.1234561"] {
            assert!(parse_account(text).is_none(), "{text}");
        }
    }
}
