//! A whole trading day of SSI: the adapter in the real engine against its simulated venue, under a clock that jumps,
//! from before the first auction to behind the close, with tokens that turn over three times and a line that breaks
//! twice. What the consumer is told is compared with what a witness hears at the venue, and with the venue's own books.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod books;
mod facts;
mod judge;
mod line;
mod told;
mod witness;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tapewire_core::event::ConnectionState;
use tapewire_core::{Monotonic, Secret, SubscriptionState, UnixNanos, Venue, VenueId};
use tapewire_engine::{Clock, Engine, Feed, OtpSource};
use tapewire_sim::Simulator;
use tapewire_ssi::Ssi;

use crate::facts::Fact;
use crate::line::Line;
use crate::told::Told;

pub(crate) const SECOND_NS: i64 = 1_000_000_000;
/// Monday 2026-11-23, midnight in Vietnam.
pub(crate) const MIDNIGHT_S: i64 = 1_795_366_800;

/// A time between two others, in nanoseconds since 1970 UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

/// What is subscribed, and the topic of the venue that serves it.
const WATCHED: [(&str, &str); 21] = [
    ("ssi:VNM@trade", "trade.VNM"),
    ("ssi:VNM@book", "quote.VNM"),
    ("ssi:VNM@quote", "quote.VNM"),
    ("ssi:VNM@bar:1m", "trade.VNM@1m"),
    ("ssi:VNM@bar:5m", "trade.VNM@5m"),
    ("ssi:VNM@trade:block", "put.VNM"),
    ("ssi:VNM@trade:odd_lot", "oddlot.VNM"),
    ("ssi:VNM@book:odd_lot", "oddlot.VNM"),
    ("ssi:VNM@limits", "market.VNM"),
    ("ssi:SSI@trade", "trade.SSI"),
    ("ssi:SSI@bar:1m", "trade.SSI@1m"),
    ("ssi:IDC@trade", "trade.IDC"),
    ("ssi:IDC@book", "quote.IDC"),
    ("ssi:ACV@trade", "trade.ACV"),
    ("ssi:VN30F2612@trade", "trade.VN30F2612"),
    ("ssi:VN30F2612@book", "quote.VN30F2612"),
    ("ssi:VN30F2612@quote", "quote.VN30F2612"),
    ("ssi:VN30F2612@bar:1m", "trade.VN30F2612@1m"),
    ("ssi:VN30@index", "trade.index.VN30"),
    ("ssi:VN30@bar:index:5m", "trade.index.VN30@5m"),
    ("ssi:*@status", "market.flag"),
];
/// The same of one's own account.
const OWN: [&str; 3] = ["ssi:*@order", "ssi:*@fill", "ssi:*@position"];
const OWN_TOPICS: [&str; 4] = ["order.1234561", "order.1234566", "order.1234568", "portfolio.1234568"];

const CODE: &str = "123456";
/// Three times in the day a token has reached a minute before its end: in the morning, at lunch, and in the last auction.
const TOKEN_LIVES: Duration = Duration::from_secs(123 * 60);
const SHARES: &str = "1234561";
const FUTURES: &str = "1234568";

