//! Whether the other cases have something to look at.

use serde_json::Value;
use tapewire_core::{ChannelCapability, Interval, Subscription, Topic, TopicId};

use super::subject;
use crate::watch::stands_for_many;
use crate::{Kit, Verdict};

/// Each row of the capability table has a subscription in the kit, and a fixture that says something of its channel on
/// its topic; where a row can be had for all instruments at once, the same for `*`, or for `*` alone if there it cannot be
/// had for one. A venue that lists instruments has
/// a fixture of that answer.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    let topics = kit.topics()?;
    let (mut told, mut lists) = (Vec::new(), false);
    subject::each(kit, |subject| {
        for said in &subject.base {
            lists |= said.kind == "instrument";
            if let (Some(topic), Some(channel)) = (said.topic, said.json().get("channel").and_then(Value::as_str)) {
                let entry = subject.decoder.topics().get(topic);
                let all = entry.is_some_and(|it| it.subscriptions.iter().any(|it| it.instrument.is_all()));
                told.push((topic, channel.to_owned(), all));
            }
        }
        Ok(())
    })?;
    let capabilities = kit.venue().connector.capabilities();
    let mut lacks = Vec::new();
    for row in capabilities.channels {
        let only_all = row.all && is_refused(kit, row, &topics);
        for all in [false, true].into_iter().filter(|all| if *all { row.all } else { !only_all }) {
            lacks.extend(lack(kit, row, all, topics.iter().map(|(subscription, _)| subscription), &told));
        }
    }
    if capabilities.instruments && !lists {
        lacks.push(
            "instruments: an answer of the list, as a line with `kind` `rest` and its `request` in a fixture file"
                .to_owned(),
        );
    }
    if lacks.is_empty() { Ok(()) } else { Err(Verdict::Missing(lacks.join("\n  and "))) }
}

/// Whether the adapter refuses a row for the symbol of every subscription: it is of the venue or the account as a whole.
fn is_refused(kit: &Kit, row: &ChannelCapability, topics: &[(Subscription, Topic)]) -> bool {
    let connector = &kit.venue().connector;
    let Ok(channel) = row.channel.parse() else { return false };
    let mut ones = topics.iter().map(|(it, _)| it.instrument).filter(|it| !stands_for_many(*it));
    ones.all(|instrument| connector.topic(&Subscription { instrument, channel }).is_err())
}

/// What a row of the table lacks.
fn lack<'a>(
    kit: &Kit,
    row: &ChannelCapability,
    all: bool,
    mut subscriptions: impl Iterator<Item = &'a Subscription>,
    told: &[(TopicId, String, bool)],
) -> Option<String> {
    let (pattern, venue) = (row.channel, kit.venue().id());
    let symbol = if all { "*" } else { "SYMBOL" };
    let fits_row = |it: &&Subscription| it.instrument.is_all() == all && fits(pattern, &it.channel.to_string());
    let Some(subscription) = subscriptions.find(fits_row) else {
        return Some(format!("`{pattern}`: a subscription `{venue}:{symbol}@{pattern}`, in `Kit::subscriptions`"));
    };
    if told.iter().any(|(_, channel, of_all)| *of_all == all && fits(pattern, channel)) {
        return None;
    }
    let topic = kit.venue().connector.topic(subscription).map(|topic| topic.wire).unwrap_or_default();
    Some(format!("`{pattern}`: a frame of `{topic}` ({subscription}), as a line of a fixture file"))
}

/// Whether a channel is of a row, in which `N` stands for a number and `I` for an interval.
pub(super) fn fits(pattern: &str, channel: &str) -> bool {
    let (patterns, parts): (Vec<_>, Vec<_>) = (pattern.split(':').collect(), channel.split(':').collect());
    let fits_part = |(pattern, part): (&&str, &&str)| match *pattern {
        "N" => part.parse::<u16>().is_ok(),
        "I" => part.parse::<Interval>().is_ok(),
        word => word == *part,
    };
    patterns.len() == parts.len() && patterns.iter().zip(&parts).all(fits_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_row_of_a_channel() {
        let rows = ["trade", "trade:agg", "book", "book:N", "bar:I", "bar:I:+08:00", "ticker:mini", "raw:avgPrice"];
        let cases = [
            ("trade", "trade"),
            ("trade:agg", "trade:agg"),
            ("book:20", "book:N"),
            ("bar:1m", "bar:I"),
            ("bar:1d:+08:00", "bar:I:+08:00"),
            ("raw:avgPrice", "raw:avgPrice"),
        ];
        for (channel, row) in cases {
            let found: Vec<_> = rows.into_iter().filter(|row| fits(row, channel)).collect();
            assert_eq!(found, [row], "{channel}");
        }
        for channel in ["book:rpi", "bar:mark:1m", "bar:7m", "ticker", "raw:other"] {
            assert!(!rows.iter().any(|row| fits(row, channel)), "{channel}");
        }
    }
}
