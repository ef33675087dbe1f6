//! The options of a venue, read one by one: what is not in its list, or has a wrong value, is told.

use std::time::Duration;

use crate::catalog::{OptionInfo, VenueInfo};
use crate::error::Error;
use crate::face::Setup;

/// One option as it was given.
#[derive(Debug)]
pub(super) struct Given {
    info: &'static OptionInfo,
    value: String,
}

/// Takes all options out, in the order they were given; each is one of the venue's.
pub(super) fn given(setup: &mut Setup, venue: &VenueInfo) -> Result<Vec<Given>, Error> {
    let take = |(name, value): (String, String)| {
        let info = venue.options.iter().find(|info| info.name == name);
        info.map(|info| Given { info, value }).ok_or_else(|| {
            let known = venue.options.iter().map(|info| info.name).collect::<Vec<_>>().join(", ");
            Error::UnknownOption { venue: venue.id.to_owned(), name, known }
        })
    };
    std::mem::take(&mut setup.options).into_iter().map(take).collect()
}

impl Given {
    /// Its name, one of the list's.
    pub(super) const fn name(&self) -> &'static str {
        self.info.name
    }

    /// What to say of a value that it does not take.
    pub(super) fn bad(&self) -> Error {
        let OptionInfo { name, values, .. } = self.info;
        Error::OptionValue { name: (*name).to_owned(), value: self.value.clone(), expected: (*values).to_owned() }
    }

    /// A number of milliseconds, at most some seven weeks.
    pub(super) fn millis(&self) -> Result<Duration, Error> {
        self.value.parse::<u32>().map(|ms| Duration::from_millis(ms.into())).map_err(|_| self.bad())
    }

    /// A number of milliseconds, in microseconds.
    pub(super) fn micros(&self) -> Result<i64, Error> {
        self.value.parse::<u32>().map(|ms| i64::from(ms) * 1_000).map_err(|_| self.bad())
    }

    /// A whole number up to `most`.
    pub(super) fn number(&self, most: u32) -> Result<u32, Error> {
        self.value.parse().ok().filter(|number| *number <= most).ok_or_else(|| self.bad())
    }

    /// One of some words, by what each stands for.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)]) -> Result<T, Error> {
        let found = words.iter().find(|(word, _)| *word == self.value);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| self.bad())
    }

    /// Names separated by commas, each of which exists.
    pub(super) fn list(&self, exists: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
        let names: Vec<String> = self.value.split(',').map(str::to_owned).collect();
        if names.iter().all(|name| exists(name)) { Ok(names) } else { Err(self.bad()) }
    }
}

/// For the tests of a venue's options.
#[cfg(test)]
pub(super) fn options_of(pairs: &[(&str, &str)]) -> Setup {
    let options = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Setup { options, ..Setup::new("test".to_owned(), 0, 0) }
}
