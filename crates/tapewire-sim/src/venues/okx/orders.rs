//! Order entry over the private socket.
//!
//! Source: the venue's API guide v5, "Order book trading", WebSocket, read 2026-07.

use serde_json::Value;

use super::channel::Path;
use super::request::{Orders, Refusal};
use super::trade::Counter;
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
        let (code, message, data) = match orders.deed {
            _ if !orders.is_sized() || !orders.args.iter().all(Value::is_object) => {
                (60013, "Invalid args", String::new())
            }
            None => mass_cancel(&orders.args),
            Some(deed) => {
                let Orders { is_batch, args, expires_ms, .. } = orders;
                let options = &self.floor.dialect.options;
                let (limits, naming) = (options.limits, options.naming);
                let entry = Entry { deed, is_batch: *is_batch, args, naming, expires_ms: *expires_ms };
                let budget = limits.then_some(&mut self.budget);
                let results = self.floor.enter(|dialect, instruments, market, events| {
                    let mut counter = Counter { market, instruments, events, now_us };
                    dialect.accounts.carry_out(&mut counter, (account, &key), &entry, budget)
                });
                results.map_or((50001, RECORDED, String::new()), |results| (results.code, "", results.data))
            }
        };
        let Some(client) = self.clients.get(from) else { return };
        let answer = client.answers(Some(id)).ordered(orders.op, (code, message), &data, now_us);
        if self.floor.dialect.options.data_first {
            self.floor.tell(now_us, out);
        }
        self.floor.reply(now_us, from, answer, out);
        self.floor.tell(now_us, out);
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
