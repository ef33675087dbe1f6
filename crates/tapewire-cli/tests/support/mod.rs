//! Runs the program, and simulated venues in processes of their own.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]
#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn tapewire(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tapewire"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TAPEWIRE_")) {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    tapewire(arguments).output().unwrap()
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn events(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn kinds(events: &[Value]) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    for event in events {
        *kinds.entry(event["kind"].as_str().unwrap()).or_default() += 1;
    }
    kinds
}

/// A simulated venue in a process of its own.
pub(crate) struct Sim {
    child: Child,
    pub(crate) ready: Value,
}

impl Sim {
    pub(crate) fn start(venue: &str, arguments: &[&str]) -> Self {
        let all: Vec<&str> = ["sim", venue, "--listen", "127.0.0.1:0"].iter().chain(arguments).copied().collect();
        let mut child = tapewire(&all).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, ready: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("{}={}", self.ready["venue"].as_str().unwrap(), self.ready["ws"].as_str().unwrap())
    }

    /// Ends it as a user would; returns its exit code.
    #[cfg(unix)]
    pub(crate) fn interrupt(mut self, signal: &str) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
