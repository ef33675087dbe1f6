//! What a client asks of its orders, read and checked against the instrument: sizes, prices, names.
//!
//! Source: the venue's API guide v5, "Order book trading", "Place order", "Amend order" and "Cancel order", and the error
//! codes of its trade class, read 2026-07.

use serde_json::Value;

use super::money::{parse, units};
use crate::market::order::{MAX_PRICE_TICKS, MAX_SIZE_LOTS};
use crate::market::{Scaled, Side};
use crate::venues::okx::instrument::{Instrument, Instruments, Kind};
use crate::venues::okx::request::Refusal;

/// How a request names its instrument: REST by `instId`, the socket by `instIdCode` since early 2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Id,
    Code,
    Either,
}

/// The venue's `ordType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderType {
    Market,
    Limit,
    PostOnly,
    FillOrKill,
    ImmediateOrCancel,
    /// A market order that the documents allow for derivatives alone.
    OptimalLimitIoc,
}

/// An order as it was asked for, and as it was amended since.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// By its number.
    pub(crate) instrument: usize,
    pub(crate) side: Side,
    pub(crate) order_type: OrderType,
    /// Zero while `budget` says how much it is.
    pub(crate) size_lots: i64,
    /// What a market order that is sized in quote currency may cost, or bring.
    pub(crate) budget: Option<Scaled>,
    /// Zero for a market order.
    pub(crate) price_ticks: i64,
    /// As the client wrote it.
    pub(crate) size: Scaled,
    /// Empty for none.
    pub(crate) client_id: String,
    pub(crate) tag: String,
    pub(crate) reduce_only: bool,
}

/// Which order is meant.
#[derive(Debug, Clone)]
pub(crate) struct Which {
    pub(crate) instrument: usize,
    /// The venue's number wins over the client's.
    pub(crate) order: Option<u64>,
    pub(crate) client_id: String,
}

/// What an order is to become.
#[derive(Debug, Clone)]
pub(crate) struct Amendment {
    pub(crate) which: Which,
    /// In lots, with what has been filled.
    pub(crate) size: Option<(Scaled, i64)>,
    pub(crate) price_ticks: Option<i64>,
    pub(crate) cancel_on_fail: bool,
}

impl OrderType {
    const ALL: [Self; 6] =
        [Self::Market, Self::Limit, Self::PostOnly, Self::FillOrKill, Self::ImmediateOrCancel, Self::OptimalLimitIoc];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit => "limit",
            Self::PostOnly => "post_only",
            Self::FillOrKill => "fok",
            Self::ImmediateOrCancel => "ioc",
            Self::OptimalLimitIoc => "optimal_limit_ioc",
        }
    }

    /// Whether it trades at any price.
    pub(crate) const fn is_market(self) -> bool {
        matches!(self, Self::Market | Self::OptimalLimitIoc)
    }
}

impl Ticket {
    pub(crate) fn read(arg: &Value, naming: Naming, all: &Instruments) -> Result<Self, Refusal> {
        let (number, instrument) = instrument(arg, naming, all)?;
        let side = match mandatory(arg, "side")?.as_str() {
            "buy" => Side::Bid,
            "sell" => Side::Ask,
            _ => return Err(bad("side")),
        };
        mode(arg, instrument.kind)?;
        let order_type = mandatory(arg, "ordType")?;
        let order_type = OrderType::ALL.into_iter().find(|it| it.name() == order_type).ok_or_else(|| bad("ordType"))?;
        if order_type == OrderType::OptimalLimitIoc && instrument.kind == Kind::Spot {
            return Err(bad("ordType"));
        }
        let size = parse(&mandatory(arg, "sz")?).ok_or_else(|| bad("sz"))?;
        let by_quote = sized_in_quote(arg, instrument.kind, order_type, side)?;
        let size_lots = if by_quote { 0 } else { lots(size, instrument, order_type)? };
        let price_ticks = if order_type.is_market() {
            0
        } else {
            ticks(&mandatory(arg, "px")?, instrument).ok_or_else(|| bad("px"))?
        };
        let reduce_only = flag(arg, "reduceOnly")? && instrument.kind == Kind::Swap;
        let (client_id, tag) = (name(arg, "clOrdId", CLIENT_ID_MAX)?, name(arg, "tag", TAG_MAX)?);
        let budget = by_quote.then_some(size);
        let instrument = number;
        Ok(Self { instrument, side, order_type, size_lots, budget, price_ticks, size, client_id, tag, reduce_only })
    }
}

impl Which {
    pub(crate) fn read(arg: &Value, naming: Naming, all: &Instruments) -> Result<Self, Refusal> {
        let (instrument, _) = instrument(arg, naming, all)?;
        let (order, client_id) = (text(arg, "ordId"), text(arg, "clOrdId"));
        if order.is_empty() && client_id.is_empty() {
            return Err(Refusal::new(51003, "Either client order ID or order ID is required."));
        }
        let order = if order.is_empty() { None } else { Some(order.parse().map_err(|_| bad("ordId"))?) };
        Ok(Self { instrument, order, client_id })
    }
}

