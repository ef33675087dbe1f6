//! How long 512 frames of each kind take: validated by serde_json, read by it, by the adapter, through a session.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use tapewire_benches::Error;
use tapewire_benches::frames::Corpus;
use tapewire_benches::kind::Kind;
use tapewire_benches::work::{Reader, Variant};

fn main() -> Result<(), Error> {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .sample_size(20)
        .configure_from_args();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_streamed()) {
        decode(&mut criterion, kind)?;
    }
    criterion.final_summary();
    Ok(())
}

fn decode(criterion: &mut Criterion, kind: Kind) -> Result<(), Error> {
    let corpus = Corpus::made(kind);
    let frames = corpus.measured();
    let mut group = criterion.benchmark_group(kind.as_str());
    group.throughput(Throughput::Elements(frames.len() as u64));
    for variant in [Variant::Floor, Variant::Serde, Variant::Protocol] {
        let mut reader = Reader::warm(variant, &corpus)?;
        group.bench_function(variant.as_str(), |bencher| bencher.iter(|| reader.read(frames)));
    }
    // A session takes each number once: it has to begin anew each time.
    Reader::warm(Variant::Session, &corpus)?;
    group.bench_function(Variant::Session.as_str(), |bencher| {
        bencher.iter_batched_ref(
            || Reader::warm(Variant::Session, &corpus).ok(),
            |reader| reader.as_mut().map(|reader| reader.read(frames)),
            BatchSize::LargeInput,
        );
    });
    group.finish();
    Ok(())
}
