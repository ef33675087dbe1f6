//! The HTTP client, against servers in memory and under paused time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tapewire_core::Recovery;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;

const PATIENCE: Duration = Duration::from_secs(90);
/// A word that must not appear in any error.
const WORD: &str = "hunter2secret";

/// Is told nothing.
fn nobody(_: Held) {}

/// What the server does on one connection.
#[derive(Clone, Copy, Debug)]
enum Conduct {
    /// Answers each request so.
    Answers(&'static [u8]),
    /// Answers the first request on each connection, and closes at the second without an answer.
    Closes,
    /// Closes at each request without an answer.
    Hangs,
    /// Says nothing.
    Silent,
}

/// Leads to a server in memory that counts connections and keeps the heads of requests.
#[derive(Debug)]
struct Memory {
    conduct: Conduct,
    dials: AtomicUsize,
    heads: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Dialer for Memory {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        self.dials.fetch_add(1, Ordering::SeqCst);
        let (near, far) = tokio::io::duplex(1024 * 1024);
        tokio::spawn(serve(far, self.conduct, Arc::clone(&self.heads)));
        Ok(Stream::new(near))
    }
}

async fn serve(mut stream: DuplexStream, conduct: Conduct, heads: Arc<Mutex<Vec<String>>>) {
    for number in 0.. {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
        }
        heads.lock().unwrap().push(String::from_utf8(head).unwrap());
        let answer = match (conduct, number) {
            (Conduct::Answers(answer), _) => answer,
            (Conduct::Closes, 0) => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            (Conduct::Closes | Conduct::Hangs, _) => return,
            (Conduct::Silent, _) => std::future::pending().await,
        };
        _ = stream.write_all(answer).await;
    }
}

fn setup(conduct: Conduct) -> (HttpClient, Arc<Memory>, Clock) {
    let memory = Arc::new(Memory { conduct, dials: AtomicUsize::new(0), heads: Arc::default() });
    let clock = Clock::virtual_from(UnixNanos(0));
    let budget = Budget { amount: 100, per: Duration::from_secs(60) };
    (HttpClient::new(Arc::clone(&memory) as Arc<dyn Dialer>, clock.clone(), budget), memory, clock)
}

