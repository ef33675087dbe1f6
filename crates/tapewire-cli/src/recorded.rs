//! Recordings through an adapter: each line is handed to the very code that reads it live, and what that says is
//! handed on. No clock and no socket: the times are the recording's.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use tapewire::event::{Event, Malformed};
use tapewire::recording::{BadLine, BadLineReason, Direction, Line, LineKind, Payload, Reader};
use tapewire::{
    Account, AccountContext, AccountEffects, Context, DecodeError, Effects, Failure, Frame, Grant, HttpReply,
    HttpRequest, Protocol, Reply, ReplyKind, TopicId, TopicTable, UnixNanos, Url, Venue, excerpt,
};

/// How many other products a summary names.
const SKIPPED_NAMES_MAX: usize = 16;
/// The address that recorded connections are taken to have been opened at; nothing dials it.
const BASE: &str = "ws://recording";

/// What went wrong with a run over a recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Error {
    /// The input failed, or is no whole gzip file. What came before was decoded.
    #[error("cannot read the recording")]
    Input(#[source] io::Error),
    /// The output failed. What was written before is good.
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
    /// The run went to its end, and was to be strict.
    #[error("--strict: {0} malformed")]
    Malformed(u64),
}

/// Takes what an adapter says, in order.
pub(crate) trait Listener {
    /// An event of a line.
    fn event(&mut self, line: u64, event: &Event<'_>) -> io::Result<()>;
    /// A control message of a line.
    fn control(&mut self, line: u64, ts_recv: Option<UnixNanos>, reply: &Reply<'_>) -> io::Result<()>;
}

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Frames and answers of the venue that were decoded.
    pub(crate) decoded: u64,
    /// Lines, frames and parts of frames that could not be read.
    pub(crate) malformed: u64,
    /// Lines that say they are of another venue, by the word they say; at most [`SKIPPED_NAMES_MAX`] words.
    pub(crate) skipped: BTreeMap<String, u64>,
}

impl Summary {
    /// Tells what a user may not expect: what was skipped, and what could not be read.
    pub(crate) fn tell(&self, out: &mut impl Write) -> io::Result<()> {
        for (word, lines) in &self.skipped {
            let many = if *lines == 1 { "" } else { "s" };
            let reader = tapewire::venues::all().find(|venue| venue.connector.is_recorded_as(word));
            let hint = reader.map(|venue| format!("; use `{}` for them", venue.id()));
            writeln!(out, "skipped {lines} line{many} of `{word}`{}", hint.unwrap_or_default())?;
        }
        if self.malformed > 0 {
            writeln!(out, "{} malformed", self.malformed)?;
        }
        Ok(())
    }
}

/// Plays a recording to `listener`.
///
/// # Errors
/// [`Error::Input`] and [`Error::Output`]. A bad line is no error: it is told as a malformed event.
pub(crate) fn play(venue: &Venue, input: impl Read, listener: &mut impl Listener) -> Result<Summary, Error> {
    let mut player = Player::new(venue);
    for line in Reader::new(input) {
        match line {
            Ok(line) => player.line(line, listener)?,
            // The contract is to skip lines of other directions, such as a recorder's own notes, readable or not.
            Err(BadLine { reason: BadLineReason::Direction { .. } | BadLineReason::Sent(_), .. }) => {}
            Err(bad) => {
                player.bad_line(&bad, listener)?;
                if let BadLineReason::Input(error) = bad.reason {
                    return Err(Error::Input(error));
                }
            }
        }
    }
    Ok(player.summary)
}

/// An adapter, and where a recording has got to.
struct Player<'v> {
    venue: &'v Venue,
    account: Box<dyn Account>,
    protocol: Box<dyn Protocol>,
    /// Stays empty: whatever a frame holds is told, as nothing is subscribed.
    topics: TopicTable,
    nonce: u64,
    summary: Summary,
}

