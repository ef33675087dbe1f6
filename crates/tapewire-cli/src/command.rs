//! The command line as clap reads it; what each command takes stands with the command.

use clap::{Parser, Subcommand};

use crate::output::Format;
use crate::{demo, desk, instruments, sim, stream, venues};

const EXAMPLES: &str = "\
Examples:
  tapewire demo                                     watch simulated venues on this machine
  tapewire stream binance:BTCUSDT@trade             live trades
  tapewire stream binance:BTCUSDT@book --for 10s    ten seconds of an order book
  tapewire decode binance < day.jsonl.gz            a recording as events
  tapewire venues                                   venues, their channels and settings
  tapewire sim binance --listen 127.0.0.1:9443      a venue for your own clients

Data goes to standard output, everything else to standard error.
Exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration, 3 the venue refused credentials.";

const DECODE_EXAMPLES: &str = "\
Examples:
  tapewire decode binance < day.jsonl.gz
  tapewire decode binance --strict < day.jsonl.gz > events.jsonl";

const BOOK_EXAMPLES: &str = "\
Examples:
  tapewire book binance < day.jsonl.gz
  cat one.jsonl.gz two.jsonl.gz | tapewire book binance --depth 5 | tail -n 1";

/// Normalized market data from many venues: live, simulated or recorded
#[derive(Debug, Parser)]
#[command(name = "tapewire", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Output format [default: text on a terminal, json in a pipe]; `decode`, `book` and `sim` print JSON only
    #[arg(long, global = true, value_enum, display_order = 100)]
    pub(crate) format: Option<Format>,

    /// What to log to standard error, such as `debug` or `warn,tapewire_engine=debug` [env: TAPEWIRE_LOG]
    #[arg(long, global = true, value_name = "FILTER", display_order = 101)]
    pub(crate) log: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Args),
    Stream(stream::Args),

    /// Decode recorded frames to event JSON
    ///
    /// Reads a recording from standard input, plain or gzip, one JSON object per line, and prints the events in each
    /// line. A bad line is reported as a `malformed` event, and decoding continues.
    #[command(after_help = DECODE_EXAMPLES)]
    Decode {
        /// The venue that was recorded, such as `binance`
        venue: String,

        /// Exit with 1 if anything was malformed
        #[arg(long)]
        strict: bool,
    },

    /// Rebuild the order books of a recording
    ///
    /// Reads a recording as `decode` does and maintains one book per instrument and channel. Prints the outcome of each
    /// book message, and every book at the end.
    #[command(after_help = BOOK_EXAMPLES)]
    Book {
        /// The venue that was recorded, such as `binance`
        venue: String,

        /// Levels per side of the books printed at the end
        #[arg(long, value_name = "N", default_value_t = 20)]
        depth: usize,
    },

    Sim(sim::Args),
    Venues(venues::Args),
    Instruments(instruments::Args),
    Desk(desk::Args),
}

impl Command {
    /// The name of a command that has no text for people to print.
    pub(crate) const fn json_only(&self) -> Option<&'static str> {
        match self {
            Self::Decode { .. } => Some("decode"),
            Self::Book { .. } => Some("book"),
            Self::Sim(_) => Some("sim"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_every_command_shows_examples() {
        let mut cli = Cli::command();
        cli.clone().debug_assert();
        assert!(cli.render_long_help().to_string().contains("Examples:"));
        for command in cli.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Examples:"), "{}", command.get_name());
        }
    }
}
