//! The account's task: what it asks, what it forgets, and whom it lets wait.

mod requests;

use async_trait::async_trait;
use tapewire_core::{Budget, DecodeError, HttpReply, Route, Topic};

use super::*;
use crate::{DialError, Dialer, Stream};

struct Asks;

impl Account for Asks {
    fn grant(&mut self, _: Route, _: &mut AccountContext<'_>) {}

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        cx.http(HttpRequest::get("/depth", 1));
    }

    fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[derive(Debug)]
struct Never;

#[async_trait]
impl Dialer for Never {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_again_or_by_nobody_is_asked_for_once() {
    let clock = Clock::system();
    let budget = Budget { amount: 1, per: Duration::from_secs(60) };
    let http = HttpClient::new(Arc::new(Never), clock.clone(), budget);
    let base = Some("http://toy:1/".parse().unwrap());
    let parts = Parts { account: Box::new(Asks), base, http, clock, person: None, keeper: None };
    let (_handle, mut task) = account(parts);
    let ask = |ticket: u64| Ask::Snapshot {
        ticket,
        topic: Topic::new(ticket.to_string(), Route("market")),
        subscription: format!("toy:{}@book", ticket % 200).parse().unwrap(),
    };
    let (lane, commands) = mpsc::channel(1);
    let (other, _other_commands) = mpsc::channel(1);
    task.begin(ask(7), Asker::Lane(other)).await;
    for ticket in 0..1000 {
        task.begin(ask(ticket), Asker::Lane(lane.clone())).await;
    }
    assert_eq!(task.jobs.len(), 201, "one for each book, and the other connection's");
    drop(commands);
    task.begin(ask(1), Asker::Lane(lane)).await;
    assert_eq!(task.jobs.len(), 2);
    tokio::time::sleep(Duration::from_millis(1)).await;
    while task.requests.try_join_next().is_some() {}
    assert_eq!(task.requests.len(), 2, "what is forgotten is not sent");
}

/// Gets one token for all: whoever asks meanwhile waits. The venue's refusals and silence reach it, and so does what a
/// person types.
#[derive(Default)]
struct Tokens {
    asked: bool,
    token: Option<String>,
    kept: Option<String>,
    log: Log,
}

type Log = Arc<std::sync::Mutex<Vec<String>>>;

impl Tokens {
    fn note(&self, word: &str) {
        self.log.lock().unwrap().push(word.to_owned());
    }

    fn grant_token(&self, token: &str, cx: &mut AccountContext<'_>) {
        cx.granted(Grant::to(format!("ws://toy:1/{token}").parse().unwrap()));
    }
}

impl Account for Tokens {
    fn grant(&mut self, _: Route, cx: &mut AccountContext<'_>) {
        if let Some(token) = self.token.clone().or_else(|| self.kept.clone()) {
            return self.grant_token(&token, cx);
        }
        if self.asked {
            self.note("wait");
            return cx.wait();
        }
        self.asked = true;
        self.note("prompt");
        cx.need_input("code?");
    }

    fn call(&mut self, _: &Call<'_>, cx: &mut AccountContext<'_>) {
        cx.wait();
    }

    fn http(&mut self, _: HttpReply<'_>, _: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    fn unanswered(&mut self, path: &str, sent: bool, usual: Failure) -> Failure {
        self.note(&format!("unanswered {path} {sent}"));
        self.asked = false;
        usual
    }

    fn refused(&mut self) {
        self.note("refused");
        (self.token, self.kept, self.asked) = (None, None, false);
    }

    fn kept(&mut self, kept: &Secret) {
        self.kept = Some(kept.expose().to_owned());
    }

