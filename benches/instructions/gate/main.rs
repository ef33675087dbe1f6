//! The gate: counts the instructions and allocations of every kind, prints them, and compares them with `table.txt`.
//!
//! `gate [--profile release|dist] [--recorded] [--update]`. Fails where a kind needs over 3 % more instructions than
//! the table says, or asks for memory in steady state. The table is of one compiler and one profile; with others the
//! figures are printed and not compared.

mod counting;
mod table;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use tapewire_benches::Error;
use tapewire_benches::allocations::Counting;
use tapewire_benches::aside;
use tapewire_benches::frames::Corpus;
use tapewire_benches::kind::Kind;
use tapewire_benches::work::{self, Variant};

use counting::Counter;
use table::{Row, Table};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    profile: Option<String>,
    recorded: bool,
    update: bool,
}

#[expect(clippy::print_stderr, reason = "a program tells its errors there")]
fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}", tapewire_core::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, Error> {
    let mut options = Options::default();
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--profile" => options.profile = words.next(),
            "--recorded" => options.recorded = true,
            "--update" => options.update = true,
            _ => return Err(Error::Unknown { what: "option", text: word }),
        }
    }
    Ok(options)
}

/// Returns whether nothing became worse.
fn run() -> Result<bool, Error> {
    let Options { profile, recorded, update } = options()?;
    let counter = Counter::build(profile.as_deref().unwrap_or("release"), recorded)?;
    let mut found = Table { head: counter.head()?, rows: Vec::new() };
    let mut out = io::stdout().lock();
    writeln!(out, "{}\n{}", found.head, table::COLUMNS)?;
    for kind in Kind::ALL {
        let corpus = if recorded { Corpus::recorded(kind)? } else { Some(Corpus::made(kind)) };
        let Some(corpus) = corpus else { continue };
        let row = row(&counter, &corpus, recorded)?;
        writeln!(out, "{}", row.printed())?;
        found.rows.push(row);
    }
    if !recorded {
        writeln!(out, "{}", table::COLUMNS_ASIDE)?;
        for row in [book(&counter)?, engine_loop(&counter)?] {
            writeln!(out, "{}", row.printed_aside())?;
            found.rows.push(row);
        }
    }
    if update {
        found.write()?;
        writeln!(out, "the table is written")?;
    }
    let complaints = match Table::read()? {
        known if known.head == found.head => known.complaints(&found),
        known => {
            writeln!(out, "not compared: the table is of {}", known.head)?;
            found.complaints(&found)
        }
    };
    complaints.iter().try_for_each(|complaint| writeln!(out, "worse: {complaint}"))?;
    Ok(complaints.is_empty())
}

/// A changed level of a book, ours beside a map of integers.
fn book(counter: &Counter) -> Result<Row, Error> {
    let (messages, levels) = (aside::MESSAGES, aside::levels());
    let [map, ours] = ["map", "ours"].map(|how| counter.each("book", how, messages, levels));
    Ok(Row { kind: "book".to_owned(), instructions: [Some(map?), None, Some(ours?), None], ..Row::default() })
}

/// A frame that nothing is made of: the engine beside a bare loop with the same buffer.
fn engine_loop(counter: &Counter) -> Result<Row, Error> {
    let [bare, engine] = ["bare", "engine"].map(|how| counter.each("loop", how, aside::FRAMES, aside::FRAMES));
    Ok(Row { kind: "loop".to_owned(), instructions: [Some(bare?), None, Some(engine?), None], ..Row::default() })
}

fn row(counter: &Counter, corpus: &Corpus, recorded: bool) -> Result<Row, Error> {
    let kind = corpus.kind;
    let measured = corpus.measured().len();
    let mut row = Row { kind: kind.to_string(), bytes: corpus.mean_length() as u64, ..Row::default() };
    for (place, variant) in Variant::ALL.into_iter().enumerate() {
        if !variant.reads(kind, recorded) {
            continue;
        }
        if let Some(cell) = row.instructions.get_mut(place) {
            *cell = Some(counter.each(kind.as_str(), variant.as_str(), measured, measured)?);
        }
        // An answer over HTTP is read once in a while, and its lists are handed on.
        if matches!(variant, Variant::Protocol | Variant::Session) && kind.is_streamed() {
            row.allocations += work::allocations(variant, corpus)?;
        }
    }
    Ok(row)
}
