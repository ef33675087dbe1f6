//! What must never be seen.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tapewire_core::{Credentials, Ending, Failure, Recovery, Secret};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

use crate::harness::Scene;
use crate::{Kit, Verdict};

/// Words that are to be found nowhere.
const MARKERS: [(&str, &str); 3] =
    [("key", "MARKER7KEY"), ("secret", "MARKER7SECRET"), ("passphrase", "MARKER7PASSPHRASE")];
/// How much is kept of what is logged, in bytes.
const LOG_MAX: usize = 64 * 1024 * 1024;

pub(super) fn check(kit: &Kit) -> Result<(), Verdict> {
    let mut venue = kit.venue().clone();
    let [(_, key), (_, secret), (_, passphrase)] = MARKERS;
    venue.target.credentials = Some(Credentials {
        key: Secret::new(key),
        secret: Secret::new(secret),
        passphrase: Some(Secret::new(passphrase)),
    });
    let log = Log::default();
    let mut said = format!("{venue:?}");
    let upgrade = format!(r#"{{"at_ms": 4000, "fault": "http_status", "args": {{"status": {}}}}}"#, refusal(kit));
    let scene = Scene::new(kit)?
        .venue(venue)
        .expects_malformed()
        .fault(r#"{"at_ms": 4000, "fault": "drop"}"#)
        .fault(upgrade)
        .fault(r#"{"at_ms": 4000, "fault": "rest_fail", "args": {"status": 401}}"#)
        .fault(r#"{"at_ms": 9000, "fault": "corrupt", "args": {"count": 2}}"#)
        .fault(r#"{"at_ms": 10000, "fault": "close", "args": {"code": 1008, "reason": "no"}}"#);
    let dispatch = tracing::Dispatch::new(log.clone());
    let events = tracing::dispatcher::with_default(&dispatch, || {
        scene.play(async |stage| {
            let mut said = format!("{stage:?}");
            let end = Duration::from_secs(20);
            stage
                .read(end, |event, _| {
                    // Writing to a text never fails.
                    _ = writeln!(said, "{event:?}");
                    _ = writeln!(said, "{}", serde_json::to_string(event).unwrap_or_default());
                    false
                })
                .await?;
            Ok(said)
        })
    })?;
    said.push_str(&events);
    for (place, text) in [("an event or the `Debug` of something", said.as_str()), ("the log", &log.text())] {
        for (name, marker) in MARKERS {
            if let Some(line) = text.lines().find(|line| line.contains(marker)) {
                let line = line.replace(marker, &format!("<the {name}>"));
                return Err(Verdict::failed(format!("the {name} of the credentials is seen in {place}: {line}")));
            }
        }
    }
    Ok(())
}

/// A status by which the venue refuses an upgrade, and after which one tries again: 401, where that is one.
fn refusal(kit: &Kit) -> u16 {
    let (connector, status) = (&kit.venue().connector, 401);
    let is_final = connector.routes().iter().any(|route| {
        let usual = Failure::new(Recovery::FixConfig, "refused");
        match connector.ended(*route, Ending::Refused { status }, usual).recovery {
            Recovery::Stop => true,
            Recovery::Reauthenticate => !connector.policy(*route).renews,
            _ => false,
        }
    });
    if is_final { 503 } else { status }
}

/// Takes down everything that is logged, at every level.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn line(&self, metadata: &Metadata<'_>, fields: impl FnOnce(&mut Line)) {
        let mut line = Line(format!("{}: {}:", metadata.level(), metadata.name()));
        fields(&mut line);
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if text.len() < LOG_MAX {
            text.push_str(&line.0);
            text.push('\n');
        }
    }
}

/// The fields of one entry.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a text never fails.
        _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(&line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        self.line(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
