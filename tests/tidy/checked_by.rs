//! Tables of Markdown with a column "checked by" name tests and files: all of them have to exist.

use crate::tree::File;
use crate::{assert_tidy, tree};

/// The title of the column, which is the last one.
const COLUMN: &str = "checked by";

fn complaints(files: &[File]) -> Vec<String> {
    let exists = |name: &str| {
        let function = format!("fn {name}(");
        if name.ends_with(".rs") {
            files.iter().any(|file| file.path.ends_with(&format!("/{name}")))
        } else {
            files.iter().any(|file| file.path.ends_with(".rs") && file.text.contains(&function))
        }
    };
    let pages = files.iter().filter(|file| file.path.ends_with(".md"));
    let lost = pages.flat_map(|page| named(&page.text).into_iter().map(|name| (&page.path, name)));
    lost.filter(|(_, name)| !exists(name))
        .map(|(path, name)| format!("{path} says that `{name}` checks something, and there is no such test"))
        .collect()
}

/// What a page names in such columns, in backticks.
fn named(page: &str) -> Vec<&str> {
    let (mut names, mut is_inside) = (Vec::new(), false);
    for line in page.lines() {
        let Some(row) = line.trim_end().strip_suffix('|').filter(|row| row.starts_with('|')) else {
            is_inside = false;
            continue;
        };
        let last = row.rsplit('|').next().unwrap_or_default().trim();
        if is_inside {
            names.extend(last.split('`').skip(1).step_by(2));
        }
        is_inside |= last == COLUMN;
    }
    names
}

#[test]
fn what_is_said_to_check_something_exists() {
    let files = tree::files();
    let pages = files.iter().filter(|file| file.path.ends_with(".md"));
    assert!(pages.map(|page| named(&page.text).len()).sum::<usize>() > 10, "no page names a test");
    assert_tidy(&complaints(&files));
}

#[test]
fn planted_names_are_found() {
    let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
    let page =
        "| pitfall | checked by |\n|---|---|\n| `a` | `there` |\n| b | `gone`, `tests/b.rs` |\n\n| `c` | `no` |\n";
    let files = [file("docs/a.md", page), file("crates/x/src/lib.rs", "fn there() {}\nfn gone_too() {}\n")];
    let expected = [
        "docs/a.md says that `gone` checks something, and there is no such test",
        "docs/a.md says that `tests/b.rs` checks something, and there is no such test",
    ];
    assert_eq!(complaints(&files), expected);
}
