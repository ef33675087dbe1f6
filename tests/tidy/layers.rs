//! Who may import whom: each crate's manifest names its layer, and this table says what a layer may import.

use std::process::Command;

use serde_json::Value;

use crate::{assert_tidy, tree};

/// A layer and what its crates may import, build dependencies included. Tests may import what they like.
struct Layer {
    name: &'static str,
    /// Layers of this workspace.
    imports: &'static [&'static str],
    /// Crates from outside.
    outside: Outside,
}

enum Outside {
    /// As needed.
    Any,
    /// None that opens sockets, runs tasks, reads clocks or holds C code.
    Pure,
    /// These alone.
    Only(&'static [&'static str]),
}

const LAYERS: &[Layer] = &[
    Layer { name: "json", imports: &[], outside: Outside::Only(&["serde", "rust_decimal"]) },
    Layer { name: "core", imports: &["json"], outside: Outside::Pure },
    Layer { name: "session", imports: &["core", "json"], outside: Outside::Pure },
    Layer { name: "adapter", imports: &["core", "json"], outside: Outside::Only(ADAPTER) },
    Layer { name: "engine", imports: &["core", "session"], outside: Outside::Any },
    Layer { name: "tape", imports: &["core"], outside: Outside::Any },
    Layer { name: "gateway", imports: &["core"], outside: Outside::Any },
    // Never an adapter: if both shared a codec, one misreading would pass on both sides.
    Layer { name: "sim", imports: &["core"], outside: Outside::Any },
    Layer { name: "testkit", imports: &["core", "session", "engine", "sim"], outside: Outside::Any },
    Layer {
        name: "facade",
        imports: &["core", "session", "engine", "adapter", "tape", "gateway"],
        outside: Outside::Any,
    },
    Layer { name: "app", imports: &["facade", "gateway", "tape", "sim"], outside: Outside::Any },
];

/// What adapters may import from outside.
const ADAPTER: &[&str] =
    &["base64", "crc32fast", "flate2", "hex", "hmac", "md-5", "serde", "serde_json", "sha2", "thiserror", "tracing"];

/// What the pure layers may not import: names, or how they begin where a hyphen ends them.
const IMPURE: &[&str] = &[
    "async-",
    "aws-lc-",
    "chrono",
    "crossterm",
    "futures-",
    "getrandom",
    "hyper",
    "hyper-",
    "mio",
    "openssl",
    "rand",
    "reqwest",
    "ring",
    "rustls",
    "rustls-",
    "socket2",
    "time",
    "tokio",
    "tokio-",
    "tungstenite",
    "ureq",
];

/// A member of the workspace, as far as layers go.
struct Package {
    name: String,
    layer: Option<String>,
    /// Whether it lies in `crates/`, where every one has a layer; elsewhere are tests and examples.
    layered: bool,
    imports: Vec<String>,
}

/// A sentence for every import that the table does not have, and for every crate that is in no layer.
fn complaints(packages: &[Package]) -> Vec<String> {
    let layer = |package: &Package| LAYERS.iter().find(|layer| Some(layer.name) == package.layer.as_deref());
    let mut complaints = Vec::new();
    for package in packages.iter().filter(|package| package.layered) {
        let name = &package.name;
        let Some(from) = layer(package) else {
            let known: Vec<_> = LAYERS.iter().map(|layer| layer.name).collect();
            complaints.push(format!(
                "{name} names no layer: write one of {} as `layer` under [package.metadata.tapewire] in its manifest",
                known.join(", ")
            ));
            continue;
        };
        for import in &package.imports {
            match packages.iter().find(|member| member.name == *import) {
                Some(member) => {
                    let to = layer(member).map_or("no layer", |layer| layer.name);
                    if !from.imports.contains(&to) {
                        complaints.push(format!("{name} ({}) -> {import} ({to})", from.name));
                    }
                }
                None if allows(&from.outside, import) => {}
                None => complaints.push(format!("{name} ({}) -> {import} (outside)", from.name)),
            }
        }
    }
    complaints
}

