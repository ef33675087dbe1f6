//! Exact numbers: prices and quantities, totals, and rows of a book.

pub use tapewire_json::{Decimal, Level, Total};
