//! How finely the instruments of a recording are priced and sized, as far as its frames show.

use std::collections::BTreeMap;

use serde_json::Value;

/// The places of the finest price and size seen, by instrument.
#[derive(Debug, Default)]
pub(crate) struct Places(BTreeMap<String, (u32, u32)>);

impl Places {
    /// Notes an item of a frame: the levels of a book, or members that are a price and a size.
    pub(crate) fn note(&mut self, id: &str, item: &Value, [price_name, size_name]: [&str; 2]) {
        let (price, size) = self.0.entry(id.to_owned()).or_default();
        let sides = ["asks", "bids"].iter().filter_map(|side| item.get(side)?.as_array());
        for level in sides.flatten() {
            *price = digits(level.get(0)).max(*price);
            *size = digits(level.get(1)).max(*size);
        }
        *price = digits(item.get(price_name)).max(*price);
        *size = digits(item.get(size_name)).max(*size);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32, u32)> {
        self.0.iter().map(|(id, (price, size))| (id.as_str(), *price, *size))
    }
}

fn digits(number: Option<&Value>) -> u32 {
    let places = number.and_then(Value::as_str).and_then(|text| text.split_once('.')).map_or("", |(_, places)| places);
    u32::try_from(places.trim_end_matches('0').len()).unwrap_or(0).min(PLACES_MAX)
}

/// More places than these are noise.
const PLACES_MAX: u32 = 18;
