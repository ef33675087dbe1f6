//! Chores of the repository, run as `cargo xtask CHORE`: `new-venue NAME` lays down an adapter to be filled in.

mod name;
mod new_venue;
mod steps;
mod templates;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::name::Name;
use crate::new_venue::NewVenue;

/// Chores of the repository.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Chore {
    /// Lays down an adapter crate that compiles and whose conformance suite says what is missing.
    #[command(after_help = EXAMPLES)]
    NewVenue {
        /// The venue's id: lower-case letters, digits and hyphens, such as `binance` or `okex-v3`.
        name: Name,
        /// Makes the crate in this folder, outside Tapewire's workspace, with a workspace of its own.
        #[arg(long, value_name = "DIR")]
        path: Option<PathBuf>,
    },
}

const EXAMPLES: &str = "Examples:
  cargo xtask new-venue acme                             crates/tapewire-acme, a member of this workspace
  cargo xtask new-venue acme --path ../tapewire-acme     a crate of your own, beside this repository";

fn main() -> ExitCode {
    let Chore::NewVenue { name, path } = Chore::parse();
    let done = NewVenue::new(&root(), name, path).and_then(|venue| {
        venue.write()?;
        Ok(venue)
    });
    let printed = match &done {
        Ok(venue) => write!(io::stdout(), "{}", venue.steps()),
        Err(error) => writeln!(io::stderr(), "error: {}", tapewire_core::chain(error)),
    };
    if done.is_ok() && printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The folder of the repository. Cargo says where the package is that it runs.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&package).parent().map(Path::to_owned).unwrap_or_default()
}
