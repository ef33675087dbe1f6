//! Where the data come from: the simulated market, or a recording.

use super::clients::Post;
use super::feeds::Topic;
use super::instrument::Instruments;
use super::live::{Known, Live};
use super::player::Player;
use super::request::Arg;
use super::rest;
use super::trade::AccountId;
use crate::face::{Age, Answer, ConnectionId, Request, Trick, Wake};

#[derive(Debug)]
pub(super) enum Source {
    Live(Box<Live>),
    Tape(Player),
}

impl Source {
    pub(super) fn join(&mut self, known: Known<'_>, topic: &Topic, arg: &Arg, connection: ConnectionId) {
        match self {
            Self::Live(live) => live.join(known, topic, arg, connection),
            Self::Tape(player) => player.join(&topic.stream, connection),
        }
    }

    pub(super) fn leave(&mut self, topic: &Topic, connection: ConnectionId) {
        match self {
            Self::Live(live) => live.leave(topic, connection),
            Self::Tape(player) => player.leave(&topic.stream, connection),
        }
    }

    /// Tells a new listener what a topic begins with.
    pub(super) fn greet(&mut self, known: Known<'_>, topic: &Topic, connection: ConnectionId, post: &mut Post<'_>) {
        match self {
            Self::Live(live) => live.greet(known, topic, connection, post),
            Self::Tape(player) => player.greet(&topic.stream, connection, post),
        }
    }

    pub(super) fn advance(&mut self, known: Known<'_>, post: &mut Post<'_>) -> Wake {
        match self {
            Self::Live(live) => Wake::At(live.advance(known, post)),
            Self::Tape(player) => player.advance(post),
        }
    }

    /// The account of a key; none if there are too many.
    pub(super) fn account(&mut self, key: &str, known: Known<'_>) -> Option<AccountId> {
        match self {
            Self::Live(live) => live.account(key, known),
            // A recording plays the same to everybody.
            Self::Tape(_) => Some(AccountId::default()),
        }
    }

    /// The number of an account's owner.
    pub(super) fn uid(&self, account: Option<AccountId>) -> Option<u64> {
        match self {
            Self::Live(live) => live.accounts().get(account?).map(|holdings| holdings.uid),
            Self::Tape(_) => None,
        }
    }

    pub(super) fn http(&self, request: &Request, instruments: &Instruments, now_us: i64, age: Age) -> Answer {
        match self {
            Self::Live(live) => rest::answer(request, live.market(age), instruments, now_us),
            Self::Tape(_) => rest::answer_recorded(request, instruments, now_us),
        }
    }

    pub(super) fn prepare(&mut self, trick: Trick) -> bool {
        match (trick, self) {
            (Trick::StaleAnswer, Self::Live(live)) => live.remember(),
            // A recording has its own numbers.
            (Trick::SequenceReset, Self::Tape(_)) => return false,
            _ => {}
        }
        true
    }

    pub(super) fn reset_sequence(&mut self) {
        if let Self::Live(live) = self {
            live.reset_sequence();
        }
    }
}