fn allows(outside: &Outside, import: &str) -> bool {
    match outside {
        Outside::Any => true,
        Outside::Only(names) => names.contains(&import),
        Outside::Pure => !IMPURE.iter().any(|name| *name == import || name.ends_with('-') && import.starts_with(name)),
    }
}

/// Reads what `cargo metadata` prints.
fn packages(metadata: &Value) -> Vec<Package> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let crates = format!("{}/crates/", metadata["workspace_root"].as_str().expect("the workspace has a root"));
    let package = |package: &Value| Package {
        name: text(&package["name"]).expect("a package has a name"),
        layer: text(&package["metadata"]["tapewire"]["layer"]),
        layered: package["manifest_path"].as_str().is_some_and(|path| path.starts_with(&crates)),
        imports: package["dependencies"]
            .as_array()
            .expect("a package has dependencies")
            .iter()
            .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
            .filter_map(|dependency| text(&dependency["name"]))
            .collect(),
    };
    metadata["packages"].as_array().expect("a workspace has packages").iter().map(package).collect()
}

#[test]
fn crates_import_only_what_their_layer_may() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(tree::root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let packages = packages(&serde_json::from_slice(&output.stdout).expect("cargo prints JSON"));
    assert!(packages.iter().filter(|package| package.layered).count() >= 8, "the crates were not found");
    assert_tidy(&complaints(&packages));
}

#[test]
fn a_wrong_import_is_told_in_a_sentence() {
    let package = |name: &str, layer: Option<&str>, imports: &[&str]| Package {
        name: name.to_owned(),
        layer: layer.map(str::to_owned),
        layered: name != "tests",
        imports: imports.iter().map(|import| (*import).to_owned()).collect(),
    };
    let planted = [
        package("tapewire-json", Some("json"), &["serde", "serde_json"]),
        package("tapewire-core", Some("core"), &["tapewire-json", "thiserror", "tokio-util"]),
        package("tapewire-session", Some("session"), &["tapewire-core", "tapewire-binance", "timely"]),
        package("tapewire-binance", Some("adapter"), &["tapewire-core", "serde", "ring"]),
        package("tapewire-okx", Some("adaptor"), &[]),
        package("tapewire-sim", Some("sim"), &["tapewire-binance", "tapewire-okx", "tokio"]),
        package("tests", None, &["tapewire-binance", "tapewire-sim"]),
    ];
    let found = complaints(&planted);
    assert!(found[4].starts_with("tapewire-okx names no layer: write one of json, core, "), "{}", found[4]);
    let others: Vec<_> = found.iter().filter(|complaint| !complaint.contains("names no layer")).collect();
    let expected = [
        "tapewire-json (json) -> serde_json (outside)",
        "tapewire-core (core) -> tokio-util (outside)",
        "tapewire-session (session) -> tapewire-binance (adapter)",
        "tapewire-binance (adapter) -> ring (outside)",
        "tapewire-sim (sim) -> tapewire-binance (adapter)",
        "tapewire-sim (sim) -> tapewire-okx (no layer)",
    ];
    assert_eq!(others, expected.iter().collect::<Vec<_>>());
}

#[test]
fn metadata_is_read_without_tests_dependencies() {
    let metadata = serde_json::json!({
        "workspace_root": "/here",
        "packages": [{
            "name": "tapewire-core",
            "manifest_path": "/here/crates/tapewire-core/Cargo.toml",
            "metadata": { "tapewire": { "layer": "core" } },
            "dependencies": [
                { "name": "serde", "kind": null },
                { "name": "cc", "kind": "build" },
                { "name": "tapewire-sim", "kind": "dev" },
            ],
        }, {
            "name": "tapewire-tests", "manifest_path": "/here/tests/Cargo.toml", "metadata": null, "dependencies": [],
        }],
    });
    let packages = packages(&metadata);
    assert_eq!((packages[0].layer.as_deref(), packages[0].layered), (Some("core"), true));
    assert_eq!(packages[0].imports, ["serde", "cc"]);
    assert_eq!((packages[1].layer.as_deref(), packages[1].layered), (None, false));
}