    fn input(&mut self, typed: &Secret, cx: &mut AccountContext<'_>) {
        if typed.expose() == "fetch" {
            return cx.http(HttpRequest::send(tapewire_core::HttpMethod::Post, "/token", "x", 1));
        }
        self.token = Some(typed.expose().to_owned());
        cx.keep(typed);
        self.grant_token(typed.expose(), cx);
    }
}

#[derive(Debug)]
struct Deaf;

#[async_trait]
impl Dialer for Deaf {
    async fn dial(&self, _: &Url) -> Result<Stream, DialError> {
        Err(DialError::Address { why: "nobody is there" })
    }
}

#[derive(Debug)]
struct Typist(&'static str);

#[async_trait]
impl OtpSource for Typist {
    async fn one_time_password(&self, _: VenueId, prompt: &str) -> Option<Secret> {
        assert_eq!(prompt, "code?");
        (!self.0.is_empty()).then(|| Secret::new(self.0))
    }
}

/// A running account's task, who hears its answers, and what the account was told.
fn tokens(person: Option<&'static str>, keeper: Option<Keeper>) -> (AccountHandle, Lane, Log) {
    let log = Log::default();
    let clock = Clock::system();
    let http = HttpClient::new(Arc::new(Deaf), clock.clone(), Budget { amount: 10, per: Duration::from_secs(60) });
    let venue = VenueId::new("toy");
    let (handle, task) = account(Parts {
        account: Box::new(Tokens { log: Arc::clone(&log), ..Tokens::default() }),
        base: Some("http://toy:1/".parse().unwrap()),
        http,
        clock,
        person: person.map(|typed| Person { venue, source: Arc::new(Typist(typed)) }),
        keeper,
    });
    tokio::spawn(task.run());
    let (sender, commands) = mpsc::channel(16);
    (handle, Lane { sender, commands }, log)
}

struct Lane {
    sender: mpsc::Sender<Command>,
    commands: mpsc::Receiver<Command>,
}

impl Lane {
    fn ask(&self, handle: &AccountHandle, connection: u64, renew: bool) {
        handle.ask(Ask::Grant { route: Route("market"), connection, renew }, self.sender.clone()).unwrap();
    }

    async fn next(&mut self) -> String {
        match self.commands.recv().await.unwrap() {
            Command::Granted { connection, answer: Ok(grant) } => {
                format!("{connection} {}", grant.dial.url.expose().rsplit('/').next().unwrap())
            }
            Command::Granted { connection, answer: Err(failure) } => {
                format!("{connection} {} {}", failure.recovery.as_str(), failure.reason)
            }
            Command::AwaitingInput { connection, prompt } => format!("{connection} {prompt}"),
            other => format!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_gets_the_token_and_the_others_wait_for_it() {
    let (handle, mut lane, log) = tokens(None, None);
    (1..4).for_each(|connection| lane.ask(&handle, connection, false));
    assert_eq!(lane.next().await, "1 code?");
    handle.input(Secret::new("abc")).await;
    assert_eq!([lane.next().await, lane.next().await, lane.next().await], ["1 abc", "2 abc", "3 abc"]);
    assert_eq!(*log.lock().unwrap(), ["prompt", "wait", "wait"]);
    // What the venue refuses is got anew.
    handle.input(Secret::new("nobody asked")).await;
    lane.ask(&handle, 4, true);
    assert_eq!(lane.next().await, "4 code?");
    assert_eq!(log.lock().unwrap()[3..], ["refused", "prompt"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_is_told_and_lets_the_next_one_try() {
    let (handle, mut lane, log) = tokens(None, None);
    (1..3).for_each(|connection| lane.ask(&handle, connection, false));
    assert_eq!(lane.next().await, "1 code?");
    handle.input(Secret::new("fetch")).await;
    assert!(lane.next().await.starts_with("1 fix_config"));
    assert_eq!(lane.next().await, "2 code?", "who waited is asked next");
    assert_eq!(*log.lock().unwrap(), ["prompt", "wait", "unanswered /token false", "prompt"]);
}

#[tokio::test(start_paused = true)]
async fn a_person_is_asked_where_there_is_one() {
    let (handle, mut lane, _) = tokens(Some("typed"), None);
    lane.ask(&handle, 1, false);
    assert_eq!([lane.next().await, lane.next().await], ["1 code?", "1 typed"]);
    let (handle, mut lane, _) = tokens(Some(""), None);
    lane.ask(&handle, 1, false);
    assert_eq!(lane.next().await, "1 code?");
    assert_eq!(lane.next().await, "1 reauthenticate nobody entered what was asked for");
}

/// A job that waits for nobody would wait for ever.
#[tokio::test(start_paused = true)]
async fn who_waits_alone_is_refused() {
    let (handle, ..) = tokens(None, None);
    assert_eq!(handle.instruments().await.unwrap_err().reason, LONELY);
}

#[tokio::test]
async fn what_is_kept_is_known_in_the_next_run() {
    let path = std::env::temp_dir().join(format!("tapewire-kept-{}", std::process::id()));
    let (handle, mut lane, _) = tokens(Some("word"), Some(Keeper::new(path.clone())));
    lane.ask(&handle, 1, false);
    assert_eq!([lane.next().await, lane.next().await], ["1 code?", "1 word"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "word");
    let (handle, mut lane, _) = tokens(None, Some(Keeper::new(path.clone())));
    lane.ask(&handle, 1, false);
    assert_eq!(lane.next().await, "1 word", "nobody is asked");
    std::fs::remove_file(path).unwrap();
}
