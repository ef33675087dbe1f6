//! Fixtures, and what stands beside them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::EXPECTED;
use crate::kit::UPDATE;
use crate::{Decoder, Fixture, Kit, Verdict};

/// Each fixture decodes to what stands beside it: event JSON as `tapewire decode` prints it, with the fixture's `line`
/// as the last member, and a line for each other thing said.
pub(super) fn run(kit: &Kit) -> Result<(), Verdict> {
    let mut files: BTreeMap<PathBuf, Vec<Fixture>> = BTreeMap::new();
    for fixture in kit.recorded()? {
        files.entry(fixture.file.clone()).or_default().push(fixture);
    }
    for (file, fixtures) in files {
        let beside = expected_of(&file);
        let found = decode(kit, &fixtures);
        if kit.updates() {
            let written = fs::write(&beside, &found);
            written.map_err(|error| Verdict::failed(format!("cannot write {}: {error}", beside.display())))?;
        }
        let Ok(expected) = fs::read_to_string(&beside) else {
            let what = format!("{}: run once with {UPDATE}=1, then read what it wrote", beside.display());
            return Err(Verdict::Missing(what));
        };
        compare(&fixtures, &expected, &found)?;
    }
    Ok(())
}

fn expected_of(file: &Path) -> PathBuf {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    file.with_file_name(format!("{}{EXPECTED}", name.trim_end_matches(".jsonl")))
}

fn decode(kit: &Kit, fixtures: &[Fixture]) -> String {
    let mut decoder = Decoder::bare(kit.venue());
    let mut found = String::new();
    for fixture in fixtures {
        for said in decoder.line(fixture) {
            // Every object has a member, so a comma and one more may follow the last. Writing to a text never fails.
            let open = said.text.strip_suffix('}').unwrap_or(&said.text);
            let _ = writeln!(found, "{open},\"line\":{}}}", fixture.line.number);
        }
    }
    found
}

fn compare(fixtures: &[Fixture], expected: &str, found: &str) -> Result<(), Verdict> {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    loop {
        let (wanted, got) = match (expected.next(), found.next()) {
            (None, None) => return Ok(()),
            pair => (pair.0.unwrap_or("nothing"), pair.1.unwrap_or("nothing")),
        };
        if wanted != got {
            let number = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok()?.get("line")?.as_u64();
            let line = number(got).or_else(|| number(wanted)).unwrap_or_default();
            let why = format!("expected {wanted}\n  found    {got}");
            return Err(match fixtures.iter().find(|fixture| fixture.line.number == line) {
                Some(fixture) => Verdict::at(fixture, fixture.line.payload.frame().bytes(), why),
                None => Verdict::failed(why),
            });
        }
    }
}
