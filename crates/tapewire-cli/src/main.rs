//! The `tapewire` program: reads the command line, runs one command, and turns its outcome into an exit code.

mod book;
mod command;
mod config;
mod decode;
mod demo;
mod desk;
mod duration;
mod error;
mod instruments;
mod log;
mod otp;
mod output;
mod recorded;
mod runtime;
mod sim;
mod stream;
mod style;
mod table;
mod text;
mod venues;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::command::{Cli, Command};
use crate::error::Error;
use crate::output::{Format, Output};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_quiet() => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if this cannot be written.
            _ = writeln!(io::stderr().lock(), "error: {}", tapewire::chain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Error> {
    log::start(cli.log.as_deref())?;
    let format = cli.format;
    if let (Some(Format::Text), Some(command)) = (format, cli.command.json_only()) {
        return Err(Error::JsonOnly { command });
    }
    match cli.command {
        Command::Demo(args) => runtime::run(move |stop| demo::run(args, Output::new(format), stop)),
        Command::Stream(args) => runtime::run(move |stop| stream::run(args, Output::new(format), stop)),
        Command::Decode { venue, strict } => {
            let venue = tapewire::venues::find(&venue)?;
            let (input, mut output) = (io::stdin().lock(), Output::new(Some(Format::Json)));
            decode::run(&venue, input, output.writer(), &mut io::stderr().lock(), strict)?;
            Ok(())
        }
        Command::Book { venue, depth } => {
            let venue = tapewire::venues::find(&venue)?;
            let (input, mut output) = (io::stdin().lock(), Output::new(Some(Format::Json)));
            book::run(&venue, input, output.writer(), &mut io::stderr().lock(), depth)?;
            Ok(())
        }
        Command::Sim(args) => runtime::run(move |stop| sim::run(args, stop)),
        Command::Venues(args) => venues::run(&args, Output::new(format)),
        Command::Instruments(args) => runtime::run(move |stop| instruments::run(args, Output::new(format), stop)),
        Command::Desk(args) => runtime::run(move |stop| desk::run(args, Output::new(format), stop)),
    }
}
