//! Upgrades, over a pipe in memory and under paused time.

use std::sync::Mutex;

use futures_util::StreamExt;
use tapewire_core::{DialRequest, Policy, Recovery, Secret};
use tokio::io::DuplexStream;
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::*;
use crate::clock::Clock;
use crate::error::Stage;

/// Hands out one end of a pipe, once; without one it never answers.
#[derive(Debug)]
struct Pipe(Mutex<Option<DuplexStream>>);

#[async_trait]
impl Dialer for Pipe {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let end = self.0.lock().unwrap().take();
        match end {
            Some(end) => Ok(Stream::new(end)),
            None => std::future::pending().await,
        }
    }
}

fn request() -> DialRequest {
    DialRequest {
        url: url(&format!("ws://venue.example:9443/ws?token={WORD}")),
        headers: vec![("x-key".to_owned(), Secret::new(format!("{WORD}-in-a-header")))],
    }
}

fn policy() -> Policy {
    Policy { message_length_max: 1000, ..Policy::default() }
}

/// A right answer to the upgrade whose head was read.
fn accept(head: &str) -> Vec<u8> {
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
    let accept = derive_accept_key(key.trim().as_bytes());
    let lines = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    format!("{lines}Sec-WebSocket-Accept: {accept}\r\n\r\n").into_bytes()
}

type Opened = Result<tokio_tungstenite::WebSocketStream<Stream>, DialError>;

/// Opens a WebSocket to a server that reads the head, writes what `answer` makes of it, and then stays or closes.
async fn opened(stays: bool, answer: impl FnOnce(String) -> Vec<u8> + Send + 'static) -> Opened {
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        let head = read_head(&mut far).await;
        far.write_all(&answer(head)).await.unwrap();
        if stays {
            std::future::pending::<()>().await;
        }
    });
    open(&Pipe(Mutex::new(Some(near))), &request(), &policy()).await
}

async fn refused(stays: bool, answer: &str) -> DialError {
    let answer = answer.to_owned();
    let error = opened(stays, move |_| answer.into_bytes()).await.unwrap_err();
    assert!(!printed(&error).contains(WORD), "{}", printed(&error));
    error
}

#[tokio::test(start_paused = true)]
async fn a_black_hole_ends_at_the_deadline() {
    let clock = Clock::system();
    let error = open(&Pipe(Mutex::new(None)), &request(), &policy()).await.unwrap_err();
    assert_eq!(clock.mono().0, policy().dial_within);
    assert!(matches!(error, DialError::Timeout { stage: Stage::Connect, .. }));
    assert_eq!(error.recovery(), Recovery::Retry);
    assert_eq!(error.to_string(), "venue.example:9443 took longer than 10s to connect");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stops_anywhere_ends_at_the_deadline() {
    let length = accept("Sec-WebSocket-Key: AAAA").len();
    for count in 0..length {
        let clock = Clock::system();
        let error = opened(true, move |head| accept(&head)[..count].to_vec()).await.unwrap_err();
        assert!(matches!(error, DialError::Timeout { stage: Stage::Upgrade, .. }), "{count}: {error:?}");
        assert_eq!(clock.mono().0, policy().dial_within, "{count}");
    }
}

#[tokio::test(start_paused = true)]
async fn sends_the_request_and_keeps_what_came_with_the_answer() {
    let mut socket = opened(true, |head| {
        assert!(head.starts_with(&format!("GET /ws?token={WORD} HTTP/1.1\r\n")), "{head}");
        assert!(head.contains("\r\nHost: venue.example:9443\r\n"), "{head}");
        assert!(head.contains(&format!("\r\nx-key: {WORD}-in-a-header\r\n")), "{head}");
        assert!(head.contains("\r\nuser-agent: tapewire/"), "{head}");
        [accept(&head), b"\x81\x05first\x81\x06second".to_vec()].concat()
    })
    .await
    .unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().to_text().unwrap(), "first");
    assert_eq!(socket.next().await.unwrap().unwrap().to_text().unwrap(), "second");
}

