//! What can be asked of an account, who asks, and how the answer reaches them.

use tapewire_core::event::Batch;
use tapewire_core::{Failure, Grant, HttpRequest, Recovery, Route, Secret, Subscription, Topic};
use tokio::sync::{mpsc, oneshot};

use crate::command::Command;
use crate::limiter::Held;
use crate::request::{Answer, RequestError};

/// A question to an account.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    /// How to open a connection; `renew` says that the venue refused what was granted last.
    Grant { route: Route, connection: u64, renew: bool },
    /// A snapshot of a book.
    Snapshot { ticket: u64, topic: Topic, subscription: Subscription },
    /// All instruments.
    Instruments,
    /// A request of the program's own.
    Request(HttpRequest),
}

/// What became of a request of the program's own.
pub(super) type Outcome = Result<Answer, RequestError>;

/// Who wants the answer.
#[derive(Debug)]
pub(super) enum Asker {
    Lane(mpsc::Sender<Command>),
    Caller(oneshot::Sender<Result<Batch, Failure>>),
    Requester(oneshot::Sender<Outcome>),
}

/// What the account's task is told.
#[derive(Debug)]
pub(super) enum Order {
    Ask(Ask, Asker),
    /// What a person typed.
    Input(Secret),
}

/// The way to an account's task.
#[derive(Clone, Debug)]
pub(crate) struct AccountHandle(pub(super) mpsc::Sender<Order>);

impl AccountHandle {
    /// Asks; the answer comes as a command to `asker`.
    pub(crate) fn ask(&self, ask: Ask, asker: mpsc::Sender<Command>) -> Result<(), Failure> {
        self.0.try_send(Order::Ask(ask, Asker::Lane(asker))).map_err(|_| busy())
    }

    /// Asks for all instruments.
    ///
    /// # Cancel safety
    /// Cancel safe: the answer of a cancelled call is dropped.
    pub(crate) async fn instruments(&self) -> Result<Batch, Failure> {
        let (asker, answer) = oneshot::channel();
        self.0.send(Order::Ask(Ask::Instruments, Asker::Caller(asker))).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    /// Sends a request of the program's own.
    ///
    /// # Cancel safety
    /// Cancelled before the account has handed the request on, it sends nothing; later, the answer is dropped.
    pub(crate) async fn request(&self, request: HttpRequest) -> Outcome {
        let (asker, answer) = oneshot::channel();
        let order = Order::Ask(Ask::Request(request), Asker::Requester(asker));
        self.0.try_send(order).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RequestError::NotSent(busy()),
            mpsc::error::TrySendError::Closed(_) => RequestError::NotSent(ended()),
        })?;
        answer.await.unwrap_or_else(|_| Err(RequestError::Unknown(ended())))
    }

    /// Hands on what a person typed; it is lost if nobody asked for it.
    ///
    /// # Cancel safety
    /// Cancel safe: a cancelled call has handed on nothing.
    pub(crate) async fn input(&self, typed: Secret) {
        _ = self.0.send(Order::Input(typed)).await;
    }
}

impl Asker {
    /// Whether nobody waits for the answer any more.
    pub(super) fn has_gone(&self) -> bool {
        match self {
            Self::Lane(lane) => lane.is_closed(),
            Self::Caller(asker) => asker.is_closed(),
            Self::Requester(asker) => asker.is_closed(),
        }
    }

    /// What tells a lane that what it asked for waits. Others wait for an answer and no longer than they like.
    pub(super) fn teller(&self, ask: &Ask) -> impl Fn(Held) + Send + Sync + use<> {
        let lane = if let Self::Lane(lane) = self { Some(lane.clone()) } else { None };
        let (connection, ticket) = match ask {
            Ask::Grant { connection, .. } => (Some(*connection), None),
            Ask::Snapshot { ticket, .. } => (None, Some(*ticket)),
            Ask::Instruments | Ask::Request(_) => (None, None),
        };
        move |held| {
            let command = match (connection, ticket) {
                (Some(connection), _) => Command::Held { connection, held },
                (None, Some(ticket)) => Command::SnapshotHeld { ticket, held },
                (None, None) => return,
            };
            // One that has too much to do to be told is not told.
            if let Some(lane) = &lane {
                _ = lane.try_send(command);
            }
        }
    }

    /// Tells what became of a request, to whoever made it.
    pub(super) fn answer(self, outcome: Outcome) {
        if let Self::Requester(asker) = self {
            _ = asker.send(outcome);
        }
    }
}

/// Tells the answer to whoever asked; one who is gone needs none.
pub(super) async fn deliver(ask: Ask, asker: Asker, answer: Result<(Option<Grant>, Batch), Failure>) {
    let wrong = || Failure::new(Recovery::Stop, "the adapter ended a grant without granting it");
    let (lane, command) = match (ask, asker) {
        (_, Asker::Caller(asker)) => {
            _ = asker.send(answer.map(|(_, batch)| batch));
            return;
        }
        (_, asker @ Asker::Requester(_)) => {
            let unsent = || Failure::new(Recovery::Stop, "the adapter ended a request without sending it");
            return asker.answer(Err(RequestError::NotSent(answer.err().unwrap_or_else(unsent))));
        }
        (Ask::Grant { connection, .. }, Asker::Lane(lane)) => {
            (lane, Command::Granted { connection, answer: answer.and_then(|(grant, _)| grant.ok_or_else(wrong)) })
        }
        (Ask::Snapshot { ticket, .. }, Asker::Lane(lane)) => {
            (lane, Command::Snapshot { ticket, answer: answer.map(|(_, batch)| batch) })
        }
        // No lane asks for these.
        (Ask::Instruments | Ask::Request(_), Asker::Lane(_)) => return,
    };
    _ = lane.send(command).await;
}

pub(super) fn busy() -> Failure {
    Failure::new(Recovery::Retry, "too many requests are pending for the account")
}

fn ended() -> Failure {
    Failure::new(Recovery::Stop, "the engine has ended")
}
