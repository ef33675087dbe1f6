//! The judge: what the venue sent against what the consumer was told.

use std::collections::{BTreeMap, BTreeSet};

use tapewire_core::event::{Cause, Gap};

use crate::facts::Fact;
use crate::told::{Told, scope};
use crate::{SECOND_NS, Span};

/// What was lost or came from nowhere, in words; empty if all is well.
pub(crate) type Verdict = Vec<String>;

/// After an outage everything stands again within this time, and what may be missing is told by then.
const BACK_WITHIN_NS: i64 = 60 * SECOND_NS;
/// The channels whose messages are states: a new connection is told how things stand, which nobody else is, and may repeat
/// what the old one told last. Of all others each message counts.
const STATES: [&str; 6] = ["book", "quote", "index", "foreign_room", "limits", "status"];

/// Each fact was told once and in order, but for those that a gap of their subscription covers; and what was told beyond
/// them is how things stood when a connection began.
pub(crate) fn compare(expected: &[Fact], told: &Told, begun: &[i64]) -> Verdict {
    let mut wrong = Verdict::new();
    let subscriptions: BTreeSet<&str> = expected.iter().map(|fact| &*fact.subscription).collect();
    for subscription in subscriptions {
        let of = |facts: &[Fact]| -> Vec<Fact> {
            facts.iter().filter(|fact| fact.subscription == subscription).cloned().collect()
        };
        let (expected, got) = (of(expected), of(&told.facts));
        let gaps: Vec<&Gap> = told.gaps.iter().filter(|gap| scope(gap) == subscription).collect();
        let (missing, common) = less(&expected, &got);
        let (extra, also) = less(&got, &expected);
        for fact in missing.iter().filter(|fact| !gaps.iter().any(|gap| covers(gap, fact.at))) {
            wrong.push(format!("lost without a word: {}", shown(fact)));
        }
        let channel = subscription.split_once('@').unwrap().1;
        let greets = |fact: &Fact| {
            (STATES.contains(&channel) || channel.starts_with("bar:"))
                && begun.iter().any(|at| (0..=5 * SECOND_NS).contains(&(fact.at - at)))
        };
        for fact in extra.iter().filter(|fact| !greets(fact)) {
            wrong.push(format!("told, and never sent: {}", shown(fact)));
        }
        if common != also {
            let place = common.iter().zip(&also).find(|(one, other)| one != other);
            wrong.push(format!("out of order: {place:?}"));
        }
    }
    wrong
}

/// Each gap is of an outage, and each outage is told once to each subscription that had data before: as soon as it is
/// over, however long the next data take.
pub(crate) fn gaps(sent: &[Fact], told: &Told, outages: &[Span]) -> Verdict {
    let mut wrong = Verdict::new();
    let mut counts: BTreeMap<(String, i64), usize> = BTreeMap::new();
    for gap in &told.gaps {
        let from = gap.from.unwrap_or_default().0;
        let at = gap.ts_recv.unwrap_or_default().0;
        let outage = outages.iter().find(|outage| (outage.from..=outage.to + BACK_WITHIN_NS).contains(&at));
        match outage {
            Some(outage) if gap.cause == Cause::Disconnect && from <= outage.from => {
                *counts.entry((scope(gap), outage.from)).or_default() += 1;
            }
            _ => wrong.push(format!("a gap without an outage, or told late: {gap}")),
        }
    }
    for outage in outages {
        let before = sent.iter().filter(|fact| fact.at < outage.from);
        for subscription in before.map(|fact| &fact.subscription).collect::<BTreeSet<_>>() {
            let count = counts.get(&(subscription.clone(), outage.from)).copied().unwrap_or_default();
            if count != 1 {
                wrong.push(format!("{count} gaps of {subscription} for {outage:?}"));
            }
        }
    }
    wrong
}

/// Each bar was closed once, as it stood last, when the next one began or soon after its end.
pub(crate) fn bars(sent: &[Fact], told: &Told, outages: &[Span]) -> Verdict {
    let mut wrong = Verdict::new();
    let mut last: BTreeMap<(&str, i64), &Fact> = BTreeMap::new();
    for fact in sent.iter().filter(|fact| interval(&fact.subscription).is_some()) {
        last.insert((&fact.subscription, begins(fact)), fact);
    }
    let mut closed: BTreeMap<(&str, i64), Vec<&Fact>> = BTreeMap::new();
    for fact in &told.closed {
        closed.entry((&fact.subscription, begins(fact))).or_default().push(fact);
    }
    for ((subscription, begin), fact) in &last {
        let end = begin + interval(subscription).unwrap();
        let lived = Span { from: *begin, to: end + BACK_WITHIN_NS };
        let is_disturbed = outages.iter().any(|outage| outage.from <= lived.to && lived.from <= outage.to);
        match closed.remove(&(*subscription, *begin)).as_deref() {
            Some([it]) if it.says == fact.says && (end..=lived.to).contains(&it.at) => {}
            None | Some([_]) if is_disturbed => {}
            other => wrong.push(format!("{} was closed as {other:?}", shown(fact))),
        }
    }
    wrong.extend(closed.into_keys().map(|bar| format!("closed, and never sent: {bar:?}")));
    wrong
}

/// When a bar begins, in nanoseconds since 1970 UTC.
fn begins(bar: &Fact) -> i64 {
    bar.says.split(' ').next().unwrap().parse::<i64>().unwrap() * SECOND_NS
}

/// How long a bar is; none of what is no bar.
fn interval(subscription: &str) -> Option<i64> {
    let minutes = match subscription.rsplit_once("bar:")?.1 {
        text if text.ends_with("1m") => 1,
        _ => 5,
    };
    Some(minutes * 60 * SECOND_NS)
}

/// What is in one list and not in the other, and what is in both, each as often as it is there.
fn less(one: &[Fact], other: &[Fact]) -> (Vec<Fact>, Vec<Fact>) {
    let mut counts: BTreeMap<&Fact, usize> = BTreeMap::new();
    other.iter().for_each(|fact| *counts.entry(fact).or_default() += 1);
    let (mut rest, mut common) = (Vec::new(), Vec::new());
    for fact in one {
        match counts.get_mut(fact) {
            Some(left) if *left > 0 => {
                *left -= 1;
                common.push(fact.clone());
            }
            _ => rest.push(fact.clone()),
        }
    }
    (rest, common)
}

fn covers(gap: &Gap, at: i64) -> bool {
    gap.from.is_none_or(|from| from.0 <= at) && gap.to.is_some_and(|to| at <= to.0)
}

fn shown(fact: &Fact) -> String {
    let second = fact.at / SECOND_NS - crate::MIDNIGHT_S;
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{hour:02}:{minute:02}:{:02} {}: {}", second % 60, fact.subscription, fact.says)
}