impl<'v> Player<'v> {
    fn new(venue: &'v Venue) -> Self {
        Self {
            venue,
            account: venue.connector.account(&venue.target),
            protocol: protocol(venue, None),
            topics: TopicTable::default(),
            nonce: 0,
            summary: Summary::default(),
        }
    }

    fn line(&mut self, line: Line, listener: &mut impl Listener) -> io::Result<()> {
        if let Some(word) = line.belongs_to.filter(|word| !self.venue.connector.is_recorded_as(word)) {
            self.skip(word);
            return Ok(());
        }
        let mut ears = Ears {
            venue: self.venue,
            line: line.number,
            ts_recv: line.ts_recv,
            malformed: 0,
            result: Ok(()),
            listener,
        };
        match (line.kind, line.direction) {
            (LineKind::Connect, _) => self.connect(&line.payload, &mut ears),
            (_, Direction::Out) => return Ok(()),
            (LineKind::Frame, Direction::In) => {
                let mut cx = Context::new(line.ts_recv, &mut self.nonce, &self.topics, &mut ears);
                self.protocol.frame(line.payload.frame(), &mut cx);
                self.summary.decoded += 1;
            }
            (LineKind::Rest { request }, Direction::In) => {
                self.answer(&request, &line.payload, &mut ears);
                self.summary.decoded += 1;
            }
        }
        self.summary.malformed += ears.malformed;
        ears.result
    }

    fn skip(&mut self, word: String) {
        let known = self.summary.skipped.len();
        let word = if known < SKIPPED_NAMES_MAX || self.summary.skipped.contains_key(&word) {
            word
        } else {
            "others".to_owned()
        };
        *self.summary.skipped.entry(word).or_default() += 1;
    }

    /// A new connection: what was known of the old one is forgotten.
    fn connect<L: Listener>(&mut self, payload: &Payload, ears: &mut Ears<'_, L>) {
        let path = text(payload).and_then(|path| Ok(format!("{BASE}{path}").parse::<Url>()?));
        match path {
            Ok(url) => {
                self.protocol = protocol(self.venue, Some(url));
                self.nonce = 0;
            }
            // The path may hold a token: it is not quoted.
            Err(why) => ears.unreadable(b"", &why),
        }
    }

    /// An answer over HTTP, as the account would get it.
    fn answer<L: Listener>(&mut self, request: &str, payload: &Payload, ears: &mut Ears<'_, L>) {
        let body = match text(payload) {
            Ok(body) => body,
            Err(why) => return ears.unreadable(payload.frame().bytes(), &why),
        };
        let ts_recv = ears.ts_recv;
        let reply = HttpReply { path: path_of(request), status: 200, body, ts_recv };
        if let Err(why) = self.account.http(reply, &mut AccountContext::new(ts_recv, ears)) {
            ears.unreadable(body.as_bytes(), &why);
        }
    }

    fn bad_line(&mut self, bad: &BadLine, listener: &mut impl Listener) -> io::Result<()> {
        self.summary.malformed += 1;
        let malformed = Malformed {
            venue: self.venue.id(),
            subscription: None,
            bytes: usize::try_from(bad.bytes).unwrap_or(usize::MAX),
            reason: bad.reason.to_string().into(),
            excerpt: bad.excerpt.as_str().into(),
            ts_recv: None,
        };
        listener.event(bad.number, &Event::Malformed(&malformed))
    }
}

/// The adapter's hot side for a connection to `url`; without one, to the venue's first route at no path.
fn protocol(venue: &Venue, url: Option<Url>) -> Box<dyn Protocol> {
    let url = url.or_else(|| BASE.parse().ok());
    let route = venue.connector.routes().first().copied();
    #[expect(clippy::expect_used, reason = "both are our own constants")]
    let (url, route) = url.zip(route).expect("an address and a route");
    let grant = Grant::to(url);
    let mut protocol = venue.connector.protocol(route, &grant);
    // What a protocol sends when it opens was sent by the recorder.
    protocol.opened(&mut Context::new(None, &mut 0, &TopicTable::default(), &mut Deaf));
    protocol
}