/// What happens in the day beside the market.
enum Act {
    /// The line breaks.
    Cut,
    Mend,
    /// The witness begins to listen.
    Attend,
    /// Somebody uses the key elsewhere, as an app on a telephone does: a request about orders.
    Trade(&'static str, Value),
}

/// The day, in order. The line breaks in the middle of the morning, and over the beginning of the closing auction;
/// meanwhile orders are filled and cancelled.
fn day() -> Vec<((i64, i64, i64), Act)> {
    let buy = |key, what, count, kind, price| Act::Trade("POST", order(key, SHARES, what, "B", count, kind, price));
    let sell = |key, what, count, kind, price| Act::Trade("POST", order(key, SHARES, what, "S", count, kind, price));
    vec![
        ((8, 31, 0), Act::Attend),
        ((8, 50, 0), buy("waits", "VNM", 100, "LO", "57600")),
        ((9, 5, 0), buy("opens", "SSI", 1000, "ATO", "0")),
        ((9, 30, 0), buy("takes", "VNM", 500, "LO", "66200")),
        ((9, 35, 0), Act::Trade("POST", order("long", FUTURES, "VN30F2612", "B", 2, "LO", "2020"))),
        ((10, 4, 0), sell("rests", "SSI", 1000, "LO", "33150")),
        ((10, 5, 0), Act::Cut),
        ((10, 5, 10), sell("unseen", "SSI", 500, "LO", "28850")),
        ((10, 5, 12), Act::Trade("DELETE", change("clientCancelId", "cancels", "rests"))),
        ((10, 5, 25), Act::Mend),
        ((11, 45, 0), buy("lunch", "SSI", 100, "LO", "28850")),
        ((13, 30, 0), {
            let mut amended = change("clientModifyId", "amends", "waits");
            amended["quantity"] = 200.into();
            Act::Trade("PUT", amended)
        }),
        ((14, 29, 50), Act::Cut),
        ((14, 30, 15), Act::Mend),
        ((14, 35, 30), sell("closes", "VNM", 100, "ATC", "0")),
        ((14, 50, 0), buy("after", "IDC", 100, "PLO", "44700")),
        ((15, 10, 0), Act::Mend),
    ]
}

fn order(key: &str, account: &str, symbol: &str, side: &str, quantity: u32, kind: &str, price: &str) -> Value {
    json!({
        "accountNo": account, "symbol": symbol, "side": side, "quantity": quantity, "price": price, "orderType": kind,
        "clientRequestId": key, "deviceId": "telephone", "userAgent": "app",
    })
}

fn change(name: &str, key: &str, order: &str) -> Value {
    json!({
        "accountNo": SHARES, name: key, "clientRequestId": order, "deviceId": "telephone", "userAgent": "app",
    })
}

/// A time of the day in nanoseconds since 1970 UTC.
const fn at((hour, minute, second): (i64, i64, i64)) -> i64 {
    (MIDNIGHT_S + (hour * 60 + minute) * 60 + second) * SECOND_NS
}

const BEGIN: i64 = at((8, 30, 0));
const OUTAGES: [Span; 2] =
    [Span { from: at((10, 5, 0)), to: at((10, 5, 25)) }, Span { from: at((14, 29, 50)), to: at((14, 30, 15)) }];

/// Somebody who types the code when asked.
#[derive(Debug)]
struct Typist;

#[async_trait]
impl OtpSource for Typist {
    async fn one_time_password(&self, _: VenueId, _: &str) -> Option<Secret> {
        Some(Secret::new(CODE))
    }
}

/// The venue, the line to it, and all that was heard.
struct Day {
    simulator: Arc<Simulator>,
    line: Arc<Line>,
    clock: Clock,
    feed: Feed,
    told: Told,
    /// What the witness heard.
    seen: Arc<Mutex<Vec<Fact>>>,
}

impl Day {
    async fn begin() -> Self {
        let life_ms = TOKEN_LIVES.as_millis().to_string();
        let simulator = Simulator::builder("ssi").seed(5).start_at_us(BEGIN / 1_000).option("hours", "real");
        let simulator = simulator.option("calm", "150").option("access_ms", life_ms).start().await.unwrap();
        let simulator = Arc::new(simulator);
        let clock = Clock::virtual_from(UnixNanos(BEGIN));
        let line = Arc::new(Line::new(Arc::clone(&simulator)));
        let venue = Venue::new(Ssi::new()).credentials("day-key", "day-secret");
        let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
        let engine = Engine::builder().venue(venue).clock(clock.clone()).dialer(Arc::<Line>::clone(&line)).seed(1);
        let engine = engine.otp_source(Arc::new(Typist));
        let wanted = WATCHED.iter().map(|(subscription, _)| subscription).chain(&OWN);
        let engine = wanted.fold(engine, |engine, text| engine.subscribe(text.parse().unwrap()));
        let feed = engine.start().unwrap();
        Self { simulator, line, clock, feed, told: Told::default(), seen: Arc::default() }
    }

    /// Reads the feed until a time.
    async fn read_until(&mut self, time: i64) {
        let after = Duration::from_nanos((time - BEGIN).try_into().unwrap());
        let end = tokio::time::sleep_until(self.clock.instant(Monotonic(after)));
        tokio::pin!(end);
        loop {
            tokio::select! {
                biased;
                event = self.feed.next() => self.told.note(&event.unwrap()),
                () = &mut end => break,
            }
        }
    }

