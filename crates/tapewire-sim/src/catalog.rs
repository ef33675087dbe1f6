//! What can be simulated, for `--help`: venues, their options, and the faults that scripts can name.

/// A simulated venue.
#[derive(Debug, Clone, Copy)]
pub struct VenueInfo {
    /// Its id, such as `binance`.
    pub id: &'static str,
    /// What it speaks, in one line.
    pub summary: &'static str,
    /// Its variants.
    pub options: &'static [OptionInfo],
    /// What fault scripts can name.
    pub faults: &'static [FaultInfo],
}

/// A variant of a venue's behaviour, set by name and value.
#[derive(Debug, Clone, Copy)]
pub struct OptionInfo {
    /// Its name.
    pub name: &'static str,
    /// The values it takes, and the default.
    pub values: &'static str,
    /// What it changes, in one line.
    pub doc: &'static str,
}

/// A fault that a [`Script`](crate::Script) can name.
#[derive(Debug, Clone, Copy)]
pub struct FaultInfo {
    /// Its name.
    pub name: &'static str,
    /// Its arguments, separated by commas, with their defaults.
    pub args: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
}

/// All simulated venues.
#[must_use]
pub fn venues() -> impl ExactSizeIterator<Item = &'static VenueInfo> {
    crate::venues::VENUES.iter().map(|entry| &entry.info)
}
