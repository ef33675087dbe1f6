//! How long changes of a book of 1000 levels a side take: our book, and a map of integers.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput};
use tapewire_benches::book::{self, Change, Map};
use tapewire_core::book::OrderBook;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1))
        .sample_size(20)
        .configure_from_args();
    let (start, changes) = book::changes(2_000, 20);
    let ours: Vec<_> = changes.iter().map(Change::levels).collect();
    let (mut ready, mut map) = (OrderBook::default(), Map::default());
    book::ours(&mut ready, &[start.levels()]);
    book::map(&mut map, &[start]);
    let mut group = criterion.benchmark_group("book");
    group.throughput(Throughput::Elements(changes.iter().map(Change::len).sum::<usize>() as u64));
    group.bench_function("BTreeMap", |bencher| {
        bencher.iter_batched_ref(|| map.clone(), |map| book::map(map, &changes), BatchSize::LargeInput);
    });
    group.bench_function("OrderBook", |bencher| {
        bencher.iter_batched_ref(|| ready.clone(), |book| book::ours(book, &ours), BatchSize::LargeInput);
    });
    group.finish();
    criterion.final_summary();
}
