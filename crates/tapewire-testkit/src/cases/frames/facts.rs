//! What must be true of an event, whatever the venue.

use serde_json::Value;
use tapewire_core::recording::Payload;
use tapewire_core::{BookRule, Decimal, InstrumentId, Subscription, UnixNanos};

use super::subject::{self, Subject};
use crate::ears::Said;
use crate::tree::Tree;
use crate::{Kit, Verdict};

/// No venue of today has sent anything before 2009, and none will be sent after 2099 by these protocols: what lies
/// outside was read in the wrong unit.
const TIMES: std::ops::Range<i64> = 1_230_768_000_000_000_000..4_102_444_800_000_000_000;
/// How far the venue's time and the time of receipt may lie apart: nanoseconds of a day.
const CLOSE: i64 = 86_400_000_000_000;
/// Nanoseconds in the units that venues count times in.
const UNITS: [i64; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

/// Events are of this venue and of channels of its table; they tell the time they were given, and the venue's where it
/// sends one; trades and books hold what such a thing may hold.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    subject::each(kit, |subject| {
        for said in &subject.base {
            let event = said.json();
            if event.get("venue").is_none() {
                continue;
            }
            let facts = Facts { kit, subject, said, event: &event };
            if let Some(why) = CHECKS.iter().find_map(|check| check(&facts)) {
                let frame = subject.fixture.line.payload.frame().bytes();
                return Err(subject.wrong(frame, format!("{why}\n  event: {}", said.text)));
            }
        }
        Ok(())
    })
}

/// An event, and what it is checked against.
struct Facts<'a> {
    kit: &'a Kit,
    subject: &'a Subject<'a>,
    said: &'a Said,
    event: &'a Value,
}

