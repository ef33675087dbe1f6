//! How long each connection has been quiet, and the end of those that were for too long.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::face::{ConnectionId, FrameBuf, Outbox};

/// Since when each connection has been quiet, in microseconds since 1970 UTC; those that were told to go are gone.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    since_us: BTreeMap<ConnectionId, i64>,
    /// Whether only what clients send breaks it, and not what they are sent.
    pub(crate) of_clients: bool,
}

impl Silence {
    /// Begins a connection's silence anew.
    pub(crate) fn begin(&mut self, now_us: i64, connection: ConnectionId) {
        self.since_us.insert(connection, now_us);
    }

    /// Forgets a connection that has ended.
    pub(crate) fn forget(&mut self, connection: ConnectionId) {
        self.since_us.remove(&connection);
    }

    /// Ends those that have been quiet for too long, and says when the next one will have been; 0 is for ever.
    pub(crate) fn end(&mut self, now_us: i64, idle_us: i64, (code, why): (u16, &str), out: &mut Outbox) -> Option<i64> {
        if idle_us == 0 {
            return None;
        }
        self.since_us.retain(|connection, since_us| {
            let stays = now_us - *since_us < idle_us;
            if !stays {
                out.close(*connection, code, why);
            }
            stays
        });
        self.since_us.values().min().map(|since_us| since_us + idle_us)
    }

    /// Notes that a client sent something.
    pub(crate) fn heard(&mut self, now_us: i64, connection: ConnectionId) {
        if let Some(since_us) = self.since_us.get_mut(&connection) {
            *since_us = now_us;
        }
    }

    fn sent(&mut self, now_us: i64, connection: ConnectionId) {
        if !self.of_clients {
            self.heard(now_us, connection);
        }
    }
}

/// Sends, and notes that something was sent.
#[derive(Debug)]
pub(crate) struct Post<'a> {
    pub(crate) now_us: i64,
    pub(crate) silence: &'a mut Silence,
    pub(crate) out: &'a mut Outbox,
}

impl Post<'_> {
    /// Sends one frame of a stream to some connections.
    pub(crate) fn publish(&mut self, stream: &Arc<str>, listeners: &[ConnectionId], frame: &FrameBuf) {
        for connection in listeners {
            self.silence.sent(self.now_us, *connection);
            self.out.data(*connection, stream, frame.clone());
        }
    }

    /// Sends an answer.
    pub(crate) fn reply(&mut self, to: ConnectionId, frame: impl Into<FrameBuf>) {
        self.silence.sent(self.now_us, to);
        self.out.reply(to, frame);
    }
}
