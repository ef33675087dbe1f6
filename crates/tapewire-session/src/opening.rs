//! Opening: from the wish for a connection to its open socket.

use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::ConnectionState;
use tapewire_core::{Grant, Now, Recovery};

use crate::link::{Link, LinkState};
use crate::session::{End, Session};
use crate::{Action, Output};

impl Session {
    /// Begins to open a connection.
    pub(crate) fn connect(&mut self, now: Now, out: &mut Output<'_>) -> Link {
        self.last_number += 1;
        let connection = self.last_number;
        self.tell_connection(now, connection, ConnectionState::Connecting, None, None, out);
        out.actions.push(Action::Grant { connection, renew: std::mem::take(&mut self.renew) });
        Link::new(connection, &self.policy, now.mono)
    }

    pub(crate) fn granted(&mut self, connection: u64, grant: Grant, out: &mut Output<'_>) {
        let Some(link) = self.link(connection).filter(|link| link.state == LinkState::Asking) else { return };
        link.state = LinkState::Dialling;
        out.actions.push(Action::Dial { connection, request: grant.dial.clone() });
        link.grant = Some(grant);
    }

    /// Tells that a connection is still to come, and why.
    pub(crate) fn held(&mut self, now: Now, connection: u64, wait: Option<Duration>, why: &str, out: &mut Output<'_>) {
        if self.link(connection).is_some_and(|link| !link.is_open()) {
            let recovery = wait.map_or(Recovery::Retry, Recovery::RetryAfter);
            let end = End { recovery, code: None, limit: None, delay: wait };
            self.tell_connection(now, connection, ConnectionState::Connecting, Some(why), Some(end), out);
        }
    }

    pub(crate) fn opened(&mut self, now: Now, connection: u64, out: &mut Output<'_>) {
        let (connector, route, within) = (Arc::clone(&self.connector), self.route, self.policy.login_within);
        let Some(link) = self.link(connection).filter(|link| link.state == LinkState::Dialling) else { return };
        let Some(grant) = &link.grant else { return };
        link.protocol = Some(connector.protocol(route, grant));
        link.state = LinkState::Login { until: now.mono.after(within) };
        link.life.open(now.mono);
        self.counters.connections += 1;
        self.want_all(connection);
        self.tell_connection(now, connection, ConnectionState::Open, None, None, out);
        self.call(now, connection, out, |protocol, cx| protocol.opened(cx));
        if self.link(connection).is_some_and(|link| matches!(link.state, LinkState::Login { .. })) {
            self.tell_connection(now, connection, ConnectionState::Login, None, None, out);
        }
        self.plan_handover(now, connection);
    }
}
