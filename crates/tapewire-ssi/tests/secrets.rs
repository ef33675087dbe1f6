//! No token, key, code or account number in anything that is told: `tracing` and `log` at TRACE, events, what
//! prints of values. The traffic is recorded beside, so that a test knows what must not be there.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tapewire_core::{Secret, UnixNanos, Url, Venue, VenueId};
use tapewire_engine::{Clock, DialError, Dialer, Engine, OtpSource, Stream};
use tapewire_sim::{Builder, Simulator};
use tapewire_ssi::{Otp, Ssi};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

const START_US: i64 = 1_795_402_800_000_000;
const KEY: &str = "kEy7h2q";
const SECRET: &str = "sEcReT9x4z";
const CODE: &str = "735104";
/// Of no use: not six digits.
const WRONG_CODE: &str = "wr0ngc0de";
/// The accounts of the simulated venue's first client.
const ACCOUNTS: [&str; 2] = ["1234561", "1234568"];
/// The members of requests and answers that hold secrets.
const MEMBERS: [&str; 4] = ["accessToken", "refreshToken", "transactionId", "otp"];

/// Bytes that several write to.
#[derive(Clone, Default)]
struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    fn note(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.note(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Tape {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.note(format!("{} {} {}\n", record.level(), record.target(), record.args()).as_bytes());
    }

    fn flush(&self) {}
}

/// Connects to the simulated venue by pipes, and records what goes through them.
struct Tapped(Arc<Simulator>, Tape);

#[async_trait]
impl Dialer for Tapped {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let ((ours, near), (far, theirs)) = (tokio::io::duplex(64 * 1024), tokio::io::duplex(64 * 1024));
        self.0.serve(theirs);
        tokio::spawn(pass(near, far, self.1.clone()));
        Ok(Stream::new(ours))
    }
}

/// Passes bytes on, both ways, until either side ends.
async fn pass(mut near: DuplexStream, mut far: DuplexStream, tape: Tape) {
    let (mut there, mut back) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        let (bytes, to) = tokio::select! {
            read = near.read(&mut there) => (there.get(..read.unwrap_or(0)).unwrap_or_default(), &mut far),
            read = far.read(&mut back) => (back.get(..read.unwrap_or(0)).unwrap_or_default(), &mut near),
        };
        if bytes.is_empty() || to.write_all(bytes).await.is_err() {
            return;
        }
        tape.note(bytes);
    }
}

/// Somebody who types the same code whenever one is asked for.
struct Typist(&'static str);

/// What is ours in this test prints nothing, so that all that is told is told by others.
impl fmt::Debug for Typist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typist")
    }
}

impl fmt::Debug for Tapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tapped")
    }
}

#[async_trait]
impl OtpSource for Typist {
    async fn one_time_password(&self, _: VenueId, _: &str) -> Option<Secret> {
        Some(Secret::new(self.0))
    }
}

/// A run of the engine: what it does is on one tape, what it says on the other.
struct Scene {
    venue: Venue,
    simulator: Builder,
    code: &'static str,
    minutes: u64,
}

impl Scene {
    fn new(otp: Otp, simulator: Builder) -> Self {
        Self { venue: Venue::new(Ssi::new().otp(otp)).credentials(KEY, SECRET), simulator, code: CODE, minutes: 5 }
    }

    async fn play(self, traffic: &Tape, mut told: Tape) {
        let simulator = Arc::new(self.simulator.seed(3).start_at_us(START_US).start().await.unwrap());
        let venue = self.venue.endpoint(simulator.ws_url().parse().unwrap());
        writeln!(told, "{venue:?}").unwrap();
        let mut engine = Engine::builder()
            .venue(venue)
            .clock(Clock::virtual_from(UnixNanos::from_micros(START_US).unwrap()))
            .dialer(Arc::new(Tapped(simulator, traffic.clone())))
            .otp_source(Arc::new(Typist(self.code)));
        for text in ["ssi:VNM@limits", "ssi:*@order", "ssi:*@fill", "ssi:*@position"] {
            engine = engine.subscribe(text.parse().unwrap());
        }
        writeln!(told, "{engine:?}").unwrap();
        let mut feed = engine.start().unwrap();
        let end = tokio::time::sleep(Duration::from_secs(60 * self.minutes));
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => break,
                event = feed.next() => {
                    let Some(event) = event else { break };
                    writeln!(told, "{event:?} {}", serde_json::to_string(&event).unwrap()).unwrap();
                }
            }
        }
        writeln!(told, "{feed:?} {:?}", feed.handle()).unwrap();
        feed.handle().shutdown().await;
    }
}

