//! The catalog: which symbols a venue lists.

use std::collections::BTreeSet;

use tapewire_core::{InstrumentId, suggest};

/// The symbols that a venue lists.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    symbols: BTreeSet<&'static str>,
}

impl Catalog {
    /// Whether an instrument can be subscribed: it is listed, or stands for many.
    #[must_use]
    pub fn knows(&self, instrument: InstrumentId) -> bool {
        stands_for_many(instrument) || self.symbols.contains(instrument.symbol())
    }

    /// Why an instrument cannot be subscribed, with the listed names nearest to it.
    #[must_use]
    pub fn refusal(&self, instrument: InstrumentId) -> String {
        let nearest = suggest::nearest(instrument.symbol(), self.symbols.iter().copied());
        let hint = suggest::did_you_mean(&nearest);
        format!("{} does not list `{}`{hint}", instrument.venue(), instrument.symbol())
    }
}

/// Whether an instrument stands for others: `*`, or a basket.
pub(crate) fn stands_for_many(instrument: InstrumentId) -> bool {
    instrument.is_all() || instrument.symbol().starts_with("basket/")
}

impl FromIterator<InstrumentId> for Catalog {
    fn from_iter<I: IntoIterator<Item = InstrumentId>>(instruments: I) -> Self {
        Self { symbols: instruments.into_iter().map(InstrumentId::symbol).collect() }
    }
}
