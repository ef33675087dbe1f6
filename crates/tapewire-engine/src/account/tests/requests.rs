//! Requests of the program: whom they are sent as, and what is told of each outcome.

use std::sync::Mutex;

use tapewire_core::HttpMethod;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;

/// Writes who asks into each request. Where `asks_first`, a person has to say who that is.
struct Signing {
    asks_first: bool,
    name: Option<String>,
}

impl Account for Signing {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        cx.need_input("code?");
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        let Call::Request(request) = call else { return cx.done() };
        match &self.name {
            None if self.asks_first => cx.need_input("code?"),
            None if request.path == "/nobody" => cx.done(),
            name => {
                let mut request = (*request).clone();
                request.headers.push(("who".to_owned(), name.clone().unwrap_or_else(|| "me".to_owned())));
                cx.forward(request);
            }
        }
    }

    fn http(&mut self, _: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        cx.done();
        Ok(())
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        assert_ne!(reply.status, 418, "the adapter panics at this one");
        Failure { code: Some("E7".to_owned()), ..Failure::from_status(reply) }
    }

    fn input(&mut self, input: &Secret, cx: &mut AccountContext<'_>) {
        self.name = Some(input.expose().to_owned());
        cx.granted(Grant::to("ws://toy:1/".parse().unwrap()));
    }
}

/// Leads to a server in memory that answers with the status its path names, or not at all.
#[derive(Debug)]
struct Server(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Dialer for Server {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        let (near, far) = tokio::io::duplex(65_536);
        tokio::spawn(serve(far, Arc::clone(&self.0)));
        Ok(Stream::new(near))
    }
}

