//! An element of a list of symbols: recorded on 2026-08-14 for equities; for others only `symbol` is taken as sure.

use serde::Deserialize;
use tapewire_json::Text;

/// A symbol that the vendor has. Its names are not read: nothing is made of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Symbol<'a> {
    #[serde(borrow)]
    pub(crate) symbol: Text<'a>,
    /// Whether it is an index.
    pub(crate) index: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_recorded_example() {
        let text = r#"{"symbol":"AAPL.US","name_cn":"苹果","name_hk":"蘋果","name_en":"Apple","index":false}"#;
        let symbol: Symbol<'_> = tapewire_json::from_str(text).unwrap();
        assert_eq!((&*symbol.symbol, symbol.index), ("AAPL.US", Some(false)));
        assert_eq!(tapewire_json::from_str::<Symbol<'_>>(r#"{"symbol":"EURUSD"}"#).unwrap().index, None);
    }
}
