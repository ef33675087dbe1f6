//! Handles: what a program tells a running engine.

use std::collections::BTreeMap;
use std::sync::Arc;

use tapewire_core::{Failure, HttpRequest, Secret, Subscription, UnixNanos, VenueId};
use tapewire_session::Counters;
use tokio::sync::{mpsc, oneshot, watch};

use crate::account::AccountHandle;
use crate::clock::Clock;
use crate::command::Command;
use crate::{Answer, Error, RequestError};

/// What a venue's supervisor is told.
#[derive(Debug)]
pub(crate) enum Request {
    Subscribe(Subscription),
    Unsubscribe(Subscription),
    Republish(Subscription),
    /// The lanes, for the asker to ask: a lane that is busy must not keep its supervisor waiting.
    Lanes(oneshot::Sender<Vec<mpsc::Sender<Command>>>),
}

/// The ways to what serves a venue.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) requests: mpsc::Sender<Request>,
    /// Not by way of the supervisor: an order must not wait for subscriptions.
    pub(crate) account: AccountHandle,
}

/// The status of a venue.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// The venue.
    pub venue: VenueId,
    /// How many connections it has or is trying to open.
    pub lanes: usize,
    /// How many topics are wanted.
    pub topics: usize,
    /// What its sessions have counted.
    pub counters: Counters,
}

impl Status {
    async fn of(venue: VenueId, lanes: Vec<mpsc::Sender<Command>>) -> Self {
        let mut status = Self { venue, lanes: 0, topics: 0, counters: Counters::default() };
        for lane in lanes {
            let (asker, answer) = oneshot::channel();
            if lane.send(Command::Status(asker)).await.is_ok()
                && let Ok(lane) = answer.await
            {
                status.add(lane.topics, lane.counters);
            }
        }
        status
    }

    fn add(&mut self, topics: usize, more: Counters) {
        self.lanes += 1;
        self.topics += topics;
        let sum = &mut self.counters;
        sum.frames += more.frames;
        sum.events += more.events;
        sum.unsubscribed += more.unsubscribed;
        sum.duplicates += more.duplicates;
        sum.malformed += more.malformed;
        sum.gaps += more.gaps;
        sum.connections += more.connections;
        sum.snapshots += more.snapshots;
        sum.bars_unfollowed += more.bars_unfollowed;
    }
}

/// Controls a running engine. Clone it freely; the engine ends when the feed and all handles are dropped.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) venues: Arc<BTreeMap<VenueId, Line>>,
    /// Tells all venues at once to end, whatever else they have to do.
    pub(crate) stop: Arc<watch::Sender<bool>>,
    pub(crate) clock: Clock,
}

impl Handle {
    /// Subscribes. Events report what becomes of it; subscribing again to the same changes nothing.
    ///
    /// # Errors
    /// [`Error::UnknownVenue`] if the engine was built without that venue, [`Error::Ended`] if it has ended.
    ///
    /// # Cancel safety
    /// Cancel safe: a cancelled call has not subscribed.
    pub async fn subscribe(&self, subscription: Subscription) -> Result<(), Error> {
        self.tell(subscription.instrument.venue(), Request::Subscribe(subscription)).await
    }

    /// Unsubscribes. Events that were already received may still arrive.
    ///
    /// # Errors
    /// As [`Handle::subscribe`].
    ///
    /// # Cancel safety
    /// Cancel safe: a cancelled call has not unsubscribed.
    pub async fn unsubscribe(&self, subscription: Subscription) -> Result<(), Error> {
        self.tell(subscription.instrument.venue(), Request::Unsubscribe(subscription)).await
    }

    /// Passes on what a person entered for a venue whose connection is `awaiting_input`, such as a one-time password. If
    /// nothing was requested, it is discarded.
    ///
    /// # Errors
    /// As [`Handle::subscribe`].
    ///
    /// # Cancel safety
    /// Cancel safe: a cancelled call has passed on nothing.
    pub async fn input(&self, venue: VenueId, typed: Secret) -> Result<(), Error> {
        self.line(venue)?.account.input(typed).await;
        Ok(())
    }

    /// Sends a request of your own over the venue's REST API, such as an order, with the account's credentials. It logs in
    /// first if necessary, and shares its budget with the engine's own requests. With
    /// [`Replay::Never`](tapewire_core::Replay) it is never sent twice, whatever happens.
    ///
    /// # Errors
    /// [`RequestError::NotSent`], also if the venue was not added, its adapter does not support requests, or the budget
    /// would delay it by more than 2 seconds; [`RequestError::Refused`], as the adapter reads the venue's answer;
    /// [`RequestError::Unknown`] if no answer came within 30 seconds, or an inconclusive one.
    ///
    /// # Cancel safety
    /// Cancelled while the account is still logging in, it sends nothing. Cancelled later, the request is carried out and
    /// the answer is lost: as with [`RequestError::Unknown`], query its outcome before anything else.
    pub async fn request(&self, venue: VenueId, request: HttpRequest) -> Result<Answer, RequestError> {
        let line = self.line(venue);
        let line = line.map_err(|error| RequestError::NotSent(Failure::new(error.recovery(), error.to_string())))?;
        line.account.request(request).await
    }

    /// The engine's time, which its events are stamped with.
    #[must_use]
    pub fn now(&self) -> UnixNanos {
        self.clock.now().wall
    }

    /// The status of each venue.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn status(&self) -> Vec<Status> {
        let mut all = Vec::new();
        for (venue, line) in self.venues.iter() {
            let (asker, answer) = oneshot::channel();
            if line.requests.send(Request::Lanes(asker)).await.is_ok()
                && let Ok(lanes) = answer.await
            {
                all.push(Status::of(*venue, lanes).await);
            }
        }
        all
    }

    /// Shuts the engine down: closes all connections, joins all tasks, and returns within 5 seconds. Events received before
    /// that can still be read from the feed, which then ends.
    ///
    /// # Cancel safety
    /// Cancel safe: once polled, the engine shuts down in any case.
    pub async fn shutdown(&self) {
        self.end();
        for venue in self.venues.values() {
            venue.requests.closed().await;
        }
    }

    /// Ends the engine, and waits for nothing.
    pub(crate) fn end(&self) {
        self.stop.send_replace(true);
    }

    /// Asks for a book to be published as it stands; lost if too much else is asked.
    pub(crate) fn republish(&self, subscription: Subscription) {
        if let Some(venue) = self.venues.get(&subscription.instrument.venue()) {
            _ = venue.requests.try_send(Request::Republish(subscription));
        }
    }

    async fn tell(&self, venue: VenueId, request: Request) -> Result<(), Error> {
        self.line(venue)?.requests.send(request).await.map_err(|_| Error::Ended)
    }

    fn line(&self, venue: VenueId) -> Result<&Line, Error> {
        let unknown = || Error::UnknownVenue { venue, known: self.venues.keys().copied().collect() };
        self.venues.get(&venue).ok_or_else(unknown)
    }
}
