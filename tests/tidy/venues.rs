//! What holds for every venue names none: core, session and engine know facts about venues through what an adapter
//! declares, and nowhere else.

use crate::tree::File;
use crate::{assert_tidy, tree};

/// What is the same for all venues.
const COMMON: [&str; 3] = ["crates/tapewire-core/src/", "crates/tapewire-session/src/", "crates/tapewire-engine/src/"];

/// Names of venues as prose writes them: where one stands, a fact about it is told.
const NAMES: [&str; 6] = ["Binance", "OKX", "OKEx", "OKCoin", "Infoway", "FastConnect"];

/// The same as ids. Comments and error texts may show one as an example, and tests may use them.
const IDS: [&str; 5] = ["binance", "okx", "okex", "infoway", "ssi"];

/// The sources that tell facts about a venue, with the number of lines. To be emptied, not to be filled.
const TELLING: &[(&str, usize)] = &[];

fn complaints(files: &[File], telling: &[(&str, usize)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for File { path, text } in files.iter().filter(|file| is_common(&file.path)) {
        let found = found(text);
        let allowed = telling.iter().find(|(name, _)| name == path).map_or(0, |(_, lines)| *lines);
        if found.len() < allowed {
            complaints.push(format!("{path} tells less about venues now: write {} in TELLING", found.len()));
        }
        if found.len() > allowed {
            let of = |(number, name): &(usize, &str)| {
                format!("{path}:{number} names `{name}`: what holds for one venue belongs to its adapter")
            };
            complaints.extend(found.iter().map(of));
        }
    }
    complaints
}

/// Sources that are no tests.
fn is_common(path: &str) -> bool {
    COMMON.iter().any(|folder| path.starts_with(folder)) && !path.contains("tests")
}

/// The lines that name a venue, and which.
fn found(text: &str) -> Vec<(usize, &'static str)> {
    let sources = text.lines().zip(1..).take_while(|(line, _)| !line.contains("#[cfg(test)]"));
    sources.filter_map(|(line, number)| Some((number, name_in(line)?))).collect()
}

fn name_in(line: &str) -> Option<&'static str> {
    let is_example = line.trim_start().starts_with("//") || line.contains("such as");
    let ids = IDS.into_iter().filter(|_| !is_example);
    NAMES.into_iter().chain(ids).find(|name| holds_word(line, name))
}

/// Whether a word stands in a line by itself, not within another.
fn holds_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(part) && !behind.starts_with(part)
    })
}

#[test]
fn what_is_common_names_no_venue() {
    assert_tidy(&complaints(&tree::files(), TELLING));
}

#[test]
fn planted_names_are_found() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file("crates/tapewire-core/src/good.rs", "/// An id such as `binance`.\nlet session = \"mission\";\n"),
        file("crates/tapewire-core/src/tested.rs", "fn a() {}\n#[cfg(test)]\nlet id = \"binance\";\n"),
        file("crates/tapewire-engine/src/fact.rs", "// OKX closes after 30 s.\nfn a() {}\n"),
        file("crates/tapewire-engine/src/known.rs", "// Binance bans with 418.\n"),
        file("crates/tapewire-engine/src/mended.rs", "fn a() {}\n"),
        file("crates/tapewire-session/src/case.rs", "if venue == \"ssi\" {}\n"),
        file("crates/tapewire-session/src/tests/fact.rs", "let venue = \"okx\";\n"),
        file("crates/tapewire-okx/src/lib.rs", "//! OKX.\n"),
    ];
    let telling = [("crates/tapewire-engine/src/known.rs", 1), ("crates/tapewire-engine/src/mended.rs", 1)];
    let expected = [
        "crates/tapewire-engine/src/fact.rs:1 names `OKX`: what holds for one venue belongs to its adapter",
        "crates/tapewire-engine/src/mended.rs tells less about venues now: write 0 in TELLING",
        "crates/tapewire-session/src/case.rs:1 names `ssi`: what holds for one venue belongs to its adapter",
    ];
    assert_eq!(complaints(&files, &telling), expected);
}
