//! Runs every target over its corpus, and over seeded mutations of it: a short piece of fuzzing for every machine.
#![cfg(test)]

#[path = "corpora/mutate.rs"]
mod mutate;

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use tapewire_fuzz_targets::{TARGETS, Target};

use mutate::Mutator;

/// How many mutations each target is run on: a second or two without optimization.
const MUTATIONS: usize = 2000;
/// How long a file of a corpus may be, in bytes.
const FILE_LENGTH_MAX: usize = 2048;

/// The folder of cargo-fuzz.
fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the folder").to_owned()
}

/// The names in a folder, without endings.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect()
}

/// The files of a target's corpus with their names, in order.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{target} has no corpus: {error}"));
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(!files.is_empty(), "the corpus of {target} is empty");
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read(path).expect("a readable file"))
    };
    files.into_iter().map(read).collect()
}

/// What a target has to say of an input: `None` if all is well.
fn complaint(target: &str, run: Target, of: &str, data: &[u8]) -> Option<String> {
    let failed = catch_unwind(|| run(data)).is_err();
    failed.then(|| format!("{target} fails on {of}: b\"{}\"", data.escape_ascii()))
}

/// Runs a target over its corpus and over mutations of it, up to the first input that fails.
fn complaint_over(target: &str, run: Target, corpus: &[(String, Vec<u8>)]) -> Option<String> {
    let mut mutator = Mutator::new(corpus);
    corpus.iter().find_map(|(name, data)| complaint(target, run, name, data)).or_else(|| {
        (0..MUTATIONS).find_map(|number| {
            let (name, data) = mutator.next();
            complaint(target, run, &format!("mutation {number}, of {name}"), &data)
        })
    })
}

#[test]
fn nothing_in_the_corpora_or_near_them_fails() {
    let complaints: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = TARGETS
            .iter()
            .map(|(target, run)| scope.spawn(move || complaint_over(target, *run, &corpus(target))))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().expect("a corpus that can be read")).collect()
    });
    assert!(complaints.is_empty(), "\n\n  {}\n", complaints.join("\n  "));
}

#[test]
fn what_fails_is_found_and_named() {
    let corpus = [("good".to_owned(), b"abc".to_vec()), ("twin".to_owned(), b"bcd".to_vec())];
    let at_once = complaint_over("planted", |data| assert!(!data.starts_with(b"b")), &corpus);
    assert_eq!(at_once.as_deref(), Some("planted fails on twin: b\"bcd\""));
    let by_mutation = complaint_over("planted", |data| assert!(!data.contains(&0xff)), &corpus).expect("it is found");
    assert!(by_mutation.starts_with("planted fails on mutation ") && by_mutation.contains("\\xff"), "{by_mutation}");
    assert_eq!(complaint_over("planted", |_| (), &corpus), None);
}

#[test]
fn corpora_are_small() {
    for (target, _) in TARGETS {
        for (name, data) in corpus(target) {
            assert!(data.len() <= FILE_LENGTH_MAX, "{target}/{name} has {} bytes: shorten it", data.len());
        }
    }
}

#[test]
fn every_target_has_a_program_and_a_corpus() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets, names(&fuzz().join("fuzz_targets")), "programs in fuzz_targets/");
    assert_eq!(targets, names(&fuzz().join("corpus")), "folders in corpus/");
    let manifest: toml::Table =
        fs::read_to_string(fuzz().join("Cargo.toml")).expect("a manifest").parse().expect("TOML");
    let programs = manifest["bin"].as_array().expect("programs").iter();
    assert_eq!(
        targets,
        programs.map(|bin| bin["name"].as_str().expect("a name").to_owned()).collect(),
        "bins in Cargo.toml"
    );
    for target in &targets {
        let program = fs::read_to_string(fuzz().join(format!("fuzz_targets/{target}.rs"))).expect("a program");
        assert!(program.contains(&format!("run(\"{target}\", data)")), "{target}.rs runs another target");
    }
}

#[test]
fn every_venue_has_its_decoder_fuzzed() {
    for venue in tapewire::venues::names() {
        // Ids that begin alike may be one adapter's, which reads them alike.
        let whole = format!("decode_{}", venue.replace('-', "_"));
        let family = whole.rsplit_once('_').map_or(&*whole, |(family, _)| family);
        let is_its = |name: &str| name == whole || name == family && family != "decode";
        assert!(TARGETS.iter().any(|(name, _)| is_its(name)), "{venue} has no target {whole}");
    }
}