#[tokio::test(start_paused = true)]
async fn a_message_over_the_limit_is_refused_by_its_claim() {
    let just = [vec![0x82, 126, 3, 0xe8], vec![7; 1000]].concat();
    let over = vec![0x82, 126, 3, 0xe9];
    let huge = vec![0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    // Two fragments, each within the limit.
    let parts = [vec![0x02, 126, 2, 0x58], vec![7; 600], vec![0x80, 126, 2, 0x58], vec![7; 600]].concat();
    let mut socket = opened(true, |head| [accept(&head), just].concat()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().len(), 1000);
    for frames in [over, huge, parts] {
        let mut socket = opened(true, |head| [accept(&head), frames].concat()).await.unwrap();
        let outcome = socket.next().await.unwrap();
        assert!(matches!(outcome, Err(SocketError::Capacity(_))), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_carries_status_wait_and_a_clean_excerpt() {
    let error = refused(true, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\n\r\n").await;
    assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(17)));
    let dates = "Date: Sat, 21 Nov 2026 05:00:00 GMT\r\nRetry-After: Sat, 21 Nov 2026 05:02:00 GMT";
    let error = refused(true, &format!("HTTP/1.1 418 I'm a teapot\r\n{dates}\r\n\r\n")).await;
    assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(120)));
    let error = refused(true, "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999\r\n\r\n").await;
    assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(3 * 86_400)));
    let page = format!("<html>\x1b[31m no /ws?token={WORD} here {}", "x".repeat(5000));
    let error = refused(true, &format!("HTTP/1.1 403 Forbidden\r\n\r\n{page}")).await;
    assert_eq!(error.recovery(), Recovery::FixConfig);
    let DialError::Refusal { status: 403, excerpt, .. } = &error else { panic!("{error:?}") };
    assert!(excerpt.starts_with("<html>\u{fffd}[31m no /ws?token=*** here"), "{excerpt}");
    assert_eq!(excerpt.chars().count(), tapewire_core::EXCERPT_LENGTH_MAX);
    for (status, expected) in [(302, Recovery::FixConfig), (200, Recovery::Retry)] {
        let error = refused(true, &format!("HTTP/1.1 {status} X\r\nLocation: ws://elsewhere/\r\n\r\n")).await;
        assert_eq!(error.recovery(), expected, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_answers_are_not_taken() {
    let wrong = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    let answers = [
        format!("{wrong}Sec-WebSocket-Accept: AAAA\r\n\r\n"),
        format!("{wrong}\r\n"),
        "HTTP/1.1 101 Switching Protocols\r\n\r\n".to_owned(),
        "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
    ];
    for answer in answers {
        let error = refused(true, &answer).await;
        assert!(matches!(error, DialError::Handshake { .. }), "{error:?}");
    }
    for line in ["Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: soap"] {
        let answer = move |head: String| {
            let answer = String::from_utf8(accept(&head)).unwrap();
            answer.replace("\r\n\r\n", &format!("\r\n{line}\r\n\r\n")).into_bytes()
        };
        let error = opened(true, answer).await.unwrap_err();
        assert!(matches!(error, DialError::Handshake { .. }), "{error:?}");
    }
    let error = refused(false, "HTTP/1.1 101 Swi").await;
    assert!(matches!(error, DialError::Lost { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_sent_is_not() {
    let dialer = Pipe(Mutex::new(None));
    let mut wrong = request();
    wrong.headers = vec![("x-key".to_owned(), Secret::new(format!("{WORD}\r\nx-more: 1")))];
    let error = open(&dialer, &wrong, &policy()).await.unwrap_err();
    assert!(matches!(error, DialError::Address { .. }) && !printed(&error).contains(WORD), "{error:?}");
    let wrong = DialRequest { url: url("https://venue.example"), headers: Vec::new() };
    assert!(matches!(open(&dialer, &wrong, &policy()).await, Err(DialError::Address { .. })));
}
