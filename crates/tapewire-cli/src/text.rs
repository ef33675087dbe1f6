//! Events as lines for people: time, kind, what it is about, and what happened, in columns.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use tapewire::event::{Bar, Book, Connection, Event, Normalized as _, Quote, Scope, SubscriptionNotice, Ticker, Trade};
use tapewire::{Decimal, SubscriptionState, UnixNanos};

use crate::style::{Painted, Tone};

/// Writes an event as one line.
pub(crate) fn write(out: &mut impl Write, event: &Event<'_>, coloured: bool) -> io::Result<()> {
    let time = event.ts_recv().or_else(|| event.ts_event()).map(time_of_day).unwrap_or_default();
    let kind = event.kind();
    let said = Painted(&said(event), tone(event), coloured).to_string();
    writeln!(out, "{time:12}  {:13}  {:30}  {said}", kind.as_str(), about(event))
}

/// `23:54:15.208` of a time, in UTC.
fn time_of_day(time: UnixNanos) -> String {
    time.to_string().get(11..23).unwrap_or_default().to_owned()
}

/// What an event is about: `instrument@channel`, or the connection.
fn about(event: &Event<'_>) -> String {
    if let Some(subscription) = event.normalized().subscription() {
        return subscription.to_string();
    }
    match event {
        Event::Connection(it) => Scope::Connection(it.venue, it.connection).to_string(),
        Event::Gap(gap) => gap.scope.to_string(),
        _ => event.instrument().map_or_else(|| event.venue().to_string(), |it| it.to_string()),
    }
}

fn tone(event: &Event<'_>) -> Tone {
    match event {
        Event::Gap(_) | Event::Malformed(_) => Tone::Bad,
        Event::Subscription(it) if it.state == SubscriptionState::Rejected => Tone::Bad,
        Event::Connection(_) | Event::Subscription(_) => Tone::Dim,
        _ => Tone::Plain,
    }
}

fn said(event: &Event<'_>) -> String {
    match event {
        Event::Trade(it) => trade(it),
        Event::Quote(it) => quote(it),
        Event::Book(it) => book(it),
        Event::Bar(it) => bar(it),
        Event::Ticker(it) => ticker(it),
        Event::Gap(it) => {
            let text = it.to_string();
            // The column before has said what it is in.
            text.strip_prefix(&format!("{}: ", it.scope)).map(str::to_owned).unwrap_or(text)
        }
        Event::Connection(it) => connection(it),
        Event::Subscription(it) => subscription(it),
        Event::Malformed(it) => format!("{} bytes: {}: {}", it.bytes, it.reason, it.excerpt),
        _ => fields(event),
    }
}

fn trade(it: &Trade) -> String {
    let side = it.aggressor.map_or("", |side| side.as_str());
    let aggregated = if it.aggregate.is_some() { " (aggregated)" } else { "" };
    let condition = it.condition.map(|it| format!(" ({})", it.as_str())).unwrap_or_default();
    format!("{side:4}  {:>14} x {}{aggregated}{condition}", it.price, it.quantity)
}

fn quote(it: &Quote) -> String {
    let side = |price: Option<Decimal>, quantity: Option<Decimal>| {
        format!("{:>14} x {:<14}", or_dash(price), or_dash(quantity))
    };
    let line = format!("bid {} ask {}", side(it.bid_price, it.bid_quantity), side(it.ask_price, it.ask_quantity));
    line.trim_end().to_owned()
}

fn book(it: &Book<'_>) -> String {
    let best = |levels: &[tapewire::Level]| {
        let first = levels.first().map(|level| format!(", first {} x {}", level.price, level.quantity));
        first.unwrap_or_default()
    };
    let many = |levels: &[tapewire::Level], side| format!("{} {side}{}", levels.len(), plural(levels.len()));
    let sides = format!("{}{}; {}{}", many(it.bids, "bid"), best(it.bids), many(it.asks, "ask"), best(it.asks));
    let number = it.last_sequence.map(|last| format!("  #{last}")).unwrap_or_default();
    format!("{:8}  {sides}{number}", it.action.as_str())
}

fn bar(it: &Bar) -> String {
    let opened = it.ts_open.to_string();
    let opened = opened.get(..16).unwrap_or_default();
    let state = match it.closed {
        Some(true) => "  closed",
        Some(false) => "  running",
        None => "",
    };
    format!(
        "{} of {opened}  open {} high {} low {} close {} volume {}{state}",
        it.interval,
        it.open,
        it.high,
        it.low,
        it.close,
        or_dash(it.volume)
    )
}

