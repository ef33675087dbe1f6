//! `tapewire decode`: recorded frames to event JSON, one object a line.

use std::io::{self, Read, Write};

use serde::Serialize;
use tapewire::event::{Event, Id};
use tapewire::{Reply, UnixNanos, Venue, VenueId};

use crate::recorded::{Error, Listener, Summary, play};

/// Decodes a recording: event JSON to `out`, what was skipped to `err`.
///
/// # Errors
/// As [`play`]; with `strict`, [`Error::Malformed`] at the end if anything was.
pub(crate) fn run(
    venue: &Venue,
    input: impl Read,
    out: &mut impl Write,
    err: &mut impl Write,
    strict: bool,
) -> Result<Summary, Error> {
    let summary = play(venue, input, &mut Printer { venue: venue.id(), out, buffer: Vec::new() })?;
    out.flush()?;
    summary.tell(err)?;
    if strict && summary.malformed > 0 {
        return Err(Error::Malformed(summary.malformed));
    }
    Ok(summary)
}

/// Prints whatever it hears.
struct Printer<'a, W> {
    venue: VenueId,
    out: &'a mut W,
    buffer: Vec<u8>,
}

impl<W: Write> Listener for Printer<'_, W> {
    fn event(&mut self, line: u64, event: &Event<'_>) -> io::Result<()> {
        self.print(event, line)
    }

    fn control(&mut self, line: u64, ts_recv: Option<UnixNanos>, reply: &Reply<'_>) -> io::Result<()> {
        let control = Control {
            kind: "control",
            venue: self.venue,
            instrument: None,
            channel: None,
            ts_event: None,
            ts_recv,
            control: reply.kind.as_str(),
            code: reply.code,
            request: reply.request.as_ref().map(Id::to_string),
            reason: reply.reason,
            topics: reply.topics,
            fatal: reply.fatal.is_some(),
        };
        self.print(&control, line)
    }
}

impl<W: Write> Printer<'_, W> {
    /// Prints an object, with the number of its line as its last member.
    fn print(&mut self, object: &impl Serialize, line: u64) -> io::Result<()> {
        self.buffer.clear();
        serde_json::to_writer(&mut self.buffer, object)?;
        // Both kinds of objects have members, so a comma and one more may follow the last.
        self.buffer.pop();
        writeln!(self.buffer, ",\"line\":{line}}}")?;
        self.out.write_all(&self.buffer)
    }
}

/// A control message as it is printed. The first members are those of every event.
#[derive(Serialize)]
struct Control<'a> {
    kind: &'static str,
    venue: VenueId,
    instrument: Option<&'static str>,
    channel: Option<&'static str>,
    ts_event: Option<UnixNanos>,
    ts_recv: Option<UnixNanos>,
    control: &'static str,
    code: Option<&'a str>,
    request: Option<String>,
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    topics: &'a [&'a str],
    fatal: bool,
}
