//! The files of the repository: all but those that `.gitignore` names.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root, with slashes.
    pub(crate) path: String,
    /// Its text; bytes that are not UTF-8 are replaced.
    pub(crate) text: String,
}

/// The folder that holds the workspace's manifest.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests' package lies in the workspace").to_owned()
}

/// Reads every file, in order of path.
pub(crate) fn files() -> Vec<File> {
    let root = root();
    let ignored = fs::read_to_string(root.join(".gitignore")).expect(".gitignore is readable");
    let mut files = Vec::new();
    collect(&root, "", &ignored, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(folder: &Path, prefix: &str, ignored: &str, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository is readable") {
        let entry = entry.expect("an entry of a folder is readable");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().expect("an entry has a type");
        if is_ignored(&path, ignored) {
            continue;
        }
        if kind.is_dir() {
            collect(&entry.path(), &format!("{path}/"), ignored, files);
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).expect("a file of the repository is readable");
            files.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
}

/// Whether git passes over `path`, judged by the two forms of pattern we use: `/from/the/root` and `name`.
fn is_ignored(path: &str, ignored: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path == ".git"
        || ignored.lines().map(|line| line.trim_end_matches('/')).any(|pattern| {
            let from_root = pattern.strip_prefix('/');
            from_root.map_or(pattern == name, |pattern| pattern == path)
        })
}

#[test]
fn passes_over_what_git_ignores() {
    let ignored = "/target\n/tests/clients/.venv\n__pycache__/\n";
    for path in [".git", "target", "tests/clients/.venv", "a/b/__pycache__"] {
        assert!(is_ignored(path, ignored), "{path}");
    }
    for path in ["src/target", "tests/clients", ".gitignore", "target.rs"] {
        assert!(!is_ignored(path, ignored), "{path}");
    }
}

#[test]
fn finds_the_files_of_the_repository() {
    let files = files();
    for path in ["Cargo.toml", ".gitignore", "tests/tidy/tree.rs", "crates/tapewire-json/src/cursor/mod.rs"] {
        assert!(files.iter().any(|file| file.path == path), "{path}");
    }
    assert!(!files.iter().any(|file| file.path.starts_with("target/") || file.path.starts_with(".git/")));
}