/// A check says what is wrong.
type Check = fn(&Facts<'_>) -> Option<String>;

const CHECKS: [Check; 7] = [
    |it| it.venue(),
    |it| it.channel(),
    |it| it.received(),
    |it| it.times(),
    |it| it.untold_time(),
    |it| it.trade(),
    |it| it.book(),
];

impl Facts<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.event.get(name)?.as_str()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.event.get(name)?.as_u64()
    }

    fn is_data(&self) -> bool {
        !matches!(self.said.kind, "raw" | "malformed")
    }

    fn venue(&self) -> Option<String> {
        let venue = self.kit.venue().id();
        let instrument = self.text("instrument").and_then(|text| text.parse::<InstrumentId>().ok());
        let right = self.text("venue") == Some(venue.as_str()) && instrument.is_none_or(|it| it.venue() == venue);
        (!right).then(|| format!("the event is not of the venue `{venue}`"))
    }

    fn channel(&self) -> Option<String> {
        let channel = match self.text("channel") {
            Some("instrument") => return None,
            Some(channel) => channel,
            None => return self.is_data().then(|| "the event is of no channel".to_owned()),
        };
        let rows = self.kit.venue().connector.capabilities().channels;
        let known = rows.iter().any(|row| super::coverage::fits(row.channel, channel));
        (!known).then(|| format!("the channel `{channel}` is not in the capability table"))
    }

    fn received(&self) -> Option<String> {
        let given = self.subject.fixture.line.ts_recv.map(|UnixNanos(time)| time);
        let told = self.event.get("ts_recv")?.as_i64();
        (told != given).then(|| format!("`ts_recv` is not the time that was given, {given:?}: take `Context::now`"))
    }

    fn times(&self) -> Option<String> {
        let times = self.event.as_object()?.iter().filter(|(name, _)| name.starts_with("ts_"));
        let odd =
            times.filter_map(|(name, value)| Some((name, value.as_i64()?))).find(|(_, it)| !TIMES.contains(it))?;
        Some(format!("`{}` is {}: was it read in the wrong unit?", odd.0, UnixNanos(odd.1)))
    }

    /// A time that stands in the frame, near the time of receipt, while the event tells none of the venue's.
    fn untold_time(&self) -> Option<String> {
        let UnixNanos(received) = self.subject.fixture.line.ts_recv?;
        let tells = |(name, value): (&String, &Value)| name.starts_with("ts_") && name != "ts_recv" && !value.is_null();
        if !self.is_data() || self.said.kind == "instrument" || self.event.as_object()?.iter().any(tells) {
            return None;
        }
        let Payload::Text(text) = &self.subject.fixture.line.payload else { return None };
        let tree = Tree::parse(text)?;
        let near = |digits: &str| {
            let time = digits.parse::<i64>().ok();
            let all = UNITS.iter().filter_map(|unit| time?.checked_mul(*unit));
            all.into_iter().any(|nanos| nanos.abs_diff(received) < CLOSE.unsigned_abs())
        };
        let is_time = |value: &Tree| matches!(value, Tree::Text(digits) | Tree::Literal(digits) if near(digits));
        let place = tree.places_of(is_time).into_iter().next()?;
        Some(format!("`{}` looks like the venue's time, and the event tells none", tree.name(&place)))
    }

    fn trade(&self) -> Option<String> {
        if self.said.kind != "trade" {
            return None;
        }
        if self.decimal("price").is_none_or(|it| it <= Decimal::ZERO) {
            return Some("the `price` of a trade is above 0".to_owned());
        }
        let odd = self.decimal("quantity").is_none_or(|it| it < Decimal::ZERO);
        odd.then(|| "the `quantity` of a trade is not below 0".to_owned())
    }

    fn decimal(&self, name: &str) -> Option<Decimal> {
        self.text(name)?.parse().ok()
    }

    fn book(&self) -> Option<String> {
        if self.said.kind != "book" {
            return None;
        }
        self.numbers().or_else(|| self.levels())
    }

    /// A book message has the numbers by which its rule judges.
    fn numbers(&self) -> Option<String> {
        let (instrument, channel) = (self.text("instrument")?.parse().ok()?, self.text("channel")?.parse().ok()?);
        let topic = self.kit.venue().connector.topic(&Subscription { instrument, channel }).ok()?;
        let [first, last, previous] =
            ["first_sequence", "last_sequence", "previous_sequence"].map(|name| self.number(name));
        if first > last && last.is_some() {
            return Some("`first_sequence` is above `last_sequence`".to_owned());
        }
        let is_delta = self.text("action") == Some("delta");
        let lacks = match topic.rule {
            BookRule::None | BookRule::InOrder => None,
            BookRule::PreviousLink | BookRule::SpanOverlap if is_delta && previous.is_none() => {
                Some("previous_sequence")
            }
            _ => last.is_none().then_some("last_sequence"),
        };
        lacks.map(|name| format!("the rule {:?} of its topic judges by `{name}`, which is absent", topic.rule))
    }

    /// The levels of a snapshot stand best first, each price once, bids below asks; no quantity is below 0.
    fn levels(&self) -> Option<String> {
        let side = |name: &str| -> Option<Vec<(Decimal, Decimal)>> {
            let decimal = |level: &Value, at: usize| level.get(at)?.as_str()?.parse::<Decimal>().ok();
            self.event.get(name)?.as_array()?.iter().map(|it| Some((decimal(it, 0)?, decimal(it, 1)?))).collect()
        };
        let (Some(bids), Some(asks)) = (side("bids"), side("asks")) else {
            return Some("a level is no pair of a price and a quantity".to_owned());
        };
        if bids.iter().chain(&asks).any(|(_, quantity)| *quantity < Decimal::ZERO) {
            return Some("a quantity is below 0".to_owned());
        }
        if self.text("action") != Some("snapshot") {
            return None;
        }
        let ordered =
            bids.is_sorted_by(|(one, _), (next, _)| one > next) && asks.is_sorted_by(|(one, _), (next, _)| one < next);
        let crossed = bids.first().zip(asks.first()).is_some_and(|((bid, _), (ask, _))| bid >= ask);
        if !ordered {
            return Some("the levels of a snapshot stand best first, each price once".to_owned());
        }
        crossed.then(|| "the best bid of a snapshot is below its best ask; are the sides swapped?".to_owned())
    }
}
