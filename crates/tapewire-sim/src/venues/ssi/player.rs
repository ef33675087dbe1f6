//! The streams over a recording: logins, tables and orders stay those of the simulated market.
//!
//! It plays from the first subscription on, frame by frame as they were recorded, to whoever subscribed to a frame's
//! topic, or to all topics of its type with `*`.

use std::sync::Arc;

use serde::Deserialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::clients::Clients;
use super::topic::Topic;
use crate::face::{FrameBuf, Outbox, Wake};
use crate::replay::{Recorded, Speed, Tape};

/// A recording, and how far it has been played.
#[derive(Debug)]
pub(super) struct Player {
    speed: Speed,
    steps: Vec<Step>,
    /// The next step.
    next: usize,
    started_us: Option<i64>,
}

#[derive(Debug)]
struct Step {
    offset_us: i64,
    /// The topic as clients know it, and as it was recorded.
    topic: Topic,
    stream: Arc<str>,
    frame: Utf8Bytes,
}

#[derive(Deserialize)]
struct Message {
    topic: String,
}

impl Player {
    /// Takes a recording apart; a frame without a topic is left out.
    pub(super) fn new(tape: Tape) -> Self {
        let step = |offset_us, text: String| {
            let Message { topic } = serde_json::from_str(&text).ok()?;
            Some(Step { offset_us, stream: topic.as_str().into(), topic: Topic::recorded(&topic), frame: text.into() })
        };
        let steps = tape.records.into_iter().filter_map(|record| match record.what {
            Recorded::Frame(text) => step(record.offset_us, text),
            Recorded::Rest { .. } | Recorded::Connect(_) => None,
        });
        Self { speed: tape.speed, steps: steps.collect(), next: 0, started_us: None }
    }

    pub(super) fn advance(&mut self, now_us: i64, clients: &Clients, out: &mut Outbox) -> Wake {
        if clients.is_empty() && (self.started_us.is_none() || self.speed == Speed::Max) {
            return Wake::Never;
        }
        if self.speed == Speed::Max && !out.has_room() {
            return Wake::WhenRoom;
        }
        let started_us = *self.started_us.get_or_insert(now_us);
        for _ in 0..STEPS_AT_ONCE {
            let Some(step) = self.steps.get(self.next) else { return Wake::Never };
            let due_us = self.speed.due_us(step.offset_us).map(|after_us| started_us + after_us);
            if let Some(due_us) = due_us.filter(|due_us| *due_us > now_us) {
                return Wake::At(due_us);
            }
            for connection in clients.subscribed(&step.topic) {
                out.data(connection, &step.stream, FrameBuf::shared(step.frame.clone()));
            }
            self.next += 1;
        }
        Wake::At(now_us + PAUSE_US)
    }
}

/// Steps between two looks at the queues; each gives a connection at most one frame, and half a queue is free by then.
const STEPS_AT_ONCE: usize = 4_096;
/// The pause between two such rounds at full speed, in which the connections write.
const PAUSE_US: i64 = 1_000;
