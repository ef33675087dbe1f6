//! `docs/adding-a-venue.md` is what findings of the conformance suite point to, and what contributors copy from: the
//! sections, cases and lines of code that are named have to exist.

use std::collections::BTreeSet;

use crate::tree::File;
use crate::{assert_tidy, tree};

/// The page.
const GUIDE: &str = "docs/adding-a-venue.md";
/// Where its code is from.
const EXAMPLE: &str = "examples/your_own_venue.rs";
/// The groups of the suite's cases, as their names begin.
const GROUPS: [&str; 2] = ["frames/", "venue/"];

fn complaints(files: &[File]) -> Vec<String> {
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
    let (guide, example) = (Page::new(text(GUIDE)), text(EXAMPLE));
    let kit: Vec<_> = files.iter().filter(|file| file.path.starts_with("crates/tapewire-testkit/src/")).collect();
    let mut complaints = Vec::new();
    for file in &kit {
        let lost = sections_named(&file.text).into_iter().filter(|name| !guide.sections.contains(name));
        complaints.extend(lost.map(|name| format!("{} points to \"{name}\", which {GUIDE} lacks", file.path)));
    }
    let lost = guide.links.iter().filter(|link| !guide.sections.iter().any(|section| anchor(section) == **link));
    complaints.extend(lost.map(|link| format!("{GUIDE} links to #{link}, and has no such section")));
    let is_case = |name: &str| kit.iter().any(|file| file.text.contains(&format!("\"{name}\"")));
    let lost = guide.cases.iter().filter(|name| !is_case(name));
    complaints.extend(lost.map(|name| format!("{GUIDE} names the case `{name}`, which the suite lacks")));
    let lines: BTreeSet<&str> = example.lines().map(str::trim).collect();
    let lost = guide.code.iter().filter(|line| !lines.contains(*line));
    complaints.extend(lost.map(|line| format!("{GUIDE} shows `{line}`, which {EXAMPLE} lacks")));
    complaints
}

/// What a page of Markdown names.
#[derive(Debug, Default)]
struct Page<'a> {
    /// Headings, without their signs.
    sections: Vec<&'a str>,
    /// Sections of the page that it links to, as browsers name them.
    links: Vec<&'a str>,
    /// Cases of the suite, in backticks.
    cases: Vec<&'a str>,
    /// Lines of Rust, without the space around them.
    code: Vec<&'a str>,
}

impl<'a> Page<'a> {
    fn new(text: &'a str) -> Self {
        let (mut page, mut fence) = (Self::default(), None);
        for line in text.lines() {
            if let Some(language) = line.strip_prefix("```") {
                fence = if fence.is_some() { None } else { Some(language) };
            } else if let Some(language) = fence {
                page.code.extend((language == "rust" && !line.is_empty()).then(|| line.trim()));
            } else if line.starts_with('#') {
                page.sections.push(line.trim_start_matches('#').trim());
            } else {
                page.links.extend(line.split("](#").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)));
                let spans = line.split('`').skip(1).step_by(2);
                page.cases.extend(spans.filter(|span| is_case_name(span)));
            }
        }
        page
    }
}

/// Whether a word is spelled as cases are: the group, and what in it.
fn is_case_name(word: &str) -> bool {
    let is_plain = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    GROUPS.iter().any(|group| word.strip_prefix(group).is_some_and(is_plain))
}

/// The sections of the guide that a source names, as in `"docs/adding-a-venue.md, \"Fixtures\""`.
fn sections_named(source: &str) -> Vec<&str> {
    let behind = source.split(GUIDE).skip(1).filter_map(|rest| rest.strip_prefix(", \\\""));
    behind.filter_map(|rest| Some(rest.split_once("\\\"")?.0)).collect()
}

/// The name that a heading has in links.
fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase();
    letters.chars().filter(|it| it.is_alphanumeric() || " -_".contains(*it)).collect::<String>().replace(' ', "-")
}

#[test]
fn the_guide_has_what_is_named() {
    let files = tree::files();
    let kit = files.iter().filter(|file| file.path.starts_with("crates/tapewire-testkit/src/cases/"));
    assert!(kit.map(|file| sections_named(&file.text).len()).sum::<usize>() > 1, "the suite points nowhere");
    assert_tidy(&complaints(&files));
}

#[test]
fn planted_names_are_found() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let guide = "# Adding\n## The first, of two\n[one](#the-first-of-two) and [two](#gone), `frames/good`, `frames/bad`, \
                 `frames/..`\n```rust\nfn f() {\n    f()\n}\nfn g() {}\n```\n```toml\n# no heading\n```\n";
    let kit = "read: \"docs/adding-a-venue.md, \\\"The first, of two\\\"\", name: \"frames/good\"\n\
               read: \"docs/adding-a-venue.md, \\\"no heading\\\"\"\n";
    let files = [
        file(GUIDE, guide),
        file(EXAMPLE, "fn f() {\n f()\n}\n"),
        file("crates/tapewire-testkit/src/cases/mod.rs", kit),
    ];
    let expected = [
        "crates/tapewire-testkit/src/cases/mod.rs points to \"no heading\", which docs/adding-a-venue.md lacks",
        "docs/adding-a-venue.md links to #gone, and has no such section",
        "docs/adding-a-venue.md names the case `frames/bad`, which the suite lacks",
        "docs/adding-a-venue.md shows `fn g() {}`, which examples/your_own_venue.rs lacks",
    ];
    assert_eq!(complaints(&files), expected);
}
