//! The venue over a recording.
//!
//! It plays from the first subscription on. A recorded answer over HTTP is served from its line on until the next one
//! takes its place; before its line the first one is served, because a client asks for a snapshot as soon as it has
//! something to put on it. At full speed the replay waits at such a line, for a moment, until a client that listens to
//! the book has fetched the answer: what it has to keep until then stays as short as it was when it was recorded.
//! Frames are sent as they were recorded: a connection's `timeUnit` changes nothing in them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::clients::Clients;
use super::info;
use super::rest::Route;
use super::symbols::Symbols;
use crate::face::{Age, Answer, ConnectionId, FrameBuf, Outbox, Request, Wake};
use crate::market::Listing;
use crate::query::Query;
use crate::replay::{Recorded, Speed, Tape};

/// A recording, and how far it has been played.
#[derive(Debug)]
pub(super) struct Player {
    speed: Speed,
    steps: Vec<(i64, Step)>,
    /// The next step.
    next: usize,
    started_us: Option<i64>,
    answers: BTreeMap<Key, Answers>,
    listeners: BTreeMap<Arc<str>, Vec<ConnectionId>>,
    listings: Vec<Listing>,
    /// Until when the step ahead waits for a client.
    waiting_until_us: Option<i64>,
}

/// What an answer belongs to: path and symbol.
type Key = (String, String);

#[derive(Debug)]
enum Step {
    Frame {
        stream: Arc<str>,
        combined: Utf8Bytes,
        payload: Utf8Bytes,
    },
    /// From here on the next answer is served.
    Answer(Key),
    /// The recorder had lost its connection: clients will want new snapshots.
    Connect,
}

#[derive(Debug, Default)]
struct Answers {
    bodies: Vec<String>,
    current: usize,
    /// Whether the replay has come to the first of them.
    reached: bool,
    /// Whether somebody has fetched the current one.
    fetched: bool,
    /// Whether the recorder reconnected since.
    reconnected: bool,
}

impl Player {
    pub(super) fn new(tape: Tape) -> Self {
        let mut reading = Reading::default();
        for record in tape.records {
            reading.take(record.offset_us, record.what);
        }
        let Reading { steps, answers, symbols, .. } = reading;
        Self {
            speed: tape.speed,
            steps,
            next: 0,
            started_us: None,
            answers,
            listeners: BTreeMap::new(),
            listings: symbols.listings(),
            waiting_until_us: None,
        }
    }

    pub(super) fn join(&mut self, name: &Arc<str>, connection: ConnectionId) {
        let listeners = self.listeners.entry(Arc::clone(name)).or_default();
        if !listeners.contains(&connection) {
            listeners.push(connection);
        }
    }

    pub(super) fn leave(&mut self, name: &str, connection: ConnectionId) {
        if let Some(listeners) = self.listeners.get_mut(name) {
            listeners.retain(|listener| *listener != connection);
            if listeners.is_empty() {
                self.listeners.remove(name);
            }
        }
    }

