//! Outlets: where a connection's events go, by queue or by call.

use tapewire_core::Subscription;
use tapewire_core::event::{Batch, Event};

use crate::queue::{Gone, Sender};

/// Takes events in the task of the connection that receives them: the fastest way, since nothing is handed over.
///
/// While it runs, the connection does not read: return soon, and never block.
pub trait EventHandler: Send {
    /// An event happened.
    fn event(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>) + Send> EventHandler for F {
    fn event(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// Makes the handler of one connection task.
pub(crate) type HandlerFactory = std::sync::Arc<dyn Fn() -> Box<dyn EventHandler> + Send + Sync>;

/// Where the events of one task go.
pub(crate) enum Outlet {
    /// Into the queue of a feed, a batch for each wake-up.
    Queue(Sender, Batch),
    /// Straight to a handler.
    Handler(Box<dyn EventHandler>),
}

/// Makes an outlet for each task.
#[derive(Clone)]
pub(crate) enum Outlets {
    Queue(Sender),
    Handlers(HandlerFactory),
}

impl Outlets {
    pub(crate) fn outlet(&self) -> Outlet {
        match self {
            Self::Queue(sender) => Outlet::Queue(sender.clone(), Batch::new()),
            Self::Handlers(factory) => Outlet::Handler(factory()),
        }
    }
}

impl Outlet {
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        match self {
            Self::Queue(_, batch) => batch.push(event),
            Self::Handler(handler) => handler.event(event),
        }
    }

    /// Hands over what has gathered.
    pub(crate) fn flush(&mut self) -> Result<(), Gone> {
        match self {
            Self::Queue(sender, batch) => sender.push(batch),
            Self::Handler(_) => Ok(()),
        }
    }

    /// The queue, if it is full and wants the connection to wait.
    pub(crate) fn full(&self) -> Option<&Sender> {
        match self {
            Self::Queue(sender, _) if sender.is_full() => Some(sender),
            _ => None,
        }
    }

    pub(crate) fn take_wanted(&self, mine: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        match self {
            Self::Queue(sender, _) => sender.take_wanted(mine),
            Self::Handler(_) => Vec::new(),
        }
    }
}