    async fn act(&self, act: Act) {
        match act {
            Act::Cut => self.line.cut(),
            Act::Mend => self.line.mend(),
            Act::Attend => self.attend().await,
            Act::Trade(method, body) => {
                let answer = self.ask(method, "/api/v3/trading/order", &body).await;
                assert!(answer["orderId"].is_string(), "{method} {body}: {answer}");
            }
        }
    }

    async fn attend(&self) {
        let mut market: Vec<String> = WATCHED.iter().map(|(_, topic)| (*topic).to_owned()).collect();
        market.dedup();
        let own = OWN_TOPICS.map(str::to_owned);
        for channel in [("DATA", &market[..]), ("TRADING", &own)] {
            witness::listen(&self.simulator, &self.clock, &self.line.bearer(), channel, &self.seen).await;
        }
    }

    /// Asks the venue with the token that the engine uses, since one key has one session.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        // The venue takes 10 requests a second.
        tokio::time::sleep(Duration::from_millis(150)).await;
        witness::ask(&self.simulator, &self.line.bearer(), method, path, body).await
    }

    /// What was sent to the subscriptions since the witness listens and had been told how things stood.
    fn sent(&self) -> Vec<Fact> {
        let wanted: Vec<&str> = WATCHED.iter().map(|(subscription, _)| *subscription).chain(OWN).collect();
        let seen = self.seen.lock().unwrap();
        let facts = seen.iter().filter(|fact| wanted.contains(&&*fact.subscription) && fact.at >= ATTENDED);
        facts.cloned().collect()
    }
}

/// The witness has been told how things stand.
const ATTENDED: i64 = at((8, 31, 5));

#[tokio::test(start_paused = true)]
async fn a_trading_day_loses_nothing_unannounced_and_stalls_nowhere() {
    let mut day = Day::begin().await;
    for (time, act) in self::day() {
        day.read_until(at(time)).await;
        day.act(act).await;
    }
    day.told.facts.retain(|fact| fact.at >= ATTENDED);
    let sent = day.sent();
    assert_a_day_was_played(&sent);
    assert_connections(&day);
    assert_tokens(&day.line);
    let begun: Vec<i64> = day.told.linked(ConnectionState::Live).iter().map(|link| link.at).collect();
    assert_nothing(&judge::compare(&sent, &day.told, &begun));
    assert_nothing(&judge::gaps(&sent, &day.told, &OUTAGES));
    assert_nothing(&judge::bars(&sent, &day.told, &OUTAGES));
    assert_eq!((day.told.malformed, day.told.odd_prices), (0, 0));
    assert_sessions(&day.told);
    books::assert_market(&day, &sent).await;
    books::assert_account(&day).await;
}

/// What is compared is worth it: every subscription had data, the auctions had orders without a price, and the outages
/// cost something, fills among it.
fn assert_a_day_was_played(sent: &[Fact]) {
    let of = |subscription: &str| sent.iter().filter(|fact| fact.subscription == subscription).collect::<Vec<_>>();
    for subscription in WATCHED.iter().map(|(subscription, _)| *subscription).chain(OWN) {
        // The limits of the day are told when they are asked for, and do not change.
        assert!(subscription == "ssi:VNM@limits" || of(subscription).len() > 5, "{subscription} had nothing to tell");
    }
    for (from, to) in [((9, 0, 1), (9, 15, 0)), ((14, 30, 1), (14, 45, 0))] {
        let auction = of("ssi:VNM@book").into_iter().filter(|fact| (at(from)..at(to)).contains(&fact.at));
        assert!(auction.clone().count() > 800 && auction.clone().any(|fact| fact.says.contains('?')), "{from:?}");
    }
    let unseen = |fact: &&Fact| OUTAGES.iter().any(|outage| (outage.from..outage.to).contains(&fact.at));
    for subscription in ["ssi:VNM@book", "ssi:*@status", "ssi:*@order", "ssi:*@fill"] {
        assert!(of(subscription).iter().any(unseen), "{subscription} lost nothing by the outages");
    }
}

