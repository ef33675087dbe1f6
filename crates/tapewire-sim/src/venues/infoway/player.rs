//! The venue over a recording: it plays from the first subscription on, frame by frame as they were recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::topic::{Feed, Topic};
use crate::face::{ConnectionId, FrameBuf, Outbox, Wake};
use crate::replay::{Recorded, Speed, Tape};

/// A recording, and how far it has been played.
#[derive(Debug)]
pub(super) struct Player {
    speed: Speed,
    steps: Vec<Step>,
    /// The next step.
    next: usize,
    started_us: Option<i64>,
    listeners: BTreeMap<Topic, Vec<ConnectionId>>,
}

#[derive(Debug)]
struct Step {
    offset_us: i64,
    topic: Topic,
    stream: Arc<str>,
    frame: Utf8Bytes,
}

impl Player {
    /// Takes a recording apart; a frame that is no market data is left out.
    pub(super) fn new(tape: Tape) -> Self {
        let step = |(offset_us, text): (i64, String)| {
            let topic = topic(&text)?;
            Some(Step { offset_us, stream: topic.stream(), topic, frame: text.into() })
        };
        let frames = tape.records.into_iter().filter_map(|record| match record.what {
            Recorded::Frame(text) => Some((record.offset_us, text)),
            Recorded::Rest { .. } | Recorded::Connect(_) => None,
        });
        let steps = frames.filter_map(step).collect();
        Self { speed: tape.speed, steps, next: 0, started_us: None, listeners: BTreeMap::new() }
    }

    pub(super) fn join(&mut self, topic: &Topic, connection: ConnectionId) {
        let listeners = self.listeners.entry(topic.clone()).or_default();
        if !listeners.contains(&connection) {
            listeners.push(connection);
        }
    }

    pub(super) fn leave(&mut self, topic: &Topic, connection: ConnectionId) {
        if let Some(listeners) = self.listeners.get_mut(topic) {
            listeners.retain(|listener| *listener != connection);
            if listeners.is_empty() {
                self.listeners.remove(topic);
            }
        }
    }

    pub(super) fn advance(&mut self, now_us: i64, out: &mut Outbox) -> Wake {
        if self.listeners.is_empty() && (self.started_us.is_none() || self.speed == Speed::Max) {
            return Wake::Never;
        }
        if self.speed == Speed::Max && !out.has_room() {
            return Wake::WhenRoom;
        }
        let started_us = *self.started_us.get_or_insert(now_us);
        for _ in 0..STEPS_AT_ONCE {
            let Some(step) = self.steps.get(self.next) else { return Wake::Never };
            if let Some(due_us) = self.speed.due_us(step.offset_us).map(|after_us| started_us + after_us)
                && due_us > now_us
            {
                return Wake::At(due_us);
            }
            for listener in self.listeners.get(&step.topic).into_iter().flatten() {
                out.data(*listener, &step.stream, FrameBuf::shared(step.frame.clone()));
            }
            self.next += 1;
        }
        Wake::At(now_us + PAUSE_US)
    }
}

/// The topic of a push.
fn topic(text: &str) -> Option<Topic> {
    #[derive(Deserialize)]
    struct Push {
        code: u16,
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        s: String,
        /// An interval, or a trade's type, which may be text.
        ty: Option<serde_json::Value>,
    }
    let Push { code, data } = serde_json::from_str(text).ok()?;
    let feed = match code {
        10_002 => Feed::Trade,
        10_005 => Feed::Depth,
        10_008 => Feed::Kline(u8::try_from(data.ty?.as_u64()?).ok()?),
        _ => return None,
    };
    Some(Topic { symbol: data.s, feed })
}

/// Steps between two looks at the queues; each gives a connection at most one frame, and half a queue is free by then.
const STEPS_AT_ONCE: usize = 4_096;
/// The pause between two such rounds at full speed, in which the connections write.
const PAUSE_US: i64 = 1_000;
