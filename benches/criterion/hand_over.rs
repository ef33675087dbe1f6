//! How long the engine takes to read 128 000 trades from memory and to hand them over, by each way.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use tapewire_benches::Error;
use tapewire_benches::clock::process_ns;
use tapewire_benches::fountain::Source;
use tapewire_benches::frames::Corpus;
use tapewire_benches::kind::Kind;
use tapewire_benches::reading::{HandOver, handed_over};

/// How often the frames of the kind are given.
const TIMES: usize = 200;

fn main() -> Result<(), Error> {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(10)
        .configure_from_args();
    let texts = Corpus::made(Kind::Trade).frames;
    let mut group = criterion.benchmark_group("hand-over");
    group.throughput(Throughput::Elements((texts.len() * TIMES) as u64));
    for (name, how) in [
        ("in the task", HandOver::InTask),
        ("same runtime", HandOver::SameRuntime),
        ("same runtime, batches", HandOver::SameRuntimeBatches),
        ("other thread, batches", HandOver::OtherThreadBatches),
        ("other thread, each through a channel", HandOver::OtherThreadEach),
    ] {
        handed_over(&Source::new(&texts, 1, true, process_ns), how)?;
        group.bench_function(name, |bencher| {
            bencher.iter(|| handed_over(&Source::new(&texts, TIMES, true, process_ns), how).ok());
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
