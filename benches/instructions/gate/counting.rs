//! [`Counter`]: counts instructions with valgrind.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use tapewire_benches::Error;

/// The program that is counted, built.
#[derive(Debug)]
pub(crate) struct Counter {
    program: PathBuf,
    profile: String,
    recorded: bool,
}

impl Counter {
    /// Builds the program under a profile.
    pub(crate) fn build(profile: &str, recorded: bool) -> Result<Self, Error> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--profile", profile, "--bin", "instructions", "--manifest-path"]);
        output("cargo", build.arg(manifest))?;
        // This program lies in the folder of its own profile, beside those of the others.
        let target = env::current_exe()?.ancestors().nth(2).map(Path::to_owned).unwrap_or_default();
        let program = target.join(profile).join("instructions");
        Ok(Self { program, profile: profile.to_owned(), recorded })
    }

    /// What figures depend on beside our own code.
    pub(crate) fn head(&self) -> Result<String, Error> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let version = output("rustc", Command::new(rustc).arg("--version"))?.0;
        let source = if self.recorded { "recorded frames" } else { "made frames" };
        Ok(format!("{}, {}, profile {}, {source}", version.trim(), env::consts::ARCH, self.profile))
    }

    /// How many instructions each of `units` takes that are in `count` of what the program does.
    pub(crate) fn each(&self, what: &str, how: &str, count: usize, units: usize) -> Result<u64, Error> {
        let (without, with) = (self.whole(what, how, 0)?, self.whole(what, how, count)?);
        let units = units as u64;
        Ok((with.saturating_sub(without) + units / 2) / units.max(1))
    }

    /// How many instructions a run of the program takes.
    fn whole(&self, what: &str, how: &str, count: usize) -> Result<u64, Error> {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&self.program);
        valgrind.args([what, how, &count.to_string()]);
        if self.recorded {
            valgrind.arg("recorded");
        }
        let said = output("valgrind", &mut valgrind)?.1;
        let total = said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
        total.ok_or(Error::Program { program: "valgrind", why: said })
    }
}

/// Runs a program; returns what it said on its two outputs.
fn output(program: &'static str, command: &mut Command) -> Result<(String, String), Error> {
    let failed = |why: String| Error::Program { program, why };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    let [said, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if output.status.success() { Ok((said, errors)) } else { Err(failed(errors)) }
}
