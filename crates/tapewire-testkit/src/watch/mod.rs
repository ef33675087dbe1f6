//! [`Watch`]: what a consumer may rely on whatever the venue does, checked over the events that it gets.

mod flow;
mod links;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use tapewire_core::book::OrderBook;
use tapewire_core::event::{Event, EventKind, Gap, Malformed, Normalized as _, Scope, SubscriptionNotice};
use tapewire_core::{Channel, InstrumentId, Subscription, SubscriptionState, Topic, UnixNanos};

use self::flow::Flow;
use self::links::Links;

/// How many events a finding shows.
const SHOWN_MAX: usize = 12;

/// Looks at every event of a feed. The first promise that is not kept stays in [`Watch::broken`].
#[derive(Debug, Default)]
pub(crate) struct Watch {
    wanted: BTreeMap<Subscription, Wish>,
    links: Links,
    last: VecDeque<Seen>,
    /// Whether frames are broken on purpose.
    pub(crate) expects_malformed: bool,
    /// How many frames or parts could not be decoded.
    pub(crate) malformed: u64,
    /// The gaps that were told.
    pub(crate) gaps: Vec<Gap>,
    /// What was told about connections, gaps and subscriptions, as event JSON.
    pub(crate) trace: Vec<String>,
    /// The first promise that was not kept.
    pub(crate) broken: Option<String>,
}

/// What was wanted, how it stands, and what came of it.
#[derive(Debug)]
struct Wish {
    topic: Topic,
    standing: Option<SubscriptionState>,
    is_wanted: bool,
    flow: Flow,
}

/// An event, kept as briefly as it can be told.
#[derive(Debug)]
enum Seen {
    Data(EventKind, Option<Subscription>, Option<u64>, Option<UnixNanos>),
    Notice(String),
}

impl Watch {
    /// A subscription is wanted, and `topic` serves it.
    pub(crate) fn want(&mut self, subscription: Subscription, topic: Topic) {
        let flow = Flow::new(&topic);
        let wish = Wish { topic, standing: None, is_wanted: true, flow };
        let known = self.wanted.entry(subscription).or_insert(wish);
        known.is_wanted = true;
    }

    /// A subscription is wanted no longer.
    pub(crate) fn unwant(&mut self, subscription: Subscription) {
        if let Some(wish) = self.wanted.get_mut(&subscription) {
            wish.is_wanted = false;
        }
    }

    /// Takes note of an event.
    pub(crate) fn note(&mut self, event: &Event<'_>) {
        self.remember(event);
        let kept = match event {
            Event::Connection(it) => {
                if links::is_interruption(it.state) {
                    self.unconfirm(it.route);
                }
                self.links.note(it)
            }
            Event::Subscription(it) => self.standing(it),
            Event::Gap(gap) => self.gap(gap),
            Event::Malformed(it) => self.malformed(it),
            _ => self.data(event),
        };
        if let Err(why) = kept {
            self.broken.get_or_insert(why);
        }
    }

    /// The wanted subscriptions that are not confirmed, and of which no event says why.
    pub(crate) fn unconfirmed(&self) -> impl Iterator<Item = Subscription> {
        let settled = |wish: &Wish| match wish.standing {
            _ if !wish.is_wanted => true,
            Some(SubscriptionState::Confirmed | SubscriptionState::Rejected) => true,
            // Nothing ever came, and the event has said what that most likely means.
            Some(SubscriptionState::Stale) => wish.topic.silence.is_some() && wish.flow.data == 0,
            _ => false,
        };
        self.wanted.iter().filter(move |(_, wish)| !settled(wish)).map(|(subscription, _)| *subscription)
    }

