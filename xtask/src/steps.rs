//! [`Steps`]: what was written, and what to do next, in the order that works.

use std::fmt;

use crate::new_venue::NewVenue;
use crate::templates::Template;

/// Prints what was written, and what to do next.
#[derive(Debug)]
pub(crate) struct Steps<'a>(pub(crate) &'a NewVenue);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(venue) = self;
        let package = format!("tapewire-{}", venue.name.id());
        let (folder, test, simulator) = if venue.is_alone() {
            (venue.folder.display().to_string(), "cargo test --test conformance".to_owned(), "tests/face/mod.rs")
        } else {
            let test = format!("cargo test -p {package} --test conformance");
            (format!("crates/{package}"), test, "../tapewire-sim/src/venues/")
        };
        writeln!(f, "wrote {folder}:")?;
        for template in Template::of(venue.is_alone()) {
            writeln!(f, "{}", format!("  {:<24}{}", template.path, template.about).trim_end())?;
        }
        writeln!(f, "\nIt compiles. What is missing is listed by\n\n  {test}\n")?;
        writeln!(f, "Next, in this order; docs/adding-a-venue.md of Tapewire says how:\n")?;
        let steps = [
            ("README.md", "the venue's facts, each with its page and the day it was read"),
            ("fixtures/", "frames as the venue sends them"),
            ("src/wire/", "a struct for each message, and its documented example as a test"),
            ("src/symbol.rs, src/topic.rs", "its spelling of instruments and channels"),
            ("src/normalize.rs", "message to event"),
            ("src/connector.rs", "policy and capabilities; with it src/account.rs and src/protocol.rs"),
            (simulator, "the venue from the other side, as a `Face`"),
            ("tests/conformance.rs", "name subscriptions and simulator, until every case passes"),
        ];
        for (number, (place, what)) in (1..).zip(steps) {
            writeln!(f, "  {number}. {place:<29}{what}")?;
        }
        if venue.is_alone() { Ok(()) } else { self.registration(f) }
    }
}

impl Steps<'_> {
    /// The lines that make a venue of the workspace known outside its own folder.
    fn registration(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, snake) = (self.0.name.id(), self.0.name.snake());
        let title = self.0.name.camel();
        let lines = [
            (
                "Cargo.toml, [workspace.dependencies]",
                format!("tapewire-{name} = {{ path = \"crates/tapewire-{name}\" }}"),
            ),
            (
                "crates/tapewire/Cargo.toml, [features]",
                format!("{name} = [\"dep:tapewire-{name}\"]    # also to `default`"),
            ),
            (
                "crates/tapewire/Cargo.toml, [dependencies]",
                format!("tapewire-{name} = {{ workspace = true, optional = true }}"),
            ),
            (
                "crates/tapewire/src/lib.rs",
                format!("#[cfg(feature = \"{name}\")]\n    pub use tapewire_{snake} as {snake};"),
            ),
            (
                "crates/tapewire/src/venues.rs, VENUES",
                format!("#[cfg(feature = \"{name}\")]\n    (\"{name}\", tapewire_{snake}::venue),"),
            ),
            (
                "crates/tapewire-sim/src/venues/mod.rs, VENUES",
                format!("Entry {{ info: {snake}::INFO, .. }}, as its neighbours have it"),
            ),
            ("README.md, \"Venues\"", format!("| `{name}` | {title} | .. |")),
            (&format!("docs/venues/{name}.md"), "a page for users: what they see when something goes wrong".to_owned()),
        ];
        writeln!(f, "\nThen make it known. The workspace finds the crate by itself; add:\n")?;
        lines.iter().try_for_each(|(place, line)| writeln!(f, "  {place}\n    {line}"))
    }
}
