//! Recordings of this dialect: which stream a frame belongs to.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::channel::{self, Channel};
use crate::replay::Tape;
use crate::venues::deflate::pack;
use crate::venues::okx_common::instrument::Instruments;
use crate::venues::okx_common::places::Places;
use crate::venues::okx_common::player::{Player, Read};

/// Takes a recording apart; a frame that is no data is left out. All are played compressed.
pub(super) fn take_apart(tape: Tape) -> (Player, Instruments) {
    // Nothing in a frame says so: the first one of a book is whole.
    let mut begun = BTreeSet::new();
    let read = |text: &str| {
        let messages: Vec<Message> = serde_json::from_str(text).ok()?;
        let Message { channel, data } = messages.into_iter().next()?;
        let name = channel::parse(&channel).filter(|_| data.get("error_code").is_none())?;
        let book = (name.channel == Channel::Depth).then(|| begun.insert(channel.clone()));
        Some(Read { stream: channel, book })
    };
    (Player::new(tape, read, |text| pack(text, true)), Instruments::recorded(&Places::default()))
}

#[derive(Deserialize)]
struct Message {
    channel: String,
    data: Value,
}
