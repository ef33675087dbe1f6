//! Where crates are made and built: a folder of one test under the target folder, emptied before it is used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of one test.
pub(crate) struct Sandbox(PathBuf);

impl Sandbox {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-venue").join(name);
        // What an earlier run left, if there was one.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A workspace with the manifest and the crates of this one, so that a member can be added that nobody sees.
    pub(crate) fn workspace(&self) -> PathBuf {
        let crates = self.0.join("crates");
        fs::create_dir_all(&crates).unwrap();
        for entry in fs::read_dir(root().join("crates")).unwrap() {
            let from = entry.unwrap().path();
            copy(&from, &crates.join(from.file_name().unwrap()));
        }
        let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let is_of_members = |line: &&str| !line.starts_with("members = ") && !line.starts_with("default-members = ");
        let others: Vec<_> = manifest.lines().filter(is_of_members).collect();
        let manifest = others.join("\n").replacen("[workspace]", "[workspace]\nmembers = [\"crates/*\"]", 1);
        fs::write(self.0.join("Cargo.toml"), manifest).unwrap();
        fs::copy(root().join("rustfmt.toml"), self.0.join("rustfmt.toml")).unwrap();
        self.0.clone()
    }
}

/// The folder of this repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program, as `cargo xtask` runs it.
pub(crate) fn xtask<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments);
    command
}

pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments);
    command
}

/// Runs a command that must succeed; returns what it printed.
pub(crate) fn wrote(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = both(&output);
    assert!(output.status.success(), "{command:?}: {text}");
    text
}

/// Runs a command that must fail with this exit code and say why.
pub(crate) fn refused(command: &mut Command, code: i32, why: &str) {
    let output = command.output().unwrap();
    let text = both(&output);
    assert!(output.status.code() == Some(code) && text.contains(why), "{command:?}, wanted {code}, {why}: {text}");
}

/// Builds and tests a crate without the network, by clippy where it is installed: its compiler also compiles, so that
/// one build does for both. Returns whether all passed, and what was printed.
pub(crate) fn test(folder: &Path) -> (bool, String) {
    let mut command = cargo(["test", "--offline", "--no-fail-fast"]);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-venue/target");
    command.current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    let clippy = "clippy-driver";
    if Command::new(clippy).arg("--version").output().is_ok_and(|output| output.status.success()) {
        command.env("RUSTC_WORKSPACE_WRAPPER", clippy);
    }
    let output = command.output().unwrap();
    (output.status.success(), both(&output))
}

fn both(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

/// Copies the manifest and the sources of a crate.
fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from = entry.unwrap().path();
        copy(&from, &to.join(from.file_name().unwrap()));
    }
}