impl Amendment {
    pub(crate) fn read(arg: &Value, naming: Naming, all: &Instruments) -> Result<Self, Refusal> {
        let which = Which::read(arg, naming, all)?;
        let (_, instrument) = instrument(arg, naming, all)?;
        name(arg, "reqId", CLIENT_ID_MAX)?;
        let (size, price) = (text(arg, "newSz"), text(arg, "newPx"));
        if size.is_empty() && price.is_empty() {
            return Err(Refusal::new(51500, "You must enter a price, quantity, or TP/SL"));
        }
        let size = if size.is_empty() {
            None
        } else {
            let size = parse(&size).ok_or_else(|| bad("newSz"))?;
            Some((size, lots(size, instrument, OrderType::Limit)?))
        };
        let price_ticks =
            if price.is_empty() { None } else { Some(ticks(&price, instrument).ok_or_else(|| bad("newPx"))?) };
        Ok(Self { which, size, price_ticks, cancel_on_fail: flag(arg, "cxlOnFail")? })
    }
}

/// A member as text: clients write numbers with and without quotes.
pub(crate) fn text(arg: &Value, name: &str) -> String {
    match arg.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn mandatory(arg: &Value, name: &str) -> Result<String, Refusal> {
    let value = text(arg, name);
    if value.is_empty() { Err(empty(name)) } else { Ok(value) }
}

fn instrument<'a>(arg: &Value, naming: Naming, all: &'a Instruments) -> Result<(usize, &'a Instrument), Refusal> {
    let by_code = match naming {
        Naming::Id => false,
        Naming::Code => true,
        Naming::Either => !text(arg, "instIdCode").is_empty(),
    };
    let found = if by_code {
        let code = mandatory(arg, "instIdCode")?;
        all.all().position(|instrument| instrument.code.to_string() == code)
    } else {
        all.number(&mandatory(arg, "instId")?)
    };
    let found = found.and_then(|number| Some((number, all.get(number)?)));
    found.ok_or_else(|| Refusal::new(51001, "Instrument ID, Instrument ID code, or Spread ID doesn't exist."))
}

/// Pairs are traded against cash; swaps share one margin, and have one position for both directions.
fn mode(arg: &Value, kind: Kind) -> Result<(), Refusal> {
    let expected = trade_mode(kind);
    match mandatory(arg, "tdMode")?.as_str() {
        mode if mode == expected => {}
        "cash" | "cross" | "isolated" | "spot_isolated" => {
            return Err(Refusal::new(51010, "You can't complete this request under your current account mode."));
        }
        _ => return Err(bad("tdMode")),
    }
    match text(arg, "posSide").as_str() {
        "" | "net" => {}
        _ => return Err(bad("posSide")),
    }
    match text(arg, "stpMode").as_str() {
        "" | STP_MODE => Ok(()),
        _ => Err(bad("stpMode")),
    }
}

/// The `tdMode` of a kind of instruments.
pub(crate) const fn trade_mode(kind: Kind) -> &'static str {
    match kind {
        Kind::Spot => "cash",
        Kind::Swap => "cross",
    }
}

/// A market order of a pair says what its size is in; where it does not, what is spent is meant: quote currency for a
/// buyer, base currency for a seller.
fn sized_in_quote(arg: &Value, kind: Kind, order_type: OrderType, side: Side) -> Result<bool, Refusal> {
    let by_quote = match text(arg, "tgtCcy").as_str() {
        "" => side == Side::Bid,
        "quote_ccy" => true,
        "base_ccy" => false,
        _ => return Err(bad("tgtCcy")),
    };
    Ok(by_quote && kind == Kind::Spot && order_type == OrderType::Market)
}

fn lots(size: Scaled, instrument: &Instrument, order_type: OrderType) -> Result<i64, Refusal> {
    if units(size, instrument.lot).is_none() {
        let lot = instrument.size(1);
        let is_less = super::money::compare(size, lot).is_lt();
        return Err(if is_less {
            Refusal::new(51020, "Your order should meet or exceed the minimum order amount.")
        } else {
            Refusal::new(51121, "Order quantity must be a multiple of the lot size.")
        });
    }
    units(size, instrument.lot).filter(|lots| *lots <= MAX_SIZE_LOTS).ok_or_else(|| match order_type.is_market() {
        true => Refusal::new(51202, "Market order amount exceeds the maximum amount."),
        false => Refusal::new(51203, "Order amount exceeds the limit amount."),
    })
}

fn ticks(price: &str, instrument: &Instrument) -> Option<i64> {
    units(parse(price)?, instrument.tick).filter(|ticks| *ticks <= MAX_PRICE_TICKS)
}

/// A name of the client's own: letters and digits.
fn name(arg: &Value, member: &str, most: usize) -> Result<String, Refusal> {
    let value = text(arg, member);
    let fits = value.len() <= most && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(value) } else { Err(bad(member)) }
}