fn simulated() -> Builder {
    Simulator::builder("ssi")
}

fn scenes(kept: &PathBuf) -> Vec<Scene> {
    let approval = |answer| simulated().option("smart_otp", answer).option("pending_polls", "2");
    let drops = r#"{"at_ms": 100000, "fault": "drop"}"#.parse().unwrap();
    let turning = simulated().option("access_ms", "60000").faults(drops);
    let keeping = Scene::new(Otp::Code, turning);
    let bad = Venue::new(Ssi::new()).credentials("bad-key", SECRET);
    let named = Ssi::new().trading_account(ACCOUNTS[0]).unwrap().trading_account("9999991").unwrap();
    let garbage = r#"{"at_ms": 60000, "fault": "corrupt"}"#.parse().unwrap();
    vec![
        Scene { venue: keeping.venue.clone().keep_tokens(kept), ..keeping },
        Scene { code: WRONG_CODE, ..Scene::new(Otp::SentCode, simulated()) },
        Scene::new(Otp::Approval, approval("approved")),
        Scene::new(Otp::Approval, approval("rejected")),
        Scene::new(Otp::Code, simulated().option("access_ms", "60000").option("revoke_ms", "90000")),
        Scene { venue: bad, ..Scene::new(Otp::Code, simulated()) },
        Scene {
            venue: Venue::new(named).credentials(KEY, SECRET),
            ..Scene::new(Otp::Code, simulated().faults(garbage))
        },
    ]
}

/// All that was secret in the traffic.
fn secrets(traffic: &str) -> BTreeSet<&str> {
    let values = MEMBERS.into_iter().flat_map(|member| {
        let behind = traffic.split(member).skip(1).filter_map(|rest| rest.strip_prefix("\":\""));
        behind.filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>()
    });
    values.chain([KEY, SECRET, CODE, WRONG_CODE]).chain(ACCOUNTS).chain(["9999991"]).collect()
}

/// Where a word stands, between what is neither letter nor digit.
fn found<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let is_end = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut places = text.match_indices(word);
    let (at, _) = places.find(|(at, _)| {
        let (before, behind) = (text.get(..*at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        is_end(before.chars().next_back()) && is_end(behind.chars().next())
    })?;
    let around = (0..=at.saturating_sub(200)).rev().find(|start| text.is_char_boundary(*start)).unwrap_or(0);
    text.get(around..at + word.len())
}

#[test]
fn nothing_secret_is_told_at_the_finest_level() {
    let (told, traffic) = (Tape::default(), Tape::default());
    let writer = told.clone();
    let spans = tracing_subscriber::fmt::format::FmtSpan::FULL;
    let lines = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    lines.with_span_events(spans).with_ansi(false).with_writer(Mutex::new(writer)).init();
    log::set_boxed_logger(Box::new(told.clone())).unwrap();
    // There the WebSocket library writes requests and frames as they are: the engine has that level compiled away.
    log::set_max_level(log::LevelFilter::Trace);
    let kept = std::env::temp_dir().join(format!("tapewire-ssi-secrets-{}", std::process::id()));
    for scene in scenes(&kept) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(scene.play(&traffic, told.clone()));
    }
    std::fs::remove_file(&kept).unwrap();
    let (told, traffic) = (told.text(), traffic.text());
    for crates in ["tapewire_engine", "tungstenite"] {
        assert!(told.contains(crates), "{crates} has said nothing: is it listened to?");
    }
    let secrets = secrets(&traffic);
    assert!(secrets.len() > 20, "tokens turned over: {}", secrets.len());
    for secret in &secrets {
        assert!(found(&traffic, secret).is_some(), "{secret} did not go over the wire");
        let told = found(&told, secret);
        assert!(told.is_none(), "{secret} is told: {}", told.unwrap_or_default());
    }
}
