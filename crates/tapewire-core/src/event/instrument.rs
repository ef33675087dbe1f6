//! Instrument metadata: what a venue lists.

use super::{TradingState, normalized};
use crate::{Channel, Decimal, InstrumentId, UnixNanos};

/// What a venue says of an instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Instrument {
    /// What it is about.
    pub instrument: InstrumentId,
    /// The channel it belongs to.
    pub channel: Channel,
    /// The venue's time; `None` where the venue sends none.
    pub ts_event: Option<UnixNanos>,
    /// When we received it; `None` where it was not received live.
    pub ts_recv: Option<UnixNanos>,
    /// The unified symbol in ccxt's form: `BTC/USDT`, `BTC/USDT:USDT`.
    pub unified: Option<Box<str>>,
    /// What is traded.
    pub base: Option<Box<str>>,
    /// What it is priced in.
    pub quote: Option<Box<str>>,
    /// What it is settled in, where that is not given by the product.
    pub settle: Option<Box<str>>,
    /// What sort of thing it is.
    pub product: Product,
    /// The step between prices, in the quote asset.
    pub tick_size: Option<Decimal>,
    /// The step between quantities.
    pub lot_size: Option<Decimal>,
    /// The smallest quantity of an order.
    pub quantity_min: Option<Decimal>,
    /// The smallest price times quantity of an order.
    pub notional_min: Option<Decimal>,
    /// What one contract is worth, in [`Instrument::contract_value_asset`].
    pub contract_value: Option<Decimal>,
    /// Whether it trades.
    pub state: TradingState,
    /// The venue's own word for the state.
    pub raw_state: Option<Box<str>>,
}

normalized!(Instrument, Instrument);

impl Instrument {
    /// What `contract_value` counts: the base asset of linear contracts and options, the quote asset of inverse ones,
    /// which are worth the same amount of money whatever the price. `None` where there is no such value.
    #[must_use]
    pub fn contract_value_asset(&self) -> Option<&str> {
        self.contract_value?;
        self.product
            .values_contracts_in_base()
            .and_then(|in_base| if in_base { self.base.as_deref() } else { self.quote.as_deref() })
    }

    /// What so many contracts are worth, in [`Instrument::contract_value_asset`]. `None` where contracts have no value, or
    /// where the product has more digits than fit.
    #[must_use]
    pub fn worth(&self, contracts: Decimal) -> Option<Decimal> {
        contracts.checked_mul(self.contract_value?)
    }
}

/// What sort of thing an instrument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    /// The asset itself.
    Spot,
    /// The asset itself, with borrowed money.
    Margin,
    /// A contract without end, settled in the quote asset.
    LinearPerpetual,
    /// A contract without end, settled in the base asset.
    InversePerpetual,
    /// A contract that ends, settled in the quote asset.
    LinearFuture,
    /// A contract that ends, settled in the base asset.
    InverseFuture,
    /// A right to buy or sell.
    Option,
    /// A share.
    Stock,
    /// A currency against another.
    Forex,
    /// An index.
    Index,
    /// Anything else.
    Other,
}

impl Product {
    /// Whether a contract stands for an amount of the base asset, or of the quote asset; `None` for what is no contract.
    #[must_use]
    pub const fn values_contracts_in_base(self) -> Option<bool> {
        match self {
            Self::LinearPerpetual | Self::LinearFuture | Self::Option => Some(true),
            Self::InversePerpetual | Self::InverseFuture => Some(false),
            Self::Spot | Self::Margin | Self::Stock | Self::Forex | Self::Index | Self::Other => None,
        }
    }

    /// The text in event JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Margin => "margin",
            Self::LinearPerpetual => "linear_perpetual",
            Self::InversePerpetual => "inverse_perpetual",
            Self::LinearFuture => "linear_future",
            Self::InverseFuture => "inverse_future",
            Self::Option => "option",
            Self::Stock => "stock",
            Self::Forex => "forex",
            Self::Index => "index",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(product: Product, value: &str) -> Instrument {
        Instrument {
            instrument: "x:BTC-USD-SWAP".parse().unwrap(),
            channel: Channel::Instrument,
            ts_event: None,
            ts_recv: None,
            unified: None,
            base: Some("BTC".into()),
            quote: Some("USD".into()),
            settle: Some("BTC".into()),
            product,
            tick_size: None,
            lot_size: None,
            quantity_min: None,
            notional_min: None,
            contract_value: value.parse().ok(),
            state: TradingState::Open,
            raw_state: None,
        }
    }

    /// 12.5 contracts of 0.01 BTC are 0.125 BTC; 3 of 100 USD are 300 USD.
    #[test]
    fn contracts_are_worth_an_amount_of_one_asset() {
        for (product, value, contracts, worth, asset) in [
            (Product::LinearPerpetual, "0.01", "12.5", Some("0.125"), Some("BTC")),
            (Product::Option, "0.01", "1", Some("0.01"), Some("BTC")),
            (Product::InverseFuture, "100", "3", Some("300"), Some("USD")),
            (Product::InversePerpetual, "", "3", None, None),
            (Product::Spot, "", "3", None, None),
        ] {
            let it = contract(product, value);
            let told = it.worth(contracts.parse().unwrap()).map(|worth| worth.to_string());
            assert_eq!((told.as_deref(), it.contract_value_asset()), (worth, asset), "{product:?}");
        }
    }
}
