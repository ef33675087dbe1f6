//! What can be wrong with what is set.

use std::path::PathBuf;

use tapewire::venues::{self, UnknownVenue};

/// Something that is set cannot be used. Nothing was started; the text says where it was said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConfigError {
    /// A file cannot be read.
    #[error("{origin}: cannot read {}", path.display())]
    Read {
        /// Who names the file.
        origin: String,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The configuration file is not TOML. Its text may hold secrets and is not repeated.
    #[error("{} line {line}: {why}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// There is no such venue.
    #[error("{origin}")]
    UnknownVenue {
        /// Where it was said.
        origin: String,
        /// What was written.
        source: UnknownVenue,
    },
    /// There is no such field.
    #[error("{origin}: `{name}` is not a setting{hint}")]
    UnknownField {
        /// Where it was said.
        origin: String,
        /// What was written.
        name: String,
        /// The names nearest to it, or all.
        hint: String,
    },
    /// A setting stands outside of any table.
    #[error("{}: `{name}` is outside of any table: settings go below the venue they are for, such as [binance]", path.display())]
    NotTable {
        /// The file.
        path: PathBuf,
        /// What stands there.
        name: String,
    },
    /// A file to trust holds none.
    #[error("{origin}: {} contains no PEM certificate", path.display())]
    NoCertificate {
        /// Who names the file.
        origin: String,
        /// The file.
        path: PathBuf,
    },
    /// A value is a list, a table, a fraction or a date.
    #[error("{origin}: write text in quotes, a whole number, true or false")]
    NotText {
        /// Where it was said.
        origin: String,
    },
    /// An endpoint lacks its venue.
    #[error("--endpoint: write VENUE=URL, such as binance=ws://127.0.0.1:9443")]
    Endpoint,
    /// A value is not an address.
    #[error("{origin}: not a valid address: {why}; start it with {expected}")]
    Address {
        /// Where it was said.
        origin: String,
        /// What is wrong. The address itself may hold a secret and is not repeated.
        why: &'static str,
        /// What can be used.
        expected: &'static str,
    },
    /// An address has a scheme that cannot be used there.
    #[error("{origin}: `{scheme}://` does not work here: write {expected}")]
    Scheme {
        /// Where it was said.
        origin: String,
        /// What was written.
        scheme: String,
        /// What can be used.
        expected: &'static str,
    },
    /// Half of the credentials are missing.
    #[error("{origin}: the {missing} is missing: set both key and secret")]
    Half {
        /// Where the other half was said.
        origin: String,
        /// What is missing.
        missing: &'static str,
    },
    /// A file that should say who is let in says nobody.
    #[error("--credentials: {} has no key for {venue}: add [{venue}] with key and secret", path.display())]
    NoCredentials {
        /// The file.
        path: PathBuf,
        /// The venue.
        venue: String,
    },
    /// Nothing is placed at this venue.
    #[error("orders are not supported at {venue}; they are at: {having}")]
    NoDesk {
        /// The venue.
        venue: &'static str,
        /// Where they can.
        having: String,
    },
    /// It is not clear for which account.
    #[error("{venue}: which account? write --account NUMBER, or set `accounts` to one number")]
    WhichAccount {
        /// The venue.
        venue: &'static str,
    },
    /// Something is needed that is not set.
    #[error("{venue}: `{name}` is missing: set {variable}, or {name} under [{venue}] in a --config file")]
    Missing {
        /// The venue.
        venue: &'static str,
        /// The setting.
        name: &'static str,
        /// The environment variable for it.
        variable: String,
    },
    /// The file with the key for signing holds none that can be used.
    #[error("{origin}: {}", path.display())]
    SigningKey {
        /// Who names the file.
        origin: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A setting of a venue has a value that it does not take.
    #[error(transparent)]
    Setting(#[from] venues::BadSetting),
    /// The command line names a venue that there is not.
    #[error(transparent)]
    Venue(#[from] UnknownVenue),
}
