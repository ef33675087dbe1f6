//! [`Books`]: which messages of a book are whole. Neither they nor their numbers say: there are none.

use std::collections::HashMap;

use tapewire_core::event::BookAction;

/// How many books of one connection are told apart; more than any client ever subscribed.
const BOOKS_MAX: usize = 4096;

/// The books of one connection, by the names of their channels.
#[derive(Debug, Default)]
pub(crate) struct Books(HashMap<Box<str>, Phase>);

/// Where a book stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The next message is whole.
    First,
    /// Each message is a change.
    Following,
    /// It was subscribed anew: until the venue has answered that, changes of before may still come.
    Renewed,
}

impl Books {
    /// A book is subscribed, whether for the first time or anew.
    pub(crate) fn subscribed(&mut self, name: &str) {
        match self.0.get_mut(name) {
            Some(phase @ Phase::Following) => *phase = Phase::Renewed,
            Some(_) => {}
            None => _ = self.place(name),
        }
    }

    /// The venue has answered that a book is subscribed or is not: what comes next is of after that. An answer that
    /// is late, behind the first data, changes nothing.
    pub(crate) fn answered(&mut self, name: &str, removed: bool) {
        if let Some(phase) = self.0.get_mut(name)
            && (removed || *phase == Phase::Renewed)
        {
            *phase = Phase::First;
        }
    }

    /// What a message is that came now; `None` if there are too many books to tell.
    pub(crate) fn action(&mut self, name: &str) -> Option<BookAction> {
        let phase = match self.0.get_mut(name) {
            Some(phase) => phase,
            None => self.place(name)?,
        };
        Some(match phase {
            Phase::First => {
                *phase = Phase::Following;
                BookAction::Snapshot
            }
            Phase::Following | Phase::Renewed => BookAction::Delta,
        })
    }

    /// The next message of a book could not be read: if it was the whole one, no other will come.
    pub(crate) fn lost(&mut self, name: &str) {
        if let Some(phase @ Phase::First) = self.0.get_mut(name) {
            *phase = Phase::Following;
        }
    }

    fn place(&mut self, name: &str) -> Option<&mut Phase> {
        if self.0.len() >= BOOKS_MAX {
            return None;
        }
        Some(self.0.entry(name.into()).or_insert(Phase::First))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays `s` subscribe, `a` added, `r` removed, `x` unreadable, `d` data; returns what each `d` was: `S` or `D`.
    fn play(script: &str) -> String {
        let (mut books, mut told) = (Books::default(), String::new());
        for step in script.chars() {
            match step {
                's' => books.subscribed("A"),
                'a' => books.answered("A", false),
                'r' => books.answered("A", true),
                'x' => books.lost("A"),
                _ => told.push(if books.action("A") == Some(BookAction::Snapshot) { 'S' } else { 'D' }),
            }
        }
        told
    }

    #[test]
    fn the_first_message_of_a_subscription_is_whole() {
        let cases = [
            ("sadd", "SD"),
            ("sdad", "SD"),
            ("dd", "SD"),
            // Subscribed anew: changes of before may come until the answer.
            ("saddsdad", "SDDS"),
            ("saddsdradd", "SDDSD"),
            // Asked for twice before anything came.
            ("ssadd", "SD"),
            // Recorded: left, and subscribed again.
            ("ddrdd", "SDSD"),
            // The whole one was lost: what follows is a change, and has no book.
            ("saxdd", "DD"),
            ("sdxd", "SD"),
        ];
        for (script, told) in cases {
            assert_eq!(play(script), told, "{script}");
        }
    }

    #[test]
    fn keeps_no_more_than_it_may() {
        let mut books = Books::default();
        for number in 0..BOOKS_MAX {
            assert_eq!(books.action(&number.to_string()), Some(BookAction::Snapshot));
        }
        assert_eq!((books.action("one more"), books.action("7")), (None, Some(BookAction::Delta)));
        assert_eq!(books.0.len(), BOOKS_MAX);
    }
}
