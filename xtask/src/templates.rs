//! The files that are laid down: real files with placeholders, under `templates/venue`.

/// One file of the scaffold.
#[derive(Debug)]
pub(crate) struct Template {
    /// Where it goes, from the crate's folder.
    pub(crate) path: &'static str,
    /// What it is for, as it is told to whoever fills it in.
    pub(crate) about: &'static str,
    text: &'static str,
    home: Home,
}

/// Which crates get a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Both,
    Workspace,
    Alone,
}

/// What is written in place of a placeholder, `{{name}}` for the first.
pub(crate) type Value = (&'static str, String);

impl Template {
    /// The files of a crate in the workspace, or of one of its own.
    pub(crate) fn of(alone: bool) -> impl Iterator<Item = &'static Self> {
        let other = if alone { Home::Workspace } else { Home::Alone };
        TEMPLATES.iter().filter(move |template| template.home != other)
    }

    /// The file's text with `values` in their places.
    pub(crate) fn fill(&self, values: &[Value]) -> String {
        values.iter().fold(self.text.to_owned(), |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    }
}

macro_rules! text {
    ($path:literal) => {
        include_str!(concat!("../templates/venue/", $path, ".tmpl"))
    };
}

const fn both(path: &'static str, about: &'static str, text: &'static str) -> Template {
    Template { path, about, text, home: Home::Both }
}

const fn alone(path: &'static str, about: &'static str, text: &'static str) -> Template {
    Template { path, about, text, home: Home::Alone }
}

const TEMPLATES: &[Template] = &[
    Template { path: "Cargo.toml", about: "", text: text!("Cargo.toml"), home: Home::Workspace },
    alone("Cargo.toml", "a workspace of its own, with Tapewire's lints", text!("Cargo.alone.toml")),
    alone("clippy.toml", "as Tapewire has it", include_str!("../../clippy.toml")),
    alone("rustfmt.toml", "as Tapewire has it", include_str!("../../rustfmt.toml")),
    alone(".gitignore", "", "/target\n"),
    both("README.md", "the fact sheet, and the crate's documentation", text!("README.md")),
    both("fixtures/README.md", "what to record, and how it is written", text!("fixtures/README.md")),
    both("src/lib.rs", "the map of the crate", text!("src/lib.rs")),
    both("src/wire/mod.rs", "the venue's messages, field for field", text!("src/wire/mod.rs")),
    both("src/wire/trade.rs", "the first of them, with its test", text!("src/wire/trade.rs")),
    both("src/symbol.rs", "how the venue spells instruments", text!("src/symbol.rs")),
    both("src/topic.rs", "subscription to topic and back", text!("src/topic.rs")),
    both("src/normalize.rs", "message to event", text!("src/normalize.rs")),
    both("src/connector.rs", "the facts: capabilities, policy", text!("src/connector.rs")),
    both("src/account.rs", "the cold side: how to dial, requests over HTTP", text!("src/account.rs")),
    both("src/protocol.rs", "the hot side: frames in, events out", text!("src/protocol.rs")),
    both("tests/conformance.rs", "runs the suite", text!("tests/conformance.rs")),
];
