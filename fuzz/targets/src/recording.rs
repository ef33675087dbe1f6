//! Recordings: every line that is not blank is yielded, good or bad, and a good one says what it says.

use std::io::Read;

use tapewire_core::EXCERPT_LENGTH_MAX;
use tapewire_core::recording::{BadLine, BadLineReason, Direction, Line, LineKind, Payload, Reader};

use crate::tree::Tree;

type Yielded = Result<Line, BadLine>;

pub(crate) fn run(data: &[u8]) {
    let mut reader = Reader::new(data);
    let lines: Vec<Yielded> = reader.by_ref().collect();
    assert!(reader.next().is_none(), "an input that has ended begins again");
    let piecemeal: Vec<Yielded> = Reader::new(Piecemeal(data)).collect();
    // A compressed input that is broken somewhere is read up to there, or not quite, as it comes.
    let failed = |line: &Yielded| matches!(line, Err(BadLine { reason: BadLineReason::Input(_), .. }));
    if !lines.iter().chain(&piecemeal).any(failed) {
        assert_eq!(format!("{lines:?}"), format!("{piecemeal:?}"), "it matters how the input is cut");
    }

    let numbers: Vec<u64> =
        lines.iter().map(|line| line.as_ref().map_or_else(|bad| bad.number, |line| line.number)).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    lines.iter().filter_map(|line| line.as_ref().err()).for_each(bad);
    if data.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let expected: Vec<(u64, &[u8])> =
        (1..).zip(data.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.trim_ascii().is_empty()).collect();
    assert_eq!(numbers, expected.iter().map(|(number, _)| *number).collect::<Vec<_>>());
    for (line, (_, bytes)) in lines.iter().zip(expected) {
        match line {
            Ok(line) => good(line, bytes),
            Err(bad) => assert_eq!(bad.bytes, u64::try_from(bytes.len()).expect("a short line")),
        }
    }
}

/// What is told of a line that cannot be read is short and fit to print.
fn bad(line: &BadLine) {
    printable(&line.excerpt);
    if let BadLineReason::Direction { found } | BadLineReason::Kind { found } = &line.reason {
        printable(found);
    }
    assert!(!line.reason.to_string().is_empty());
}

fn printable(excerpt: &str) {
    assert!(excerpt.chars().count() <= EXCERPT_LENGTH_MAX && !excerpt.contains(char::is_control), "{excerpt:?}");
}

/// Checks a line against an independent reading of it.
fn good(line: &Line, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("a good line is UTF-8");
    let tree = Tree::theirs(text.trim_ascii()).expect("a good line is JSON");
    let scalar = |name| tree.member(name).and_then(Tree::scalar);
    let direction = if line.direction == Direction::In { "in" } else { "out" };
    assert_eq!(scalar("dir"), Some(direction));
    let kind = scalar("kind").filter(|kind| !kind.is_empty());
    match &line.kind {
        LineKind::Frame => assert_eq!(kind, None),
        LineKind::Rest { request } => assert_eq!((kind, scalar("request")), (Some("rest"), Some(&**request))),
        LineKind::Connect => assert_eq!(kind, Some("connect")),
    }
    match &line.payload {
        Payload::Text(payload) => assert_eq!(scalar("text"), Some(&**payload)),
        Payload::Binary(bytes) => assert!(
            scalar("hex").map_or_else(|| scalar("b64").is_some(), |hex| hex.len() == bytes.len() * 2),
            "binary from neither of the two"
        ),
    }
}

/// An input that comes byte by byte.
struct Piecemeal<'a>(&'a [u8]);

impl Read for Piecemeal<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer.get_mut(..1).unwrap_or_default())
    }
}
