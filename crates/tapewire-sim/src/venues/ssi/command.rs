//! The socket for orders: commands with an id, their answers, and what follows under the same id.
//!
//! Source: the order-entry client of ssi-sdk 3.3.2 and its change log, read 2026-07. The documents want signatures in
//! base64; the SDK's first runs against the venue had those refused, and hexadecimal ones accepted.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::failure::Failure;
use super::json::{Object, text};
use super::order::{Order, Status};
use super::portfolio::Question;
use super::trading::Action;
use crate::face::{ConnectionId, Outbox};

/// A command, as far as it could be read.
#[derive(Debug, Deserialize)]
pub(super) struct Wire<'a> {
    pub(super) id: String,
    pub(super) method: String,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) signature: String,
}

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Act(Action),
    Ask(Question),
    /// Conditional orders, which are not simulated.
    Conditional,
}

/// Who is told of an order by the id of the command that placed it.
#[derive(Debug, Default)]
pub(super) struct Followers(BTreeMap<usize, Follower>);

#[derive(Debug)]
struct Follower {
    connection: ConnectionId,
    id: String,
}

impl Wire<'_> {
    /// The text that is signed.
    pub(super) fn params(&self) -> &str {
        self.params.map_or("", RawValue::get)
    }

    /// A parameter of a question, whatever its type.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let params: Value = serde_json::from_str(self.params()).ok()?;
        match params.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }
}

impl Command {
    pub(super) fn of(method: &str) -> Option<Self> {
        Some(match method {
            "order.place" => Self::Act(Action::Place),
            "order.amend" => Self::Act(Action::Modify),
            "order.cancel" => Self::Act(Action::Cancel),
            "order.batchNew" => Self::Act(Action::PlaceBatch),
            "order.batchCancel" => Self::Act(Action::CancelBatch),
            "query.position" => Self::Ask(Question::Position),
            "query.maxBuySell" => Self::Ask(Question::MaxBuySell),
            "query.accountBalance" => Self::Ask(Question::Balance),
            "query.ppmmrAccount" => Self::Ask(Question::Power),
            "query.orderBook" => Self::Ask(Question::Orders),
            _ if method.starts_with("fco.") => Self::Conditional,
            _ => return None,
        })
    }

    /// How many of its kind a socket may send in a second.
    pub(super) const fn budget(self) -> usize {
        match self {
            Self::Ask(_) => QUERIES_MAX,
            Self::Act(_) | Self::Conditional => ORDERS_MAX,
        }
    }
}

impl Followers {
    pub(super) fn add(&mut self, order: usize, connection: ConnectionId, id: &str) {
        self.0.insert(order, Follower { connection, id: id.to_owned() });
    }

    /// Forgets a socket.
    pub(super) fn leave(&mut self, connection: ConnectionId) {
        self.0.retain(|_, follower| follower.connection != connection);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Tells whoever placed an order what became of it; that it is on its way, they know.
    pub(super) fn tell(&mut self, index: usize, order: &Order, event: &str, out: &mut Outbox) {
        let Some(Follower { connection, id }) = self.0.get(&index) else { return };
        if !matches!(order.status, Status::Pending | Status::ReadyToSend | Status::Sent) {
            out.reply(
                *connection,
                head(id).text("method", "order.place").raw("status", "200").raw("result", event).done(),
            );
        }
        if order.status.is_final() {
            self.0.remove(&index);
        }
    }
}

/// The answer to a command that was carried out.
pub(super) fn done(wire: &Wire<'_>, result: &str, (budget, left): (usize, usize), now_us: i64) -> String {
    let rate =
        Object::new().raw("limit", budget.to_string()).raw("remaining", left.to_string()).raw("resetMs", "1000").done();
    head(&wire.id)
        .raw("method", text(&wire.method))
        .raw("status", "200")
        .raw("result", result)
        .raw("rateLimit", rate)
        .raw("receivedTime", (now_us / 1_000).to_string())
        .done()
}

/// The answer to one that was not, with a code of the REST API.
pub(super) fn failed(id: &str, failure: &Failure) -> String {
    refused(id, &failure.status.to_string(), &failure.code.to_string(), &failure.message)
}

pub(super) fn unknown(id: &str) -> String {
    refused(id, "404", "METHOD_NOT_FOUND", "Unknown method")
}

pub(super) fn too_many(id: &str) -> String {
    refused(id, "429", "RATE_LIMIT_EXCEEDED", "Too many commands")
}

pub(super) fn conditional(id: &str) -> String {
    refused(id, "\"error\"", "FCO_ERROR", "Conditional orders are not simulated")
}

fn refused(id: &str, status: &str, code: &str, message: &str) -> String {
    let error = Object::new().text("code", code).raw("message", text(message)).done();
    head(id).raw("status", status).raw("error", error).done()
}

fn head(id: &str) -> Object {
    Object::new().raw("id", text(id))
}

const ORDERS_MAX: usize = 50;
const QUERIES_MAX: usize = 100;
