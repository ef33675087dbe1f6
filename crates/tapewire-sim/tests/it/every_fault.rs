//! Every fault of the list, seen by a plain client: the same script and the same expectation in memory and on a socket.

mod way;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::SinkExt;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::client::now;
use way::Venue;

/// A fault, with a script of it and what a client must see then.
struct Row {
    fault: &'static str,
    script: &'static str,
    see: fn(&Venue) -> Pin<Box<dyn Future<Output = ()> + '_>>,
}

/// Writes a row's expectation as a block; an `async` block alone has no type that a table could hold.
macro_rules! see {
    ($venue:ident => $block:block) => {
        |$venue| Box::pin(async move { $block })
    };
}

#[rustfmt::skip] // A table reads better as one.
const ROWS: &[Row] = &[
    Row { fault: "drop", script: r#"{"after":3,"fault":"drop"}"#, see: see!(venue => {
        assert_eq!(venue.open().await.end().await, (3, None));
        assert_eq!(venue.open().await.numbers(3).await, [0, 1, 2], "once is once");
    }) },
    Row { fault: "close", script: r#"{"after":2,"fault":"close","args":{"code":1012,"reason":"restart"}}"#, see: see!(venue => {
        assert_eq!(venue.open().await.end().await, (2, Some((1012, "restart".to_owned()))));
    }) },
    Row { fault: "close", script: r#"{"after":2,"fault":"close","args":{"code":1005}}"#, see: see!(venue => {
        assert_eq!(venue.open().await.end().await, (2, Some((1005, String::new()))));
    }) },
    Row { fault: "half_open", script: r#"{"after":2,"connection":1,"fault":"half_open","args":{"hold_ms":1000}}"#, see: see!(venue => {
        let (mut lost, mut good) = (venue.open().await, venue.open().await);
        lost.numbers(2).await;
        let begin = now();
        lost.send("{}").await;
        assert_eq!(lost.end().await, (0, None));
        assert!(begin.elapsed() >= Duration::from_millis(500), "{:?}", begin.elapsed());
        good.numbers(100).await;
    }) },
    Row { fault: "silent", script: r#"{"after":2,"fault":"silent","args":{"for_ms":1000}}"#, see: see!(venue => {
        let mut client = venue.open().await;
        client.numbers(2).await;
        client.send(r#"{"id":1}"#).await;
        client.socket.send(Message::Ping("p".into())).await.unwrap();
        let both = [client.next().await.unwrap().unwrap(), client.next().await.unwrap().unwrap()];
        let wanted = [Message::Pong("p".into()), Message::text(r#"{"id":1,"ok":true}"#)];
        assert!(wanted.iter().all(|it| both.contains(it)), "{both:?}");
        assert_eq!(client.texts_for(300).await, (vec![], false));
        client.numbers(2).await;
    }) },
    Row { fault: "silent_stream", script: r#"{"after":0,"fault":"silent_stream","args":{"stream":"a"}}"#, see: see!(venue => {
        let mut client = venue.try_open("/?sub=a,b").await.unwrap();
        for _ in 0..10 {
            assert_eq!(client.json().await["stream"], "b");
        }
    }) },
    Row { fault: "skip", script: r#"{"after":2,"fault":"skip","args":{"count":2}}"#, see: see!(venue => {
        assert_eq!(venue.open().await.numbers(5).await, [0, 1, 4, 5, 6]);
    }) },
    Row { fault: "duplicate", script: r#"{"after":2,"fault":"duplicate","args":{"stream":"a"}}"#, see: see!(venue => {
        assert_eq!(venue.open().await.numbers(5).await, [0, 1, 2, 2, 3]);
    }) },
    Row { fault: "reorder", script: r#"{"after":2,"fault":"reorder"}"#, see: see!(venue => {
        assert_eq!(venue.open().await.numbers(5).await, [0, 1, 3, 2, 4]);
    }) },
    Row { fault: "replay", script: r#"{"after":5,"fault":"replay","args":{"count":2}}"#, see: see!(venue => {
        assert_eq!(venue.open().await.numbers(8).await, [0, 1, 2, 3, 4, 3, 4, 5]);
    }) },
    Row { fault: "sequence_reset", script: r#"{"after":3,"fault":"sequence_reset"}"#, see: see!(venue => {
        let mut client = venue.open().await;
        let mut last = client.json().await["n"].as_u64().unwrap();
        // What had its number already keeps it.
        let next = loop {
            match client.json().await["n"].as_u64().unwrap() {
                next if next == last + 1 => last = next,
                next => break next,
            }
        };
        assert_eq!(next, 1);
    }) },
    Row { fault: "corrupt", script: r#"{"after":1,"fault":"corrupt"}"#, see: see!(venue => {
        assert_eq!(readable(venue).await, [true, false, true, true]);
    }) },
    Row { fault: "truncate", script: r#"{"after":1,"fault":"truncate"}"#, see: see!(venue => {
        assert_eq!(readable(venue).await, [true, false, true, true]);
    }) },
    Row { fault: "malformed", script: r#"{"after":1,"fault":"malformed","args":{"text":"<html>"}}"#, see: see!(venue => {
        let mut client = venue.open().await;
        client.numbers(1).await;
        assert_eq!(client.text().await, "<html>");
        client.numbers(2).await;
    }) },
    Row { fault: "delay", script: r#"{"after":2,"fault":"delay","args":{"ms":1000}}"#, see: see!(venue => { held(venue).await }) },
    Row { fault: "burst", script: r#"{"after":2,"fault":"burst","args":{"ms":1000}}"#, see: see!(venue => { held(venue).await }) },
    Row { fault: "cut", script: r#"{"after":2,"fault":"cut"}"#, see: see!(venue => {
        let bytes = venue.bytes(usize::MAX).await.concat();
        let frames = bytes.split_at(head_length(&bytes)).1;
        // Two whole frames of one length, and the half of a third.
        let whole = 2 + usize::from(frames[1]);
        assert_eq!(frames.len(), 2 * whole + 2 + (whole - 2) / 2);
        assert_eq!(frames[..2], frames[2 * whole..2 * whole + 2], "the announced length is that of a whole one");
    }) },
    Row { fault: "fragment", script: r#"{"after":2,"fault":"fragment","args":{"size":3}}"#, see: see!(venue => {
        let mut client = venue.open().await;
        client.numbers(2).await;
        assert_eq!(client.next().await.unwrap().unwrap(), Message::Ping("among fragments".into()));
        assert_eq!(client.numbers(3).await, [0, 1, 2]);
    }) },
    Row { fault: "huge_frame", script: r#"{"after":2,"fault":"huge_frame","args":{"bytes":9000000000000000000}}"#, see: see!(venue => {
        let mut client = venue.open().await;
        client.numbers(2).await;
        assert!(matches!(client.next().await, Some(Err(Error::Capacity(_)))));
    }) },
    Row { fault: "ping_flood", script: r#"{"after":2,"fault":"ping_flood","args":{"count":100,"for_ms":200}}"#, see: see!(venue => {
        let (mut client, mut pings, mut texts) = (venue.open().await, 0, 0);
        while pings < 100 {
            match client.next().await.unwrap().unwrap() {
                Message::Ping(payload) => {
                    assert_eq!(payload, format!("flood {pings}"));
                    pings += 1;
                }
                _ => texts += 1,
            }
        }
        assert!(texts > 10, "data goes on: {texts}");
    }) },
    Row { fault: "ack_lost", script: r#"{"after":0,"fault":"ack_lost"}"#, see: see!(venue => {
        let mut client = subscribing(venue).await;
        assert!(client.texts_for(100).await.0.iter().all(|text| text.contains("stream")), "carried out nevertheless");
        client.send(r#"{"id":8}"#).await;
        assert_eq!(answer(&mut client).await, r#"{"id":8,"ok":true}"#);
    }) },
    Row { fault: "ack_late", script: r#"{"after":0,"fault":"ack_late","args":{"ms":1000}}"#, see: see!(venue => {
        let mut client = subscribing(venue).await;
        assert!(client.text().await.contains("stream"), "data before the answer");
        assert_eq!(answer(&mut client).await, r#"{"id":7,"ok":true}"#);
    }) },
    Row { fault: "ack_wrong", script: r#"{"after":0,"fault":"ack_wrong"}"#, see: see!(venue => {
        assert_eq!(answer(&mut subscribing(venue).await).await, r#"{"id":-1,"ok":true}"#);
    }) },
    Row { fault: "partial_refusal", script: r#"{"after":0,"fault":"partial_refusal","args":{"stream":"a","count":2}}"#, see: see!(venue => {
        let mut client = venue.try_open("/").await.unwrap();
        for (request, answered) in [
            (r#"{"sub":["a","b"],"id":1}"#, r#"{"id":1,"ok":false}"#),
            (r#"{"sub":["b"],"id":2}"#, r#"{"id":2,"ok":true}"#),
            (r#"{"sub":["a"],"id":3}"#, r#"{"id":3,"ok":false}"#),
            (r#"{"sub":["a"],"id":4}"#, r#"{"id":4,"ok":true}"#),
        ] {
            client.send(request).await;
            assert_eq!(answer(&mut client).await, answered);
        }
    }) },
    Row { fault: "server_shutdown", script: r#"{"after":2,"fault":"server_shutdown","args":{"close_after_ms":200}}"#, see: see!(venue => {
        let mut client = venue.open().await;
        client.numbers(2).await;
        assert_eq!(client.text().await, r#"{"bye":true}"#);
        let (after, close) = client.end().await;
        assert!(after > 5, "data until the end: {after}");
        assert_eq!(close.unwrap().0, 1001);
    }) },
    Row { fault: "refuse", script: r#"{"after":0,"fault":"refuse","args":{"count":2}}"#, see: see!(venue => {
        assert!(venue.try_open("/").await.is_err());
        assert!(venue.get().await.is_none());
        assert!(venue.get().await.is_some() && venue.try_open("/").await.is_ok());
    }) },
    Row { fault: "http_status", script: r#"{"after":0,"fault":"http_status","args":{"status":429,"retry_after":7}}"#, see: see!(venue => {
        match venue.try_open("/").await {
            Err(Error::Http(answer)) => assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &"7".parse().unwrap())),
            other => panic!("{:?}", other.err()),
        }
        venue.open().await;
    }) },
    Row { fault: "http_status", script: r#"{"after":0,"connection":2,"fault":"http_status","args":{"status":503}}"#, see: see!(venue => {
        venue.open().await;
        assert!(venue.try_open("/").await.is_err(), "the second alone");
        venue.open().await;
    }) },
    Row { fault: "slow_accept", script: r#"{"after":0,"fault":"slow_accept","args":{"ms":300}}"#, see: see!(venue => {
        let begin = now();
        venue.open().await;
        assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
    }) },
    Row { fault: "trickle", script: r#"{"after":0,"fault":"trickle","args":{"every_ms":2}}"#, see: see!(venue => {
        let reads = venue.bytes(400).await;
        let dripped = reads.iter().take_while(|read| read.len() == 1).count();
        assert!(dripped > 60, "{dripped} bytes came alone");
        let bytes = reads.concat();
        assert!(bytes.len() > head_length(&bytes) + 100, "data as ever behind it");
    }) },
    Row { fault: "trickle", script: r#"{"after":0,"fault":"trickle","args":{"every_ms":1,"stop_after":40}}"#, see: see!(venue => {
        assert_eq!(venue.bytes(40).await.concat().len(), 40);
        venue.open().await.numbers(2).await;
    }) },
    Row { fault: "wrong_accept", script: r#"{"after":0,"fault":"wrong_accept"}"#, see: see!(venue => {
        let refused = venue.try_open("/").await.err().unwrap();
        assert!(matches!(refused, Error::Protocol(ProtocolError::SecWebSocketAcceptKeyMismatch)), "{refused}");
        venue.open().await;
    }) },
    Row { fault: "early_frame", script: r#"{"after":0,"fault":"early_frame"}"#, see: see!(venue => {
        let first = venue.bytes(1).await.swap_remove(0);
        assert!(first.len() > head_length(&first) + 2, "data with the answer");
        venue.open().await.numbers(2).await;
    }) },
    Row { fault: "early_frame", script: r#"{"after":0,"fault":"early_frame","args":{"text":"hello"}}"#, see: see!(venue => {
        let first = venue.bytes(1).await.swap_remove(0);
        assert_eq!(&first[head_length(&first)..][..7], b"\x81\x05hello");
    }) },
    Row { fault: "rest_fail", script: r#"{"after":0,"fault":"rest_fail","args":{"status":503,"retry_after":9,"path":"/n"}}"#, see: see!(venue => {
        let (status, retry_after, _) = venue.get().await.unwrap();
        assert_eq!((status, retry_after.as_deref()), (503, Some("9")));
        assert_eq!(venue.get().await.unwrap().0, 200);
    }) },
    Row { fault: "rest_stale", script: r#"{"after":0,"fault":"rest_stale"}"#, see: see!(venue => {
        venue.open().await.numbers(2).await;
        assert_eq!(venue.get().await.unwrap().2["n"], 0);
        assert!(venue.get().await.unwrap().2["n"].as_u64().unwrap() > 0);
    }) },
    Row { fault: "rest_slow", script: r#"{"after":0,"fault":"rest_slow","args":{"ms":300}}"#, see: see!(venue => {
        let begin = now();
        assert_eq!(venue.get().await.unwrap().0, 200);
        assert!(begin.elapsed() >= Duration::from_millis(300), "{:?}", begin.elapsed());
    }) },
];

