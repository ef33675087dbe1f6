//! One's own account: `order.<account>` and `portfolio.<account>`, told apart by `eventType`.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

use super::Word;
use crate::number::{Number, Price, Sum};

/// `orderEvent`: the state of an order.
#[derive(Debug, Deserialize)]
pub(crate) struct Order<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "orderId", borrow)]
    pub(crate) id: Option<Word<'a>>,
    #[serde(rename = "clientRequestId", borrow)]
    pub(crate) client_id: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) side: Option<Text<'a>>,
    #[serde(rename = "orderType", borrow)]
    pub(crate) kind: Option<Text<'a>>,
    pub(crate) price: Option<Price>,
    #[serde(rename = "avgPrice")]
    pub(crate) average_price: Option<Number>,
    pub(crate) quantity: Option<Number>,
    #[serde(rename = "osQty")]
    pub(crate) open: Option<Number>,
    #[serde(rename = "filledQty")]
    pub(crate) filled: Option<Number>,
    #[serde(rename = "orderStatus", borrow)]
    pub(crate) status: Text<'a>,
    #[serde(rename = "modifiedTime", borrow)]
    pub(crate) modified: Option<Raw<'a>>,
    /// As older versions write it.
    #[serde(rename = "modifyTime", borrow)]
    pub(crate) modify: Option<Raw<'a>>,
    #[serde(rename = "inputTime", borrow)]
    pub(crate) input: Option<Raw<'a>>,
    #[serde(rename = "rejectReason", borrow)]
    pub(crate) reject_reason: Option<Text<'a>>,
    #[serde(rename = "errorCode", borrow)]
    pub(crate) error_code: Option<Word<'a>>,
    #[serde(rename = "errorMessage", borrow)]
    pub(crate) error_message: Option<Text<'a>>,
    /// Goes up from event to event; whether without holes is not documented.
    #[serde(rename = "notifyId", borrow)]
    pub(crate) notify_id: Option<Word<'a>>,
}

/// `orderMatchEvent`: an execution. It has no id but its order's and `notifyId`.
#[derive(Debug, Deserialize)]
pub(crate) struct Match<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "orderId", borrow)]
    pub(crate) id: Option<Word<'a>>,
    #[serde(rename = "clientRequestId", borrow)]
    pub(crate) client_id: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) side: Option<Text<'a>>,
    #[serde(rename = "matchPrice")]
    pub(crate) price: Number,
    #[serde(rename = "matchQty")]
    pub(crate) quantity: Number,
    #[serde(rename = "matchTime", borrow)]
    pub(crate) time: Option<Raw<'a>>,
    #[serde(rename = "notifyId", borrow)]
    pub(crate) notify_id: Option<Word<'a>>,
}

/// `clientPortfolioEvent`: a position, of derivative accounts alone.
#[derive(Debug, Deserialize)]
pub(crate) struct Portfolio<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "longQty")]
    pub(crate) long: Option<Number>,
    #[serde(rename = "shortQty")]
    pub(crate) short: Option<Number>,
    pub(crate) net: Option<Number>,
    #[serde(rename = "bidAvgPrice")]
    pub(crate) bid_average: Option<Number>,
    #[serde(rename = "askAvgPrice")]
    pub(crate) ask_average: Option<Number>,
    #[serde(rename = "marketPrice")]
    pub(crate) market_price: Option<Number>,
    #[serde(rename = "floatingPL")]
    pub(crate) floating: Option<Sum>,
    #[serde(rename = "tradingPL")]
    pub(crate) trading: Option<Sum>,
}

#[cfg(feature = "trading")]
impl<'a> Portfolio<'a> {
    /// A position of which nothing is known but of what.
    pub(crate) fn of(symbol: Text<'a>) -> Self {
        Self {
            symbol,
            long: None,
            short: None,
            net: None,
            bid_average: None,
            ask_average: None,
            market_price: None,
            floating: None,
            trading: None,
        }
    }
}

/// `fcoEvent`: the state of a conditional order.
#[derive(Debug, Deserialize)]
pub(crate) struct Conditional<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(rename = "fcoId", borrow)]
    pub(crate) id: Option<Word<'a>>,
    #[serde(rename = "type", borrow)]
    pub(crate) kind: Option<Text<'a>>,
    pub(crate) price: Option<Price>,
    pub(crate) quantity: Option<Number>,
    #[serde(rename = "matchedQuantity")]
    pub(crate) matched: Option<Number>,
    #[serde(rename = "processStatus", borrow)]
    pub(crate) status: Text<'a>,
    #[serde(borrow)]
    pub(crate) message: Option<Text<'a>>,
    #[serde(rename = "updatedTime", borrow)]
    pub(crate) updated: Option<Raw<'a>>,
}

/// Which of them a message is: its member `eventType`.
#[derive(Debug, Deserialize)]
pub(crate) struct Kind<'a> {
    #[serde(rename = "eventType", borrow)]
    pub(crate) kind: Option<Text<'a>>,
}