/// A payload that has to be text.
fn text(payload: &Payload) -> Result<&str, DecodeError> {
    match payload {
        Payload::Text(text) => Ok(text),
        Payload::Binary(bytes) => std::str::from_utf8(bytes).map_err(|_| DecodeError::Payload("it is not UTF-8")),
    }
}

/// Path and query of a recorded request, `GET /path?query` or with a whole address.
fn path_of(request: &str) -> &str {
    let address = request.split_once(' ').map_or(request, |(_, address)| address).trim();
    let Some((_, rest)) = address.split_once("://") else { return address };
    rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/")
}

/// Hears nothing.
struct Deaf;

impl Effects for Deaf {
    fn emit(&mut self, _: Option<TopicId>, _: &Event<'_>) {}
    fn reply(&mut self, _: &Reply<'_>) {}
    fn malformed(&mut self, _: Option<TopicId>, _: &[u8], _: &DecodeError) {}
    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
    fn fail(&mut self, _: Failure) {}
}

/// Hears both sides of an adapter for one line. What would act on the world has no effect here.
struct Ears<'a, L> {
    venue: &'a Venue,
    line: u64,
    ts_recv: Option<UnixNanos>,
    malformed: u64,
    /// The first failure to hand something on; after it nothing more is.
    result: io::Result<()>,
    listener: &'a mut L,
}

impl<L: Listener> Ears<'_, L> {
    fn event(&mut self, event: &Event<'_>) {
        if matches!(event, Event::Malformed(_)) {
            self.malformed += 1;
        }
        if self.result.is_ok() {
            self.result = self.listener.event(self.line, event);
        }
    }

    fn control(&mut self, reply: &Reply<'_>) {
        if self.result.is_ok() {
            self.result = self.listener.control(self.line, self.ts_recv, reply);
        }
    }

    fn unreadable(&mut self, part: &[u8], why: &DecodeError) {
        let malformed = Malformed {
            venue: self.venue.id(),
            subscription: None,
            bytes: part.len(),
            reason: why.to_string().into(),
            excerpt: excerpt(part).into(),
            ts_recv: self.ts_recv,
        };
        self.event(&Event::Malformed(&malformed));
    }

    fn failed(&mut self, failure: &Failure, fatal: bool) {
        let (code, reason) = (failure.code.as_deref(), Some(failure.reason.as_str()));
        let fatal = fatal.then_some(failure.recovery);
        self.control(&Reply { code, reason, fatal, ..Reply::new(ReplyKind::Error) });
    }
}

impl<L: Listener> Effects for Ears<'_, L> {
    fn emit(&mut self, _: Option<TopicId>, event: &Event<'_>) {
        self.event(event);
    }

    fn reply(&mut self, reply: &Reply<'_>) {
        self.control(reply);
    }

    fn malformed(&mut self, _: Option<TopicId>, part: &[u8], why: &DecodeError) {
        self.unreadable(part, why);
    }

    fn fail(&mut self, failure: Failure) {
        self.failed(&failure, true);
    }

    fn send(&mut self, _: Frame<'_>) {}
    fn ready(&mut self) {}
    fn hand_over(&mut self, _: &str) {}
}

impl<L: Listener> AccountEffects for Ears<'_, L> {
    fn emit(&mut self, event: &Event<'_>) {
        self.event(event);
    }

    fn refused(&mut self, failure: Failure) {
        self.failed(&failure, false);
    }

    fn http(&mut self, _: HttpRequest) {}
    fn granted(&mut self, _: Grant) {}
    fn done(&mut self) {}
    fn need_input(&mut self, _: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_path_from_a_request() {
        for (request, path) in [
            ("GET /api/v3/depth?symbol=X", "/api/v3/depth?symbol=X"),
            ("/api/v3/time", "/api/v3/time"),
            ("GET https://api.binance.com/api/v3/depth?limit=5", "/api/v3/depth?limit=5"),
            ("GET https://api.binance.com", "/"),
        ] {
            assert_eq!(path_of(request), path, "{request}");
        }
    }
}