/// Written as a word or with quotes.
fn flag(arg: &Value, member: &str) -> Result<bool, Refusal> {
    match arg.get(member) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(Value::String(text)) if matches!(text.as_str(), "" | "false") => Ok(false),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(_) => Err(bad(member)),
    }
}

pub(crate) fn bad(name: &str) -> Refusal {
    Refusal::new(51000, format!("Parameter {name} error"))
}

fn empty(name: &str) -> Refusal {
    Refusal::new(50014, format!("Parameter {name} can not be empty."))
}

/// What happens when orders of one account would trade with each other: the older one goes.
pub(crate) const STP_MODE: &str = "cancel_maker";
const CLIENT_ID_MAX: usize = 32;
const TAG_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::market::listing::default_profiles;

    fn instruments() -> Instruments {
        let listings: Vec<_> = default_profiles().into_iter().map(|profile| profile.listing).collect();
        Instruments::of(&listings, |_| true)
    }

    fn with(changes: &[(&str, Value)]) -> Result<Ticket, u32> {
        let mut arg = json!({ "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit",
            "px": "42000", "sz": "0.01", "clOrdId": "abc1" });
        for (name, value) in changes {
            arg[*name] = value.clone();
        }
        Ticket::read(&arg, Naming::Id, &instruments()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn orders_are_read() {
        let order = with(&[]).unwrap();
        assert_eq!((order.price_ticks, order.size_lots, order.budget), (4_200_000, 1_000, None));
        // A buyer at market says what to spend, unless it says otherwise.
        let order = with(&[("ordType", json!("market")), ("sz", json!("100"))]).unwrap();
        assert_eq!((order.size_lots, order.budget.map(|it| it.to_string())), (0, Some("100".to_owned())));
        let order = with(&[("ordType", json!("market")), ("tgtCcy", json!("base_ccy"))]).unwrap();
        assert_eq!((order.size_lots, order.budget), (1_000, None));
        let order = with(&[("ordType", json!("market")), ("side", json!("sell"))]).unwrap();
        assert_eq!(order.budget, None, "and a seller what to sell");
        let swap = [("instId", json!("BTC-USDT-SWAP")), ("tdMode", json!("cross")), ("sz", json!("2.5"))];
        assert_eq!(with(&swap).unwrap().size_lots, 2_500);
    }

    #[test]
    fn each_mistake_has_its_documented_code() {
        for (name, value, code) in [
            ("instId", json!("NO-SUCH"), 51001),
            ("instId", json!(""), 50014),
            ("side", json!("hold"), 51000),
            ("side", Value::Null, 50014),
            ("ordType", json!("trigger"), 51000),
            ("ordType", json!("optimal_limit_ioc"), 51000),
            ("tdMode", json!("cross"), 51010),
            ("tdMode", json!("credit"), 51000),
            ("posSide", json!("long"), 51000),
            ("px", json!(""), 50014),
            ("px", json!("42000.001"), 51000),
            ("px", json!("-1"), 51000),
            ("sz", json!("0"), 51000),
            ("sz", json!("0.000001"), 51020),
            ("sz", json!("1.000001"), 51121),
            ("sz", json!("100000001"), 51203),
            ("clOrdId", json!("with-dash"), 51000),
            ("clOrdId", json!("a".repeat(33)), 51000),
            ("tgtCcy", json!("usd"), 51000),
            ("reduceOnly", json!("maybe"), 51000),
            ("stpMode", json!("cancel_both"), 51000),
        ] {
            assert_eq!(with(&[(name, value.clone())]).map(|_| ()), Err(code), "{name} {value}");
        }
    }

    #[test]
    fn the_socket_names_instruments_by_their_code() {
        let all = instruments();
        let code = all.find("ETH-USDT").unwrap().code;
        let read = |arg: Value, naming| Which::read(&arg, naming, &all).map_err(|refusal| refusal.code);
        let by_code = json!({ "instIdCode": code, "ordId": "7" });
        assert_eq!(read(by_code.clone(), Naming::Code).map(|it| (it.instrument, it.order)), Ok((1, Some(7))));
        assert_eq!(read(by_code.clone(), Naming::Either).map(|it| it.instrument), Ok(1));
        assert_eq!(read(by_code, Naming::Id).map(|_| ()), Err(50014));
        let by_id = json!({ "instId": "ETH-USDT", "clOrdId": "a" });
        assert_eq!(read(by_id.clone(), Naming::Code).map(|_| ()), Err(50014));
        assert_eq!(read(by_id, Naming::Either).map(|it| it.client_id), Ok("a".to_owned()));
        assert_eq!(read(json!({ "instId": "ETH-USDT" }), Naming::Id).map(|_| ()), Err(51003));
        assert_eq!(read(json!({ "instIdCode": 1, "ordId": "7" }), Naming::Code).map(|_| ()), Err(51001));
    }
}
