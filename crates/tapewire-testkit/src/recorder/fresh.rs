//! A fresh adapter that is told what another was told.

use tapewire_core::{Account, AccountContext, Call as Wanted, Context, Frame, Protocol, Venue};

use super::Actor;
use super::account::AccountEars;
use super::call::{Call, Input};
use super::protocol::Ears;
use super::shadow::Shadow;

/// An actor of a fresh adapter, to be told again what another was told.
pub(crate) enum Fresh {
    Protocol(Box<dyn Protocol>, Box<ShadowOf>),
    Account(Box<dyn Account>),
}

/// The table of a connection that is played again.
pub(crate) struct ShadowOf(Shadow);

impl Fresh {
    /// The actor that a fresh adapter gives.
    pub(crate) fn of(actor: &Actor, venue: &Venue) -> Self {
        match actor {
            Actor::Protocol(route, grant) => {
                Self::Protocol(venue.connector.protocol(*route, grant), Box::new(ShadowOf(Shadow::default())))
            }
            Actor::Account(target) => Self::Account(venue.connector.account(target)),
        }
    }

    /// Plays a call again; returns what came of it.
    pub(crate) fn play(&mut self, call: &Call) -> String {
        match self {
            Self::Protocol(protocol, shadow) => play_protocol(&mut **protocol, &mut shadow.0, call),
            Self::Account(account) => play_account(&mut **account, call),
        }
    }
}

fn play_protocol(protocol: &mut dyn Protocol, shadow: &mut Shadow, call: &Call) -> String {
    call.changes.iter().for_each(|change| shadow.apply(change));
    let mut nonce = call.nonce;
    let mut ears = Ears::alone(shadow);
    let mut cx = Context::new(call.now, &mut nonce, &shadow.table, &mut ears);
    match &call.input {
        Input::Opened => protocol.opened(&mut cx),
        Input::Encode(op, topics) => _ = protocol.encode(*op, &topics.iter().collect::<Vec<_>>(), &mut cx),
        Input::Text(text) => protocol.frame(Frame::Text(text), &mut cx),
        Input::Binary(bytes) => protocol.frame(Frame::Binary(bytes), &mut cx),
        Input::KeepAlive => protocol.keep_alive(&mut cx),
        Input::Ping => protocol.ping(&mut cx),
        _ => {}
    }
    ears.said
}

fn play_account(account: &mut dyn Account, call: &Call) -> String {
    let mut ears = AccountEars::default();
    let mut cx = AccountContext::new(call.now, &mut ears);
    match &call.input {
        Input::Grant(route) => account.grant(*route, &mut cx),
        Input::Instruments => account.call(&Wanted::Instruments, &mut cx),
        Input::Snapshot(topic, subscription) => {
            account.call(&Wanted::Snapshot { topic, subscription: *subscription }, &mut cx);
        }
        // An answer that cannot be read is the same fault both times.
        Input::Http(answer) => _ = account.http(answer.reply(), &mut cx),
        Input::Refusal(answer) => return format!("{:?}", account.refusal(answer.reply())),
        Input::Typed(secret) => account.input(secret, &mut cx),
        Input::Unanswered { path, sent, usual } => {
            return format!("{:?}", account.unanswered(path, *sent, usual.clone()));
        }
        Input::Refused => account.refused(),
        Input::Kept(secret) => account.kept(secret),
        _ => {}
    }
    ears.said
}
