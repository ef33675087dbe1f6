//! Members that are there, whatever they hold.

use serde::{Deserialize, Deserializer};

/// Keeps a `null` or an empty string apart from an absent member. To be used with `default`.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
