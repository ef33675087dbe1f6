//! What no file may say: where it lay on somebody's machine, and which mirror somebody's packages came from.

use crate::tree::File;
use crate::{assert_tidy, tree};

/// Folders of machines, where an absolute path would start; in two pieces, or this file would say them.
const FOLDERS: &[&str] = &[
    concat!("/", "work/"),
    concat!("/", "tmp/"),
    concat!("/", "root/"),
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("C:", "\\Users"),
];

/// Parts of names of package mirrors.
const MIRRORS: &[&str] = &[concat!("arti", "factory"), concat!("jf", "rog"), concat!("crates.io", ":443")];

fn complaints(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for File { path, text } in files {
        for (line, number) in text.lines().zip(1..) {
            let folder = FOLDERS.iter().find(|folder| starts_a_path(line, folder));
            if let Some(folder) = folder {
                complaints.push(format!("{path}:{number} names a folder of a machine, `{folder}`"));
            }
            let lower = line.to_lowercase();
            if let Some(mirror) = MIRRORS.iter().find(|mirror| lower.contains(*mirror)) {
                complaints.push(format!("{path}:{number} names a package mirror, `{mirror}`"));
            }
        }
    }
    complaints
}

/// Whether `folder` stands in `line` at the start of a path, not within a longer path or an address.
fn starts_a_path(line: &str, folder: &str) -> bool {
    let within = |before: char| before.is_alphanumeric() || matches!(before, '.' | '-' | '_' | '~' | '}' | '>');
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(within))
}

#[test]
fn no_file_tells_where_it_was_made() {
    assert_tidy(&complaints(&tree::files()));
}

#[test]
fn planted_leaks_are_found() {
    let [work, tmp, home] = [FOLDERS[0], FOLDERS[1], FOLDERS[3]];
    let mirror = MIRRORS[0].to_uppercase();
    let lines = [
        "Nothing to see here.".to_owned(),
        format!("see {work}notes.md"),
        format!("https://venue.example{home}page and ../shared{work}"),
        format!("path = \"{tmp}x\""),
        format!("registry = \"https://{mirror}.example\""),
    ];
    let file = File { path: "notes.md".to_owned(), text: lines.join("\n") };
    let expected = [
        format!("notes.md:2 names a folder of a machine, `{work}`"),
        format!("notes.md:4 names a folder of a machine, `{tmp}`"),
        format!("notes.md:5 names a package mirror, `{}`", MIRRORS[0]),
    ];
    assert_eq!(complaints(&[file]), expected);
}