    /// The wanted subscriptions, with the topics that serve them.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = (Subscription, &Topic)> {
        self.wanted.iter().filter(|(_, wish)| wish.is_wanted).map(|(subscription, wish)| (*subscription, &wish.topic))
    }

    /// Where a subscription stands.
    pub(crate) fn stands(&self, subscription: Subscription) -> Option<SubscriptionState> {
        self.wanted.get(&subscription)?.standing
    }

    /// How many events of a subscription came.
    pub(crate) fn data_of(&self, subscription: Subscription) -> u64 {
        self.wanted.get(&subscription).map_or(0, |wish| wish.flow.data)
    }

    /// How many events came.
    pub(crate) fn data_count(&self) -> u64 {
        self.wanted.values().map(|wish| wish.flow.data).sum()
    }

    /// How many frames of data came: what several subscriptions to one topic got came together.
    pub(crate) fn frame_count(&self) -> u64 {
        let mut frames: BTreeMap<&str, u64> = BTreeMap::new();
        for wish in self.wanted.values() {
            let most = frames.entry(&wish.topic.wire).or_default();
            *most = wish.flow.data.max(*most);
        }
        frames.into_values().sum()
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.links.count()
    }

    /// A managed book as the events tell it, and its number; `None` while it is not synced.
    pub(crate) fn book(&self, subscription: Subscription) -> Option<(&OrderBook, Option<u64>)> {
        self.wanted.get(&subscription)?.flow.book()
    }

    /// The engine has ended: every connection must have.
    pub(crate) fn ended(&mut self) {
        if let Err(why) = self.links.ended() {
            self.broken.get_or_insert(why);
        }
    }

    /// The last events, oldest first.
    pub(crate) fn last_events(&self) -> Vec<String> {
        self.last.iter().map(Seen::to_string).collect()
    }

    fn data(&mut self, event: &Event<'_>) -> Result<(), String> {
        let normalized = event.normalized();
        let Some(subscription) = normalized.subscription() else {
            return Err(format!("{} came that names no instrument or no channel", article(event.kind())));
        };
        let Some(wish) = find(&mut self.wanted, subscription) else {
            return Err(format!("{} of {subscription} came, which is not subscribed", article(event.kind())));
        };
        wish.flow.note(event).map_err(|why| format!("{subscription}: {why}"))
    }

    fn standing(&mut self, notice: &SubscriptionNotice) -> Result<(), String> {
        let Some(wish) = self.wanted.get_mut(&notice.subscription) else {
            return Err(format!("{} is told of, and was never wanted", notice.subscription));
        };
        wish.standing = Some(notice.state);
        match notice.state {
            SubscriptionState::Removed => wish.flow = Flow::new(&wish.topic),
            SubscriptionState::Rejected if notice.reason.as_deref().is_none_or(str::is_empty) => {
                return Err(format!("{} is rejected without a reason", notice.subscription));
            }
            _ => {}
        }
        Ok(())
    }

    fn gap(&mut self, gap: &Gap) -> Result<(), String> {
        self.gaps.push(gap.clone());
        let Scope::Subscription(subscription) = gap.scope else { return Ok(()) };
        match self.wanted.get_mut(&subscription) {
            Some(wish) => wish.flow.gap(gap).map_err(|why| format!("{subscription}: {why}")),
            None => Err(format!("a gap is told in {subscription}, which was never wanted")),
        }
    }

    fn malformed(&mut self, event: &Malformed) -> Result<(), String> {
        self.malformed += 1;
        if self.expects_malformed {
            return Ok(());
        }
        Err(format!("a frame of the venue could not be decoded: {}: {}", event.reason, event.excerpt))
    }

    /// A connection is lost: what is served on its route must be confirmed anew.
    fn unconfirm(&mut self, route: &str) {
        for wish in self.wanted.values_mut().filter(|wish| wish.topic.route.0 == route) {
            if wish.standing == Some(SubscriptionState::Confirmed) {
                wish.standing = Some(SubscriptionState::Pending);
            }
        }
    }

    fn remember(&mut self, event: &Event<'_>) {
        if self.last.len() == SHOWN_MAX {
            self.last.pop_front();
        }
        let kind = event.kind();
        if !kind.is_notice() {
            let normalized = event.normalized();
            let (number, at) = (normalized.sequence(), normalized.ts_recv());
            self.last.push_back(Seen::Data(kind, normalized.subscription(), number, at));
            return;
        }
        let text = serde_json::to_string(event).unwrap_or_else(|error| error.to_string());
        if kind != EventKind::Malformed {
            self.trace.push(text.clone());
        }
        self.last.push_back(Seen::Notice(text));
    }
}

/// The wish that an event belongs to: its own, or the one for all instruments.
fn find(wanted: &mut BTreeMap<Subscription, Wish>, subscription: Subscription) -> Option<&mut Wish> {
    let all = |known: &Subscription| stands_for_many(known.instrument) && known.channel == subscription.channel;
    let place = match wanted.contains_key(&subscription) {
        true => subscription,
        false => *wanted.keys().find(|known| all(known))?,
    };
    wanted.get_mut(&place)
}

/// Whether an instrument stands for others.
pub(crate) fn stands_for_many(instrument: InstrumentId) -> bool {
    instrument.is_all() || instrument.symbol().starts_with("basket/")
}

/// Whether a channel's book is the managed one.
pub(crate) fn is_managed(subscription: &Subscription, topic: &Topic) -> bool {
    subscription.channel == Channel::Book && topic.rule != tapewire_core::BookRule::None
}

fn article(kind: EventKind) -> String {
    format!("data of kind `{}`", kind.as_str())
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Notice(json) => f.write_str(json),
            Self::Data(kind, subscription, number, at) => {
                write!(f, "{}", kind.as_str())?;
                subscription.map_or(Ok(()), |subscription| write!(f, " {subscription}"))?;
                number.map_or(Ok(()), |number| write!(f, " #{number}"))?;
                at.map_or(Ok(()), |at| write!(f, " at {at}"))
            }
        }
    }
}