impl Memory {
    fn dials(&self) -> usize {
        self.dials.load(Ordering::SeqCst)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn base() -> Url {
    "https://rest.example/base".parse().unwrap()
}

fn get() -> HttpRequest {
    let mut request = HttpRequest::get(format!("/api?signature={WORD}"), 1);
    request.headers.push(("X-Key".to_owned(), format!("{WORD}-in-a-header")));
    request
}

fn printed(error: &HttpError) -> String {
    format!("{error} {error:?} {}", chain(error))
}

async fn failure(conduct: Conduct) -> HttpError {
    let error = setup(conduct).0.send(&base(), &get(), PATIENCE, &nobody).await.unwrap_err();
    assert!(!printed(&error).contains(WORD), "{}", printed(&error));
    error
}

#[tokio::test(start_paused = true)]
async fn five_requests_use_one_connection() {
    let (client, memory, _) = setup(Conduct::Answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    for _ in 0..5 {
        let reply = client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap();
        assert_eq!((reply.status, reply.body.as_str(), reply.retry_after), (200, "ok", None));
    }
    assert_eq!((memory.dials(), memory.heads().len()), (1, 5));
    let head = &memory.heads()[0];
    assert!(head.starts_with(&format!("GET /base/api?signature={WORD} HTTP/1.1\r\n")), "{head}");
    assert!(head.contains(&format!("\r\nx-key: {WORD}-in-a-header\r\n")), "{head}");
    assert!(head.contains("\r\nuser-agent: tapewire/") && head.contains("\r\nhost: rest.example\r\n"), "{head}");
    assert!(!format!("{client:?}").contains(WORD));
}

#[tokio::test(start_paused = true)]
async fn redirections_and_error_statuses_are_answers() {
    let moved = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n";
    let (client, memory, _) = setup(Conduct::Answers(moved));
    assert_eq!(client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap().status, 302);
    assert_eq!(memory.heads().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_safe_request_is_sent_again_once_and_another_never() {
    // The connection stood, and closed under the second request.
    for (replay, heads, succeeds) in [(Replay::Safe, 3, true), (Replay::Never, 2, false)] {
        let (client, memory, _) = setup(Conduct::Closes);
        let request = HttpRequest { replay, ..get() };
        client.send(&base(), &request, PATIENCE, &nobody).await.unwrap();
        assert_eq!(client.send(&base(), &request, PATIENCE, &nobody).await.is_ok(), succeeds);
        assert_eq!(memory.heads().len(), heads, "{replay:?}");
    }
    for (replay, heads) in [(Replay::Safe, 2), (Replay::Never, 1)] {
        let (client, memory, _) = setup(Conduct::Hangs);
        let error = client.send(&base(), &HttpRequest { replay, ..get() }, PATIENCE, &nobody).await.unwrap_err();
        assert!(matches!(error, HttpError::Lost { .. }), "{error:?}");
        assert_eq!(memory.heads().len(), heads, "{replay:?}");
        assert!(!printed(&error).contains(WORD));
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_that_says_wait_holds_the_next_request_back() {
    let cases = [
        (&b"HTTP/1.1 429 X\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n"[..], Some(50), 20),
        (b"HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n", None, 10),
        (b"HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n", Some(50), 50),
        (b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", None, 1),
        (b"HTTP/1.1 503 X\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n", None, 3),
    ];
    for (answer, usual, seconds) in cases {
        let (client, memory, clock) = setup(Conduct::Answers(answer));
        let wait = Duration::from_secs(seconds);
        let reply = client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap();
        assert_eq!(reply.keep_off(usual.map(Duration::from_secs)), Some(wait));
        client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap();
        assert!(clock.mono().0 >= wait && clock.mono().0 < wait + wait / 10, "{:?}", clock.mono());
        assert_eq!(memory.heads().len(), 2);
        let elsewhere = "https://another.example".parse().unwrap();
        let before = clock.mono();
        client.send(&elsewhere, &get(), PATIENCE, &nobody).await.unwrap();
        assert_eq!(clock.mono(), before, "another host does not wait");
    }
    // A long one is an error at once.
    let (client, memory, _) = setup(Conduct::Answers(b"HTTP/1.1 418 X\r\nContent-Length: 0\r\n\r\n"));
    client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap().keep_off(None);
    let error = client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap_err();
    assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(120)));
    assert_eq!(memory.heads().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn spends_no_more_than_the_budget() {
    let (client, memory, clock) = setup(Conduct::Answers(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    let heavy = HttpRequest { weight: 60, ..get() };
    client.send(&base(), &heavy, PATIENCE, &nobody).await.unwrap();
    assert!(clock.mono().0 < Duration::from_secs(1));
    client.send(&base(), &heavy, PATIENCE, &nobody).await.unwrap();
    assert!(clock.mono().0 > Duration::from_secs(60));
    let error = client.send(&base(), &HttpRequest { weight: 101, ..get() }, PATIENCE, &nobody).await.unwrap_err();
    assert!(matches!(error, HttpError::TooHeavy { weight: 101, amount: 100 }), "{error:?}");
    assert_eq!((error.recovery(), memory.heads().len()), (Recovery::FixRequest, 2));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_bounded_in_time_and_size_and_is_text() {
    let (client, _, clock) = setup(Conduct::Silent);
    let error = client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap_err();
    assert!(matches!(error, HttpError::Timeout { .. }) && !printed(&error).contains(WORD), "{error:?}");
    assert_eq!(clock.mono().0, ANSWER_WITHIN);
    let trickle = failure(Conduct::Answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")).await;
    assert!(matches!(trickle, HttpError::Timeout { .. }), "{trickle:?}");
    let (mut client, _, _) = setup(Conduct::Answers(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789"));
    client.body_max = 9;
    assert_eq!(client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap().body, "123456789");
    client.body_max = 8;
    let error = client.send(&base(), &get(), PATIENCE, &nobody).await.unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { limit: 8, .. }), "{error:?}");
    let latin = failure(Conduct::Answers(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xe9")).await;
    assert!(matches!(latin, HttpError::NotUtf8 { .. }), "{latin:?}");
    let malformed = failure(Conduct::Answers(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")).await;
    assert!(matches!(malformed, HttpError::Lost { .. }), "{malformed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_dial_that_fails_says_so() {
    #[derive(Debug)]
    struct Refusing;
    #[async_trait]
    impl Dialer for Refusing {
        async fn dial(&self, url: &Url) -> Result<Stream, DialError> {
            let source = Arc::new(std::io::ErrorKind::ConnectionRefused.into());
            Err(DialError::Connect { host: url.authority(), source })
        }
    }
    let budget = Budget { amount: 1, per: Duration::from_secs(1) };
    let client = HttpClient::new(Arc::new(Refusing), Clock::system(), budget);
    let base: Url = format!("http://me:{WORD}@rest.example").parse().unwrap();
    let error = client.send(&base, &get(), PATIENCE, &nobody).await.unwrap_err();
    assert!(matches!(&error, HttpError::Dial(DialError::Connect { host, .. }) if host == "rest.example:80"));
    assert!(!printed(&error).contains(WORD), "{}", printed(&error));
}

#[test]
fn waits_are_read_in_seconds_and_dates() {
    let date = "Sat, 21 Nov 2026 05:00:00 GMT";
    let cases = [
        (None, None, None),
        (Some("5"), None, Some(5)),
        (Some(" 5 "), None, Some(5)),
        (Some("-5"), None, None),
        (Some("soon"), Some(date), None),
        (Some("Sat, 21 Nov 2026 05:01:30 GMT"), Some(date), Some(90)),
        (Some("Sat, 21 Nov 2026 04:59:00 GMT"), Some(date), Some(0)),
        (Some("Sat, 21 Nov 2026 05:01:30 GMT"), None, None),
        (Some("99999999999999"), None, Some(3 * 86_400)),
    ];
    for (wait, from, expected) in cases {
        let mut headers = HeaderMap::new();
        wait.and_then(|wait| headers.insert(RETRY_AFTER, wait.parse().unwrap()));
        from.and_then(|from| headers.insert(DATE, from.parse().unwrap()));
        assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{wait:?}");
    }
}
