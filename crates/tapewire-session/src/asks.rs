//! Asks: what is to be asked on one connection, what was asked, and which answer belongs to what.
//!
//! Each topic of a connection is in one place only: wanted, in a request that is not answered yet, or confirmed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tapewire_core::event::Id;
use tapewire_core::{Monotonic, Topic, TopicId};

/// How many requests may wait for their answers. Beyond that the oldest counts as not answered.
const REQUESTS_MAX: usize = 1024;

/// What the venue refuses for now is asked for again after this time, then after twice as long, ..
const AGAIN_FIRST: Duration = Duration::from_secs(2);
/// .. and at the longest after this.
const AGAIN_LONGEST: Duration = Duration::from_secs(30);

/// All that is asked on one connection.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    wanted: BTreeMap<TopicId, Wish>,
    leaving: Vec<Farewell>,
    /// Oldest first.
    requests: VecDeque<Request>,
    confirmed: BTreeSet<TopicId>,
    /// What the venue refused for now, and when to ask again.
    later: Vec<(Monotonic, TopicId, Wish)>,
}

/// A topic to subscribe: how often it was asked for, and whether it has to go alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wish {
    asked: u32,
    alone: bool,
    /// How often the venue refused it for now.
    pub(crate) deferred: u32,
}

/// A topic to unsubscribe.
#[derive(Clone, Debug)]
struct Farewell {
    topic: Topic,
    asked: u32,
}

/// A frame that was sent, with what is not answered of it.
#[derive(Debug)]
struct Request {
    id: Option<Id>,
    until: Monotonic,
    joins: Vec<(TopicId, Wish)>,
    leaves: Vec<Farewell>,
}

/// What to put into the next frame.
#[derive(Debug)]
pub(crate) enum Next {
    Nothing,
    Leave(Vec<Topic>),
    Join(Vec<TopicId>),
}

impl Asks {
    /// A topic is wanted.
    pub(crate) fn want(&mut self, id: TopicId) {
        self.wanted.insert(id, Wish::default());
    }

    /// A topic is wanted no longer. It is unsubscribed if the venue may have it.
    pub(crate) fn leave(&mut self, id: TopicId, topic: &Topic) {
        let unsure = self.wanted.remove(&id).is_some_and(|wish| wish.asked > 0);
        self.later.retain(|(_, later, _)| *later != id);
        if self.take_pending(id) || self.confirmed.remove(&id) || unsure {
            self.leaving.push(Farewell { topic: topic.clone(), asked: 0 });
        }
    }

    /// A topic has to be left and subscribed anew.
    pub(crate) fn renew(&mut self, id: TopicId, topic: &Topic) {
        self.leave(id, topic);
        self.want(id);
    }

    /// Data of a topic came. Returns whether that was waited for; the answer to the request is still to come.
    pub(crate) fn confirm(&mut self, id: TopicId) -> bool {
        let pending = self.take_pending(id);
        if pending {
            self.confirmed.insert(id);
        }
        pending
    }

    /// The venue accepted a topic.
    pub(crate) fn accepted(&mut self, id: TopicId) {
        self.confirmed.insert(id);
    }

    /// The venue refused a topic for now: it is asked for again after a while, which doubles each time.
    pub(crate) fn defer(&mut self, id: TopicId, mut wish: Wish, now: Monotonic) {
        let wait = AGAIN_FIRST.saturating_mul(1 << wish.deferred.min(10)).min(AGAIN_LONGEST);
        (wish.asked, wish.deferred) = (0, wish.deferred.saturating_add(1));
        self.later.push((now.after(wait), id, wish));
    }

    /// Wants what was put off until now.
    pub(crate) fn resume(&mut self, now: Monotonic) {
        let wanted = &mut self.wanted;
        self.later.retain(|(at, id, wish)| {
            let waits = *at > now;
            if !waits {
                wanted.insert(*id, *wish);
            }
            waits
        });
    }

    /// When the first of what was put off is to be asked for again.
    pub(crate) fn resume_at(&self) -> Option<Monotonic> {
        self.later.iter().map(|(at, ..)| *at).min()
    }

    /// The venue refused a topic together with others: it is asked for alone.
    pub(crate) fn refused(&mut self, id: TopicId) {
        self.wanted.insert(id, Wish { alone: true, ..Wish::default() });
    }

    pub(crate) fn is_confirmed(&self, id: TopicId) -> bool {
        self.confirmed.contains(&id)
    }

    pub(crate) fn confirmed(&self) -> impl Iterator<Item = TopicId> {
        self.confirmed.iter().copied()
    }

    /// Whether nothing is left to be asked for or to be confirmed.
    pub(crate) fn all_confirmed(&self) -> bool {
        self.wanted.is_empty() && self.later.is_empty() && self.requests.iter().all(|request| request.joins.is_empty())
    }

    /// Whether something waits to be sent.
    pub(crate) fn has_wishes(&self) -> bool {
        !self.wanted.is_empty() || !self.leaving.is_empty()
    }

