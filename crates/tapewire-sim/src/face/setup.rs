//! What a face is made from.

use crate::error::Error;
use crate::replay::Tape;
use crate::venues::Keys;

/// What a face is made from: where chance and time begin, and the options it was started with.
#[derive(Debug)]
pub struct Setup {
    pub(crate) venue: String,
    pub(crate) seed: u64,
    pub(crate) start_us: i64,
    pub(crate) options: Vec<(String, String)>,
    /// The options that the face knows: those it asked for.
    pub(crate) known: Vec<String>,
    pub(crate) tape: Option<Tape>,
    pub(crate) keys: Keys,
}

impl Setup {
    /// A setup without options, recording or keys.
    pub(crate) fn new(venue: String, seed: u64, start_us: i64) -> Self {
        let (options, known) = (Vec::new(), Vec::new());
        Self { venue, seed, start_us, options, known, tape: None, keys: Keys::default() }
    }

    /// What chance begins with; the same seed and start have to give the same venue.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The venue's time at the start, in microseconds since 1970 UTC.
    #[must_use]
    pub const fn start_us(&self) -> i64 {
        self.start_us
    }

    /// Takes an option out: the last value that was given for a name. Options that are left when the face is made are
    /// refused as unknown.
    pub fn option(&mut self, name: &str) -> Option<String> {
        let (taken, left) = std::mem::take(&mut self.options).into_iter().partition(|(known, _)| known == name);
        self.options = left;
        self.known.push(name.to_owned());
        let taken: Vec<(String, String)> = taken;
        taken.into_iter().next_back().map(|(_, value)| value)
    }

    /// Checks that nothing is left that the face should have taken.
    pub(crate) fn is_used_up(&self) -> Result<(), Error> {
        let venue = self.venue.clone();
        match self.options.first() {
            Some((name, _)) => Err(Error::UnknownOption { venue, name: name.clone(), known: self.known.join(", ") }),
            None if self.tape.is_some() => Err(Error::NoReplay { venue }),
            None => Ok(()),
        }
    }
}
