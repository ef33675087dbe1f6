//! Recordings of this dialect: which stream a frame belongs to, and which instruments there are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::replay::Tape;
use crate::venues::okx_common::instrument::Instruments;
use crate::venues::okx_common::player::{Player, Read};

/// Takes a recording apart; a frame that is no market data is left out.
pub(super) fn take_apart(tape: Tape) -> (Player, Instruments) {
    let mut places = BTreeMap::<String, (u32, u32)>::new();
    let player = Player::new(tape, |text| {
        let Message { arg, action, data } = serde_json::from_str(text).ok()?;
        let about = arg.inst_id.as_ref().or(arg.inst_type.as_ref());
        let stream = about.map_or_else(|| arg.channel.clone(), |about| format!("{}:{about}", arg.channel));
        if let Some(id) = arg.inst_id {
            note(places.entry(id).or_default(), &data);
        }
        Some(Read { stream, book: action.map(|action| action == "snapshot") })
    });
    (player, Instruments::recorded(&places))
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

/// Notes the finest price and size of an instrument that were seen.
fn note((price, size): &mut (u32, u32), data: &[Value]) {
    for item in data {
        let sides = ["asks", "bids"].iter().filter_map(|side| item.get(side)?.as_array());
        for level in sides.flatten() {
            *price = digits(level.get(0)).max(*price);
            *size = digits(level.get(1)).max(*size);
        }
        *price = digits(item.get("px")).max(*price);
        *size = digits(item.get("sz")).max(*size);
    }
}

fn digits(number: Option<&Value>) -> u32 {
    let places = number.and_then(Value::as_str).and_then(|text| text.split_once('.')).map_or("", |(_, places)| places);
    u32::try_from(places.trim_end_matches('0').len()).unwrap_or(0).min(PLACES_MAX)
}

/// More places than these are noise.
const PLACES_MAX: u32 = 18;
