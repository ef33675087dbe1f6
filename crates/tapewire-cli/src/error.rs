//! Why a command failed, and the exit code that says so.

use std::io;
use std::path::PathBuf;

use tapewire::desk::DeskError;
use tapewire::ssi::trading::{OrderError, RequestKey};
use tapewire::venues::UnknownVenue;
use tapewire::{Recovery, RequestError};

use crate::config::ConfigError;
use crate::recorded;

const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
const REFUSED: u8 = 3;

/// A command failed; what it had printed before stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The command line names an unknown venue.
    #[error(transparent)]
    UnknownVenue(#[from] UnknownVenue),
    /// The command line, the environment or the configuration file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The filter for logs cannot be read.
    #[error("cannot read the log filter `{text}`: write a level such as `debug`, or `warn,tapewire_engine=debug`")]
    LogFilter {
        /// What was written.
        text: String,
    },
    /// Text was asked of a command that prints JSON alone.
    #[error("`tapewire {command}` prints JSON only: leave out `--format text`")]
    JsonOnly {
        /// The command.
        command: &'static str,
    },
    /// Every subscription was rejected: nothing is left to wait for.
    #[error("every subscription was rejected\n  {}", reasons.join("\n  "))]
    AllRejected {
        /// Each subscription and why.
        reasons: Vec<String>,
        /// Whether a venue had to be asked; what an adapter refuses by itself is wrong usage.
        asked_for: bool,
    },
    /// The session of a venue gave up.
    #[error("no connection to {venue} is left{}", reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    GaveUp {
        /// The venue.
        venue: tapewire::VenueId,
        /// What can be done.
        recovery: Option<Recovery>,
        /// Why, in the session's words.
        reason: Option<Box<str>>,
    },
    /// A session of a venue gave up while others went on; the command did what it was told without it.
    #[error("{venue} refused some of the subscriptions{}", reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default())]
    PartGaveUp {
        /// The venue.
        venue: tapewire::VenueId,
        /// What can be done.
        recovery: Option<Recovery>,
        /// Why, in the session's words.
        reason: Option<Box<str>>,
    },
    /// A venue without a list of instruments was asked for it.
    #[error("{venue} does not list its instruments")]
    NoInstruments {
        /// The venue.
        venue: tapewire::VenueId,
    },
    /// A simulated venue lacks what the demonstration shows.
    #[error("nothing to show: this build has no adapter for any simulated venue")]
    NothingToShow,
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] tapewire::Error),
    /// An order, a change or a cancellation had no success.
    #[error("{known}{hint}")]
    Desk {
        /// What is known of it.
        known: DeskError,
        /// What to do next, where nobody knows.
        hint: String,
    },
    /// A desk's question was not answered.
    #[error(transparent)]
    Asked(#[from] RequestError),
    /// The command was to end while something was under way that changes something.
    #[error("interrupted before the venue answered; it may have been carried out{hint}")]
    Interrupted {
        /// What to do next.
        hint: String,
    },
    /// The venue lists no such order.
    #[error("{venue} lists no order with the key {key} today")]
    NoSuchOrder {
        /// The venue.
        venue: &'static str,
        /// The key.
        key: RequestKey,
    },
    /// An order cannot be written like this.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A script of faults cannot be read.
    #[error("--fault {}", path.display())]
    Script {
        /// The script.
        path: PathBuf,
        /// What is wrong with it.
        source: tapewire_sim::ScriptError,
    },
    /// A simulated venue could not be started.
    #[error("cannot start the simulated venue")]
    Sim(#[from] tapewire_sim::Error),
    /// An address or subscription could not be parsed.
    #[error(transparent)]
    Parse(#[from] tapewire::ParseError),
    /// A recording could not be decoded to its end, or was malformed and had to be strict.
    #[error(transparent)]
    Recorded(#[from] recorded::Error),
    /// Something could not be written to standard output.
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
    /// The runtime could not be started, or a signal could not be waited for.
    #[error("cannot start the async runtime")]
    Runtime(#[source] io::Error),
    /// A command did not end in time after it was asked to stop.
    #[error("the command did not shut down in time and was aborted")]
    Stuck,
}

impl Error {
    /// Whether this is the ordinary end of a pipe: whoever reads our output has read enough.
    pub(crate) fn is_quiet(&self) -> bool {
        match self {
            Self::Output(error) | Self::Recorded(recorded::Error::Output(error)) => {
                error.kind() == io::ErrorKind::BrokenPipe
            }
            _ => false,
        }
    }

    /// What the process exits with.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            // The key is a part of the credentials.
            Self::Config(ConfigError::SigningKey { .. }) => REFUSED,
            Self::UnknownVenue(_)
            | Self::Config(_)
            | Self::Order(_)
            | Self::LogFilter { .. }
            | Self::JsonOnly { .. }
            | Self::Script { .. }
            | Self::NoInstruments { .. }
            | Self::AllRejected { asked_for: false, .. }
            | Self::Parse(_) => WRONG_USAGE,
            Self::Engine(error) => match error.recovery() {
                Recovery::FixConfig | Recovery::FixRequest => WRONG_USAGE,
                Recovery::Reauthenticate => REFUSED,
                Recovery::Retry | Recovery::RetryAfter(_) | Recovery::Stop => FAILED,
            },
            Self::Sim(error) => match error {
                tapewire_sim::Error::Listen { .. }
                | tapewire_sim::Error::Certificate { .. }
                | tapewire_sim::Error::CaFile { .. } => FAILED,
                _ => WRONG_USAGE,
            },
            Self::GaveUp { recovery: Some(Recovery::Reauthenticate), .. }
            | Self::PartGaveUp { recovery: Some(Recovery::Reauthenticate), .. } => REFUSED,
            Self::Desk { known, .. } => of_desk(known),
            Self::Asked(error) => of_request(error),
            Self::AllRejected { .. }
            | Self::GaveUp { .. }
            | Self::PartGaveUp { .. }
            | Self::Interrupted { .. }
            | Self::NoSuchOrder { .. }
            | Self::NothingToShow
            | Self::Recorded(_)
            | Self::Output(_)
            | Self::Runtime(_)
            | Self::Stuck => FAILED,
        }
    }
}

/// The exit code for an order that had no success.
fn of_desk(error: &DeskError) -> u8 {
    match error {
        DeskError::Order(_) => WRONG_USAGE,
        DeskError::Unsigned(_) => REFUSED,
        DeskError::NotSent(failure) => of_request(&RequestError::NotSent(failure.clone())),
        DeskError::Refused(failure) => of_request(&RequestError::Refused(failure.clone())),
        DeskError::Unknown { .. } => FAILED,
    }
}

/// The exit code for a request that had no success.
fn of_request(error: &RequestError) -> u8 {
    match (error, error.recovery()) {
        (RequestError::Unknown(_), _) => FAILED,
        (_, Recovery::Reauthenticate) => REFUSED,
        // The venue knows us and refuses the key's right, or its signature.
        (RequestError::Refused(_), Recovery::FixConfig) => REFUSED,
        (RequestError::NotSent(_), Recovery::FixConfig) => WRONG_USAGE,
        _ => FAILED,
    }
}
