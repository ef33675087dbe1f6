//! Recordings of this dialect: which stream a frame belongs to, and which instruments there are.

use serde::Deserialize;
use serde_json::Value;

use crate::face::FrameBuf;
use crate::replay::Tape;
use crate::venues::okx_common::instrument::Instruments;
use crate::venues::okx_common::places::Places;
use crate::venues::okx_common::player::{Player, Read};

/// Takes a recording apart; a frame that is no market data is left out.
pub(super) fn take_apart(tape: Tape) -> (Player, Instruments) {
    let mut places = Places::default();
    let read = |text: &str| {
        let Message { arg, action, data } = serde_json::from_str(text).ok()?;
        let about = arg.inst_id.as_ref().or(arg.inst_type.as_ref());
        let stream = about.map_or_else(|| arg.channel.clone(), |about| format!("{}:{about}", arg.channel));
        if let Some(id) = &arg.inst_id {
            data.iter().for_each(|item| places.note(id, item, ["px", "sz"]));
        }
        Some(Read { stream, book: action.map(|action| action == "snapshot") })
    };
    (Player::new(tape, read, FrameBuf::from), Instruments::recorded(&places))
}

#[derive(Deserialize)]
struct Message {
    arg: RecordedArg,
    action: Option<String>,
    data: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordedArg {
    channel: String,
    inst_id: Option<String>,
    inst_type: Option<String>,
}