    /// What to send next, `most` topics of one group at once: unsubscribes first, since a topic may be in both.
    pub(crate) fn next(&mut self, most: usize, group_of: impl Fn(TopicId) -> Option<&'static str>) -> Next {
        if let Some(group) = self.leaving.first().map(|farewell| farewell.topic.group) {
            self.leaving.sort_by_key(|farewell| farewell.topic.group != group);
            let of_group = self.leaving.iter().take_while(|farewell| farewell.topic.group == group);
            return Next::Leave(of_group.take(most).map(|farewell| farewell.topic.clone()).collect());
        }
        if let Some((id, _)) = self.wanted.iter().find(|(_, wish)| wish.alone) {
            return Next::Join(vec![*id]);
        }
        let Some(first) = self.wanted.keys().next() else { return Next::Nothing };
        let group = group_of(*first);
        Next::Join(self.wanted.keys().copied().filter(|id| group_of(*id) == group).take(most).collect())
    }

    /// The first `taken` of what was next went out, to be answered until then.
    pub(crate) fn sent(&mut self, next: &Next, taken: usize, id: Option<Id>, until: Monotonic) {
        let (mut joins, mut leaves) = (Vec::new(), Vec::new());
        match next {
            Next::Nothing => return,
            Next::Leave(_) => leaves.extend(self.leaving.drain(..taken.min(self.leaving.len()))),
            Next::Join(ids) => {
                let ids = ids.iter().take(taken);
                joins.extend(ids.filter_map(|id| self.wanted.remove(id).map(|wish| (*id, wish))));
            }
        }
        joins.iter_mut().for_each(|(_, wish)| wish.asked += 1);
        leaves.iter_mut().for_each(|farewell| farewell.asked += 1);
        if self.requests.len() >= REQUESTS_MAX
            && let Some(oldest) = self.requests.pop_front()
        {
            self.wanted.extend(oldest.joins);
        }
        self.requests.push_back(Request { id, until, joins, leaves });
    }

    /// An answer came: to the request of its id, to the names in it, or, where it has neither, to the oldest request.
    /// Returns the topics it is about, which the caller then accepts, refuses or forgets.
    pub(crate) fn answered(
        &mut self,
        id: Option<&Id>,
        names: &[Box<str>],
        find: impl Fn(&str) -> Option<TopicId>,
    ) -> Vec<(TopicId, Wish)> {
        let is_meant = |request: &Request| id.is_none_or(|id| request.id.as_ref() == Some(id));
        if !names.is_empty() {
            return names.iter().filter_map(|name| self.named(is_meant, name, find(name))).collect();
        }
        let place = self.requests.iter().position(is_meant);
        let request = place.and_then(|place| self.requests.remove(place));
        request.into_iter().flat_map(|request| request.joins).collect()
    }

    /// Settles the oldest request that speaks of a name; returns the topic if it was to be subscribed.
    fn named(
        &mut self,
        is_meant: impl Fn(&Request) -> bool,
        name: &str,
        id: Option<TopicId>,
    ) -> Option<(TopicId, Wish)> {
        let mut found = None;
        let place = self.requests.iter_mut().position(|request| {
            if !is_meant(request) {
                return false;
            }
            let leaves = request.leaves.iter().position(|farewell| &*farewell.topic.wire == name);
            let joins = request.joins.iter().position(|(join, _)| Some(*join) == id);
            leaves.map(|at| request.leaves.remove(at));
            found = joins.map(|at| request.joins.remove(at));
            leaves.is_some() || joins.is_some()
        })?;
        if self.requests.get(place).is_some_and(|request| request.joins.is_empty() && request.leaves.is_empty()) {
            self.requests.remove(place);
        }
        found
    }

    /// Takes back what was not answered in time. Returns whether something was asked for too often.
    pub(crate) fn expire(&mut self, now: Monotonic, asks_max: u32, is_wanted: impl Fn(&Topic) -> bool) -> bool {
        let mut hopeless = false;
        while self.due().is_some_and(|until| until <= now) {
            let Some(Request { joins, mut leaves, .. }) = self.requests.pop_front() else { break };
            // What is wanted again was subscribed after it was left, and must stay.
            leaves.retain(|farewell| !is_wanted(&farewell.topic));
            let mut asked = joins.iter().map(|(_, wish)| wish.asked).chain(leaves.iter().map(|it| it.asked));
            hopeless |= asked.any(|asked| asked >= asks_max);
            self.wanted.extend(joins);
            self.leaving.extend(leaves);
        }
        hopeless
    }

    /// When the oldest request must be answered.
    pub(crate) fn due(&self) -> Option<Monotonic> {
        self.requests.front().map(|request| request.until)
    }

    /// Takes a topic out of the request that asked for it; the request stays, for its answer is still to come.
    fn take_pending(&mut self, id: TopicId) -> bool {
        self.requests.iter_mut().any(|request| {
            let place = request.joins.iter().position(|(join, _)| *join == id);
            place.map(|place| request.joins.remove(place)).is_some()
        })
    }
}
