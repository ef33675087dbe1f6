//! `GET /api/v3/exchangeInfo`: what the venue lists.

use serde::Deserialize;
use tapewire_json::{Decimal, Raw, Text};

/// The answer. Its symbols are read one by one, so that a bad one costs only itself.
#[derive(Debug, Deserialize)]
pub(crate) struct ExchangeInfo<'a> {
    #[serde(rename = "serverTime")]
    pub(crate) server_time: i64,
    #[serde(borrow)]
    pub(crate) symbols: Vec<Raw<'a>>,
}

/// A symbol. `baseAssetPrecision` and the like are of balances, not of orders: the filters say how orders are cut.
#[derive(Debug, Deserialize)]
pub(crate) struct Symbol<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    #[serde(borrow)]
    pub(crate) status: Text<'a>,
    #[serde(rename = "baseAsset", borrow)]
    pub(crate) base: Text<'a>,
    #[serde(rename = "quoteAsset", borrow)]
    pub(crate) quote: Text<'a>,
    #[serde(borrow)]
    pub(crate) filters: Vec<Filter<'a>>,
}

/// A rule for orders. Each kind has some of these members.
#[derive(Debug, Deserialize)]
pub(crate) struct Filter<'a> {
    #[serde(rename = "filterType", borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(rename = "tickSize")]
    pub(crate) tick_size: Option<Decimal>,
    #[serde(rename = "stepSize")]
    pub(crate) step_size: Option<Decimal>,
    #[serde(rename = "minQty")]
    pub(crate) quantity_min: Option<Decimal>,
    #[serde(rename = "minNotional")]
    pub(crate) notional_min: Option<Decimal>,
}

impl Symbol<'_> {
    /// The value of a rule; a rule of 0 is switched off.
    pub(crate) fn rule(&self, kind: &str, value: impl Fn(&Filter<'_>) -> Option<Decimal>) -> Option<Decimal> {
        let filter = self.filters.iter().find(|filter| &*filter.kind == kind)?;
        value(filter).filter(|value| !value.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_rules_that_are_on() {
        let text = r#"{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":[
            {"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"1000000","tickSize":"0.01000000"},
            {"filterType":"LOT_SIZE","minQty":"0.00000000","maxQty":"9000","stepSize":"0.00001000"},
            {"filterType":"ICEBERG_PARTS","limit":10}]}"#;
        let symbol: Symbol<'_> = tapewire_json::from_str(text).unwrap();
        let text = |value: Option<Decimal>| value.map(|value| value.to_string());
        assert_eq!(text(symbol.rule("PRICE_FILTER", |filter| filter.tick_size)).as_deref(), Some("0.01000000"));
        assert_eq!(text(symbol.rule("LOT_SIZE", |filter| filter.quantity_min)), None);
        assert_eq!(text(symbol.rule("NOTIONAL", |filter| filter.notional_min)), None);
    }
}
