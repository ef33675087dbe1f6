//! What is fuzzed: for each target a function that takes bytes, and panics if what they lead to is wrong.
//!
//! The functions need no fuzzer. cargo-fuzz runs them from `fuzz_targets/`; the tests run each over its corpus in
//! `corpus/`, and over seeded mutations of it.
#![expect(clippy::expect_used, clippy::panic, reason = "a target tells what is wrong by panicking")]

mod book;
mod bytes;
mod decimals;
mod decode;
mod exact;
mod json;
mod managed_book;
mod recording;
mod script;
mod session;
mod text;
mod tree;

/// What a target does with an input.
pub type Target = fn(&[u8]);

/// The targets with their names.
pub const TARGETS: &[(&str, Target)] = &[
    ("book", book::run),
    ("decimals", decimals::run),
    ("decode_binance", |data| decode::run(&decode::BINANCE, data)),
    ("decode_infoway", |data| decode::run(&decode::INFOWAY, data)),
    ("decode_okex_v1", |data| decode::run(&decode::OKEX_V1, data)),
    ("decode_okex_v3", |data| decode::run(&decode::OKEX_V3, data)),
    ("decode_okx", |data| decode::run(&decode::OKX, data)),
    ("decode_ssi", |data| decode::run(&decode::SSI, data)),
    ("json", json::run),
    ("managed_book", managed_book::run),
    ("recording", recording::run),
    ("script", script::run),
    ("session", session::run),
    ("text", text::run),
];

/// Runs a target on an input.
///
/// # Panics
/// If the input shows that something is wrong, or if there is no such target.
pub fn run(target: &str, data: &[u8]) {
    let (_, run) = TARGETS.iter().find(|(name, _)| *name == target).expect("a target of this name");
    run(data);
}