#[tokio::test(start_paused = true)]
async fn every_fault_is_seen_in_memory() {
    for row in ROWS {
        // What fails shows the row last printed.
        println!("{}", row.script);
        let venue = Venue::in_memory(row.script).await;
        (row.see)(&venue).await;
        assert_eq!(venue.sim.stats().faults, 1, "{}", row.script);
        venue.sim.stop().await;
    }
}

#[tokio::test]
async fn every_fault_is_seen_on_a_socket() {
    for row in ROWS {
        println!("{}", row.script);
        let venue = Venue::on_a_socket(row.script).await;
        (row.see)(&venue).await;
        assert_eq!(venue.sim.stats().faults, 1, "{}", row.script);
        // Nothing of the venue outlives it, whatever was done to it.
        timeout(Duration::from_secs(10), venue.sim.stop()).await.unwrap();
    }
}

#[test]
fn every_fault_of_the_list_has_a_row() {
    let listed: BTreeSet<_> = tapewire_sim::venues().flat_map(|venue| venue.faults).map(|fault| fault.name).collect();
    let seen: BTreeSet<_> = ROWS.iter().map(|row| row.fault).collect();
    assert_eq!(seen, listed);
}

/// Which of the first texts are JSON.
async fn readable(venue: &Venue) -> Vec<bool> {
    let (mut client, mut readable) = (venue.open().await, Vec::new());
    for _ in 0..4 {
        readable.push(serde_json::from_str::<serde_json::Value>(&client.text().await).is_ok());
    }
    readable
}

/// After two numbers nothing comes for a second, then everything in order.
async fn held(venue: &Venue) {
    let mut client = venue.open().await;
    client.numbers(2).await;
    let begin = now();
    let held = client.texts_for(300).await.0;
    assert!(held.is_empty(), "{held:?}");
    assert_eq!(client.numbers(10).await, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(begin.elapsed() >= Duration::from_millis(500), "{:?}", begin.elapsed());
}

/// A client that has just asked for stream `a` with request 7.
async fn subscribing(venue: &Venue) -> way::Client {
    let mut client = venue.try_open("/").await.unwrap();
    client.send(r#"{"sub":["a"],"id":7}"#).await;
    client
}

/// The next answer.
async fn answer(client: &mut way::Client) -> String {
    loop {
        let text = client.text().await;
        if text.contains("ok") {
            return text;
        }
    }
}

/// Where the answer to an upgrade ends.
fn head_length(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("a head") + 4
}
