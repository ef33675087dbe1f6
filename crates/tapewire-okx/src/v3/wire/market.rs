//! Trades, tickers, bars and reference prices: a row each.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text, Total};

use crate::given::given;

/// A row of `trade`.
#[derive(Debug, Deserialize)]
pub(crate) struct Trade<'a> {
    #[serde(borrow, rename = "instrument_id")]
    pub(crate) instrument: Text<'a>,
    #[serde(borrow, rename = "trade_id")]
    pub(crate) id: Text<'a>,
    pub(crate) price: Decimal,
    /// Called `size` for spot and swaps, `qty` for futures and options.
    #[serde(alias = "qty")]
    pub(crate) size: Decimal,
    /// Who took.
    #[serde(borrow)]
    pub(crate) side: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) timestamp: Text<'a>,
}

/// A row of `ticker`.
#[derive(Debug, Deserialize)]
pub(crate) struct Ticker<'a> {
    #[serde(borrow, rename = "instrument_id")]
    pub(crate) instrument: Text<'a>,
    #[serde(borrow)]
    pub(crate) timestamp: Text<'a>,
    pub(crate) last: Option<Decimal>,
    #[serde(rename = "last_qty")]
    pub(crate) last_quantity: Option<Decimal>,
    #[serde(rename = "best_bid")]
    pub(crate) bid_price: Option<Decimal>,
    #[serde(rename = "best_bid_size")]
    pub(crate) bid_quantity: Option<Decimal>,
    #[serde(rename = "best_ask")]
    pub(crate) ask_price: Option<Decimal>,
    #[serde(rename = "best_ask_size")]
    pub(crate) ask_quantity: Option<Decimal>,
    #[serde(rename = "open_24h")]
    pub(crate) open: Option<Decimal>,
    #[serde(rename = "high_24h")]
    pub(crate) high: Option<Decimal>,
    #[serde(rename = "low_24h")]
    pub(crate) low: Option<Decimal>,
    /// Of spot: in the base asset.
    pub(crate) base_volume_24h: Option<Total>,
    /// Of spot: in the quote asset.
    pub(crate) quote_volume_24h: Option<Total>,
    /// Of contracts: how many.
    pub(crate) volume_24h: Option<Total>,
    /// Of contracts: how many are open. One that is there and no number costs itself alone.
    #[serde(default, borrow, deserialize_with = "given")]
    pub(crate) open_interest: Option<Raw<'a>>,
}

/// A row of `candle60s` and its like.
#[derive(Debug, Deserialize)]
pub(crate) struct Candle<'a> {
    #[serde(borrow, rename = "instrument_id")]
    pub(crate) instrument: Text<'a>,
    #[serde(borrow)]
    pub(crate) candle: Columns<'a>,
}

/// A bar, written as an array of these. For contracts a volume in coins follows.
#[derive(Debug, Deserialize)]
pub(crate) struct Columns<'a> {
    #[serde(borrow)]
    pub(crate) open_time: Text<'a>,
    pub(crate) open: Decimal,
    pub(crate) high: Decimal,
    pub(crate) low: Decimal,
    pub(crate) close: Decimal,
    pub(crate) volume: Option<Total>,
}

/// A row of `mark_price`, `funding_rate` or `price_range`: what the one has the others lack.
#[derive(Debug, Deserialize)]
pub(crate) struct Reference<'a> {
    #[serde(borrow, rename = "instrument_id")]
    pub(crate) instrument: Text<'a>,
    /// Rows of `funding_rate` come without.
    #[serde(borrow)]
    pub(crate) timestamp: Option<Text<'a>>,
    pub(crate) mark_price: Option<Decimal>,
    pub(crate) funding_rate: Option<Decimal>,
    /// When the rate is paid.
    #[serde(borrow)]
    pub(crate) funding_time: Option<Text<'a>>,
    pub(crate) highest: Option<Decimal>,
    pub(crate) lowest: Option<Decimal>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_has_one_quantity() {
        let read = |members: &str| {
            let text = format!(
                r#"{{"side":"buy","trade_id":"1","price":"2",{members}"instrument_id":"A","timestamp":"2021-04-17T16:49:03.207Z"}}"#
            );
            tapewire_json::from_str::<Trade<'_>>(&text).map(|trade| trade.size.to_string())
        };
        assert_eq!(read(r#""size":"3.0","#).unwrap(), "3.0");
        assert_eq!(read(r#""qty":"4","#).unwrap(), "4");
        assert!(read("").is_err() && read(r#""qty":"4","size":"3","#).is_err());
    }

    #[test]
    fn reads_a_bar_from_its_columns() {
        let text = r#"{"candle":["2019-04-16T10:49:00.000Z","162.03","162.04","161.96","161.98","336.452694","9"],"instrument_id":"ETH-USDT"}"#;
        let bar: Candle<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!(
            (&*bar.candle.open_time, bar.candle.close.to_string()),
            ("2019-04-16T10:49:00.000Z", "161.98".into())
        );
        assert_eq!(bar.candle.volume.map(|volume| volume.to_string()).as_deref(), Some("336.452694"));
    }
}
