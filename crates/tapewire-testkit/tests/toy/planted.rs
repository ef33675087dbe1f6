//! The toy adapter with the bugs that only a venue brings to light: planted around it, so that it stays readable.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tapewire_core::{
    Account, AccountContext, AccountEffects, Call, Capabilities, Connector, Context, Credentials, DecodeError, Failure,
    Frame, Grant, Heartbeat, HttpReply, HttpRequest, Op, Policy, Protocol, Recovery, Route, Subscription, Target,
    Topic, Unsupported, Venue, VenueId,
};

use super::{Bug, Toy};

/// The venue with a bug.
pub(crate) fn venue(bug: Bug) -> Venue {
    let toy = Toy::new(bug);
    let mut policies = vec![toy.policy.clone()];
    match bug {
        Bug::NeverAsks => {
            let silence_max = Duration::from_secs(3600);
            policies = vec![Policy { heartbeat: Heartbeat::None, silence_max, ..toy.policy.clone() }];
        }
        Bug::ChangesItsMind => policies.extend((1..20).map(|more| {
            let mut policy = toy.policy.clone();
            policy.backoff.first += Duration::from_millis(300) * more;
            policy
        })),
        _ => {}
    }
    Venue::new(Planted { toy, bug, policies, accounts: Arc::default() })
}

struct Planted {
    toy: Toy,
    bug: Bug,
    policies: Vec<Policy>,
    accounts: Arc<AtomicUsize>,
}

impl Connector for Planted {
    fn venue(&self) -> VenueId {
        self.toy.venue()
    }

    fn capabilities(&self) -> &Capabilities {
        self.toy.capabilities()
    }

    fn routes(&self) -> &'static [Route] {
        self.toy.routes()
    }

    fn rest(&self) -> Option<&'static str> {
        self.toy.rest()
    }

    fn policy(&self, _: Route) -> &Policy {
        let mood = self.accounts.load(Ordering::Relaxed) % self.policies.len();
        self.policies.get(mood).unwrap_or(&self.toy.policy)
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        self.toy.topic(subscription)
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        self.accounts.fetch_add(1, Ordering::Relaxed);
        let credentials = target.credentials.clone();
        Box::new(PlantedAccount { inner: self.toy.account(target), bug: self.bug, credentials })
    }

    fn protocol(&self, route: Route, grant: &Grant) -> Box<dyn Protocol> {
        let inner = self.toy.protocol(route, grant);
        Box::new(PlantedProtocol { inner, bug: self.bug, asked: BTreeSet::new(), last: None, shift: 0 })
    }
}

struct PlantedProtocol {
    inner: Box<dyn Protocol>,
    bug: Bug,
    /// The ids of our requests.
    asked: BTreeSet<u64>,
    /// The trade that came last.
    last: Option<u64>,
    /// What is added to the ids of trades.
    shift: u64,
}

impl PlantedProtocol {
    /// What becomes of a frame: it is handed on, changed, or the connection fails; `None` if it is lost.
    fn spoil(&mut self, text: &str) -> Option<Result<String, &'static str>> {
        let whole = Some(Ok(text.to_owned()));
        let Ok(mut value) = serde_json::from_str::<Value>(text) else {
            return if self.bug == Bug::SwallowsBadFrames && text != "pong" { None } else { whole };
        };
        let stray = value.get("ack").and_then(Value::as_u64).is_some_and(|id| !self.asked.contains(&id));
        match self.bug {
            Bug::DeafToNotices if value.get("bye").is_some() => return None,
            Bug::EndsOnStrayAnswers if stray => return Some(Err("an answer to nothing")),
            Bug::KeepsLevels => {
                for side in ["/d/0/b", "/d/0/a"] {
                    let levels = value.pointer_mut(side).and_then(Value::as_array_mut);
                    levels.into_iter().for_each(|levels| levels.retain(|level| level.get(1) != Some(&"0".into())));
                }
                return Some(Ok(value.to_string()));
            }
            Bug::LosesReasons => {
                value.as_object_mut()?.remove("why");
                return Some(Ok(value.to_string()));
            }
            _ => {}
        }
        let Some(id) = value.pointer("/d/0/i").and_then(Value::as_u64) else { return whole };
        let last = self.last.replace(id).unwrap_or(id - 1);
        match self.bug {
            Bug::EndsOnRepeats if id == last => Some(Err("a trade came twice")),
            Bug::EndsOnStepsBack if id + 1 == last => Some(Err("a trade came too late")),
            Bug::EndsOnJumps if id > last + 3 => Some(Err("trades are missing")),
            Bug::TakesOldForNew => {
                if id + 10 < last {
                    self.shift += last + 1 - id;
                }
                *value.pointer_mut("/d/0/i")? = (id + self.shift).into();
                Some(Ok(value.to_string()))
            }
            _ => whole,
        }
    }
}

