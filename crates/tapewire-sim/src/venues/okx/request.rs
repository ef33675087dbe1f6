//! Requests over the socket, and how the venue acknowledges and refuses them.
//!
//! Source: the venue's API guide v5, "WebSocket" ("Subscribe", "Login", "Connection count limit") and "Error codes" of
//! the WebSocket API, read 2026-07.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::channel::Channel;
use super::trade::entry::{BATCH_MAX, Deed};

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Op {
    Subscribe(Vec<Arg>),
    Unsubscribe(Vec<Arg>),
    Login(Vec<Value>),
    Orders(Orders),
}

/// A request of order entry.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Orders {
    /// Its `op`, which the answer repeats.
    pub(super) op: &'static str,
    /// None for the cancellation of many options.
    pub(super) deed: Option<Deed>,
    pub(super) is_batch: bool,
    pub(super) args: Vec<Value>,
    pub(super) expires_ms: Option<i64>,
}

/// A subscription as a client writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arg {
    pub(super) channel: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) inst_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uly: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) inst_family: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) inst_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ccy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extra_params: Option<String>,
    /// The owner of an account; the venue adds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<String>,
}

impl Orders {
    /// Whether it has as many arguments as it may.
    pub(super) fn is_sized(&self) -> bool {
        if self.is_batch { (1..=BATCH_MAX).contains(&self.args.len()) } else { self.args.len() == 1 }
    }
}

impl Arg {
    pub(super) fn json(&self) -> String {
        // Strings alone; this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A request that cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn invalid(text: &str) -> Self {
        Self::new(60012, format!("Invalid request: {text}"))
    }

    /// The channel, with what it is asked for, is not on this path, or nowhere.
    pub(super) fn unknown(arg: &Arg) -> Self {
        let instrument = arg.inst_id.as_ref().map_or_else(String::new, |id| format!(",instId:{id}"));
        let name = &arg.channel;
        Self::new(
            60018,
            format!(
                "Wrong URL or channel:{name}{instrument} doesn't exist. \
                 Please use the correct URL, channel and parameters referring to API document."
            ),
        )
    }

    pub(super) fn login_wanted() -> Self {
        Self::new(60011, "Please log in")
    }

    pub(super) fn wrong_url() -> Self {
        Self::new(
            60028,
            "The current operation is not supported by this URL. Please use the correct URL for the operation.",
        )
    }

    pub(super) fn excluded(one: &str, other: &str) -> Self {
        Self::new(64004, format!("Subscribe to both {one} and {other} is not allowed. Unsubscribe {other} first."))
    }
}

/// Reads a request; the id is given back wherever it could be read.
pub(super) fn parse(text: &str) -> (Option<String>, Result<Op, Refusal>) {
    let Ok(Value::Object(message)) = serde_json::from_str(text) else { return (None, Err(Refusal::invalid(text))) };
    match id(&message) {
        Ok(id) => (id, op(&message, text)),
        Err(refusal) => (None, Err(refusal)),
    }
}

fn op(message: &Map<String, Value>, text: &str) -> Result<Op, Refusal> {
    let invalid = || Refusal::invalid(text);
    let Some(Value::String(op)) = message.get("op") else { return Err(invalid()) };
    let Some(Value::Array(list)) = message.get("args") else { return Err(invalid()) };
    if let Some((op, deed, is_batch)) = ORDER_OPS.iter().find(|(name, ..)| name == op) {
        let expires_ms =
            message.get("expTime").and_then(|time| time.as_str().map_or(time.as_i64(), |it| it.parse().ok()));
        return Ok(Op::Orders(Orders { op, deed: *deed, is_batch: *is_batch, args: list.clone(), expires_ms }));
    }
    let args = || list.iter().map(Arg::deserialize).collect::<Result<Vec<_>, _>>().map_err(|_| invalid());
    match op.as_str() {
        _ if list.is_empty() => Err(invalid()),
        "subscribe" => args().map(Op::Subscribe),
        "unsubscribe" => args().map(Op::Unsubscribe),
        "login" => Ok(Op::Login(list.clone())),
        _ => Err(Refusal::new(60019, format!("Invalid op: {op}"))),
    }
}

