//! A venue from outside the crate has everything that the listed ones have.

use futures_util::SinkExt;
use tapewire_core::Frame;
use tapewire_sim::face::{Age, Answer, ConnectionId, Face, FrameBuf, Outbox, Request, Rules, Setup};
use tapewire_sim::{Builder, Error, Simulator, Speed};
use tokio_tungstenite::tungstenite::Message;

use super::client::{Client, get};

/// Says a greeting to whoever comes, and their own words back.
struct Echo {
    greeting: String,
}

impl Face for Echo {
    fn rules(&self) -> Rules {
        Rules { frames_per_second: Some(2), ..Rules::default() }
    }

    fn open(&mut self, _: i64, connection: ConnectionId, request: &Request, out: &mut Outbox) -> Result<(), Answer> {
        out.reply(connection, self.greeting.as_str());
        match request.parameter("key") {
            Some("bad") => Err(Answer::new(403, "no").with("x-why", 7)),
            _ => Ok(()),
        }
    }

    fn frame(&mut self, _: i64, connection: ConnectionId, frame: Frame<'_>, out: &mut Outbox) {
        match frame {
            Frame::Text("bye") => out.close(connection, 4000, "as you wish"),
            Frame::Text("off") => {
                out.reply(connection, "last words");
                out.reset(connection);
            }
            Frame::Text(text) => out.data(connection, &"echo".into(), text),
            Frame::Binary(bytes) => out.data(connection, &"echo".into(), bytes.to_vec()),
        }
    }

    fn closed(&mut self, _: ConnectionId) {}

    fn http(&mut self, now_us: i64, request: &Request, _: Age) -> Answer {
        Answer::ok(format!(r#"{{"path":"{}","method":"{}","now":{now_us}}}"#, request.path(), request.method()))
    }
}

fn echo() -> Builder {
    let make =
        |setup: &mut Setup| Ok(Echo { greeting: setup.option("greeting").unwrap_or_else(|| "hello".to_owned()) });
    Simulator::with_face("echo", make).start_at_us(5_000_000)
}

#[tokio::test(start_paused = true)]
async fn a_face_greets_answers_refuses_and_closes() {
    let sim = echo().option("greeting", "ignored").option("greeting", "good day").start().await.unwrap();
    let mut client = Client::open(&sim, "/").await;
    assert_eq!(client.text().await, "good day");
    client.send("one").await;
    assert_eq!(client.text().await, "one");
    client.socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), Message::binary(vec![1, 2, 3]));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    client.send("bye").await;
    assert_eq!(client.end().await, Some((4000, "as you wish".to_owned())));

    let mut client = Client::open(&sim, "/").await;
    client.send("off").await;
    assert_eq!((client.text().await, client.text().await), ("good day".to_owned(), "last words".to_owned()));
    assert!(matches!(client.next().await, None | Some(Err(_))), "no farewell");

    match Client::try_open(&sim, "/?key=bad").await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
            assert_eq!((response.status().as_u16(), &response.headers()["x-why"]), (403, &"7".parse().unwrap()));
        }
        other => panic!("{other:?}"),
    }
    let (status, _, body) = get(&sim, "/a%20b?c=d").await;
    assert_eq!((status, body["path"].as_str(), body["method"].as_str()), (200, Some("/a b"), Some("GET")));
    assert_eq!(body["now"], 6_000_000);
    sim.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_face_has_the_limits_and_the_faults_of_every_venue() {
    let script = r#"{"after":1,"connection":1,"fault":"skip"}"#;
    let sim = echo().faults(script.parse().unwrap()).start().await.unwrap();
    let mut client = Client::open(&sim, "/").await;
    client.send("lost").await;
    client.send("found").await;
    assert_eq!((client.text().await, client.text().await), ("hello".to_owned(), "found".to_owned()));
    client.send("too many").await;
    assert_eq!(client.end().await, Some((1008, "Too many requests".to_owned())));
    sim.stop().await;
}

/// The one builder starts venues that share nothing; and a pipe shows the same as a socket.
#[tokio::test]
async fn a_face_is_made_anew_at_each_start() {
    let builder = echo().listen("127.0.0.1:0");
    let (one, two) = (builder.clone().start().await.unwrap(), builder.start().await.unwrap());
    assert_ne!(one.ws_url(), two.ws_url());
    for sim in [one, two] {
        let (mut socket, _) = tokio_tungstenite::connect_async(sim.ws_url()).await.unwrap();
        let greeting = futures_util::StreamExt::next(&mut socket).await.unwrap().unwrap();
        assert_eq!(greeting, Message::text("hello"));
        sim.stop().await;
    }
}

#[tokio::test]
async fn what_a_face_does_not_know_is_refused_at_the_start() {
    let error = |result: Result<Simulator, Error>| result.unwrap_err().to_string();
    let option = error(echo().option("colour", "red").start().await);
    assert_eq!(option, "echo has no option `colour`; known: greeting");
    for fault in [r#""server_shutdown""#, r#""ack_wrong""#, r#""rest_stale""#] {
        let script = format!(r#"{{"after":1,"fault":{fault}}}"#).parse().unwrap();
        let name = fault.replace('"', "`");
        assert_eq!(error(echo().faults(script).start().await), format!("echo cannot play the fault {name}"));
    }
    let tape = std::env::temp_dir().join(format!("tapewire-sim-face-{}.jsonl", std::process::id()));
    std::fs::write(&tape, "").unwrap();
    assert_eq!(error(echo().replay([&tape], Speed::Max).start().await), "echo cannot replay recordings");
    std::fs::remove_file(&tape).unwrap();
}

#[test]
fn frames_are_what_they_were_made_of() {
    let texts = [FrameBuf::from("a"), FrameBuf::from("a".to_owned())];
    assert!(texts.iter().all(|frame| frame.as_frame() == Frame::Text("a")));
    let bytes = [FrameBuf::from(vec![7]), FrameBuf::from(bytes::Bytes::from_static(&[7]))];
    assert!(bytes.iter().all(|frame| frame.as_frame() == Frame::Binary(&[7])));
}