    pub(super) fn answer(&mut self, route: &Route, request: &Request, now: i64, age: Age) -> Answer {
        let key = key(&request.path, &request.query);
        if let Some(answers) = self.answers.get_mut(&key) {
            let body = if age == Age::Stale {
                answers.bodies.first()
            } else {
                answers.fetched = true;
                answers.bodies.get(answers.current)
            };
            return Answer::ok(body.cloned().unwrap_or_default());
        }
        match route {
            Route::Ping => Answer::ok("{}"),
            Route::Time => Answer::ok(format!(r#"{{"serverTime":{now}}}"#)),
            Route::ExchangeInfo => {
                info::exchange_info(&self.listings, request, now).map_or_else(|refusal| refusal, Answer::ok)
            }
            _ => super::refuse(StatusCode::NOT_FOUND, -1000, "the recording holds no such answer"),
        }
    }

    pub(super) fn advance(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) -> Wake {
        if self.listeners.is_empty() && (self.started_us.is_none() || self.speed == Speed::Max) {
            return Wake::Never;
        }
        if self.speed == Speed::Max && !out.has_room() {
            return Wake::WhenRoom;
        }
        let started_us = *self.started_us.get_or_insert(now_us);
        for _ in 0..STEPS_AT_ONCE {
            let Some((offset_us, step)) = self.steps.get(self.next) else { return Wake::Never };
            if let Some(due_us) = self.speed.due_us(*offset_us).map(|after_us| started_us + after_us)
                && due_us > now_us
            {
                return Wake::At(due_us);
            }
            match step {
                Step::Frame { stream, combined, payload } => {
                    let listeners = self.listeners.get(stream).map_or(&[][..], Vec::as_slice);
                    for (connection, client) in listeners.iter().filter_map(|id| Some((*id, clients.get(*id)?))) {
                        let text = if client.combined { combined } else { payload };
                        out.data(connection, stream, FrameBuf::shared(text.clone()));
                    }
                }
                Step::Answer(key) => {
                    if let Some(until_us) = self.waits_for_client(key, now_us) {
                        self.waiting_until_us = Some(until_us);
                        return Wake::At(until_us);
                    }
                    let key = key.clone();
                    self.pass(&key);
                }
                Step::Connect => self.answers.values_mut().for_each(|answers| answers.reconnected = true),
            }
            self.next += 1;
        }
        Wake::At(now_us + PAUSE_US)
    }

    /// Until when the replay waits for a client to fetch the answer at which it stands.
    fn waits_for_client(&self, key: &Key, now_us: i64) -> Option<i64> {
        let answers = self.answers.get(key)?;
        let wanted = if answers.reached { answers.reconnected } else { !answers.fetched };
        let until_us = self.waiting_until_us.unwrap_or(now_us + WAIT_US);
        (self.speed == Speed::Max && wanted && self.builds_book(key) && until_us > now_us).then_some(until_us)
    }

    /// Puts the answer at which the replay stands in its place.
    fn pass(&mut self, key: &Key) {
        self.waiting_until_us = None;
        if let Some(answers) = self.answers.get_mut(key) {
            if answers.reached {
                answers.current += 1;
                answers.fetched = false;
            }
            answers.reached = true;
            answers.reconnected = false;
        }
    }

    /// Whether somebody listens to the book of an answer.
    fn builds_book(&self, (path, symbol): &Key) -> bool {
        let book = format!("{}@depth", symbol.to_lowercase());
        path == DEPTH && self.listeners.keys().any(|stream| stream.starts_with(&book))
    }
}

/// A recording while it is taken apart.
#[derive(Debug, Default)]
struct Reading {
    steps: Vec<(i64, Step)>,
    answers: BTreeMap<Key, Answers>,
    symbols: Symbols,
    names: BTreeMap<String, Arc<str>>,
    /// The stream of frames that do not name theirs: that of the connection, if it has only one.
    only: Option<String>,
}

impl Reading {
    fn take(&mut self, offset_us: i64, what: Recorded) {
        match what {
            Recorded::Frame(text) => {
                if let Some(step) = self.frame(text) {
                    self.steps.push((offset_us, step));
                }
            }
            Recorded::Rest { request, body } => {
                let target = request.split(' ').nth(1).unwrap_or_default();
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                let key = key(path, &Query::parse(query));
                self.answers.entry(key.clone()).or_default().bodies.push(body);
                self.steps.push((offset_us, Step::Answer(key)));
            }
            Recorded::Connect(path) => {
                let names = path.strip_prefix("/ws/").or_else(|| path.strip_prefix("/stream?streams="));
                self.only = names.filter(|names| !names.contains(['/', '&'])).map(str::to_owned);
                self.steps.push((offset_us, Step::Connect));
            }
        }
    }

    /// A frame with its stream; one that is no market data, or whose stream nobody can know, is left out.
    fn frame(&mut self, text: String) -> Option<Step> {
        let whole = Bytes::from(text);
        let text = Utf8Bytes::try_from(whole.clone()).ok()?;
        let (name, combined, payload) = match serde_json::from_str::<Combined<'_>>(text.as_str()) {
            Ok(frame) => {
                let payload = Utf8Bytes::try_from(whole.slice_ref(frame.data.get().as_bytes())).ok()?;
                (frame.stream.into_owned(), text.clone(), payload)
            }
            Err(_) => {
                let name = self.only.clone()?;
                let combined = super::clients::combine(&name, text.as_str()).into();
                (name, combined, text.clone())
            }
        };
        self.symbols.note(&name, payload.as_str());
        let stream = Arc::clone(self.names.entry(name).or_insert_with_key(|name| name.as_str().into()));
        Some(Step::Frame { stream, combined, payload })
    }
}

#[derive(Deserialize)]
struct Combined<'a> {
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn key(path: &str, query: &Query) -> Key {
    (path.to_owned(), query.find("symbol").unwrap_or_default().to_owned())
}

const DEPTH: &str = "/api/v3/depth";
/// How long the replay waits at an answer that nobody fetches.
const WAIT_US: i64 = 2_000_000;
/// Steps between two looks at the queues; each gives a connection at most one frame, and half a queue is free by then.
const STEPS_AT_ONCE: usize = 4_096;
/// The pause between two such rounds at full speed, in which the connections write.
const PAUSE_US: i64 = 1_000;
