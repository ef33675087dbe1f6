//! One-time codes typed at a terminal: they do not show, and the terminal is as before whichever way the program ends.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

mod support;

use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::termios::{LocalModes, SpecialCodeIndex, Termios, tcgetattr};

use crate::support::{Sim, code, events, said, tapewire};

const MARKET: &str = "ssi:VNM@trade";
const OWN: &str = "ssi:*@order";

/// The program with a terminal as its standard input, at a simulated SSI.
struct Session {
    child: Child,
    /// The other end of the terminal: what is typed is written here, what shows is read here.
    keyboard: File,
    before: Termios,
    _sim: Sim,
}

impl Session {
    fn start(arguments: &[&str]) -> Self {
        let keyboard = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).unwrap();
        rustix::pty::grantpt(&keyboard).unwrap();
        rustix::pty::unlockpt(&keyboard).unwrap();
        let name = rustix::pty::ptsname(&keyboard, Vec::new()).unwrap();
        let terminal: OwnedFd = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap().into();
        let before = tcgetattr(&terminal).unwrap();
        assert!(before.local_modes.contains(LocalModes::ECHO));
        let sim = Sim::start("ssi", &[]);
        let mut command = tapewire(&[&["stream", "--endpoint", &sim.endpoint()], arguments].concat());
        command.env("TAPEWIRE_SSI_KEY", "sim-key").env("TAPEWIRE_SSI_SECRET", "sim-secret");
        let child = command.stdin(terminal).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let session = Self { child, keyboard: keyboard.into(), before, _sim: sim };
        session.until_echo_is(false);
        session
    }

    fn has_echo(&self) -> bool {
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    fn until_echo_is(&self, on: bool) {
        for _ in 0..300 {
            if self.has_echo() == on {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the terminal's echo never became {on}");
    }

    fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits for the end; the terminal must then be as it was. Returns what the program wrote, and what showed.
    fn end(self) -> (Output, String) {
        let Self { child, keyboard, before, _sim } = self;
        let output = child.wait_with_output().unwrap();
        let after = tcgetattr(&keyboard).unwrap();
        assert_eq!((after.local_modes, after.input_modes), (before.local_modes, before.input_modes));
        for key in [SpecialCodeIndex::VQUIT, SpecialCodeIndex::VSUSP] {
            assert_eq!(after.special_codes[key], before.special_codes[key]);
        }
        let mut shown = [0; 4096];
        let length = rustix::io::read(&keyboard, &mut shown[..]).unwrap_or(0);
        (output, String::from_utf8_lossy(&shown[..length]).into_owned())
    }
}

#[test]
fn a_code_does_not_show_while_it_is_typed() {
    let mut session = Session::start(&[OWN, "--for", "8s"]);
    session.type_in("123456\n");
    session.until_echo_is(true);
    let (output, shown) = session.end();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(!shown.contains("123"), "{shown}");
    assert!(said(&output).contains("it will not be shown"), "{}", said(&output));
    let confirmed = |event: &serde_json::Value| event["kind"] == "subscription" && event["state"] == "confirmed";
    assert!(events(&output).iter().any(confirmed), "the code was taken: {:?}", events(&output));
}

#[test]
fn the_terminal_is_as_before_whichever_way_the_program_ends_meanwhile() {
    for ending in ["-INT", "-TERM", "time"] {
        let mut session = Session::start(&[OWN, "--for", if ending == "time" { "3s" } else { "60s" }]);
        // Half a code, which must not reach the shell.
        session.type_in("123");
        if ending != "time" {
            session.signal(ending);
        }
        let (output, shown) = session.end();
        assert_eq!(code(&output), 0, "{ending}: {}", said(&output));
        assert!(!shown.contains("123"), "{ending}: {shown}");
    }
}

#[test]
fn a_wrong_code_costs_the_account_and_nothing_else() {
    let mut session = Session::start(&[MARKET, OWN, "--for", "6s"]);
    session.type_in("000000\n");
    let (output, _) = session.end();
    let (code, said) = (code(&output), said(&output));
    assert_eq!(code, 3, "{said}");
    let warning = said.lines().find(|line| line.starts_with("warning: ")).unwrap();
    assert!(
        warning.contains("ssi refused ssi:*@order: ") && warning.ends_with("; the other subscriptions continue"),
        "{said}"
    );
    assert!(said.lines().last().unwrap().starts_with("error: ssi refused some of the subscriptions"), "{said}");
    let events = events(&output);
    let last = |subscription: &str| {
        let its = |event: &&serde_json::Value| {
            event["kind"] == "subscription"
                && format!("{}@{}", event["instrument"].as_str().unwrap(), event["channel"].as_str().unwrap())
                    == subscription
        };
        events.iter().rfind(its).unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!((last(MARKET).as_str(), last(OWN).as_str()), ("confirmed", "rejected"), "{events:?}");
}

#[test]
fn who_has_no_terminal_is_told_what_is_missing() {
    let sim = Sim::start("ssi", &[]);
    let mut command = tapewire(&["stream", OWN, "--endpoint", &sim.endpoint()]);
    command.env("TAPEWIRE_SSI_KEY", "sim-key").env("TAPEWIRE_SSI_SECRET", "sim-secret").stdin(Stdio::piped());
    let output = command.output().unwrap();
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(said(&output).contains("but standard input is not a terminal"), "{}", said(&output));
    assert!(!said(&output).contains("warning: "), "nothing goes on: {}", said(&output));
}
