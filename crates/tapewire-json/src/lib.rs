//! Reads JSON frames into plain serde structs, exactly: a pull cursor, and serde on top of it.
//!
//! - A message is a plain struct with `#[derive(Deserialize)]`; [`from_str`] reads it.
//! - An envelope, in which one member says what another one is, goes through [`tagged`], or through
//!   [`Cursor::object`] where it is more involved; inside, [`Cursor::read`] reads the message.
//!
//! What both keep to:
//! - members may come in any order; unknown ones are skipped, and checked while they are;
//! - a member that a struct asks for must come once: twice is an error, never is an error too,
//!   unless it is an `Option` or has `#[serde(default)]`;
//! - `Option`: `null`, `""` and an absent member are `None`;
//! - a number may stand in quotes; it is read from its digits, never through a float: whole ones into
//!   integers, prices and quantities into [`Decimal`], sums into [`Total`];
//! - an array may be longer than the tuple or struct that reads it: the rest is skipped;
//! - a struct may be written as an array of its fields, in order;
//! - escapes are understood everywhere but in numbers; what may hold them is read as [`Text`], since
//!   `&str` refuses them;
//! - objects and arrays nest to [`MAX_DEPTH`]; nothing but white space may follow.
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
mod raw;
mod tagged;
mod text;
mod total;

pub use cursor::{Cursor, MAX_DEPTH};
pub use de::from_str;
pub use decimal::Decimal;
pub use error::{Error, ErrorKind, Result};
pub use level::Level;
pub use raw::Raw;
pub use tagged::tagged;
pub use text::Text;
pub use total::Total;

#[cfg(test)]
mod tests;
