//! The venues of this build: the one place that knows them all.

use tapewire_core::suggest::{did_you_mean, nearest};
use tapewire_core::{Recovery, Venue, excerpt};

/// Makes a venue at its default address, without credentials.
pub type Make = fn() -> Venue;

/// Each venue's name, and what makes it.
pub const VENUES: &[(&str, Make)] = &[
    #[cfg(feature = "binance")]
    ("binance", tapewire_binance::spot),
    #[cfg(feature = "okx")]
    ("okx", tapewire_okx::okx),
    #[cfg(feature = "okx")]
    ("okex-v3", tapewire_okx::okex_v3),
    #[cfg(feature = "okx")]
    ("okex-v1", tapewire_okx::okex_v1),
];

/// The names, in order of the list.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> + Clone {
    VENUES.iter().map(|(name, _)| *name)
}

/// All venues, in order of the list.
pub fn all() -> impl ExactSizeIterator<Item = Venue> {
    VENUES.iter().map(|(_, make)| make())
}

/// The venue of a name, such as `binance`.
///
/// # Errors
/// [`UnknownVenue`], which names the nearest ones.
///
/// ```
/// # #[cfg(feature = "binance")] {
/// assert!(tapewire::venues::find("binance").is_ok());
/// let error = tapewire::venues::find("binanse").unwrap_err();
/// assert_eq!(error.to_string(), "`binanse` is not a venue of this program; did you mean `binance`?");
/// # }
/// ```
pub fn find(name: &str) -> Result<Venue, UnknownVenue> {
    let found = VENUES.iter().find(|(known, _)| *known == name);
    found.map(|(_, make)| make()).ok_or_else(|| UnknownVenue::new(name))
}

/// No venue of this build has the name. Nothing was done; write one of [`names`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownVenue {
    /// What was written, made printable.
    pub name: String,
    /// The names nearest to it.
    pub nearest: Vec<String>,
}

impl UnknownVenue {
    fn new(name: &str) -> Self {
        Self { name: excerpt(name.as_bytes()), nearest: nearest(name, names()) }
    }

    /// What the caller can do: write another name.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixRequest
    }
}

impl std::fmt::Display for UnknownVenue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not a venue of this program", self.name)?;
        if !self.nearest.is_empty() {
            return f.write_str(&did_you_mean(&self.nearest));
        }
        f.write_str("; it has: ")?;
        for (place, name) in names().enumerate() {
            write!(f, "{}{name}", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownVenue {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_venue_is_found_by_the_name_it_gives_itself() {
        for (name, venue) in names().zip(all()) {
            assert_eq!((venue.id().as_str(), find(name).unwrap().id()), (name, venue.id()));
        }
    }

    #[test]
    fn unknown_names_are_told_what_there_is() {
        let known = names().collect::<Vec<_>>().join(", ");
        let error = find("no\u{1b}where-at-all").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`no\u{fffd}where-at-all` is not a venue of this program; it has: {known}")
        );
    }
}
