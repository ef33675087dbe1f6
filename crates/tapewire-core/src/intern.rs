//! Bounded tables of texts that live as long as the process, so that ids can be small and `Copy`.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{OnceLock, RwLock};

/// A table that hands out one number for each value, up to a limit; nothing is ever taken out.
pub(crate) struct Interner<T: 'static> {
    limit: usize,
    table: OnceLock<RwLock<Table<T>>>,
}

struct Table<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T: Copy + Eq + Hash> Interner<T> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, table: OnceLock::new() }
    }

    /// The number of `value`, if it has one already.
    pub(crate) fn find(&self, value: &T) -> Option<u32> {
        self.read(|table| table.numbers.get(value).copied())
    }

    /// The number of `value`, taking the next free one if it is new; `None` if the table is full.
    pub(crate) fn number(&self, value: T) -> Option<u32> {
        let lock = self.table();
        let mut table = lock.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = table.numbers.get(&value) {
            return Some(*known);
        }
        let next = u32::try_from(table.values.len()).ok().filter(|_| table.values.len() < self.limit)?;
        table.values.push(value);
        table.numbers.insert(value, next);
        Some(next)
    }

    /// The value behind a number that this table gave out.
    pub(crate) fn value(&self, number: u32) -> Option<T> {
        self.read(|table| table.values.get(usize::try_from(number).ok()?).copied())
    }

    fn table(&self) -> &RwLock<Table<T>> {
        self.table.get_or_init(|| RwLock::new(Table { numbers: HashMap::new(), values: Vec::new() }))
    }

    fn read<R>(&self, look: impl FnOnce(&Table<T>) -> R) -> R {
        look(&self.table().read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Keeps a text for as long as the process lives. Callers bound how many there can be.
pub(crate) fn keep(text: &str) -> &'static str {
    Box::leak(Box::from(text))
}

/// The texts themselves, behind a number each.
pub(crate) struct Texts(Interner<&'static str>);

impl Texts {
    pub(crate) const fn new(limit: usize) -> Self {
        Self(Interner::new(limit))
    }

    /// The kept copy of `text` and its number; `None` if the table is full.
    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        if let Some(known) = self.0.read(|table| table.numbers.get(text).copied()) {
            return Some(known);
        }
        // Two threads may get here with one text: the second copy is lost, which the limit bounds as well.
        if self.0.read(|table| table.values.len() >= self.0.limit) {
            return None;
        }
        self.0.number(keep(text))
    }

    pub(crate) fn text(&self, number: u32) -> &'static str {
        self.0.value(number).unwrap_or_default()
    }

    /// The kept copy of `text`; `None` if the table is full.
    pub(crate) fn kept(&self, text: &str) -> Option<&'static str> {
        self.number(text).map(|number| self.text(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_one_number_a_text_and_stops_at_its_limit() {
        static TABLE: Texts = Texts::new(2);
        assert_eq!((TABLE.number("a"), TABLE.number("b"), TABLE.number("a")), (Some(0), Some(1), Some(0)));
        assert_eq!(TABLE.number("c"), None);
        assert_eq!((TABLE.text(1), TABLE.number("b")), ("b", Some(1)));
    }
}
