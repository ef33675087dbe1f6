//! The `tapewire` program: reads its arguments, runs one command, says how it went.

mod book;
mod decode;
mod recorded;

use std::error::Error as _;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tapewire::suggest::{did_you_mean, nearest};
use tapewire::{Venue, venues};

/// Done.
const DONE: u8 = 0;
/// Failed while running.
const FAILED: u8 = 1;
/// Wrong usage or configuration.
const USAGE: u8 = 2;
/// How much output is gathered before it is written, in bytes.
const OUTPUT_BUFFER: usize = 64 * 1024;

/// Market data of many venues as one stream of events.
#[derive(Parser)]
#[command(name = "tapewire", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Decode recorded frames to event JSON
    ///
    /// Reads a recording from standard input, plain or gzip, one JSON object a line, and prints the events that each
    /// line holds. A bad line is printed as `malformed`, and the run goes on.
    #[command(after_help = "Examples:\n  \
        tapewire decode binance < day.jsonl.gz\n  \
        tapewire decode binance --strict < day.jsonl.gz > events.jsonl")]
    Decode {
        /// Whose frames they are, such as `binance`
        venue: String,
        /// Exit with 1 if anything was malformed
        #[arg(long)]
        strict: bool,
    },
    /// Keep the order books of a recording
    ///
    /// Reads a recording as `decode` does, keeps one book for each instrument and channel, prints what became of each
    /// book message, and at the end every book.
    #[command(after_help = "Examples:\n  \
        tapewire book binance < day.jsonl.gz\n  \
        cat one.jsonl.gz two.jsonl.gz | tapewire book binance --depth 5 | tail -n 1")]
    Book {
        /// Whose frames they are, such as `binance`
        venue: String,
        /// How many levels a side the last lines show
        #[arg(long, default_value_t = 20)]
        depth: usize,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut err = io::stderr().lock();
    ExitCode::from(match run(&arguments.command, &mut err) {
        Ok(code) => code,
        // Nobody reads what we could still say.
        Err(_) => FAILED,
    })
}

fn run(command: &Command, err: &mut impl Write) -> io::Result<u8> {
    let (Command::Decode { venue, .. } | Command::Book { venue, .. }) = command;
    let venue = match find(venue) {
        Ok(venue) => venue,
        Err(sentence) => {
            writeln!(err, "error: {sentence}")?;
            return Ok(USAGE);
        }
    };
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER, io::stdout().lock());
    let input = io::stdin().lock();
    let result = match command {
        Command::Decode { strict, .. } => decode::run(&venue, input, &mut out, err, *strict),
        Command::Book { depth, .. } => book::run(&venue, input, &mut out, err, *depth),
    };
    match result {
        Ok(_) => Ok(DONE),
        // Whoever read our output has seen enough.
        Err(recorded::Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(DONE),
        Err(error) => {
            out.flush()?;
            write!(err, "error: {error}")?;
            let mut source = error.source();
            while let Some(cause) = source {
                write!(err, ": {cause}")?;
                source = cause.source();
            }
            writeln!(err)?;
            Ok(FAILED)
        }
    }
}

fn find(name: &str) -> Result<Venue, String> {
    venues::named(name).ok_or_else(|| {
        let known: Vec<&str> = venues::all().iter().map(|venue| venue.id().as_str()).collect();
        let near = did_you_mean(&nearest(name, known.iter().copied()));
        format!("there is no venue `{name}`{near} (known: {})", known.join(", "))
    })
}
