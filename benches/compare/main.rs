//! Comparisons by CPU time: `compare [decode|inflate|book|hand-over|loop|wake-ups|memory]..`, all without a word.
//!
//! Each prints its contenders with the ratio to the first, then its figure beside the bar.

mod memory;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use tapewire_benches::Error;
use tapewire_benches::allocations::Counting;
use tapewire_benches::book;
use tapewire_benches::clock;
use tapewire_benches::fountain::Source;
use tapewire_benches::frames::Corpus;
use tapewire_benches::inflate;
use tapewire_benches::kind::Kind;
use tapewire_benches::market::Unit;
use tapewire_benches::reading::{self, HandOver};
use tapewire_benches::rounds::{Contender, Outcome, Thousandths, compare};
use tapewire_benches::wakeups;
use tapewire_benches::work::{Reader, Variant};

/// Memory is counted by what is asked for, beside what the system gives.
#[global_allocator]
static ALLOCATOR: Counting = Counting;

type Comparison = (&'static str, fn(&mut dyn Write) -> Result<(), Error>);

const ALL: [Comparison; 7] = [
    ("decode", decode),
    ("inflate", inflated),
    ("book", books),
    ("hand-over", hand_over),
    ("loop", engine_loop),
    ("wake-ups", wake_ups),
    ("memory", memory::compare),
];

#[expect(clippy::print_stderr, reason = "a program tells its errors there")]
fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", tapewire_core::chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), Error> {
    match words {
        [word] if word == memory::SERVE => return memory::serve(),
        [word, port] if word == memory::HOLD => return memory::hold(port),
        _ => {}
    }
    let mut out = io::stdout().lock();
    if words.is_empty() {
        return ALL.iter().try_for_each(|(_, comparison)| comparison(&mut out));
    }
    for word in words {
        let found = ALL.iter().find(|(name, _)| name == word);
        let (_, comparison) = found.ok_or_else(|| Error::Unknown { what: "comparison", text: word.clone() })?;
        comparison(&mut out)?;
    }
    Ok(())
}

/// Tells what was found beside what is wanted.
fn judge(out: &mut dyn Write, figure: &str, ratio: u64, bar: Option<u64>) -> Result<(), Error> {
    let said = match bar {
        Some(bar) if ratio <= bar => format!("bar {}: met", Thousandths(bar)),
        Some(bar) => format!("bar {}: missed", Thousandths(bar)),
        None => "no bar".to_owned(),
    };
    Ok(writeln!(out, "  => {figure}: {} ({said})\n", Thousandths(ratio))?)
}

/// Takes one turn that may fail: a failure shows as a time that cannot be overlooked.
fn turn(result: Result<u64, Error>, failure: &mut Option<Error>) -> u64 {
    result.unwrap_or_else(|error| {
        failure.get_or_insert(error);
        0
    })
}

fn decode(out: &mut dyn Write) -> Result<(), Error> {
    for kind in Kind::ALL {
        let corpus = Corpus::made(kind);
        let frames = corpus.measured();
        let mut contenders = Vec::new();
        for variant in [Variant::Floor, Variant::Serde, Variant::Protocol] {
            let mut reader = Reader::warm(variant, &corpus)?;
            contenders.push(Contender::new(variant.as_str(), frames.len(), move || {
                clock::thread_ns_of(|| _ = reader.read(frames))
            }));
        }
        let outcome = compare(format!("decode {kind}, a frame of {} bytes", corpus.mean_length()), 31, contenders);
        write!(out, "{outcome}")?;
        judge(out, &format!("{kind}: adapter / serde_json's IgnoredAny, CPU time"), outcome.ratio(2, 0), None)?;
    }
    Ok(())
}

fn inflated(out: &mut dyn Write) -> Result<(), Error> {
    let inflate::Frames { frames, mean_length, recorded } = inflate::Frames::new()?;
    if !recorded {
        writeln!(out, "TAPEWIRE_RECORDINGS names no recordings of OKEx v3: made frames are deflated instead")?;
    }
    let source = if recorded { "recorded" } else { "made" };
    let (mut miniz, mut ours) = (inflate::Miniz::default(), inflate::Ours::default());
    // A turn reads all of them several times: there are few.
    let times = 20;
    let units = frames.len() * times;
    let outcome = compare(
        format!("inflate {} {source} frames that become {mean_length} bytes, a frame", frames.len()),
        31,
        vec![
            Contender::new("miniz_oxide, as flate2 calls it", units, || {
                clock::thread_ns_of(|| (0..times).for_each(|_| _ = miniz.read(&frames)))
            }),
            Contender::new("the adapter's", units, || {
                clock::thread_ns_of(|| (0..times).for_each(|_| _ = ours.read(&frames)))
            }),
        ],
    );
    write!(out, "{outcome}")?;
    judge(out, "inflate: the adapter's / miniz_oxide", outcome.ratio(1, 0), Some(650))
}

