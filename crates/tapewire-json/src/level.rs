//! A row of an order book as venues write it: `[price, quantity, ..]`.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};

use crate::Decimal;

/// One row of an order book. In JSON an array that begins with the two; what follows is skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub price: Decimal,
    /// How much is there; 0 removes the row.
    pub quantity: Decimal,
}

impl Level {
    /// The name under which a level asks our own deserializer to be read in one go.
    pub(crate) const TOKEN: &'static str = "$tapewire_json::Level";
}

impl<'de> Deserialize<'de> for Level {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::TOKEN, LevelVisitor)
    }
}

struct LevelVisitor;

impl<'de> Visitor<'de> for LevelVisitor {
    type Value = Level;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[price, quantity]")
    }

    /// Any other deserializer: have it read an array.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, other: D) -> Result<Level, D::Error> {
        other.deserialize_seq(self)
    }

    #[inline(always)]
    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Level, A::Error> {
        let price = row.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
        let quantity = row.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
        while row.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Level { price, quantity })
    }
}
