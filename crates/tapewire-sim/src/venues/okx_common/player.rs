//! A dialect over a recording.
//!
//! It plays from the first subscription on, frame by frame as they were recorded. Who subscribes to a book when its
//! snapshot has been played already gets that snapshot and all that was played behind it, at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::silence::Post;
use crate::face::{ConnectionId, FrameBuf, Wake};
use crate::replay::{Recorded, Speed, Tape};

/// A recording, and how far it has been played.
#[derive(Debug)]
pub(crate) struct Player {
    speed: Speed,
    steps: Vec<Step>,
    /// The next step.
    next: usize,
    started_us: Option<i64>,
    listeners: BTreeMap<Arc<str>, Vec<ConnectionId>>,
    /// What was played of each book since its last snapshot, by step.
    books: BTreeMap<Arc<str>, Vec<usize>>,
}

#[derive(Debug)]
struct Step {
    offset_us: i64,
    stream: Arc<str>,
    frame: FrameBuf,
    /// Whether it is a book's message, and its snapshot.
    book: Option<bool>,
}

/// What a dialect reads of a recorded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    /// The stream that it belongs to.
    pub(crate) stream: String,
    /// Whether it is a book's message, and its snapshot.
    pub(crate) book: Option<bool>,
}

impl Player {
    /// Takes a recording apart; a frame of which `read` says nothing is no market data, and left out. The others are
    /// sent as `pack` makes them.
    pub(crate) fn new(
        tape: Tape,
        mut read: impl FnMut(&str) -> Option<Read>,
        pack: impl Fn(String) -> FrameBuf,
    ) -> Self {
        let (mut steps, mut names) = (Vec::new(), BTreeMap::<String, Arc<str>>::new());
        for record in tape.records {
            let Recorded::Frame(text) = record.what else { continue };
            let Some(Read { stream, book }) = read(&text) else { continue };
            let stream = Arc::clone(names.entry(stream).or_insert_with_key(|name| name.as_str().into()));
            steps.push(Step { offset_us: record.offset_us, stream, frame: pack(text), book });
        }
        let (listeners, books) = (BTreeMap::new(), BTreeMap::new());
        Self { speed: tape.speed, steps, next: 0, started_us: None, listeners, books }
    }

    pub(crate) fn join(&mut self, stream: &Arc<str>, connection: ConnectionId) {
        let listeners = self.listeners.entry(Arc::clone(stream)).or_default();
        if !listeners.contains(&connection) {
            listeners.push(connection);
        }
    }

    pub(crate) fn leave(&mut self, stream: &str, connection: ConnectionId) {
        if let Some(listeners) = self.listeners.get_mut(stream) {
            listeners.retain(|listener| *listener != connection);
            if listeners.is_empty() {
                self.listeners.remove(stream);
            }
        }
    }

    /// Brings a new listener of a book to where the others are.
    pub(crate) fn greet(&self, stream: &Arc<str>, connection: ConnectionId, post: &mut Post<'_>) {
        for step in self.books.get(stream).into_iter().flatten().filter_map(|index| self.steps.get(*index)) {
            post.publish(stream, &[connection], &step.frame);
        }
    }

    pub(crate) fn advance(&mut self, post: &mut Post<'_>) -> Wake {
        let now_us = post.now_us;
        if self.listeners.is_empty() && (self.started_us.is_none() || self.speed == Speed::Max) {
            return Wake::Never;
        }
        if self.speed == Speed::Max && !post.out.has_room() {
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
            if let Some(listeners) = self.listeners.get(&step.stream) {
                post.publish(&step.stream, listeners, &step.frame);
            }
            if let Some(is_snapshot) = step.book {
                let played = self.books.entry(Arc::clone(&step.stream)).or_default();
                if is_snapshot {
                    played.clear();
                }
                // A book whose beginning is lost, or too long ago, begins anew with the next snapshot.
                if is_snapshot || !played.is_empty() {
                    played.push(self.next);
                }
                if played.len() > CATCH_UP_MAX {
                    played.clear();
                }
            }
            self.next += 1;
        }
        Wake::At(now_us + PAUSE_US)
    }
}

/// Messages that bring a late listener of a book up to date; half of what a connection's queue holds.
const CATCH_UP_MAX: usize = crate::hub::QUEUE_RESERVE;
/// Steps between two looks at the queues; each gives a connection at most one frame, and half a queue is free by then.
const STEPS_AT_ONCE: usize = 4_096;
/// The pause between two such rounds at full speed, in which the connections write.
const PAUSE_US: i64 = 1_000;
