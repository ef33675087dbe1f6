//! Reads JSON frames into plain serde structs, without losing a digit: a pull cursor, and serde on top of it.
//!
//! - A message is a plain struct with `#[derive(Deserialize)]`; [`from_str`] reads it.
//! - An envelope, in which one member says what another one is, is read by [`tagged`], or by [`Cursor::object`] in
//!   more complex cases; inside it, [`Cursor::read`] reads the message.
//!
//! Rules that both follow:
//! - members may come in any order; unknown ones are skipped, but their syntax is checked;
//! - a member that a struct declares must occur once: a second one is an error, and so is a missing one
//!   unless it is an `Option` or has `#[serde(default)]`;
//! - `Option`: `null`, `""` and an absent member are `None`;
//! - a number may be quoted; it is read digit by digit, never through a float: whole numbers into
//!   integers, prices and quantities into [`Decimal`], sums into [`Total`]; what a venue writes in a form of
//!   its own is left to the adapter by [`Numeral`];
//! - an array may be longer than the tuple or struct that reads it: the rest is skipped;
//! - a struct may be written as an array of its fields, in order;
//! - escapes are understood everywhere except in numbers; a string that may contain them is read as
//!   [`Text`], since `&str` rejects them;
//! - objects and arrays nest up to [`MAX_DEPTH`]; only white space may follow the value.
//!
//! ```
//! # use serde::Deserialize;
//! # use tapewire_json::Decimal;
//! #[derive(Deserialize)]
//! struct Trade<'a> {
//!     #[serde(rename = "s")]
//!     symbol: &'a str,
//!     #[serde(rename = "p")]
//!     price: Decimal,
//!     #[serde(rename = "T")]
//!     time: i64,
//! }
//!
//! # fn main() -> tapewire_json::Result<()> {
//! let trade: Trade = tapewire_json::from_str(r#"{"e":"trade","p":"0.50","T":1633998523963,"s":"NKNUSDT"}"#)?;
//! assert_eq!((trade.symbol, trade.price, trade.time), ("NKNUSDT", "0.50".parse()?, 1633998523963));
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "rust_decimal")]
mod convert;
mod cursor;
mod de;
mod decimal;
mod error;
mod level;
mod numeral;
mod raw;
mod tagged;
mod text;
mod total;

pub use cursor::{Cursor, MAX_DEPTH};
pub use de::from_str;
pub use decimal::Decimal;
pub use error::{Error, ErrorKind, Result};
pub use level::Level;
pub use numeral::Numeral;
pub use raw::Raw;
pub use tagged::tagged;
pub use text::Text;
pub use total::Total;

#[cfg(test)]
mod tests;
