//! Order entry over the private socket.
//!
//! Source: the venue's API guide v5, "Order book trading", WebSocket, read 2026-07.

use serde_json::Value;

use super::channel::Path;
use super::clients::Post;
use super::live::Known;
use super::request::{Orders, Refusal};
use super::source::Source;
use super::trade::entry::Entry;
use super::{Okx, RECORDED};
use crate::face::{ConnectionId, Outbox};

impl Okx {
    /// Carries out orders; the answer and what the channels say come in the order that the options ask for.
    pub(super) fn orders(
        &mut self,
        now_us: i64,
        from: ConnectionId,
        (id, orders): (Option<&str>, &Orders),
        out: &mut Outbox,
    ) {
        let Some(client) = self.clients.get(from) else { return };
        let may = match (client.path, client.account, &client.key, id) {
            (Path::Public | Path::Business, ..) => Err(Refusal::wrong_url()),
            (_, Some(account), Some(key), Some(id)) => Ok((account, key.clone(), id)),
            (_, Some(_), Some(_), None) => Err(Refusal::new(60027, "Parameter id can not be empty")),
            _ => Err(Refusal::login_wanted()),
        };
        let (account, key, id) = match may {
            Ok(may) => may,
            Err(refusal) => return self.answer(now_us, from, id, &refusal, out),
        };
        let mut result = (0, "", String::new());
        match (orders.deed, &mut self.source) {
            _ if !orders.is_sized() || !orders.args.iter().all(Value::is_object) => {
                result = (60013, "Invalid args", String::new())
            }
            (None, _) => result = mass_cancel(&orders.args),
            (Some(_), Source::Tape(_)) => result = (50001, RECORDED, String::new()),
            (Some(deed), Source::Live(live)) => {
                let Orders { is_batch, args, expires_ms, .. } = orders;
                let (is_batch, naming, expires_ms) = (*is_batch, self.options.naming, *expires_ms);
                let entry = Entry { deed, is_batch, args, naming, expires_ms };
                let known = Known { instruments: &self.instruments, options: &self.options, recorded: false };
                let budget = self.options.limits.then_some(&mut self.budget);
                let results = live.enter(known, (account, &key), &entry, (budget, now_us));
                (result.0, result.2) = (results.code, results.data);
            }
        }
        let Some(client) = self.clients.get(from) else { return };
        let (code, message, data) = result;
        let answer = client.answers(Some(id)).ordered(orders.op, (code, message), &data, now_us);
        if self.options.data_first {
            self.tell(now_us, out);
        }
        Post { now_us, clients: &mut self.clients, out }.reply(from, answer);
        self.tell(now_us, out);
    }

    /// Tells what came of orders.
    fn tell(&mut self, now_us: i64, out: &mut Outbox) {
        let known = Known { instruments: &self.instruments, options: &self.options, recorded: false };
        if let Source::Live(live) = &mut self.source {
            live.tell(known, &mut Post { now_us, clients: &mut self.clients, out });
        }
    }
}

/// Cancels the quotes of market makers in options, of which there are none here.
fn mass_cancel(args: &[Value]) -> (u32, &'static str, String) {
    let is_option = |arg: &Value| arg.get("instType").is_some_and(|kind| kind == "OPTION");
    match args {
        [arg] if is_option(arg) => (0, "", r#"{"result":true}"#.to_owned()),
        _ => (51000, "Parameter instType error", String::new()),
    }
}
