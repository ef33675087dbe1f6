//! The connections of the face: how each wants its frames, and what it has subscribed to.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::payload::Unit;
use crate::face::{ConnectionId, FrameBuf, Outbox};

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Clients {
    all: BTreeMap<ConnectionId, Client>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Client {
    /// Whether frames name their stream.
    pub(super) combined: bool,
    pub(super) unit: Unit,
    /// In the order of subscription; those that mean nothing are here too.
    pub(super) streams: Vec<Arc<str>>,
}

impl Clients {
    pub(super) fn insert(&mut self, connection: ConnectionId, client: Client) {
        self.all.insert(connection, client);
    }

    pub(super) fn get(&self, connection: ConnectionId) -> Option<&Client> {
        self.all.get(&connection)
    }

    pub(super) fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Client> {
        self.all.get_mut(&connection)
    }

    pub(super) fn remove(&mut self, connection: ConnectionId) -> Option<Client> {
        self.all.remove(&connection)
    }

    /// Sends one payload to some of them, encoded once for each form that one of them wants.
    pub(super) fn publish(
        &self,
        stream: &Arc<str>,
        listeners: &[ConnectionId],
        payload: impl Fn(Unit) -> String,
        out: &mut Outbox,
    ) {
        let mut forms: [Option<Utf8Bytes>; 4] = [None, None, None, None];
        for (connection, client) in listeners.iter().filter_map(|id| Some((*id, self.all.get(id)?))) {
            let index = usize::from(client.combined) * 2 + usize::from(client.unit == Unit::Micros);
            let Some(form) = forms.get_mut(index) else { continue };
            let text = form.get_or_insert_with(|| {
                let payload = payload(client.unit);
                if client.combined { combine(stream, &payload).into() } else { payload.into() }
            });
            out.data(connection, stream, FrameBuf::shared(text.clone()));
        }
    }
}

/// The frame of a combined connection.
pub(super) fn combine(stream: &str, payload: &str) -> String {
    let name = serde_json::Value::from(stream);
    format!(r#"{{"stream":{name},"data":{payload}}}"#)
}
