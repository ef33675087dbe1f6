//! What is asked of the venue, and the bodies that ask for it.

use tapewire_core::event::{Id, Side};
use tapewire_core::{Decimal, InstrumentId, Recovery};

use super::{RequestKey, Trading};
use crate::symbol::{VENUE, is_spelled_right};
use crate::wire::quoted;

/// An order to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// What to trade.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// How much, in shares or contracts; > 0.
    pub quantity: u64,
    /// At which price, and when.
    pub kind: OrderKind,
}

/// Kinds of orders. Which of them a board takes when, its sessions say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKind {
    /// `LO`: at this price or a better one; > 0.
    Limit(Decimal),
    /// `PLO`: after the close, at the closing price, which is given; > 0.
    AfterClose(Decimal),
    /// `ATO`: at the opening price.
    AtOpen,
    /// `ATC`: at the closing price.
    AtClose,
    /// `MTL`: at the market; what is left stands as a limit order.
    MarketToLimit,
    /// `MP`: at the market.
    Market,
    /// `MOK`: at the market, all of it or nothing.
    MarketFillOrKill,
    /// `MAK`: at the market; what is left is cancelled.
    MarketFillAndKill,
}

/// Which order is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By the venue's id.
    Id(Id),
    /// By the key that it was placed under.
    Key(RequestKey),
}

/// What is to change of an order: one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The price; > 0.
    Price(Decimal),
    /// The quantity; > 0.
    Quantity(u64),
}

/// An order that no board would take. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// It is of another venue, or no code of this one.
    #[error("not an instrument of SSI")]
    Instrument,
    /// It is of nothing.
    #[error("the quantity must be above 0")]
    Quantity,
    /// It has no price that one can pay.
    #[error("the price must be above 0")]
    Price,
    /// There is no such kind.
    #[error("not a kind of order: LO, PLO, ATO, ATC, MTL, MP, MOK and MAK are")]
    Kind,
    /// A kind that needs a price was given none.
    #[error("orders LO and PLO need a price")]
    NoPrice,
    /// A kind without a price was given one.
    #[error("only orders LO and PLO have a price")]
    PriceOfNone,
}

impl OrderError {
    /// What the caller can do.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixRequest
    }
}

impl OrderKind {
    /// The kind that the venue calls so, such as `LO` or `atc`, at a price if it has one.
    ///
    /// # Errors
    /// [`OrderError::Kind`], [`OrderError::NoPrice`] or [`OrderError::PriceOfNone`].
    pub fn named(word: &str, price: Option<Decimal>) -> Result<Self, OrderError> {
        let kind = match (word.to_ascii_uppercase().as_str(), price) {
            ("LO", Some(price)) => return Ok(Self::Limit(price)),
            ("PLO", Some(price)) => return Ok(Self::AfterClose(price)),
            ("LO" | "PLO", None) => return Err(OrderError::NoPrice),
            ("ATO", _) => Self::AtOpen,
            ("ATC", _) => Self::AtClose,
            ("MTL", _) => Self::MarketToLimit,
            ("MP", _) => Self::Market,
            ("MOK", _) => Self::MarketFillOrKill,
            ("MAK", _) => Self::MarketFillAndKill,
            _ => return Err(OrderError::Kind),
        };
        if price.is_some() { Err(OrderError::PriceOfNone) } else { Ok(kind) }
    }

    /// The venue's word, and the price as it is written: those without one are written as 0.
    fn parts(self) -> (&'static str, Option<Decimal>) {
        match self {
            Self::Limit(price) => ("LO", Some(price)),
            Self::AfterClose(price) => ("PLO", Some(price)),
            Self::AtOpen => ("ATO", None),
            Self::AtClose => ("ATC", None),
            Self::MarketToLimit => ("MTL", None),
            Self::Market => ("MP", None),
            Self::MarketFillOrKill => ("MOK", None),
            Self::MarketFillAndKill => ("MAK", None),
        }
    }
}

impl Trading {
    pub(super) fn placing(&self, order: &NewOrder, key: &RequestKey) -> Result<String, OrderError> {
        let symbol = order.instrument.symbol();
        if order.instrument.venue() != VENUE || !is_spelled_right(symbol) {
            return Err(OrderError::Instrument);
        }
        let (kind, price) = order.kind.parts();
        let price = price.map_or_else(|| Ok("0".to_owned()), positive)?;
        let side = if order.side == Side::Buy { "B" } else { "S" };
        let quantity = above_zero(order.quantity)?;
        Ok(format!(
            r#"{{"accountNo":{},"symbol":"{symbol}","side":"{side}","quantity":{quantity},"price":"{price}","orderType":"{kind}","clientRequestId":"{key}",{}}}"#,
            quoted(self.account_no.expose()),
            self.origin(),
        ))
    }

    pub(super) fn modifying(&self, which: &Which, change: Change, key: &RequestKey) -> Result<String, OrderError> {
        let change = match change {
            Change::Price(price) => format!(r#""price":"{}""#, positive(price)?),
            Change::Quantity(quantity) => format!(r#""quantity":{}"#, above_zero(quantity)?),
        };
        Ok(format!(
            r#"{{"accountNo":{},"clientModifyId":"{key}",{},{},{change}}}"#,
            quoted(self.account_no.expose()),
            self.origin(),
            which.written(),
        ))
    }

    pub(super) fn cancelling(&self, which: &Which, key: &RequestKey) -> String {
        format!(
            r#"{{"accountNo":{},"clientCancelId":"{key}",{},{}}}"#,
            quoted(self.account_no.expose()),
            self.origin(),
            which.written(),
        )
    }

    fn origin(&self) -> String {
        format!(r#""deviceId":{},"userAgent":{}"#, quoted(&self.device_id), quoted(&self.program))
    }
}

impl Which {
    fn written(&self) -> String {
        match self {
            Self::Id(id) => format!(r#""orderId":{}"#, quoted(&id.to_string())),
            Self::Key(key) => format!(r#""clientRequestId":"{key}""#),
        }
    }
}

/// A price as it is written: plain, without an exponent.
fn positive(price: Decimal) -> Result<String, OrderError> {
    if price.mantissa > 0 { Ok(price.normalized().to_string()) } else { Err(OrderError::Price) }
}

fn above_zero(quantity: u64) -> Result<u64, OrderError> {
    if quantity > 0 { Ok(quantity) } else { Err(OrderError::Quantity) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_the_word_it_is_sent_with() {
        let price: Decimal = "31000".parse().unwrap();
        for word in ["LO", "PLO", "ATO", "ATC", "MTL", "MP", "MOK", "MAK"] {
            let price = ["LO", "PLO"].contains(&word).then_some(price);
            for spelled in [word.to_owned(), word.to_lowercase()] {
                assert_eq!(OrderKind::named(&spelled, price).map(OrderKind::parts), Ok((word, price)));
            }
        }
        assert_eq!(OrderKind::named("LO", None), Err(OrderError::NoPrice));
        assert_eq!(OrderKind::named("MP", Some(price)), Err(OrderError::PriceOfNone));
        assert_eq!(OrderKind::named("LIMIT", Some(price)), Err(OrderError::Kind));
    }
}