fn books(out: &mut dyn Write) -> Result<(), Error> {
    for levels in [4, 20, 100] {
        let (start, changes) = book::changes(40_000 / levels, levels);
        let units = changes.iter().map(book::Change::len).sum();
        let ours: Vec<_> = changes.iter().map(book::Change::levels).collect();
        let (start_ours, first) = (start.levels(), std::slice::from_ref(&start));
        let mut ready = tapewire_core::book::OrderBook::default();
        book::ours(&mut ready, std::slice::from_ref(&start_ours));
        let mut map = book::Map::default();
        book::map(&mut map, first);
        let outcome = compare(
            format!("book of 1000 levels a side, {levels} changes in a message, a level"),
            31,
            vec![
                Contender::new("BTreeMap<i64, i64>", units, || {
                    let mut map = map.clone();
                    clock::thread_ns_of(|| book::map(&mut map, &changes))
                }),
                Contender::new("OrderBook", units, || {
                    let mut book = ready.clone();
                    clock::thread_ns_of(|| book::ours(&mut book, &ours))
                }),
            ],
        );
        write!(out, "{outcome}")?;
        judge(out, "OrderBook / BTreeMap", outcome.ratio(1, 0), Some(800))?;
    }
    Ok(())
}

/// Other threads get a stream that is always full. On one thread the consumer gets its turn when the stream pauses.
fn hand_over(out: &mut dyn Write) -> Result<(), Error> {
    let ways = [
        ("handler in the task", HandOver::InTask),
        ("feed on another thread, in batches", HandOver::OtherThreadBatches),
        ("tokio mpsc to another thread, each event", HandOver::OtherThreadEach),
    ];
    let outcome = handed_over("handing over trades, stream always full, CPU of all threads, an event", false, &ways)?;
    write!(out, "{outcome}")?;
    let figure = "extra of batches / extra of a channel for each event";
    judge(out, figure, outcome.ratio_of_extras(1, 2, 0), Some(250))?;
    let ways = [
        ways[0],
        ("feed on the same runtime, event by event", HandOver::SameRuntime),
        ("feed on the same runtime, in batches", HandOver::SameRuntimeBatches),
        ways[1],
        ways[2],
    ];
    let outcome = handed_over("the same, stream pauses after each 16 KiB", true, &ways)?;
    write!(out, "{outcome}")?;
    judge(out, figure, outcome.ratio_of_extras(3, 4, 0), None)
}

fn handed_over(title: &str, pauses: bool, ways: &[(&str, HandOver)]) -> Result<Outcome, Error> {
    let texts = &Corpus::made(Kind::Trade).frames;
    let times = 400;
    let failure = &std::cell::RefCell::new(None);
    let contenders = ways.iter().map(|(name, how)| {
        Contender::new(*name, texts.len() * times, move || {
            let source = Source::new(texts, times, pauses, clock::process_ns);
            turn(reading::handed_over(&source, *how), &mut failure.borrow_mut())
        })
    });
    let outcome = compare(title, 9, contenders.collect());
    failure.take().map_or(Ok(outcome), Err)
}

fn engine_loop(out: &mut dyn Write) -> Result<(), Error> {
    let texts = Corpus::made(Kind::Trade).frames;
    let times = 400;
    let failure = &std::cell::RefCell::new(None);
    type Loop = fn(&Arc<Source>) -> Result<u64, Error>;
    let loops: [(&str, Loop); 2] =
        [("bare loop, same buffer", reading::bare), ("engine, nothing decoded", reading::engine)];
    let contenders = loops.into_iter().map(|(name, read)| {
        let texts = &texts;
        Contender::new(name, texts.len() * times, move || {
            let source = Source::new(texts, times, false, clock::thread_ns);
            turn(read(&source), &mut failure.borrow_mut())
        })
    });
    let outcome = compare("loops over a stream in memory, buffer always full, a frame", 31, contenders.collect());
    failure.take().map_or(Ok(()), Err)?;
    write!(out, "{outcome}")?;
    judge(out, "engine / bare loop", outcome.ratio(1, 0), Some(1100))
}

fn wake_ups(out: &mut dyn Write) -> Result<(), Error> {
    let texts = Arc::new(Corpus::of(Kind::Trade, 4_200, Unit::Microseconds).frames);
    let failure = &std::cell::RefCell::new(None);
    type Receiver<'a> = (&'a str, Box<dyn Fn() -> Result<u64, Error> + 'a>);
    let receivers: [Receiver<'_>; 5] = [
        ("bare loop, default configuration (128 KiB)", Box::new(|| wakeups::bare(&texts, None, false))),
        ("bare loop, 16 KiB", Box::new(|| wakeups::bare(&texts, Some(16 * 1024), false))),
        ("engine, decoded, handler in the task", Box::new(|| wakeups::engine_in_task(&texts))),
        ("engine, decoded, feed on the same thread", Box::new(|| wakeups::engine_fed(&texts))),
        ("bare loop, default, beside a timer", Box::new(|| wakeups::bare(&texts, None, true))),
    ];
    let contenders = receivers.into_iter().map(|(name, receive)| {
        let frames = wakeups::measured(texts.len());
        Contender::new(name, frames, move || turn(receive(), &mut failure.borrow_mut()))
    });
    let outcome: Outcome =
        compare("one frame a wake-up over loopback, CPU of the receiver, a frame", 15, contenders.collect());
    failure.take().map_or(Ok(()), Err)?;
    write!(out, "{outcome}")?;
    judge(out, "engine with handler / bare default loop", outcome.ratio(2, 0), Some(1000))?;
    judge(out, "engine with feed / bare default loop", outcome.ratio(3, 0), Some(1000))
}
