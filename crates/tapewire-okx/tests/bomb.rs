//! Compressed frames that a venue should not send, through the engine over a socket: one that would fill the memory ends
//! its connection at the limit, one that is broken costs itself alone.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use tapewire_core::event::{ConnectionState, Event};
use tapewire_core::{Frame, LimitError, Recovery, Venue};
use tapewire_engine::{Engine, Feed};
use tapewire_okx::{OkexV1, OkexV3};
use tapewire_sim::Simulator;
use tapewire_sim::face::{Answer, ConnectionId, Face, Outbox, Request, Setup};

/// What a payload may become here.
const LIMIT: usize = 1 << 20;
/// What the bomb would become.
const BOMB: usize = 256 << 20;
/// What a few connections, their buffers and the simulator may take beside.
const ROOM: usize = 48 << 20;

/// Sends frames to everybody who subscribes anything.
struct Bomber {
    frames: Vec<Vec<u8>>,
    stream: Arc<str>,
}

impl Face for Bomber {
    fn open(&mut self, _: i64, _: ConnectionId, _: &Request, _: &mut Outbox) -> Result<(), Answer> {
        Ok(())
    }

    fn frame(&mut self, _: i64, from: ConnectionId, _: Frame<'_>, out: &mut Outbox) {
        for frame in &self.frames {
            out.data(from, &self.stream, frame.clone());
        }
    }

    fn closed(&mut self, _: ConnectionId) {}
}

async fn venue(frames: Vec<Vec<u8>>) -> Simulator {
    let face = move |_: &mut Setup| Ok(Bomber { frames: frames.clone(), stream: "bomb".into() });
    Simulator::with_face("bomber", face).listen("127.0.0.1:0").start().await.unwrap()
}

fn listen(venue: Venue, simulator: &Simulator, subscription: &str) -> Feed {
    let venue = venue.endpoint(simulator.ws_url().parse().unwrap());
    Engine::builder().venue(venue).seed(1).subscribe(subscription.parse().unwrap()).start().unwrap()
}

fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Some hundred kilobytes that inflate to [`BOMB`] bytes, made without ever holding them.
fn bomb() -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let piece = [b'a'; 1 << 16];
    for _ in 0..BOMB / piece.len() {
        encoder.write_all(&piece).unwrap();
    }
    encoder.finish().unwrap()
}

/// Waits for `wanted` events that `find` finds something in.
async fn find<T>(feed: &mut Feed, wanted: usize, mut find: impl FnMut(&Event<'_>) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    let reading = async {
        while found.len() < wanted {
            let event = feed.next().await.unwrap();
            found.extend(find(&event));
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.unwrap();
    found
}

/// The most memory that this process ever had, in bytes; `None` where that cannot be read.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kib| kib * 1024)
}

#[tokio::test]
async fn a_bomb_ends_its_connection_at_the_limit_and_memory_stays_flat() {
    let bomb = bomb();
    assert!(bomb.len() < LIMIT, "it passes every limit on frames: {}", bomb.len());
    let simulator = venue(vec![bomb]).await;
    let before = peak();
    let v3 = || Venue::new(OkexV3::new().payload_length_max(LIMIT));
    let v1 = || Venue::new(OkexV1::new().payload_length_max(LIMIT));
    for (venue, subscription) in [(v3(), "okex-v3:BTC-USDT@trade"), (v1(), "okex-v1:btc_usdt@trade")] {
        let mut feed = listen(venue, &simulator, subscription);
        let mut malformed = 0;
        let ends = find(&mut feed, 2, |event| match event {
            Event::Malformed(it) => {
                malformed += usize::from(it.reason.contains("limit"));
                None
            }
            Event::Connection(it) if it.state == ConnectionState::Backoff => {
                Some((it.limit, it.reason.as_deref().unwrap_or_default().to_owned(), it.recovery))
            }
            _ => None,
        })
        .await;
        for (limit, reason, recovery) in ends {
            assert_eq!(limit, Some(LimitError::Inflated { limit: LIMIT }));
            assert_eq!(reason, "the payload inflates to more than the limit of 1048576 bytes");
            assert_eq!(recovery, Some(Recovery::Retry));
        }
        assert_eq!(malformed, 2, "each is reported as well");
    }
    match before.zip(peak()) {
        Some((before, after)) => assert!(after - before < ROOM, "from {before} to {after} bytes"),
        None => println!("skipped: this system does not tell how much memory a process has"),
    }
}

#[tokio::test]
async fn a_broken_frame_is_malformed_and_costs_itself_alone() {
    let trade = r#"{"table":"spot/trade","data":[{"side":"buy","trade_id":"1","price":"2","size":"3","instrument_id":"BTC-USDT","timestamp":"2021-04-17T16:49:03.207Z"}]}"#;
    let good = deflated(trade);
    let truncated = good.get(..good.len() - 3).unwrap().to_vec();
    let trailing = [&good[..], b"more"].concat();
    let ack = deflated(r#"{"event":"subscribe","channel":"spot/trade:BTC-USDT"}"#);
    let simulator = venue(vec![ack, truncated, trailing, b"not deflated".to_vec(), good]).await;
    let mut feed = listen(Venue::new(OkexV3::new()), &simulator, "okex-v3:BTC-USDT@trade");
    let told = find(&mut feed, 4, |event| match event {
        Event::Malformed(it) => Some(it.reason.to_string()),
        Event::Trade(_) => Some("a trade".to_owned()),
        Event::Connection(it) => {
            assert!(!matches!(it.state, ConnectionState::Backoff | ConnectionState::GaveUp), "{it:?}");
            None
        }
        _ => None,
    })
    .await;
    let expected = [
        "the compressed payload ends early",
        "something follows the compressed payload",
        "the payload is no raw DEFLATE stream",
        "a trade",
    ];
    assert_eq!(told, expected);
}