async fn serve(mut stream: DuplexStream, seen: Arc<Mutex<Vec<String>>>) {
    let mut read = Vec::new();
    while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {
        if !read.windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        let head = String::from_utf8(std::mem::take(&mut read)).unwrap();
        let path = head.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
        seen.lock().unwrap().push(head);
        if let Ok(status) = path.parse::<u16>() {
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 4\r\n\r\ndone");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    }
}

struct Scene {
    handle: AccountHandle,
    task: tokio::task::JoinHandle<()>,
    seen: Arc<Mutex<Vec<String>>>,
}

fn scene(asks_first: bool, person: Option<&'static str>, dialer: Option<Arc<dyn Dialer>>) -> Scene {
    let (clock, seen) = (Clock::system(), Arc::default());
    let dialer = dialer.unwrap_or_else(|| Arc::new(Server(Arc::clone(&seen))));
    let budget = Budget { amount: 10, per: Duration::from_secs(60) };
    let (handle, task) = account(Parts {
        account: Box::new(Signing { asks_first, name: None }),
        base: Some("http://toy:1/".parse().unwrap()),
        http: HttpClient::new(dialer, clock.clone(), budget),
        clock,
        person: person.map(|typed| Person { venue: VenueId::new("toy"), source: Arc::new(Typist(typed)) }),
        keeper: None,
    });
    Scene { handle, task: tokio::spawn(task.run()), seen }
}

fn order(path: &str) -> HttpRequest {
    HttpRequest::send(HttpMethod::Post, path, Vec::new(), 1)
}

/// The outcome in a line.
fn told(outcome: Outcome) -> String {
    match outcome {
        Ok(answer) => format!("{} {}", answer.reply().status, answer.reply().body),
        Err(error) => format!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_goes_out_as_the_account_and_its_outcome_is_told() {
    let scene = scene(false, None, None);
    for (path, expected) in [
        ("/200", "200 done"),
        ("/204", "204 "),
        ("/400", "refused: HTTP status 400: done"),
        ("/302", "refused: HTTP status 302: done"),
        ("/408", "sent, with unknown outcome: HTTP status 408: done"),
        ("/502", "sent, with unknown outcome: HTTP status 502: done"),
        ("/silence", "sent, with unknown outcome: toy:1 took longer than 30s to answer"),
        ("/425", "sent, with unknown outcome: HTTP status 425: done"),
        ("/418", "sent, with unknown outcome: the adapter's account panicked"),
        ("/nobody", "not sent: the adapter ended a request without sending it"),
    ] {
        assert_eq!(told(scene.handle.request(order(path)).await), expected, "{path}");
    }
    let seen = scene.seen.lock().unwrap();
    assert_eq!(seen.len(), 9, "each was sent once, and the last not at all: {seen:?}");
    assert!(seen.iter().all(|head| head.contains("who: me\r\n")), "{seen:?}");
    let refused =
        RequestError::Refused(Failure { code: Some("E7".into()), ..Failure::new(Recovery::FixRequest, "no") });
    assert_eq!((refused.recovery(), refused.failure().code.as_deref()), (Recovery::FixRequest, Some("E7")));
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_told_as_that() {
    let deaf = scene(false, None, Some(Arc::new(Deaf)));
    assert!(told(deaf.handle.request(order("/200")).await).starts_with("not sent: no connection"));
    let clock = Clock::system();
    let spent = scene(false, None, None);
    let late = spent.handle.request(HttpRequest { weight: 10, ..order("/200") }).await;
    assert_eq!(told(late), "200 done");
    let late = spent.handle.request(order("/200")).await.unwrap_err();
    assert!(matches!(late, RequestError::NotSent(_)) && matches!(late.recovery(), Recovery::RetryAfter(_)), "{late:?}");
    assert!(clock.mono().0 < Duration::from_secs(3), "an order does not wait for its budget: {:?}", clock.mono());
    // Its engine ends: before it is asked, and while the venue is silent.
    let ended = scene(false, None, None);
    let waiting = ended.handle.request(order("/silence"));
    tokio::pin!(waiting);
    assert!(tokio::time::timeout(Duration::from_secs(1), &mut waiting).await.is_err());
    ended.task.abort();
    assert_eq!(told(waiting.await), "sent, with unknown outcome: the engine has ended");
    assert_eq!(told(ended.handle.request(order("/200")).await), "not sent: the engine has ended");
}

#[tokio::test(start_paused = true)]
async fn a_person_is_asked_once_for_all_who_need_it() {
    let untold = scene(true, None, None);
    assert_eq!(told(untold.handle.request(order("/200")).await), format!("not sent: {UNTOLD}: code?"));
    // A connection has told that somebody has to type: the request waits for that, and so does another connection.
    let (sender, mut commands) = mpsc::channel(16);
    for connection in [1, 2] {
        let ask = Ask::Grant { route: Route("market"), connection, renew: false };
        untold.handle.ask(ask, sender.clone()).unwrap();
    }
    for expected in [1, 2] {
        let told = commands.recv().await;
        assert!(matches!(told, Some(Command::AwaitingInput { connection, .. }) if connection == expected), "{told:?}");
    }
    let handle = untold.handle.clone();
    let waiting = tokio::spawn(async move { told(handle.request(order("/200")).await) });
    tokio::task::yield_now().await;
    untold.handle.input(Secret::new("Ann")).await;
    assert_eq!(waiting.await.unwrap(), "200 done");
    assert!(untold.seen.lock().unwrap()[0].contains("who: Ann\r\n"));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_nobody_waits_for_is_not_sent() {
    let scene = scene(true, None, None);
    let (sender, _commands) = mpsc::channel(16);
    scene.handle.ask(Ask::Grant { route: Route("market"), connection: 1, renew: false }, sender).unwrap();
    // One is given up; as many more as fit wait for the person, and one too many is refused.
    let given_up = scene.handle.request(order("/200"));
    assert!(tokio::time::timeout(Duration::from_secs(1), given_up).await.is_err());
    let wait = |_| {
        tokio::spawn({
            let handle = scene.handle.clone();
            async move { told(handle.request(HttpRequest { weight: 0, ..order("/200") }).await) }
        })
    };
    let waiting: Vec<_> = (0..REQUESTS_MAX).map(wait).collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        told(scene.handle.request(order("/200")).await),
        "not sent: too many requests are pending for the account"
    );
    scene.handle.input(Secret::new("Ann")).await;
    for told in waiting {
        assert_eq!(told.await.unwrap(), "200 done");
    }
    assert_eq!(scene.seen.lock().unwrap().len(), REQUESTS_MAX);
}
