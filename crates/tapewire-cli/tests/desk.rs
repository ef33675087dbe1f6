//! `tapewire desk` as a user runs it, against the simulated SSI.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use std::path::PathBuf;
use std::process::Output;

use crate::support::{Sim, code, events, said, tapewire};

/// An RSA key of 1024 bits in PEM, made for this test: too small for anybody.
const SMALL_KEY: &str = include_str!("support/small_key.pem");
/// An RSA key of 2048 bits in PEM, made for this test: nobody knows it.
const STRANGE_KEY: &str = include_str!("support/strange_key.pem");

/// The telephone agrees at once. Many commands in a row are more than the ten requests a second that the venue takes.
const OPTIONS: [&str; 6] = ["--option", "smart_otp=approved", "--option", "pending_polls=0", "--option", "limits=off"];

/// What is run, with which settings instead, the exit code, and what is said.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], i32, &'a str);

/// A user with an account at a simulated venue, whose telephone agrees to logins.
struct User {
    sim: Sim,
    home: PathBuf,
}

impl User {
    fn new(name: &str) -> Self {
        let home = std::env::temp_dir().join(format!("tapewire-desk-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        let user = Self { sim: Sim::start("ssi", &OPTIONS), home };
        let published = include_str!("../../../tests/vendor-clients/ssi_demo_key.py");
        let lines = published.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"'));
        user.file("key", &lines.filter(|line| !line.contains(' ')).collect::<String>());
        user
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs `tapewire desk`, with everything set but what is given as `NAME=`, or as it is given.
    fn desk(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let endpoint = self.sim.ready["ws"].as_str().unwrap();
        let file = |name: &str| self.home.join(name).to_str().unwrap().to_owned();
        let mut command = tapewire(&[&["desk"], arguments].concat());
        command.env("TAPEWIRE_SSI_ENDPOINT", endpoint).env("TAPEWIRE_SSI_OTP", "approval");
        command.env("TAPEWIRE_SSI_KEY", "sim-key").env("TAPEWIRE_SSI_SECRET", "sim-secret");
        command
            .env("TAPEWIRE_SSI_ACCOUNTS", "1234561")
            .env("TAPEWIRE_SSI_CLIENT", "C1")
            .env("TAPEWIRE_SSI_DEVICE", "d1");
        command.env("TAPEWIRE_SSI_SIGNING_KEY", file("key")).env("TAPEWIRE_SSI_KEEP", file("tokens"));
        command.envs(settings.iter().copied());
        command.output().unwrap()
    }

    /// The order of a key, once it has this status.
    fn until(&self, key: &str, status: &str) -> serde_json::Value {
        for _ in 0..50 {
            let found = events(&self.desk(&["find", "ssi", key], &[]));
            if let [order] = &found[..]
                && order["status"] == status
            {
                return order.clone();
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the order {key} never became {status}");
    }
}

impl Drop for User {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.home);
    }
}

#[test]
fn an_order_is_placed_found_changed_and_cancelled() {
    let user = User::new("life");
    let placed = user.desk(&["place", "ssi:SSI", "buy", "100", "29500", "--key", "mine-1"], &[]);
    assert_eq!(code(&placed), 0, "{}", said(&placed));
    assert!(said(&placed).contains("order key: mine-1"), "{}", said(&placed));
    let order = user.until("mine-1", "accepted");
    assert_eq!((&order["price"], &order["account"]), (&"29500".into(), &"default".into()));
    let id = order["order_id"].as_str().unwrap();
    assert_eq!(events(&placed)[0]["order_id"], id);

    assert_eq!(code(&user.desk(&["modify", "ssi", "key=mine-1", "quantity=200"], &[])), 0);
    assert_eq!(user.until("mine-1", "accepted")["quantity"], "200");
    assert_eq!(code(&user.desk(&["cancel", "ssi", id], &[])), 0);
    user.until("mine-1", "canceled");
    let again = user.desk(&["place", "ssi:SSI", "buy", "100", "29500", "--key", "mine-1"], &[]);
    assert_eq!(code(&again), 1, "a key is taken once a day: {}", said(&again));
    assert_eq!(events(&user.desk(&["orders", "ssi"], &[])).len(), 1);
    assert_eq!(events(&user.desk(&["balances", "ssi"], &[]))[0]["asset"], "VND");
    let held = user.desk(&["positions", "ssi", "--format", "text"], &[]);
    assert_eq!(code(&held), 0, "{}", said(&held));
    let held = String::from_utf8(held.stdout).unwrap();
    assert!(held.lines().any(|line| line.split_whitespace().take(2).eq(["ssi:SSI", "5000"])), "{held}");
}

#[test]
fn what_is_refused_ends_with_a_line_and_the_exit_code_that_says_so() {
    let user = User::new("refused");
    let cancel: &[&str] = &["cancel", "ssi", "O1"];
    let place: &[&str] = &["place", "ssi:SSI", "buy", "100", "29500"];
    let (small, strange) = (user.file("small", SMALL_KEY), user.file("strange", STRANGE_KEY));
    let bad = user.file("bad", "not a key");
    let cases: [Case<'_>; 14] = [
        (place, &[("TAPEWIRE_SSI_SIGNING_KEY", &bad)], 3, ": not a private key: write it as SSI's portal shows it"),
        (
            place,
            &[("TAPEWIRE_SSI_SIGNING_KEY", &small)],
            3,
            ": the RSA key cannot be used: it has fewer than 2048 bits",
        ),
        (place, &[("TAPEWIRE_SSI_SIGNING_KEY", &strange)], 3, "error: refused: Signature does not match\n"),
        (place, &[("TAPEWIRE_SSI_SIGNING_KEY", "no-file")], 2, "cannot read no-file: "),
        (place, &[("TAPEWIRE_SSI_SIGNING_KEY", "")], 2, "set TAPEWIRE_SSI_SIGNING_KEY, or signing_key under [ssi]"),
        (place, &[("TAPEWIRE_SSI_DEVICE", "")], 2, "set TAPEWIRE_SSI_DEVICE, or device under [ssi]"),
        (place, &[("TAPEWIRE_SSI_KEY", "bad-key"), ("TAPEWIRE_SSI_KEEP", "")], 3, "error: not sent: "),
        (place, &[("TAPEWIRE_SSI_ACCOUNTS", "1, 2")], 2, "write --account NUMBER"),
        (&["balances", "ssi"], &[("TAPEWIRE_SSI_CLIENT", "")], 2, "set TAPEWIRE_SSI_CLIENT"),
        (cancel, &[], 1, "error: refused: ORD013: "),
        (&["find", "ssi", "nothing"], &[], 1, "ssi lists no order with the key nothing today"),
        (
            &["place", "binance:BTCUSDT", "buy", "1", "5"],
            &[],
            2,
            "orders are not supported at binance; they are at: ssi",
        ),
        (&["place", "ssi:SSI", "buy", "0", "5"], &[], 2, "write a whole number above 0"),
        (&["place", "ssi:SSI", "buy", "100", "ATC=5"], &[], 2, "only orders LO and PLO have a price"),
    ];
    for (arguments, settings, expected, line) in cases {
        let output = user.desk(arguments, settings);
        assert_eq!(
            (code(&output), output.stdout.len()),
            (expected, 0),
            "{arguments:?} {settings:?}: {}",
            said(&output)
        );
        assert!(said(&output).contains(line), "{arguments:?} {settings:?}: {}", said(&output));
        assert!(!said(&output).contains("sim-secret") && !said(&output).contains("1234561"), "{}", said(&output));
    }
}
