//! Colours: few, and only for people who want them.

use std::fmt;

use crossterm::style::Stylize as _;

/// How a piece of text is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    /// Labels and what is not news.
    Dim,
    /// Titles.
    Strong,
    /// Rising prices, connections that live.
    Good,
    /// Falling prices, losses.
    Bad,
    /// On the way to good or bad.
    Warn,
}

/// Whether to colour what goes to a terminal, or not to one. `NO_COLOR` forbids it, as no-color.org says.
pub(crate) fn wanted(terminal: bool) -> bool {
    terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A text to be printed in a tone, or plainly.
pub(crate) struct Painted<'a>(pub(crate) &'a str, pub(crate) Tone, pub(crate) bool);

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, tone, coloured) = *self;
        match tone {
            _ if !coloured || text.is_empty() => f.write_str(text),
            Tone::Plain => f.write_str(text),
            Tone::Dim => text.dim().fmt(f),
            Tone::Strong => text.bold().fmt(f),
            Tone::Good => text.green().fmt(f),
            Tone::Bad => text.red().fmt(f),
            Tone::Warn => text.yellow().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_only_where_it_may() {
        assert_eq!(Painted("a", Tone::Bad, false).to_string(), "a");
        assert_eq!(Painted("a", Tone::Plain, true).to_string(), "a");
        assert!(!wanted(false));
    }
}
