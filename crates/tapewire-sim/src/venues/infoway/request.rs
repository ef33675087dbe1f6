//! What clients send: requests by code, and what is wrong with those that cannot be carried out.

use serde_json::{Map, Value};

use super::topic::{Feed, Topic, interval};

/// What a frame asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    /// The acknowledgement's code, what is wanted, and whether trades are wanted with their type.
    Subscribe {
        ack: u16,
        topics: Vec<Topic>,
        typed: bool,
    },
    Unsubscribe(Whom),
    Heartbeat,
}

/// Which subscriptions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whom {
    pub(super) kind: Kind,
    /// None for all.
    pub(super) symbols: Option<Vec<String>>,
    /// None for all intervals.
    pub(super) intervals: Option<Vec<u8>>,
}

/// A feed with all its intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Trade,
    Depth,
    Kline,
}

impl Feed {
    pub(super) const fn kind(self) -> Kind {
        match self {
            Self::Trade => Kind::Trade,
            Self::Depth => Kind::Depth,
            Self::Kline(_) => Kind::Kline,
        }
    }
}

impl Whom {
    /// Whether a topic is one of them.
    pub(super) fn holds(&self, topic: &Topic) -> bool {
        let interval = match topic.feed {
            Feed::Kline(kind) => self.intervals.as_ref().is_none_or(|kinds| kinds.contains(&kind)),
            Feed::Trade | Feed::Depth => true,
        };
        let symbol = self.symbols.as_ref().is_none_or(|symbols| symbols.contains(&topic.symbol));
        topic.feed.kind() == self.kind && symbol && interval
    }
}

/// Why a request is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn new(code: u16, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// A parameter is missing. The colons are full-width, as captured.
    fn lost(name: &str) -> Self {
        Self::new(507, format!("Param lost：{name}"))
    }

    pub(super) fn bad(why: &str) -> Self {
        Self::new(506, format!("Param error：{why}"))
    }
}

/// A frame with the trace that answers repeat, or none for one that is no JSON.
pub(super) type Parsed = Option<(Value, Result<Op, Refusal>)>;

/// Reads a frame.
pub(super) fn parse(text: &str) -> Parsed {
    let request: Value = serde_json::from_str(text).ok()?;
    let Some(request) = request.as_object() else { return Some((Value::Null, Err(Refusal::bad("not an object")))) };
    let trace = request.get("trace").cloned().unwrap_or_default();
    Some((trace, op(request)))
}

fn op(request: &Map<String, Value>) -> Result<Op, Refusal> {
    let code = request.get("code").ok_or_else(|| Refusal::lost("code"))?;
    let data = request.get("data").and_then(Value::as_object);
    let needed = || data.ok_or_else(|| Refusal::lost("data"));
    match code.as_u64() {
        Some(10_000) => {
            let typed = needed()?.get("includeTy") == Some(&Value::Bool(true));
            Ok(Op::Subscribe { ack: 10_001, topics: topics(symbols(needed()?)?, Feed::Trade), typed })
        }
        Some(10_003) => {
            Ok(Op::Subscribe { ack: 10_004, topics: topics(symbols(needed()?)?, Feed::Depth), typed: false })
        }
        Some(10_006) => Ok(Op::Subscribe { ack: 10_007, topics: klines(needed()?)?, typed: false }),
        Some(10_010) => Ok(Op::Heartbeat),
        Some(11_000) => ended(data, Kind::Trade),
        Some(11_001) => ended(data, Kind::Depth),
        Some(11_002) => ended(data, Kind::Kline),
        _ => Err(Refusal::bad("The code is out of range")),
    }
}

fn topics(symbols: Vec<String>, feed: Feed) -> Vec<Topic> {
    symbols.into_iter().map(|symbol| Topic { symbol, feed }).collect()
}

fn klines(data: &Map<String, Value>) -> Result<Vec<Topic>, Refusal> {
    let groups = data.get("arr").ok_or_else(|| Refusal::lost("arr"))?;
    let groups = groups.as_array().ok_or_else(|| Refusal::bad("arr is not a list"))?;
    let mut all = Vec::new();
    for group in groups {
        let group = group.as_object().ok_or_else(|| Refusal::bad("arr holds no objects"))?;
        let kind = group.get("type").ok_or_else(|| Refusal::lost("type"))?.as_u64();
        let kind = kind.and_then(|kind| u8::try_from(kind).ok()).filter(|kind| interval(*kind).is_some());
        let kind = kind.ok_or_else(|| Refusal::bad("The type is out of range"))?;
        all.extend(topics(symbols(group)?, Feed::Kline(kind)));
    }
    if all.is_empty() { Err(Refusal::lost("arr")) } else { Ok(all) }
}

