//! Why a simulator could not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A simulator that could not be built or started; nothing of it is left running.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No simulated venue has this id. Choose one of the known ones.
    #[error("`{venue}` is not a simulated venue; known: {known}")]
    UnknownVenue {
        /// What was asked for.
        venue: String,
        /// All ids, separated by commas.
        known: String,
    },
    /// The venue has no such option. Choose one of the known ones.
    #[error("{venue} has no option `{name}`; known: {known}")]
    UnknownOption {
        /// The venue's id.
        venue: String,
        /// What was asked for.
        name: String,
        /// All its options, separated by commas.
        known: String,
    },
    /// An option has a value that it does not take. Correct the value.
    #[error("option `{name}` cannot be `{value}`; it takes {expected}")]
    OptionValue {
        /// The option.
        name: String,
        /// The value that was given.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// The venue cannot play a fault of the script. Take the fault out.
    #[error("{venue} cannot play the fault `{fault}`")]
    FaultUnknown {
        /// The venue's id.
        venue: String,
        /// The fault's name.
        fault: &'static str,
    },
    /// The venue plays no recordings. Start it without.
    #[error("{venue} cannot replay recordings")]
    NoReplay {
        /// The venue's id.
        venue: String,
    },
    /// An address to listen on cannot be read. Write it as `127.0.0.1:9443`; port 0 takes a free one.
    #[error("`{address}` is not an address to listen on, such as 127.0.0.1:9443")]
    Address {
        /// What was given.
        address: String,
    },
    /// The address cannot be listened on. Choose another port or stop what holds it.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A recording cannot be read, or is too long. Repair the file or name another.
    #[error("cannot read the recording {}", path.display())]
    Recording {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No certificate could be made. This is a fault of the simulator or of its crypto crate.
    #[error("cannot make a certificate: {why}")]
    Certificate {
        /// What failed.
        why: String,
    },
    /// The certificate authority's file cannot be written. Choose another place.
    #[error("cannot write the certificate to {}", path.display())]
    CaFile {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}
