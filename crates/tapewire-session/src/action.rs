//! What goes into a session, and what comes out.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Batch, Event};
use tapewire_core::{DialRequest, Failure, Frame, Grant, Subscription, Topic};

use crate::Catalog;

/// Something that happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// Nothing but time has passed. The first one starts the session.
    Wake,
    /// A subscription is wanted.
    Subscribe(Subscription),
    /// A subscription is wanted no longer.
    Unsubscribe(Subscription),
    /// What the venue lists is known now; `None`: it cannot be known.
    Catalog(Option<Arc<Catalog>>),
    /// The account allows the connection that was asked for.
    Granted {
        /// The connection.
        connection: u64,
        /// How to open it.
        grant: Grant,
    },
    /// The account waits for a person to type something.
    AwaitingInput {
        /// The connection.
        connection: u64,
        /// What to type.
        prompt: &'a str,
    },
    /// What the connection needs next has to wait for a while, and why: its grant, or its turn to be dialled.
    Held {
        /// The connection.
        connection: u64,
        /// For how long at least, where that is known.
        wait: Option<Duration>,
        /// Why, in words fit to print.
        why: &'a str,
    },
    /// The WebSocket is open.
    Opened {
        /// The connection.
        connection: u64,
    },
    /// A frame arrived.
    Frame {
        /// The connection.
        connection: u64,
        /// The frame.
        frame: Frame<'a>,
    },
    /// A WebSocket ping arrived. The socket layer answers it, if not at once.
    Pinged {
        /// The connection.
        connection: u64,
    },
    /// The answer to a WebSocket ping has left. Of pings that come too fast not each has one.
    Answered {
        /// The connection.
        connection: u64,
    },
    /// A WebSocket pong arrived.
    Ponged {
        /// The connection.
        connection: u64,
    },
    /// The connection could not be opened, or has ended.
    Closed {
        /// The connection.
        connection: u64,
        /// Why, and what can be done.
        closure: Closure,
    },
    /// The snapshot that was asked for.
    Snapshot {
        /// The ticket of [`Action::Snapshot`].
        ticket: u64,
        /// The snapshot, or why there is none.
        answer: Result<&'a Batch, Failure>,
    },
    /// The snapshot that was asked for has to wait for a while.
    SnapshotHeld {
        /// The ticket of [`Action::Snapshot`].
        ticket: u64,
        /// Why, in words fit to print.
        why: &'a str,
    },
    /// The consumer lost messages of a book: it needs a snapshot of it.
    Republish(Subscription),
    /// End: nothing is wanted any more.
    Shutdown,
}

/// Why a connection ended.
#[derive(Clone, Debug)]
pub struct Closure {
    /// What can be done, and why it ended, in words fit to print; as it is where the venue says no more.
    pub failure: Failure,
    /// How the venue ended it; `None` where it was not the venue that did.
    pub how: Option<How>,
}

/// How a venue ends a connection, or keeps it from being opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By an error status for the upgrade.
    Refused(u16),
    /// By a close frame with a code.
    Closed(u16),
}

/// Something to be done.
#[derive(Debug)]
pub enum Action {
    /// Ask the account how to open this connection.
    Grant {
        /// The connection.
        connection: u64,
        /// Whether what it granted last was refused by the venue.
        renew: bool,
    },
    /// Open it.
    Dial {
        /// The connection.
        connection: u64,
        /// Where to.
        request: DialRequest,
    },
    /// Send a frame.
    Send {
        /// The connection.
        connection: u64,
        /// The frame.
        frame: OutFrame,
    },
    /// Close it, and forget it: no input about it is expected any more.
    Close {
        /// The connection.
        connection: u64,
    },
    /// Ask the account for a snapshot of a book.
    Snapshot {
        /// Comes back with the answer.
        ticket: u64,
        /// The book's topic.
        topic: Topic,
        /// The subscription it serves.
        subscription: Subscription,
    },
    /// The session has ended; it takes no more inputs.
    Ended,
}

/// A frame on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutFrame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
    /// A WebSocket ping.
    Ping,
}

impl From<Frame<'_>> for OutFrame {
    fn from(frame: Frame<'_>) -> Self {
        match frame {
            Frame::Text(text) => Self::Text(text.to_owned()),
            Frame::Binary(bytes) => Self::Binary(bytes.to_vec()),
        }
    }
}

/// Where a session puts what comes out: actions into a list that is used again, events straight to whoever wants
/// them.
pub struct Output<'a> {
    /// What should be done, in order.
    pub actions: &'a mut Vec<Action>,
    /// Takes each event as it happens.
    pub events: &'a mut dyn FnMut(&Event<'_>),
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("actions", &self.actions).finish_non_exhaustive()
    }
}
