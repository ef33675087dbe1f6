//! ARCHITECTURE.md names files and types; a map is worth something only while those exist.
//!
//! Looked at is what stands in backticks in running text. A word with a slash or with a file's ending is a path and
//! must exist, from the root or as the end of a longer path; `<venue>` stands for any name. A word in CamelCase is a
//! type and must be declared in a source; behind `::` it may be a variant.

use std::collections::BTreeSet;

use crate::tree::File;
use crate::{assert_tidy, tree};

/// Endings that make a word a path although it has no slash.
const ENDINGS: &[&str] = &[".gz", ".json", ".jsonl", ".lock", ".md", ".py", ".rs", ".sh", ".toml", ".txt"];

/// Types of the standard library and of crates from outside, which no source of ours declares.
const FOREIGN: &[&str] = &[
    "Arc",
    "Box",
    "Cow",
    "Debug",
    "Deserialize",
    "Display",
    "Duration",
    "Future",
    "Iterator",
    "Mutex",
    "None",
    "Ok",
    "Option",
    "Err",
    "Read",
    "Result",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Sync",
    "Vec",
];

/// A sentence for each name in `text` that does not exist in `files`.
fn complaints(text: &str, files: &[File]) -> Vec<String> {
    let declared = declared(files);
    let mut complaints = BTreeSet::new();
    for (number, span) in spans(text) {
        if is_path(span) {
            if !exists(span, files) {
                complaints.insert((number, format!("ARCHITECTURE.md:{number} names `{span}`, which does not exist")));
            }
            continue;
        }
        for name in camel_case(span) {
            let variant = span.contains(&format!("::{name}")) && declared.variants.contains(name);
            if !(variant || declared.types.contains(name) || FOREIGN.contains(&name)) {
                complaints
                    .insert((number, format!("ARCHITECTURE.md:{number} names `{name}`, which no source declares")));
            }
        }
    }
    complaints.into_iter().map(|(_, complaint)| complaint).collect()
}

/// What stands between single backticks, with the number of its line; blocks of code are passed over.
fn spans(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut spans = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            spans.extend(line.split('`').skip(1).step_by(2).map(|span| (number, span)));
        }
    }
    spans
}

fn is_path(span: &str) -> bool {
    let word = !span.contains(char::is_whitespace) && !span.contains("://") && !span.starts_with('/');
    word && (span.contains('/') || ENDINGS.iter().any(|ending| span.ends_with(ending)))
}

/// Whether `span` is a file or a folder, or the end of the path of one.
fn exists(span: &str, files: &[File]) -> bool {
    let wanted: Vec<_> = span.trim_end_matches('/').split('/').filter(|part| *part != ".").collect();
    files.iter().any(|file| {
        let parts: Vec<_> = file.path.split('/').collect();
        parts.windows(wanted.len()).any(|window| window.iter().zip(&wanted).all(|(part, wanted)| fits(part, wanted)))
    })
}

/// Whether a part of a path is the one wanted, in which `<..>` stands for anything.
fn fits(part: &str, wanted: &str) -> bool {
    let Some((before, rest)) = wanted.split_once('<') else { return part == wanted };
    let after = rest.split_once('>').map_or("", |(_, after)| after);
    part.len() > before.len() + after.len() && part.starts_with(before) && part.ends_with(after)
}

/// The words in CamelCase: a capital first, and a small letter somewhere.
fn camel_case(span: &str) -> impl Iterator<Item = &str> {
    let words = span.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase))
}

struct Declared<'a> {
    types: BTreeSet<&'a str>,
    variants: BTreeSet<&'a str>,
}

/// What the sources declare. Judged line by line, which formatted sources allow.
fn declared(files: &[File]) -> Declared<'_> {
    let mut declared = Declared { types: BTreeSet::new(), variants: BTreeSet::new() };
    for line in files.iter().filter(|file| file.path.ends_with(".rs")).flat_map(|file| file.text.lines()) {
        let mut words =
            line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
        if line.trim_start().starts_with("//") {
            continue;
        }
        while let Some(word) = words.next() {
            if ["struct", "enum", "trait", "type", "union"].contains(&word) {
                declared.types.extend(words.next());
            }
        }
        let start = line.trim_start();
        let name = camel_case(start).next().filter(|name| start.starts_with(name));
        declared.variants.extend(name);
    }
    declared
}

#[test]
fn the_architecture_names_only_what_exists() {
    let files = tree::files();
    let architecture = files.iter().find(|file| file.path == "ARCHITECTURE.md");
    let text = &architecture.expect("ARCHITECTURE.md is missing: it is the map a newcomer starts from").text;
    assert!(spans(text).len() > 20, "ARCHITECTURE.md names hardly a file or type: it is no map");
    assert_tidy(&complaints(text, &files));
}

#[test]
fn planted_names_are_found() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let files = [
        file("crates/tapewire-core/src/frame.rs", "pub enum Frame<'a> {\n    Text(&'a str),\n}\n// struct Ghost;\n"),
        file(
            "crates/tapewire-binance/src/lib.rs",
            "pub(crate) struct Spot;\npub type Kind = u8;\npub trait Connector {}\n",
        ),
    ];
    let good = "`crates/`, `crates/tapewire-core/`, `src/frame.rs`, `frame.rs`, `crates/tapewire-<venue>/src/lib.rs`, \
        `Frame::Text`, `Box<dyn Connector>`, `Spot`, `Kind`, `GET /api/v3/time`, `wss://host/ws`, `BTCUSDT`, `decode`, \
        `/ws`, `Option<Frame<'_>>`\n```\nlet it = `Nowhere`;\n```\n";
    assert_eq!(complaints(good, &files), Vec::<String>::new());

    let bad = "`src/gone.rs` and `Lost`\n\n`rame.rs`, `Frame::Binary`, `Text`, `Ghost`, `tapewire-<venue>/fixtures`, `Cargo.toml`";
    let expected = [
        "ARCHITECTURE.md:1 names `Lost`, which no source declares",
        "ARCHITECTURE.md:1 names `src/gone.rs`, which does not exist",
        "ARCHITECTURE.md:3 names `Binary`, which no source declares",
        "ARCHITECTURE.md:3 names `Cargo.toml`, which does not exist",
        "ARCHITECTURE.md:3 names `Ghost`, which no source declares",
        "ARCHITECTURE.md:3 names `Text`, which no source declares",
        "ARCHITECTURE.md:3 names `rame.rs`, which does not exist",
        "ARCHITECTURE.md:3 names `tapewire-<venue>/fixtures`, which does not exist",
    ];
    assert_eq!(complaints(bad, &files), expected);
}