impl Protocol for PlantedProtocol {
    fn opened(&mut self, cx: &mut Context<'_>) {
        self.inner.opened(cx);
    }

    fn encode(&mut self, op: Op, topics: &[&Topic], cx: &mut Context<'_>) -> usize {
        match (self.bug, op) {
            (Bug::LeavesNothing, Op::Unsubscribe) => {
                let id = cx.nonce();
                cx.send(Frame::Text(&format!(r#"{{"unsub":[],"id":{id}}}"#)));
                topics.len()
            }
            (Bug::CountsForAll, Op::Subscribe) => {
                static COUNT: AtomicU64 = AtomicU64::new(0);
                let (id, count) = (cx.nonce(), COUNT.fetch_add(1, Ordering::Relaxed));
                let names: Vec<String> = topics.iter().map(|topic| topic.wire.to_string()).collect();
                cx.send(Frame::Text(&serde_json::json!({ "sub": names, "id": id, "n": count }).to_string()));
                topics.len()
            }
            _ => {
                let taken = self.inner.encode(op, topics, cx);
                // Its own request used the number before the one that comes next.
                self.asked.insert(self.asked.len() as u64 + 1);
                taken
            }
        }
    }

    fn frame(&mut self, frame: Frame<'_>, cx: &mut Context<'_>) {
        let Frame::Text(text) = frame else { return self.inner.frame(frame, cx) };
        match self.spoil(text) {
            Some(Ok(text)) => self.inner.frame(Frame::Text(&text), cx),
            Some(Err(why)) => cx.fail(Failure::new(Recovery::Retry, why)),
            None => {}
        }
    }
}

struct PlantedAccount {
    inner: Box<dyn Account>,
    bug: Bug,
    credentials: Option<Credentials>,
}

impl Account for PlantedAccount {
    fn grant(&mut self, route: Route, cx: &mut AccountContext<'_>) {
        if let (Bug::LogsKeys, Some(credentials)) = (self.bug, &self.credentials) {
            tracing::trace!(key = credentials.key.expose(), "dialling");
        }
        if self.bug != Bug::DialsElsewhere {
            return self.inner.grant(route, cx);
        }
        let mut elsewhere = Elsewhere(None);
        self.inner.grant(route, &mut AccountContext::new(cx.now(), &mut elsewhere));
        if let (Some(mut grant), Ok(url)) = (elsewhere.0, "ws://127.0.0.1:9/ws".parse()) {
            grant.dial.url = url;
            cx.granted(grant);
        }
    }

    fn call(&mut self, call: &Call<'_>, cx: &mut AccountContext<'_>) {
        self.inner.call(call, cx);
    }

    fn http(&mut self, reply: HttpReply<'_>, cx: &mut AccountContext<'_>) -> Result<(), DecodeError> {
        self.inner.http(reply, cx)
    }

    fn refusal(&mut self, reply: HttpReply<'_>) -> Failure {
        let failure = self.inner.refusal(reply);
        match self.bug {
            Bug::WaitsForDays if reply.status == 500 => {
                Failure { recovery: Recovery::RetryAfter(Duration::from_secs(86_400)), ..failure }
            }
            _ => failure,
        }
    }
}

/// Takes a grant.
struct Elsewhere(Option<Grant>);

impl AccountEffects for Elsewhere {
    fn granted(&mut self, grant: Grant) {
        self.0 = Some(grant);
    }

    fn http(&mut self, _: HttpRequest) {}
    fn emit(&mut self, _: &tapewire_core::event::Event<'_>) {}
    fn done(&mut self) {}
    fn refused(&mut self, _: Failure) {}
    fn need_input(&mut self, _: &str) {}
}