/// An id has 1 to 32 letters and digits.
fn id(message: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let fits = |id: &str| (1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match message.get("id") {
        None => Ok(None),
        Some(Value::String(id)) if fits(id) => Ok(Some(id.clone())),
        Some(_) => Err(Refusal::new(60033, "Parameter error: id")),
    }
}

/// Writes what is no data: every such message names its connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answers<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) connection: &'a str,
}

impl Answers<'_> {
    /// The acknowledgement of one argument of a `subscribe` or `unsubscribe`.
    pub(super) fn done(self, event: &str, arg: &Arg) -> String {
        self.event(event, &format!(r#""arg":{}"#, arg.json()))
    }

    pub(super) fn refused(self, refusal: &Refusal) -> String {
        let Refusal { code, message } = refusal;
        self.event("error", &format!(r#""code":"{code}","msg":{}"#, Value::from(message.as_str())))
    }

    pub(super) fn logged_in(self) -> String {
        self.event("login", r#""code":"0","msg":"""#)
    }

    /// How many connections have a channel; and with it that the channel is ended here, if they are too many.
    pub(super) fn counted(self, arg: &Arg, count: usize, too_many: bool) -> String {
        let event = if too_many { "channel-conn-count-error" } else { "channel-conn-count" };
        Self { id: None, ..self }
            .event(event, &format!(r#""channel":{},"connCount":"{count}""#, Value::from(arg.channel.as_str())))
    }

    /// The answer to a request of order entry, with its results or why it was not looked at.
    pub(super) fn ordered(self, op: &str, (code, message): (u32, &str), data: &str, now_us: i64) -> String {
        let (id, message) = (self.id.unwrap_or_default(), Value::from(message));
        format!(
            concat!(r#"{{"id":"{}","op":"{}","data":[{}],"code":"{}","msg":{},"inTime":"{}","outTime":"{}"}}"#,),
            id, op, data, code, message, now_us, now_us
        )
    }

    pub(super) fn notice(self) -> String {
        self.event(
            "notice",
            r#""code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect.""#,
        )
    }

    fn event(self, event: &str, members: &str) -> String {
        let id = self.id.map_or_else(String::new, |id| format!(r#""id":"{id}","#));
        format!(r#"{{{id}"event":"{event}",{members},"connId":"{}"}}"#, self.connection)
    }
}

/// An answer with the id of a request that nobody made; none if it has no id.
pub(super) fn misaddressed(answer: &str) -> Option<String> {
    let rest = answer.strip_prefix(r#"{"id":""#)?;
    let (id, rest) = rest.split_once('"')?;
    let other: String = id.chars().rev().take(ID_CHARS_MAX - 1).chain(['0']).collect();
    Some(format!(r#"{{"id":"{other}"{rest}"#))
}

/// How a fault script calls what a subscription asks for: `books:BTC-USDT`, `instruments:SPOT`, `account`.
pub(super) fn stream_name(arg: &Arg, channel: Channel) -> String {
    let about = match channel {
        Channel::Account
        | Channel::Positions
        | Channel::BalanceAndPosition
        | Channel::Orders
        | Channel::OrdersAlgo
        | Channel::Fills => None,
        _ => arg.inst_id.as_ref().or(arg.inst_type.as_ref()),
    };
    about.map_or_else(|| arg.channel.clone(), |about| format!("{}:{about}", arg.channel))
}

/// Order entry: the `op`, what it does, and whether it takes several orders.
const ORDER_OPS: &[(&str, Option<Deed>, bool)] = &[
    ("order", Some(Deed::Place), false),
    ("batch-orders", Some(Deed::Place), true),
    ("cancel-order", Some(Deed::Cancel), false),
    ("batch-cancel-orders", Some(Deed::Cancel), true),
    ("amend-order", Some(Deed::Amend), false),
    ("batch-amend-orders", Some(Deed::Amend), true),
    ("mass-cancel", None, false),
];
const ID_CHARS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: Answers<'_> = Answers { id: Some("1512"), connection: "a4d3ae55" };

    fn arg(channel: &str, id: &str) -> Arg {
        Arg { channel: channel.to_owned(), inst_id: Some(id.to_owned()), ..Arg::default() }
    }

    #[test]
    fn requests_are_read() {
        let books = vec![arg("books", "BTC-USDT")];
        let text = r#"{"id":"1512","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#;
        assert_eq!(parse(text), (Some("1512".to_owned()), Ok(Op::Subscribe(books.clone()))));
        let text = r#"{"op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}"#;
        assert_eq!(parse(text), (None, Ok(Op::Unsubscribe(books))));
    }

    #[test]
    fn order_entry_is_told_from_other_requests() {
        let text = r#"{"id":"1512","op":"batch-orders","args":[{"side":"buy"}],"expTime":"1597026383085"}"#;
        let (Some(id), Ok(Op::Orders(orders))) = parse(text) else { panic!("{:?}", parse(text)) };
        assert_eq!((&*id, orders.op, orders.deed, orders.is_batch), ("1512", "batch-orders", Some(Deed::Place), true));
        assert_eq!(orders.expires_ms, Some(1_597_026_383_085));
        let sized = |is_batch, count| {
            let args = vec![Value::Null; count];
            Orders { is_batch, args, ..orders.clone() }.is_sized()
        };
        assert_eq!([sized(false, 0), sized(false, 1), sized(false, 2)], [false, true, false]);
        assert_eq!([sized(true, 0), sized(true, 20), sized(true, 21)], [false, true, false]);
        // From the examples of the venue's documents.
        assert_eq!(
            ANSWERS.ordered("order", (60013, "Invalid args"), "", 1_695_190_491_421_339),
            r#"{"id":"1512","op":"order","data":[],"code":"60013","msg":"Invalid args","inTime":"1695190491421339","outTime":"1695190491421339"}"#
        );
    }

    #[test]
    fn refusals_read_as_documented() {
        for (text, code) in [
            ("x", 60012),
            ("[]", 60012),
            (r#"{"op":"subscribe","argss":[{"channel":"books","instId":"BTC-USDT"}]}"#, 60012),
            (r#"{"op":"subscribe","args":[]}"#, 60012),
            (r#"{"op":"subscribe","args":["books"]}"#, 60012),
            (r#"{"args":[{"channel":"books"}]}"#, 60012),
            (r#"{"op":"subscrib","args":[{"channel":"books"}]}"#, 60019),
            (r#"{"id":"a-b","op":"subscribe","args":[{"channel":"books"}]}"#, 60033),
            (r#"{"id":7,"op":"subscribe","args":[{"channel":"books"}]}"#, 60033),
        ] {
            assert_eq!(parse(text).1.map_err(|refusal| refusal.code), Err(code), "{text}");
        }
        let refusal = parse(r#"{"op": "subscribe", "argss":[]}"#).1.unwrap_err();
        assert_eq!(
            ANSWERS.refused(&refusal),
            r#"{"id":"1512","event":"error","code":"60012","msg":"Invalid request: {\"op\": \"subscribe\", \"argss\":[]}","connId":"a4d3ae55"}"#
        );
    }

    /// From the examples of the venue's documents.
    #[test]
    fn answers_read_as_documented() {
        let done = ANSWERS.done("subscribe", &arg("books", "BTC-USDT"));
        let expected =
            r#"{"id":"1512","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}"#;
        assert_eq!(done, expected);
        let orders = Arg { channel: "orders".to_owned(), ..Arg::default() };
        assert_eq!(
            ANSWERS.counted(&orders, 2, false),
            r#"{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"a4d3ae55"}"#
        );
        let answers = Answers { id: None, ..ANSWERS };
        assert_eq!(answers.logged_in(), r#"{"event":"login","code":"0","msg":"","connId":"a4d3ae55"}"#);
        assert_eq!(
            misaddressed(&done).unwrap(),
            r#"{"id":"21510","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}"#
        );
        assert_eq!(misaddressed(&answers.logged_in()), None);
    }
}
