//! Businesses: what one connection carries, and which symbols belong to it.

/// One of the values of the parameter `business`, and a part of the paths over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Business {
    Stock,
    Crypto,
    Common,
    Japan,
    India,
    Korea,
    Taiwan,
}

impl Business {
    pub(super) fn parse(name: &str) -> Option<Self> {
        ALL.iter().copied().find(|business| business.name() == name)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Crypto => "crypto",
            Self::Common => "common",
            Self::Japan => "japan",
            Self::India => "india",
            Self::Korea => "korea",
            Self::Taiwan => "taiwan",
        }
    }

    /// Whether it carries stocks: refusals are prose there, or begin with prose.
    pub(super) const fn is_equity(self) -> bool {
        !matches!(self, Self::Crypto | Self::Common)
    }

    /// Whether a symbol has the form of those it carries; a pair may be of crypto or of currencies.
    pub(super) fn fits(self, symbol: &str) -> bool {
        let suffixes: &[&str] = match self {
            Self::Crypto | Self::Common => return !symbol.contains('.'),
            Self::Stock => &["US", "HK", "SH", "SZ"],
            Self::Japan => &["JP"],
            Self::India => &["IN"],
            Self::Korea => &["KS"],
            Self::Taiwan => &["TW"],
        };
        symbol.rsplit_once('.').is_some_and(|(_, suffix)| suffixes.contains(&suffix))
    }
}

pub(super) const ALL: [Business; 7] = [
    Business::Stock,
    Business::Crypto,
    Business::Common,
    Business::Japan,
    Business::India,
    Business::Korea,
    Business::Taiwan,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_fit_by_their_suffix() {
        for (symbol, fits) in [
            ("AMZN.US", vec![Business::Stock]),
            ("00700.HK", vec![Business::Stock]),
            ("7203.JP", vec![Business::Japan]),
            ("RELIANCE.IN", vec![Business::India]),
            ("005930.KS", vec![Business::Korea]),
            ("2330.TW", vec![Business::Taiwan]),
            ("BTCUSDT", vec![Business::Crypto, Business::Common]),
            ("AMZN.NS", vec![]),
        ] {
            assert_eq!(ALL.into_iter().filter(|business| business.fits(symbol)).collect::<Vec<_>>(), fits, "{symbol}");
        }
        assert!(ALL.into_iter().all(|business| Business::parse(business.name()) == Some(business)));
        assert_eq!(Business::parse("Stock"), None);
    }
}
