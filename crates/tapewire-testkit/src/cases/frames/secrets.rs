//! What proves who we are, and must not be seen.

use std::fmt::Debug;

use tapewire_core::recording::LineKind;
use tapewire_core::{Call, Credentials, Frame, Grant, HttpReply, Op, Secret, Venue};

use crate::ears::Said;
use crate::{Decoder, Kit, Verdict};

/// Words that stand for secrets, each in a place of its own: three of the credentials, three of addresses.
const KEY: &str = "zzKeyOfOurs";
const SECRET: &str = "zzSecretOfOurs";
const PASSPHRASE: &str = "zzPassphraseOfOurs";
const USER: &str = "zzUserOfOurs";
const PASSWORD: &str = "zzPasswordOfOurs";
const TOKEN: &str = "zzTokenOfOurs";

/// Neither what the adapter says, nor what it returns, nor any printed form of these holds the credentials, or what may
/// be secret in an address: user, password, the values of the query. What it sends to the venue is another matter.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    let venue = secretive(kit.venue())?;
    look("the venue, printed", &venue)?;
    let mut asked = Decoder::bare(&venue);
    let grant = asked.grant();
    look("the grant, printed", &grant)?;
    let mut decoder = match grant {
        Some(grant) => Decoder::granted(&venue, with_token(grant)?),
        // Where the grant takes a dialogue with the venue, the adapter gets an address as it might come out of it.
        None => {
            let mut decoder = Decoder::bare(&venue);
            decoder.connect(&format!("/?token={TOKEN}"));
            decoder
        }
    }
    .with(kit.topics()?);
    account(kit, &mut decoder)?;
    frames(kit, &mut decoder)
}

/// What the account says and asks for.
fn account(kit: &Kit, decoder: &mut Decoder) -> Result<(), Verdict> {
    let mut requests = decoder.call(&Call::Instruments);
    for (subscription, topic) in &kit.topics()? {
        requests.extend(decoder.call(&Call::Snapshot { topic, subscription: *subscription }));
    }
    look("a request over HTTP, printed", &requests)?;
    for request in &requests {
        for (status, body) in [(200, ""), (200, "{}"), (401, "no"), (400, "{\"code\":1,\"msg\":\"no\"}"), (500, "")] {
            let reply = HttpReply { path: &request.path, status, body, ts_recv: None };
            look("a refusal", &decoder.refusal(reply))?;
            if status == 200 {
                search("an answer", body.as_bytes(), &decoder.answer(reply))?;
            }
        }
    }
    Ok(())
}

/// What the connection says.
fn frames(kit: &Kit, decoder: &mut Decoder) -> Result<(), Verdict> {
    search("the open socket", b"", &decoder.opened())?;
    let topics = kit.topics()?;
    for (_, topic) in &topics {
        for op in [Op::Subscribe, Op::Unsubscribe] {
            search("a subscribe", topic.wire.as_bytes(), &decoder.encode(op, &[topic]).1)?;
        }
    }
    for fixture in kit.recorded()?.iter().filter(|fixture| fixture.line.kind != LineKind::Connect) {
        let frame = fixture.line.payload.frame();
        search(&fixture.to_string(), frame.bytes(), &decoder.line(fixture))?;
        let half = frame.bytes().get(..frame.bytes().len() / 2).unwrap_or_default();
        search(&fixture.to_string(), half, &decoder.payload(fixture, Frame::Binary(half)))?;
        if let Ok(half) = std::str::from_utf8(half) {
            search(&fixture.to_string(), half.as_bytes(), &decoder.payload(fixture, Frame::Text(half)))?;
        }
    }
    Ok(())
}

/// The venue, with a secret wherever one may stand.
fn secretive(venue: &Venue) -> Result<Venue, Verdict> {
    let url = |scheme: &str| {
        let text = format!("{scheme}://{USER}:{PASSWORD}@venue.example/base?token={TOKEN}");
        text.parse().map_err(|error| Verdict::failed(format!("{error}")))
    };
    let mut venue = venue.clone().endpoint(url("wss")?).rest(url("https")?);
    let [key, secret, passphrase] = [KEY, SECRET, PASSPHRASE].map(Secret::new);
    venue.target.credentials = Some(Credentials { key, secret, passphrase: Some(passphrase) });
    Ok(venue)
}

/// The grant, its address with a token in it if it has none.
fn with_token(grant: Grant) -> Result<Grant, Verdict> {
    if grant.dial.url.expose().contains(TOKEN) {
        return Ok(grant);
    }
    let url = grant.dial.url.join(&format!("?token={TOKEN}"));
    let url = url.map_err(|error| Verdict::failed(format!("the address of a grant takes no query: {error}")))?;
    Ok(Grant { dial: tapewire_core::DialRequest { url, ..grant.dial }, ..grant })
}

/// Looks for secrets in the printed form of a value.
fn look(what: &str, value: &impl Debug) -> Result<(), Verdict> {
    let printed = format!("{value:?}");
    match shown(&printed) {
        Some(name) => Err(Verdict::failed(format!("{what}, shows {name}: {printed}"))),
        None => Ok(()),
    }
}

/// Looks for secrets in what was said.
fn search(place: &str, frame: &[u8], said: &[Said]) -> Result<(), Verdict> {
    for said in said.iter().filter(|said| said.kind != "sent") {
        if let Some(name) = shown(&said.text) {
            return Err(Verdict::at(place, frame, format!("what is said shows {name}: {}", said.text)));
        }
    }
    Ok(())
}

/// Which secret a text shows.
fn shown(text: &str) -> Option<&'static str> {
    let secrets = [
        (KEY, "the key"),
        (SECRET, "the secret"),
        (PASSPHRASE, "the passphrase"),
        (USER, "the user of an address"),
        (PASSWORD, "the password of an address"),
        (TOKEN, "the query of an address"),
    ];
    secrets.into_iter().find(|(word, _)| text.contains(word)).map(|(_, name)| name)
}
