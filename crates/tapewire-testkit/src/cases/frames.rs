//! Recorded frames in, what they must decode to out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fixture::EXPECTED;
use crate::{Case, Decoder, Fixture, Kit, Verdict};

/// The cases about recorded frames.
pub(super) const CASES: &[Case] = &[Case {
    name: "frames/golden",
    about: "each fixture decodes to exactly what is written beside it",
    read: "docs/adding-a-venue.md, \"Fixtures\"",
    run: golden,
}];

/// Set to anything but an empty text or 0, it makes [`golden`] write what it found.
const UPDATE: &str = "TAPEWIRE_UPDATE";

/// Each fixture decodes to what stands beside it: a line of JSON for each thing said, with the fixture's `line`.
fn golden(kit: &Kit) -> Result<(), Verdict> {
    let mut files: BTreeMap<PathBuf, Vec<Fixture>> = BTreeMap::new();
    for fixture in kit.recorded()? {
        files.entry(fixture.file.clone()).or_default().push(fixture);
    }
    for (file, fixtures) in files {
        let beside = expected_of(&file);
        let found = decode(kit, &fixtures);
        if std::env::var(UPDATE).is_ok_and(|value| !matches!(value.as_str(), "" | "0")) {
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
            let mut json = said.json;
            if let Some(object) = json.as_object_mut() {
                object.insert("line".to_owned(), fixture.line.number.into());
            }
            // Writing to a text never fails.
            let _ = writeln!(found, "{json}");
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