/// The symbols of a request, of which there is at least one.
fn symbols(data: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let codes = data.get("codes").ok_or_else(|| Refusal::lost("codes"))?;
    let list = split(codes.as_str().ok_or_else(|| Refusal::bad("codes is no text"))?);
    if list.is_empty() { Err(Refusal::lost("codes")) } else { Ok(list) }
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Without symbols, or with none, all of a kind end.
fn ended(data: Option<&Map<String, Value>>, kind: Kind) -> Result<Op, Refusal> {
    let text = |name: &str| match data.and_then(|data| data.get(name)) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or_else(|| Refusal::bad(&format!("{name} is no text"))),
    };
    let symbols = text("codes")?.map(split).filter(|list| !list.is_empty());
    let kinds = text("klineTypes")?.map(split).filter(|list| !list.is_empty() && kind == Kind::Kline);
    let intervals = kinds.map(|kinds| kinds.iter().map(|kind| kind.parse()).collect::<Result<Vec<u8>, _>>());
    let intervals = intervals.transpose().map_err(|_| Refusal::bad("klineTypes holds no numbers"))?;
    Ok(Op::Unsubscribe(Whom { kind, symbols, intervals }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(symbol: &str, feed: Feed) -> Topic {
        Topic { symbol: symbol.to_owned(), feed }
    }

    fn of(text: &str) -> Result<Op, (u16, String)> {
        parse(text).unwrap().1.map_err(|refusal| (refusal.code, refusal.text))
    }

    #[test]
    fn requests_are_read_as_captured() {
        let (trace, op) =
            parse(r#"{"code": 10000, "trace": "2e05", "data": {"codes": "BTCUSDT, ETHUSDT", "includeTy": true}}"#)
                .unwrap();
        assert_eq!(trace, "2e05");
        let both = vec![topic("BTCUSDT", Feed::Trade), topic("ETHUSDT", Feed::Trade)];
        assert_eq!(op, Ok(Op::Subscribe { ack: 10_001, topics: both, typed: true }));
        let klines =
            of(r#"{"code":10006,"trace":"x","data":{"arr":[{"type":1,"codes":"A,B"},{"type":8,"codes":"A"}]}}"#);
        let all = vec![topic("A", Feed::Kline(1)), topic("B", Feed::Kline(1)), topic("A", Feed::Kline(8))];
        assert_eq!(klines, Ok(Op::Subscribe { ack: 10_007, topics: all, typed: false }));
        assert_eq!(of(r#"{"code":10010,"trace":"x"}"#), Ok(Op::Heartbeat));
    }

    #[test]
    fn unsubscriptions_hold_what_they_name() {
        let ends = |text: &str, topic: &Topic| match of(text) {
            Ok(Op::Unsubscribe(whom)) => whom.holds(topic),
            other => panic!("{other:?}"),
        };
        let (one, day) = (topic("A", Feed::Kline(1)), topic("A", Feed::Kline(8)));
        let some = r#"{"code":11002,"data":{"codes":"A","klineTypes":"1,2"}}"#;
        assert!(ends(some, &one) && !ends(some, &day));
        let every = r#"{"code":11002,"data":{"codes":"A"}}"#;
        assert!(ends(every, &one) && ends(every, &day) && !ends(every, &topic("B", Feed::Kline(1))));
        let all = r#"{"code":11000,"data":{"codes":""}}"#;
        assert!(ends(all, &topic("B", Feed::Trade)) && !ends(all, &one));
        assert!(ends(r#"{"code":11001}"#, &topic("B", Feed::Depth)));
    }

    #[test]
    fn what_is_wrong_has_its_code_and_words() {
        assert_eq!(parse("hello"), None);
        for (text, code, words) in [
            (r#"{"code":10000,"trace":"x"}"#, 507, "Param lost：data"),
            (r#"{"code":99999,"trace":"x","data":{}}"#, 506, "Param error：The code is out of range"),
            (r#"{"trace":"x"}"#, 507, "Param lost：code"),
            (r#"{"code":10003,"data":{}}"#, 507, "Param lost：codes"),
            (r#"{"code":10003,"data":{"codes":["A"]}}"#, 506, "Param error：codes is no text"),
            (r#"{"code":10003,"data":{"codes":","}}"#, 507, "Param lost：codes"),
            (r#"{"code":10006,"data":{"codes":"A"}}"#, 507, "Param lost：arr"),
            (
                r#"{"code":10006,"data":{"arr":[{"type":13,"codes":"A"}]}}"#,
                506,
                "Param error：The type is out of range",
            ),
            (
                r#"{"code":11002,"data":{"codes":"A","klineTypes":"x"}}"#,
                506,
                "Param error：klineTypes holds no numbers",
            ),
            ("[]", 506, "Param error：not an object"),
        ] {
            assert_eq!(of(text), Err((code, words.to_owned())), "{text}");
        }
    }
}
