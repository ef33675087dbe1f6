//! Standard output: locked once, buffered, as JSON lines or as text for people.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use clap::ValueEnum;
use serde::Serialize;
use tapewire::event::Event;

use crate::table::Table;
use crate::{style, text};

/// How much is gathered before it is written.
const BUFFER_LENGTH: usize = 1 << 16;

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One JSON object per line.
    Json,
    /// Lines and tables for people.
    Text,
}

/// Where data goes.
pub(crate) struct Output {
    format: Format,
    coloured: bool,
    terminal: bool,
    out: BufWriter<StdoutLock<'static>>,
}

impl Output {
    /// Standard output in the wanted format: without one, text on a terminal and JSON in a pipe.
    pub(crate) fn new(format: Option<Format>) -> Self {
        let terminal = io::stdout().is_terminal();
        let format = format.unwrap_or(if terminal { Format::Text } else { Format::Json });
        let out = BufWriter::with_capacity(BUFFER_LENGTH, io::stdout().lock());
        Self { format, coloured: style::wanted(terminal), terminal, out }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether people look at it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    pub(crate) fn is_coloured(&self) -> bool {
        self.coloured
    }

    /// Prints an event, on a line of its own.
    pub(crate) fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match self.format {
            Format::Json => self.json(event),
            Format::Text => text::write(&mut self.out, event, self.coloured),
        }
    }

    /// Prints a value as JSON, on a line of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }

    /// Prints a table, whole: a pager or a wrapping terminal shows what is wide.
    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        for line in table.lines(None) {
            line.print(&mut self.out, None, self.coloured)?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Hands on what has gathered.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The writer itself.
    pub(crate) fn writer(&mut self) -> &mut impl Write {
        &mut self.out
    }
}
