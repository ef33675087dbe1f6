//! Recordings of this dialect: which stream a frame belongs to, and which instruments there are.

use serde::Deserialize;
use serde_json::Value;

use crate::replay::Tape;
use crate::venues::deflate::pack;
use crate::venues::okx_common::instrument::Instruments;
use crate::venues::okx_common::places::Places;
use crate::venues::okx_common::player::{Player, Read};

/// Takes a recording apart; a frame that is no data is left out. All are played compressed.
pub(super) fn take_apart(tape: Tape) -> (Player, Instruments) {
    let mut places = Places::default();
    let read = |text: &str| {
        let Message { table, action, data } = serde_json::from_str(text).ok()?;
        let first = data.first()?;
        let id = ["instrument_id", "currency"].iter().find_map(|name| first.get(name)?.as_str())?;
        data.iter().for_each(|item| places.note(id, item, ["price", "size"]));
        Some(Read { stream: format!("{table}:{id}"), book: action.map(|action| action == "partial") })
    };
    (Player::new(tape, read, |text| pack(text, true)), Instruments::recorded(&places))
}

#[derive(Deserialize)]
struct Message {
    table: String,
    action: Option<String>,
    data: Vec<Value>,
}