fn ticker(it: &Ticker) -> String {
    let change = it.change_percent.map(|change| format!(" change {change}%")).unwrap_or_default();
    format!(
        "last {}{change} high {} low {} volume {}",
        or_dash(it.last),
        or_dash(it.high),
        or_dash(it.low),
        or_dash(it.volume)
    )
}

fn connection(it: &Connection) -> String {
    let mut text = format!("{} {}", it.route, it.state.as_str());
    if let Some(reason) = &it.reason {
        _ = write!(text, ": {reason}");
    }
    if let Some(delay) = it.delay {
        _ = write!(text, " (retry in {}.{} s)", delay.as_secs(), delay.subsec_millis() / 100);
    }
    text
}

fn subscription(it: &SubscriptionNotice) -> String {
    let mut text = it.state.as_str().to_owned();
    for part in [&it.code, &it.reason].into_iter().flatten() {
        _ = write!(text, ": {part}");
    }
    text
}

/// The fields that the kind has, as in event JSON: for the kinds without a form of their own.
fn fields(event: &Event<'_>) -> String {
    const SAID: [&str; 6] = ["kind", "venue", "instrument", "channel", "ts_event", "ts_recv"];
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(event) else { return String::new() };
    let told = fields.iter().filter(|(name, value)| !value.is_null() && !SAID.contains(&name.as_str()));
    let one = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::String(text) => format!("{name}={text}"),
        serde_json::Value::Number(nanos) if name.starts_with("ts_") => {
            let time = nanos.as_i64().map(|nanos| UnixNanos(nanos).to_string()).unwrap_or_default();
            format!("{name}={}Z", time.get(..19).unwrap_or_default())
        }
        other => format!("{name}={other}"),
    };
    told.map(one).collect::<Vec<_>>().join(" ")
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn or_dash(value: Option<impl fmt::Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use tapewire::event::{Cause, ConnectionState, Gap, Mark};
    use tapewire::{Channel, Subscription, VenueId};

    use super::*;

    fn line(event: &Event<'_>) -> String {
        let mut out = Vec::new();
        write(&mut out, event, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_one_line_for_each_event() {
        let ts_recv = Some(UnixNanos(1_723_161_255_208_000_000));
        let quote = Quote {
            instrument: "binance:BTCUSDT".parse().unwrap(),
            channel: Channel::Quote,
            ts_event: None,
            ts_recv,
            bid_price: Some("10.50".parse().unwrap()),
            bid_quantity: Some("2".parse().unwrap()),
            ask_price: None,
            ask_quantity: None,
            sequence: None,
        };
        assert_eq!(
            line(&Event::Quote(&quote)),
            "23:54:15.208  quote          binance:BTCUSDT@quote           bid          10.50 x 2              ask              - x -\n"
        );
        let notice = Connection {
            venue: VenueId::new("binance"),
            connection: 2,
            route: "market",
            state: ConnectionState::Backoff,
            reason: Some("reset".into()),
            recovery: None,
            code: None,
            limit: None,
            attempt: 1,
            delay: Some(std::time::Duration::from_millis(250)),
            ts_recv,
        };
        assert!(
            line(&Event::Connection(&notice))
                .ends_with("binance#2                       market backoff: reset (retry in 0.2 s)\n")
        );
    }

    #[test]
    fn what_has_no_form_of_its_own_shows_its_fields_and_times_as_times() {
        let mark = Mark {
            instrument: "okx:BTC-USDT-SWAP".parse().unwrap(),
            channel: Channel::Funding,
            ts_event: None,
            ts_recv: None,
            mark_price: None,
            index_price: None,
            settle_price: None,
            funding_rate: "0.0001".parse().ok(),
            ts_next_funding: Some(UnixNanos(1_723_161_255_208_000_000)),
        };
        let line = line(&Event::Mark(&mark));
        assert!(line.ends_with("funding_rate=0.0001 ts_next_funding=2024-08-08T23:54:15Z\n"), "{line}");
    }

    #[test]
    fn a_gap_names_its_scope_once() {
        let subscription: Subscription = "binance:BTCUSDT@trade".parse().unwrap();
        let gap = Gap {
            venue: VenueId::new("binance"),
            scope: Scope::Subscription(subscription),
            cause: Cause::Sequence,
            from: None,
            to: None,
            first_missing: Some(4),
            last_missing: Some(5),
            count: Some(2),
            healed_by: None,
            ts_recv: None,
        };
        let line = line(&Event::Gap(&gap));
        assert_eq!(line.matches("BTCUSDT").count(), 1);
        assert!(line.contains("2 messages are missing (sequence), numbers 4 to 5"), "{line}");
    }
}
