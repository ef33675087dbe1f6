//! What a session promises, checked from outside: by its actions and its events alone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tapewire_core::book::Verdict;
use tapewire_core::event::{BookAction, Event, Normalized, Scope, SubscriptionNotice};
use tapewire_core::{BookRule, Channel, InstrumentId, Monotonic, Policy, Subscription, SubscriptionState};
use tapewire_session::{Action, OutFrame};

use super::toy::rule;

/// What was seen of a session so far.
#[derive(Debug, Default)]
pub(super) struct Promise {
    /// The connections that were asked for and not given up, with how far each is.
    pub(super) links: BTreeMap<u64, Stage>,
    last_connection: u64,
    last_ticket: u64,
    /// When frames went out, for each connection.
    sent: BTreeMap<u64, VecDeque<Monotonic>>,
    /// What is wanted, as far as we know.
    pub(super) wanted: BTreeSet<Subscription>,
    told: BTreeMap<Subscription, SubscriptionState>,
    flows: BTreeMap<(InstrumentId, Channel), Flow>,
    pub(super) ended: bool,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Asked,
    Dialled,
    Open,
}

/// What was delivered of an instrument's channel.
#[derive(Debug, Default)]
struct Flow {
    /// The last number.
    number: Option<u64>,
    /// A gap was told since.
    gap: bool,
    /// The number a book stands at.
    book: Option<u64>,
    /// Whether that is a snapshot's.
    fresh: bool,
}

impl Promise {
    /// A connection could not be opened, or was lost.
    pub(super) fn lost(&mut self, connection: u64) {
        self.links.remove(&connection);
    }

    /// The WebSocket of a connection is open.
    pub(super) fn opened(&mut self, connection: u64) {
        if let Some(stage) = self.links.get_mut(&connection).filter(|stage| **stage == Stage::Dialled) {
            *stage = Stage::Open;
        }
    }

    /// A subscription is wanted no longer.
    pub(super) fn unwanted(&mut self, subscription: Subscription) {
        self.wanted.remove(&subscription);
        self.flows.remove(&(subscription.instrument, subscription.channel));
    }

    pub(super) fn action(&mut self, now: Monotonic, policy: &Policy, action: &Action) {
        assert!(!self.ended, "after the end: {action:?}");
        match action {
            Action::Grant { connection, .. } => {
                assert!(*connection > self.last_connection, "connections are numbered upwards: {connection}");
                self.last_connection = *connection;
                self.links.insert(*connection, Stage::Asked);
            }
            Action::Dial { connection, .. } => {
                let stage = self.links.insert(*connection, Stage::Dialled);
                assert_eq!(stage, Some(Stage::Asked), "dialled: {connection}");
            }
            Action::Send { connection, frame } => {
                assert_eq!(self.links.get(connection), Some(&Stage::Open), "sent to {connection}: {frame:?}");
                // What the venue made the toy say is not ours to pace.
                if *frame != OutFrame::Text("hello".to_owned()) {
                    self.paced(now, policy, *connection);
                }
            }
            Action::Close { connection } => {
                assert!(self.links.remove(connection).is_some(), "closed twice, or unknown: {connection}");
            }
            Action::Snapshot { ticket, subscription, .. } => {
                assert!(*ticket > self.last_ticket, "tickets are numbered upwards: {ticket}");
                self.last_ticket = *ticket;
                assert!(self.wanted.contains(subscription), "a snapshot of what is not wanted: {subscription}");
            }
            Action::Ended => {
                assert!(self.links.is_empty(), "left open: {:?}", self.links);
                self.ended = true;
            }
        }
        assert!(self.links.len() <= 2, "more than a connection and its successor: {:?}", self.links);
    }

    fn paced(&mut self, now: Monotonic, policy: &Policy, connection: u64) {
        let sent = self.sent.entry(connection).or_default();
        sent.push_back(now);
        while sent.front().is_some_and(|at| now.since(*at) > policy.control.per) {
            sent.pop_front();
        }
        assert!(sent.len() <= policy.control.amount as usize, "{} frames in {:?}", sent.len(), policy.control.per);
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Subscription(notice) => self.notice(notice),
            Event::Gap(gap) => {
                let Scope::Subscription(subscription) = gap.scope else { return };
                let flow = self.flows.entry((subscription.instrument, subscription.channel)).or_default();
                (flow.gap, flow.book) = (true, None);
            }
            Event::Connection(_) | Event::Malformed(_) => {}
            _ => self.data(event),
        }
    }

    fn notice(&mut self, notice: &SubscriptionNotice) {
        let SubscriptionNotice { subscription, state, .. } = notice;
        self.told.insert(*subscription, *state);
        if matches!(state, SubscriptionState::Rejected | SubscriptionState::Removed) {
            self.unwanted(*subscription);
        }
    }

    /// Nothing that was not subscribed; trades without holes, or a gap before them; books only while they are whole.
    fn data(&mut self, event: &Event<'_>) {
        let (instrument, channel) = (event.instrument().expect("an instrument"), event.channel().expect("a channel"));
        let wanted =
            |it: &Subscription| it.channel == channel && (it.instrument == instrument || it.instrument.is_all());
        assert!(self.wanted.iter().any(wanted), "not subscribed: {instrument}@{channel}");
        let flow = self.flows.entry((instrument, channel)).or_default();
        if let Event::Trade(trade) = event {
            let (number, last) =
                (trade.id.as_ref().and_then(tapewire_core::event::Id::number).expect("a number"), flow.number);
            let follows = last.is_none_or(|last| number == last + 1);
            assert!(follows || flow.gap, "{instrument}: {number} after {last:?}, and no gap was told");
            (flow.number, flow.gap) = (Some(number), false);
        }
        if let Event::Book(book) = event {
            let snapshot = book.action == BookAction::Snapshot;
            let next = |at| rule(channel).judge(at, flow.fresh, book.head) == Verdict::Next;
            assert!(
                snapshot || flow.book.is_some_and(next),
                "{instrument}@{channel} at {:?}: {:?}",
                flow.book,
                book.head
            );
            (flow.book, flow.fresh, flow.gap) = (book.last_sequence, snapshot, false);
        }
    }

    /// Whether a subscription was told to be confirmed, and a managed book was delivered and not taken back.
    pub(super) fn is_served(&self, subscription: &Subscription) -> bool {
        let is_confirmed = self.told.get(subscription) == Some(&SubscriptionState::Confirmed);
        let flow = self.flows.get(&(subscription.instrument, subscription.channel));
        let has_book = flow.is_some_and(|flow| flow.book.is_some());
        is_confirmed && (has_book || rule(subscription.channel) == BookRule::None)
    }
}

/// How long a session may take to bring everything back at a venue that does what it should.
pub(super) const HEALED_WITHIN: Duration = Duration::from_secs(900);
