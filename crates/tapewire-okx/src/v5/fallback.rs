//! [`Fallback`]: tick-by-tick books that the venue refuses are taken from `books` instead, where the user asked for that.

use std::collections::VecDeque;

use tapewire_core::event::Id;

use super::config::Books;

/// How many requests are remembered that wait for an answer. Older ones, if refused, are rejected like any other.
const REQUESTS_MAX: usize = 64;
/// The fee tier is too low; nobody is logged in. OKX API guide, "Error Code", "WebSocket", read 2026-07.
const REFUSALS: [&str; 2] = ["64003", "60011"];

/// Which channel full books come from on one connection.
#[derive(Debug, Default)]
pub(crate) struct Fallback {
    /// The channel that may be refused; `None` where nothing falls back.
    from: Option<&'static str>,
    /// Whether it was refused. Fee tiers are of an account: what holds for one book holds for all.
    fallen: bool,
    /// The requests that asked for that channel.
    requests: VecDeque<u64>,
}

impl Fallback {
    /// From `books` to [`Books::Books`], if it is `allowed` and another channel.
    pub(crate) fn new(books: Books, allowed: bool) -> Self {
        let from = (allowed && books != Books::Books).then(|| books.name());
        Self { from, ..Self::default() }
    }

    /// The channel to ask for in the place of `name`.
    pub(crate) fn asked<'a>(&self, name: &'a str) -> &'a str {
        if self.fallen && self.from == Some(name) { Books::Books.name() } else { name }
    }

    /// The channel of the topic that is served by `name`.
    pub(crate) fn served<'a>(&self, name: &'a str) -> &'a str {
        self.from.filter(|_| self.fallen && name == Books::Books.name()).unwrap_or(name)
    }

    /// A request went out for topics of these channels.
    pub(crate) fn sent<'a>(&mut self, request: u64, mut names: impl Iterator<Item = &'a str>) {
        if self.fallen || !names.any(|name| self.from == Some(name)) {
            return;
        }
        if self.requests.len() >= REQUESTS_MAX {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    /// A request was refused; returns whether what it asked for is to be asked for again, from `books`.
    pub(crate) fn refused(&mut self, request: Option<&Id>, code: Option<&str>) -> bool {
        let number = request.and_then(Id::number);
        let is_ours = number.is_some_and(|number| self.requests.contains(&number));
        let falls = is_ours && code.is_some_and(|code| REFUSALS.contains(&code));
        self.fallen |= falls;
        falls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(fallback: &mut Fallback, request: u64, code: &str) -> bool {
        fallback.refused(Some(&Id::Number(request)), Some(code))
    }

    #[test]
    fn falls_back_when_its_books_are_refused_and_it_may() {
        for (books, allowed, code, falls) in [
            (Books::Tick400, true, "64003", true),
            (Books::Tick50, true, "60011", true),
            (Books::Tick400, true, "60018", false),
            (Books::Tick400, false, "64003", false),
            (Books::Books, true, "64003", false),
        ] {
            let mut fallback = Fallback::new(books, allowed);
            fallback.sent(1, [books.name()].into_iter());
            assert_eq!(refused(&mut fallback, 1, code), falls, "{books:?} {allowed} {code}");
            let asked = if falls { "books" } else { books.name() };
            assert_eq!((fallback.asked(books.name()), fallback.served(asked)), (asked, books.name()));
        }
    }

    #[test]
    fn other_requests_are_no_reason() {
        let mut fallback = Fallback::new(Books::Tick400, true);
        fallback.sent(1, ["tickers", "opt-summary"].into_iter());
        assert!(!refused(&mut fallback, 1, "64003") && !fallback.refused(None, Some("64003")));
        assert_eq!((fallback.asked("books-l2-tbt"), fallback.served("books")), ("books-l2-tbt", "books"));
    }

    #[test]
    fn of_several_refusals_none_costs_a_book() {
        let mut fallback = Fallback::new(Books::Tick400, true);
        for request in 1..=100 {
            fallback.sent(request, ["books-l2-tbt"].into_iter());
        }
        assert!(fallback.requests.len() == REQUESTS_MAX && !refused(&mut fallback, 1, "64003"));
        assert!(refused(&mut fallback, 100, "64003") && refused(&mut fallback, 99, "64003"));
        fallback.sent(101, ["books-l2-tbt"].into_iter());
        assert!(!refused(&mut fallback, 101, "64003"), "`books` itself was refused");
    }
}