/// Three hand-overs and two reconnects of each socket, each told with its reason; nothing else, and nothing stale.
fn assert_connections(day: &Day) {
    let links = &day.told;
    for state in [ConnectionState::Stale, ConnectionState::GaveUp] {
        assert!(links.linked(state).is_empty(), "{:?}", links.linked(state));
    }
    let stalled: Vec<_> = links.wishes.iter().filter(|(.., state)| *state == SubscriptionState::Stale).collect();
    assert!(stalled.is_empty(), "{stalled:?}");
    for route in ["market", "account"] {
        let of = |state| links.linked(state).into_iter().filter(|link| link.route == route).collect::<Vec<_>>();
        let old = of(ConnectionState::Handover);
        assert_eq!(old.iter().map(|link| &*link.reason).collect::<Vec<_>>(), ["it is old"; 3], "{route}");
        let closed = of(ConnectionState::Closed);
        let taken_over = |link: &&told::Link| link.reason == "its successor has taken over";
        assert!(closed.len() == 3 && closed.iter().all(taken_over), "{route}: {closed:?}");
        let numbers = |links: &[&told::Link]| links.iter().map(|link| link.number).collect::<Vec<_>>();
        assert_eq!(numbers(&closed), numbers(&old), "{route}: the old one is closed, not its successor");
        assert!(closed.iter().zip(&old).all(|(closed, old)| closed.at > old.at), "{route}: make before break");
        assert_eq!(of(ConnectionState::Live).len(), 1 + 3 + 2, "{route}: the first, the successors, the reconnects");
        let lost: Vec<_> = of(ConnectionState::Backoff);
        let during = |outage: &Span| lost.iter().filter(|link| (outage.from..=outage.to).contains(&link.at)).count();
        assert!(OUTAGES.iter().all(|outage| during(outage) > 0), "{route}: {lost:?}");
        assert_eq!(OUTAGES.iter().map(during).sum::<usize>(), lost.len(), "{route}: lost out of turn: {lost:?}");
    }
    assert_eq!(links.linked(ConnectionState::AwaitingInput).len(), 1, "a person is asked once a day");
    for subscription in WATCHED.iter().map(|(subscription, _)| *subscription).chain(OWN) {
        assert_eq!(links.stands(subscription), Some(SubscriptionState::Confirmed), "{subscription}");
    }
}

/// One code is used, three refreshes are made for both sockets together, and no refresh token is used twice.
fn assert_tokens(line: &Line) {
    let [codes, refreshes] = line.spent();
    assert_eq!(codes, [CODE]);
    let different: std::collections::BTreeSet<_> = refreshes.iter().collect();
    assert_eq!((refreshes.len(), different.len()), (3, 3));
    assert_eq!(line.count("POST /api/v3/auth/refresh "), 3);
}

/// The sessions of the boards, as published; the closing auction began while the line was broken, and was told behind it.
fn assert_sessions(told: &Told) {
    let stamp = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let mut days: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for fact in told.facts.iter().filter(|fact| fact.subscription == "ssi:*@status") {
        let [board, flag, "at", second] = fact.says.split(' ').collect::<Vec<_>>()[..] else { panic!("{fact:?}") };
        let minute = (second.parse::<i64>().unwrap() - MIDNIGHT_S) / 60;
        let day = days.entry(board).or_default();
        // A connection that begins is told again what is on.
        if day.last().is_none_or(|last| !last.starts_with(&format!("{flag} "))) {
            day.push(format!("{flag} {}", stamp(minute)));
        }
    }
    let expected = [
        ("DER", "ATO 08:45, LO 09:00, BREAK 11:30, LO 13:00, ATC 14:30, C 14:45"),
        ("HNX", "LO 09:00, BREAK 11:30, LO 13:00, ATC 14:30, PLO 14:45, C 15:00"),
        ("HOSE", "ATO 09:00, LO 09:15, BREAK 11:30, LO 13:00, ATC 14:30, PT 14:45, C 15:00"),
        ("UPCOM", "LO 09:00, BREAK 11:30, LO 13:00, C 15:00"),
    ];
    let told: Vec<_> = days.iter().map(|(board, day)| (*board, day.join(", "))).collect();
    assert_eq!(told, expected.map(|(board, day)| (board, day.to_owned())));
}

fn assert_nothing(wrong: &[String]) {
    let shown = wrong.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} findings:\n{shown}", wrong.len());
}

const SHOWN_MAX: usize = 20;
