//! `cargo xtask new-venue`, run as a newcomer runs it: what it lays down compiles, and its suite says what is missing.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod sandbox;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::sandbox::{Sandbox, cargo, refused, wrote, xtask};

/// Every file of an adapter, wherever it is.
const FILES: [&str; 13] = [
    "Cargo.toml",
    "README.md",
    "fixtures/README.md",
    "src/lib.rs",
    "src/wire/mod.rs",
    "src/wire/trade.rs",
    "src/symbol.rs",
    "src/topic.rs",
    "src/normalize.rs",
    "src/connector.rs",
    "src/account.rs",
    "src/protocol.rs",
    "tests/conformance.rs",
];

#[test]
fn a_crate_of_its_own_compiles_and_its_suite_lists_what_is_missing() {
    let sandbox = Sandbox::new("alone");
    let folder = sandbox.path("tapewire-sextant");
    let printed = wrote(xtask(["new-venue", "sextant", "--path"]).arg(&folder));
    for file in FILES {
        assert!(folder.join(file).is_file() && printed.contains(&format!("  {file}")), "{file}: {printed}");
    }
    assert!(printed.contains("\n  cargo test --test conformance\n"), "{printed}");
    assert!(!printed.contains("crates/tapewire/"), "{printed}");

    // The versions that this workspace has, so that nothing has to be fetched.
    fs::copy(sandbox::root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let (passed, text) = sandbox::test(&folder);
    assert!(!passed, "an empty adapter conforms: {text}");
    assert!(text.contains("test wire::trade::tests::reads_the_documented_example ... ok"), "{text}");
    assert!(text.contains("test src/lib.rs - (line "), "{text}");
    assert!(!text.contains("`tapewire-sextant` ("), "warnings in what was laid down: {text}");

    let fixtures = folder.canonicalize().unwrap().join("fixtures").display().to_string();
    let expected = [
        format!("recorded frames: there is no line in {fixtures}/*.jsonl"),
        "subscriptions to try: call `Kit::subscriptions`".to_owned(),
    ];
    assert_eq!(missing(&text), BTreeSet::from(expected), "{text}");
    assert!(text.contains("\n  read:   docs/adding-a-venue.md, \"Fixtures\""), "{text}");

    fill_in(&folder);
    let (_, text) = sandbox::test(&folder);
    let expected = [
        format!("{fixtures}/trades.expected.jsonl: run once with TAPEWIRE_UPDATE=1, then read what it wrote"),
        "`quote`: a subscription `sextant:SYMBOL@quote`, in `Kit::subscriptions`".to_owned(),
        "frames of subscribed topics that hold nothing but a quote".to_owned(),
        "a simulated venue: call `Kit::simulator`".to_owned(),
    ];
    assert_eq!(missing(&text), BTreeSet::from(expected), "{text}");
    assert!(text.contains("test frames/number_forms   ... ok"), "{text}");
}

/// What a run of the suite says is missing. Every case that failed did so for want of something: none found the adapter
/// wrong.
fn missing(text: &str) -> BTreeSet<String> {
    let failed = text.lines().filter(|line| line.ends_with("... FAILED")).count();
    let missing: Vec<_> = text.lines().filter_map(|line| line.split_once(": missing: ")).collect();
    assert_eq!(missing.len(), failed, "{text}");
    missing.into_iter().map(|(_, what)| what.to_owned()).collect()
}

/// What a contributor does first: claims two channels, and has a frame and a subscription for one of them.
fn fill_in(folder: &Path) {
    let replace = |file: &str, old: &str, new: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(old), "{file}: {text}");
        fs::write(folder.join(file), text.replacen(old, new, 1)).unwrap();
    };
    replace("src/topic.rs", "= &[];", "= &[(Channel::Trade, \"trades\"), (Channel::Quote, \"quotes\")];");
    let row = |channel: &str| {
        format!(
            "ChannelCapability {{ channel: \"{channel}\", topic: \"{channel}s.<symbol>\", all: false, note: \"\" }}"
        )
    };
    replace("src/connector.rs", "Capabilities, Connector", "Capabilities, ChannelCapability, Connector");
    replace("src/connector.rs", "channels: &[],", &format!("channels: &[{}, {}],", row("trade"), row("quote")));
    replace("tests/conformance.rs", "= &[];", "= &[\"sextant:ABC@trade\"];");
    let trade = r#"{\"id\":41,\"time\":1767225600000,\"price\":\"1.10\",\"quantity\":\"3.0\",\"side\":\"buy\"}"#;
    let line = format!(r#"{{"dir":"in","text":"{{\"topic\":\"trades.ABC\",\"data\":{trade}}}"}}"#);
    fs::write(folder.join("fixtures/trades.jsonl"), line).unwrap();
}

#[test]
fn a_member_of_the_workspace_is_found_formatted_and_says_where_to_make_it_known() {
    let sandbox = Sandbox::new("member");
    let root = sandbox.workspace();
    // The lengths that an id may have: lines must fit, and must not, whatever it is.
    let long = "a-venue-of-the-longest-name-that-there-can-be-48";
    for name in ["okex-v3", "x", long] {
        let printed = wrote(xtask(["new-venue", name]).env("CARGO_MANIFEST_DIR", root.join("xtask")));
        let folder = root.join(format!("crates/tapewire-{name}"));
        for file in FILES {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            assert!(!["{{name}}", "{{Name}}", "{{snake}}"].iter().any(|left| text.contains(left)), "{file}: {text}");
        }
        assert!(!folder.join("rustfmt.toml").exists());
        let snake = name.replace('-', "_");
        for line in [
            format!("cargo test -p tapewire-{name} --test conformance"),
            format!("tapewire-{name} = {{ path = \"crates/tapewire-{name}\" }}"),
            format!("{name} = [\"dep:tapewire-{name}\"]"),
            format!("(\"{name}\", tapewire_{snake}::venue),"),
            format!("pub use tapewire_{snake} as {snake};"),
            format!("docs/venues/{name}.md"),
        ] {
            assert!(printed.contains(&line), "{line}: {printed}");
        }
        wrote(cargo(["fmt", "--check", "--package"]).arg(format!("tapewire-{name}")).current_dir(&root));
    }
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version=1"];
    let members = wrote(cargo(metadata).current_dir(&root));
    assert!(
        members.contains("\"name\":\"tapewire-okex-v3\"") && members.contains("{\"layer\":\"adapter\"}"),
        "{members}"
    );
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_written() {
    let sandbox = Sandbox::new("refused");
    let folder = sandbox.path("tapewire-acme");
    for (name, why) in [
        ("Acme", "lower-case letters, digits and hyphens"),
        ("acme/../..", "lower-case letters, digits and hyphens"),
        ("1inch", "begin with a letter"),
        ("acme-", "put each hyphen between two others"),
    ] {
        refused(xtask(["new-venue", name, "--path"]).arg(&folder), 2, why);
        assert!(!folder.exists());
    }
    refused(&mut xtask(["new-venue"]), 2, "<NAME>");
    refused(xtask(["new-venue", "core", "--path"]).arg(&folder), 1, "choose another id, nothing was written");
    refused(&mut xtask(["new-venue", "binance"]), 1, "tapewire-binance is there already: nothing was written");
    assert!(!folder.exists());

    fs::create_dir(&folder).unwrap();
    refused(xtask(["new-venue", "acme", "--path"]).arg(&folder), 1, "is there already: nothing was written");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let file = sandbox.path("file");
    fs::write(&file, "").unwrap();
    refused(xtask(["new-venue", "acme", "--path"]).arg(file.join("acme")), 1, "cannot write");
}
