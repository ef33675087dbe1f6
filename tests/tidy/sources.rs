//! What every Rust source keeps to: a first line that says what it is for, and a size that fits a head.

use crate::tree::File;
use crate::{assert_tidy, tree};

/// How many lines a source may have. Functions are held to 70 by clippy.
const LINES_MAX: usize = 500;

/// The sources that are longer, with the length they may not exceed. To be emptied, not to be filled.
const LONGER: &[(&str, usize)] = &[];

/// The sources that hold a function longer than clippy's limit. To be emptied, not to be filled.
const LONG_FUNCTIONS: &[&str] = &[];

fn complaints(files: &[File], longer: &[(&str, usize)], long_functions: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for File { path, text } in files.iter().filter(|file| file.path.ends_with(".rs")) {
        if !text.starts_with("//! ") {
            complaints.push(format!("{path} does not start with `//!` and a sentence on what it is for"));
        }
        let lines = text.lines().count();
        let allowed = longer.iter().find(|(name, _)| name == path).map(|(_, lines)| *lines);
        match allowed {
            None if lines > LINES_MAX => {
                complaints
                    .push(format!("{path} has {lines} lines, more than {LINES_MAX}: what is the second idea in it?"));
            }
            Some(allowed) if lines > allowed => {
                complaints.push(format!("{path} has grown from {allowed} to {lines} lines: it is to shrink"));
            }
            Some(_) if lines <= LINES_MAX => {
                complaints.push(format!("{path} has only {lines} lines now: take it out of LONGER"));
            }
            _ => {}
        }
        let (excepted, listed) = (text.contains(TOO_MANY_LINES), long_functions.contains(&path.as_str()));
        if excepted && !listed {
            complaints.push(format!("{path} excepts a function from the limit on its length: split the function"));
        }
        if listed && !excepted {
            complaints.push(format!("{path} has no long function any more: take it out of LONG_FUNCTIONS"));
        }
    }
    let listed = longer.iter().map(|(path, _)| path).chain(long_functions);
    let gone = listed.filter(|path| !files.iter().any(|file| file.path == **path));
    complaints.extend(gone.map(|path| format!("{path} is listed as too long and does not exist")));
    complaints
}

/// How an exception begins; in two pieces, or this file would hold one.
const TOO_MANY_LINES: &str = concat!("expect(clippy::", "too_many_lines");

#[test]
fn sources_say_what_they_are_for_and_stay_short() {
    assert_tidy(&complaints(&tree::files(), LONGER, LONG_FUNCTIONS));
}

#[test]
fn planted_sources_are_found() {
    let file = |path: &str, text: String| File { path: path.to_owned(), text };
    let of = |lines: usize| "//! A line.\n".repeat(lines);
    let files = [
        file("good.rs", of(500)),
        file("headless.rs", "// A comment.\n".to_owned()),
        file("long.rs", of(501)),
        file("known.rs", of(600)),
        file("grown.rs", of(601)),
        file("shrunk.rs", of(500)),
        file("function.rs", format!("//! It has one.\n#[{TOO_MANY_LINES}, reason = \"a table\")]\n")),
        file("notes.md", "No Rust.\n".repeat(999)),
    ];
    let longer = [("known.rs", 600), ("grown.rs", 600), ("shrunk.rs", 600), ("gone.rs", 700)];
    let expected = [
        "headless.rs does not start with `//!` and a sentence on what it is for",
        "long.rs has 501 lines, more than 500: what is the second idea in it?",
        "grown.rs has grown from 600 to 601 lines: it is to shrink",
        "shrunk.rs has only 500 lines now: take it out of LONGER",
        "function.rs excepts a function from the limit on its length: split the function",
        "gone.rs is listed as too long and does not exist",
    ];
    assert_eq!(complaints(&files, &longer, &[]), expected);
    assert_eq!(
        complaints(&files[..1], &[], &["good.rs"]),
        ["good.rs has no long function any more: take it out of LONG_FUNCTIONS"]
    );
}
