//! The adapter in the real engine, against its simulated venue, under a clock that jumps: codes, approvals, tokens that
//! turn over, and a day with its auctions and its lunch.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tapewire_core::event::{ConnectionState, Event, Normalized as _, TradingState};
use tapewire_core::{Decimal, Recovery, Secret, SubscriptionState, UnixNanos, Url, Venue, VenueId};
use tapewire_engine::{Clock, DialError, Dialer, Engine, OtpSource, Stream};
use tapewire_sim::{Builder, Simulator};
use tapewire_ssi::{Otp, Ssi};

/// Monday 2026-11-23, so many hours and minutes in Vietnam.
const fn monday_us(hour: i64, minute: i64) -> i64 {
    1_795_366_800_000_000 + (hour * 60 + minute) * 60_000_000
}

/// Connects everything to the simulated venue by a pipe.
#[derive(Debug)]
struct Pipes(Arc<Simulator>);

#[async_trait]
impl Dialer for Pipes {
    async fn dial(&self, _url: &Url) -> Result<Stream, DialError> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        self.0.serve(theirs);
        Ok(Stream::new(ours))
    }
}

/// Somebody who types the same code whenever one is asked for.
#[derive(Debug)]
struct Typist(&'static str);

#[async_trait]
impl OtpSource for Typist {
    async fn one_time_password(&self, _: VenueId, _: &str) -> Option<Secret> {
        Some(Secret::new(self.0))
    }
}

/// What was told in a run.
#[derive(Debug, Default)]
struct Told {
    links: Vec<(&'static str, ConnectionState, Option<Recovery>, String)>,
    /// Of each subscription by its text, the states it went through.
    wishes: Vec<(String, SubscriptionState)>,
    gaps: Vec<String>,
    malformed: u64,
    /// How many events of each kind.
    kinds: BTreeMap<&'static str, u64>,
    /// Of books, how many had something at no price; and how many prices were not above 0.
    auctions: u64,
    odd_prices: u64,
    states: Vec<(String, TradingState)>,
    closed_bars: u64,
}

impl Told {
    fn note(&mut self, event: &Event<'_>) {
        *self.kinds.entry(event.kind().as_str()).or_default() += 1;
        match event {
            Event::Connection(it) => {
                let reason = it.reason.clone().unwrap_or_default().into();
                self.links.push((it.route, it.state, it.recovery, reason));
            }
            Event::Subscription(it) => self.wishes.push((it.subscription.to_string(), it.state)),
            Event::Gap(it) => self.gaps.push(it.to_string()),
            Event::Malformed(_) => self.malformed += 1,
            Event::Book(it) => {
                let at_market = it.auction_bid_quantity.or(it.auction_ask_quantity);
                self.auctions += u64::from(at_market.is_some());
                let levels = it.bids.iter().chain(it.asks);
                self.odd_prices += levels.filter(|level| level.price <= Decimal::ZERO).count() as u64;
            }
            Event::Status(it) => self.states.push((it.board.clone().unwrap_or_default().into(), it.state)),
            Event::Bar(it) => self.closed_bars += u64::from(it.closed == Some(true)),
            _ => {}
        }
    }

    fn count(&self, route: &str, state: ConnectionState) -> usize {
        self.links.iter().filter(|(of, known, ..)| *of == route && *known == state).count()
    }

    fn is_confirmed(&self, text: &str) -> bool {
        self.wishes
            .iter()
            .rfind(|(known, _)| known == text)
            .is_some_and(|(_, state)| *state == SubscriptionState::Confirmed)
    }
}

fn venue(otp: Otp) -> Venue {
    Venue::new(Ssi::new().otp(otp)).credentials("sim-key", "sim-secret")
}

fn simulated() -> Builder {
    Simulator::builder("ssi").seed(3)
}

/// Runs so much simulated time from ten in the morning on; `code` is what is typed when a code is asked for.
async fn run(venue: Venue, simulator: Builder, code: &'static str, subscriptions: &[&str], span: Duration) -> Told {
    run_from(monday_us(10, 0), venue, simulator, code, subscriptions, span).await
}

/// The same from another time on.
async fn run_from(
    start_us: i64,
    venue: Venue,
    simulator: Builder,
    code: &'static str,
    subscriptions: &[&str],
    span: Duration,
) -> Told {
    let simulator = Arc::new(simulator.start_at_us(start_us).start().await.unwrap());
    watch(&simulator, start_us, venue, code, subscriptions, span).await
}

/// The same at a simulated venue that is there already; `now_us` is what our own clock shows.
async fn watch(
    simulator: &Arc<Simulator>,
    now_us: i64,
    venue: Venue,
    code: &'static str,
    subscriptions: &[&str],
    span: Duration,
) -> Told {
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    let clock = Clock::virtual_from(UnixNanos::from_micros(now_us).unwrap());
    let pipes = Arc::new(Pipes(Arc::clone(simulator)));
    let engine = Engine::builder().venue(venue).clock(clock).dialer(pipes).otp_source(Arc::new(Typist(code))).seed(1);
    let subscribe = |engine: tapewire_engine::Builder, text: &&str| engine.subscribe(text.parse().unwrap());
    let mut feed = subscriptions.iter().fold(engine, subscribe).start().unwrap();
    let mut told = Told::default();
    let end = tokio::time::sleep(span);
    tokio::pin!(end);
    loop {
        tokio::select! {
            biased;
            event = feed.next() => match event {
                Some(event) => told.note(&event),
                None => break,
            },
            () = &mut end => break,
        }
    }
    told
}

const OWN: [&str; 3] = ["ssi:*@order", "ssi:*@fill", "ssi:*@position"];
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_code_opens_ones_own_account_and_a_wrong_one_is_tried_once() {
    for otp in [Otp::Code, Otp::SentCode] {
        let told = run(venue(otp), simulated(), "123456", &OWN, MINUTE).await;
        assert!(OWN.iter().all(|text| told.is_confirmed(text)), "{otp:?}: {told:?}");
        let wrong = run(venue(otp), simulated(), "000000", &OWN, 60 * MINUTE).await;
        let last = wrong.links.last().unwrap();
        assert_eq!((last.1, last.2), (ConnectionState::GaveUp, Some(Recovery::Reauthenticate)), "{otp:?}: {last:?}");
        assert_eq!(wrong.count("account", ConnectionState::AwaitingInput), 1, "{otp:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_approval_is_waited_for_and_a_rejection_is_the_end() {
    let approved = simulated().option("smart_otp", "approved").option("pending_polls", "3");
    let told = run(venue(Otp::Approval), approved, "", &OWN, MINUTE).await;
    assert!(OWN.iter().all(|text| told.is_confirmed(text)), "{told:?}");
    for (answer, polls) in [("rejected", "2"), ("approved", "500")] {
        let simulator = simulated().option("smart_otp", answer).option("pending_polls", polls);
        let told = run(venue(Otp::Approval), simulator, "", &OWN, 10 * MINUTE).await;
        let last = told.links.last().unwrap();
        assert_eq!((last.1, last.2), (ConnectionState::GaveUp, Some(Recovery::Reauthenticate)), "{answer}: {last:?}");
        assert_eq!(told.count("account", ConnectionState::GaveUp), 1, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_key_is_tried_once_and_a_revoked_session_is_the_end() {
    let bad = Venue::new(Ssi::new()).credentials("bad-key", "sim-secret");
    let told = run(bad, simulated(), "", &["ssi:VNM@trade"], 60 * MINUTE).await;
    assert_eq!(
        told.links.last().map(|it| (it.1, it.2)),
        Some((ConnectionState::GaveUp, Some(Recovery::Reauthenticate)))
    );
    assert_eq!(told.count("market", ConnectionState::Open), 0, "{:?}", told.links);
    let revoked = simulated().option("access_ms", "120000").option("revoke_ms", "90000");
    let told = run(venue(Otp::Code), revoked, "123456", &OWN, 30 * MINUTE).await;
    let revoked: Vec<_> = told.links.iter().filter(|it| it.2 == Some(Recovery::Reauthenticate)).collect();
    assert!(!revoked.is_empty() && revoked.len() < 4, "no loop: {:?}", told.links);
}

/// The venue opens the socket for a token of a revoked session, and refuses behind it: that is no life, one token is
/// tried in its place, and what the venue says to that is the end.
#[tokio::test(start_paused = true)]
async fn a_refusal_behind_the_upgrade_is_no_life_and_a_second_one_the_end() {
    let drop = r#"{"at_ms": 95000, "fault": "drop"}"#.parse().unwrap();
    let revoked = simulated().option("access_ms", "600000").option("revoke_ms", "90000").faults(drop);
    let told = run(venue(Otp::Code), revoked, "", &["ssi:VNM@limits"], 10 * MINUTE).await;
    let states: Vec<_> = told.links.iter().map(|it| it.1).collect();
    use ConnectionState::{Backoff, Connecting, GaveUp, Live, Login, Open};
    let refused = [Connecting, Open, Login, Backoff];
    let all = [&[Connecting, Open, Login, Live, Backoff][..], &refused, &[Connecting, GaveUp]].concat();
    assert_eq!(states, all, "{:?}", told.links);
    let last = told.links.last().unwrap();
    assert!(last.2 == Some(Recovery::Reauthenticate) && last.3.contains("401103"), "{last:?}");
    let refusal = &told.links[8];
    assert!(refusal.2 == Some(Recovery::Reauthenticate) && refusal.3.contains("401"), "{refusal:?}");
}

/// A refusal of the upgrade itself means the same: another token, once. Two in a row are the end.
#[tokio::test(start_paused = true)]
async fn an_upgrade_that_is_refused_costs_one_token_and_a_second_one_the_run() {
    let refuse = |connection: u32, status: u16| {
        format!(r#"{{"after":0,"connection":{connection},"fault":"http_status","args":{{"status":{status}}}}}"#)
    };
    for status in [401, 403] {
        for (script, expected) in [
            (refuse(1, status), ConnectionState::Live),
            (format!("{}\n{}", refuse(1, status), refuse(2, status)), ConnectionState::GaveUp),
        ] {
            let simulator = simulated().faults(script.parse().unwrap());
            let told = run(venue(Otp::Code), simulator, "", &["ssi:VNM@limits"], 5 * MINUTE).await;
            let last = told.links.last().unwrap();
            assert_eq!((last.1, told.count("market", ConnectionState::Backoff)), (expected, 1), "{:?}", told.links);
        }
    }
}

/// The venue's own library renews without a pause when a new token ends no later than the old one.
#[tokio::test(start_paused = true)]
async fn tokens_that_live_a_moment_are_renewed_every_half_minute_and_no_sooner() {
    let short = simulated().option("access_ms", "1000");
    let told = run(venue(Otp::Code), short, "", &["ssi:VNM@limits"], 10 * MINUTE).await;
    let handovers = told.count("market", ConnectionState::Handover);
    assert!((10..=20).contains(&handovers), "{handovers} in ten minutes");
    assert!(told.is_confirmed("ssi:VNM@limits") && told.count("market", ConnectionState::GaveUp) == 0);
}

/// Two hours ahead, every token has ended when it comes; two hours behind, it seems to live on when it has ended.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_far_off_is_told_once_or_does_no_harm() {
    let (ten, hour_us) = (monday_us(10, 0), 3_600_000_000);
    let texts = ["ssi:VNM@limits", "ssi:*@order"];
    let simulator = Arc::new(simulated().start_at_us(ten).start().await.unwrap());
    let told = watch(&simulator, ten + 2 * hour_us, venue(Otp::Code), "123456", &texts, 10 * MINUTE).await;
    for route in ["market", "account"] {
        let ends: Vec<_> =
            told.links.iter().filter(|it| it.0 == route && it.1 != ConnectionState::Connecting).collect();
        let last = ends.last().unwrap();
        assert_eq!((last.1, last.2), (ConnectionState::GaveUp, Some(Recovery::Reauthenticate)), "{ends:?}");
        assert!(last.3.contains("clock"), "{last:?}");
        assert_eq!(told.count(route, ConnectionState::Backoff), 0, "no loop: {ends:?}");
    }
    let lost =
        simulated().option("access_ms", "120000").faults(r#"{"at_ms": 300000, "fault": "drop"}"#.parse().unwrap());
    let simulator = Arc::new(lost.start_at_us(ten).start().await.unwrap());
    let told = watch(&simulator, ten - 2 * hour_us, venue(Otp::Code), "123456", &texts, 10 * MINUTE).await;
    assert!(texts.iter().all(|text| told.is_confirmed(text)), "{:?}", told.links);
    assert_eq!(told.count("account", ConnectionState::AwaitingInput), 1, "{:?}", told.links);
}

#[tokio::test(start_paused = true)]
async fn kept_tokens_save_a_code_and_cost_none_when_another_login_has_ended_them() {
    let file = std::env::temp_dir().join(format!("tapewire-ssi-kept-{}", std::process::id()));
    _ = std::fs::remove_file(&file);
    let keeping = || venue(Otp::Code).keep_tokens(&file);
    let ten = monday_us(10, 0);
    let simulator = Arc::new(simulated().start_at_us(ten).start().await.unwrap());
    let minute_us = 60_000_000;
    let watch =
        |at: i64, venue: Venue| watch(&simulator, ten + at * minute_us, venue, "123456", &["ssi:*@order"], MINUTE);
    let prompts = |told: &Told| told.count("account", ConnectionState::AwaitingInput);
    for (at, expected) in [(0, 1), (1, 0)] {
        let told = watch(at, keeping()).await;
        assert!(told.is_confirmed("ssi:*@order") && prompts(&told) == expected, "{at}: {:?}", told.links);
    }
    // Somebody else logs in with the same key, which ends this session.
    assert!(watch(2, venue(Otp::Code)).await.is_confirmed("ssi:*@order"));
    for (at, expected) in [(3, 1), (4, 0)] {
        let told = watch(at, keeping()).await;
        assert!(told.is_confirmed("ssi:*@order") && prompts(&told) == expected, "{at}: {:?}", told.links);
        assert_eq!(told.count("account", ConnectionState::GaveUp), 0, "{at}: {:?}", told.links);
    }
    std::fs::remove_file(&file).unwrap();
}

#[tokio::test(start_paused = true)]
async fn numbers_and_auctions_are_read_in_every_form() {
    for (numbers, auction) in [("text", "word"), ("plain", "zero"), ("grouped", "empty")] {
        let simulator = simulated().option("numbers", numbers).option("auction", auction).option("hours", "real");
        let texts = ["ssi:VNM@trade", "ssi:VNM@book", "ssi:VNM@limits", "ssi:basket/VN30@quote", "ssi:VN30@index"];
        let told = run_from(monday_us(9, 13), venue(Otp::Code), simulator, "", &texts, 4 * MINUTE).await;
        assert!(texts.iter().all(|text| told.is_confirmed(text)), "{numbers}: {:?}", told.wishes);
        assert_eq!((told.malformed, told.odd_prices), (0, 0), "{numbers} {auction}");
        assert!(told.auctions > 0, "{numbers} {auction}: nothing stood at the market before the open");
        for kind in ["trade", "book", "quote", "limits", "index"] {
            assert!(told.kinds.contains_key(kind), "{numbers}: no {kind} in {:?}", told.kinds);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_without_positions_costs_orders_nothing() {
    let venue = Venue::new(Ssi::new().trading_account("1234561").unwrap()).credentials("sim-key", "sim-secret");
    let told = run(venue, simulated(), "123456", &OWN, MINUTE).await;
    let rejected: Vec<_> = told.wishes.iter().filter(|(_, state)| *state == SubscriptionState::Rejected).collect();
    assert_eq!(rejected.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>(), ["ssi:*@position"], "{told:?}");
    assert!(told.is_confirmed("ssi:*@order") && told.is_confirmed("ssi:*@fill"), "{:?}", told.wishes);
}
