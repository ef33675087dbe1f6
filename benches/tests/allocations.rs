//! Nothing on the way from a frame to the consumer asks for memory once lists have grown.

use tapewire_benches::allocations::{self, Counting};
use tapewire_benches::frames::Corpus;
use tapewire_benches::inflate;
use tapewire_benches::kind::Kind;
use tapewire_benches::work::{self, Variant};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn no_kind_asks_for_memory_in_steady_state() {
    let before = allocations::count();
    let streamed: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| kind.is_streamed()).collect();
    assert!(allocations::count() > before, "the counter counts");
    for kind in streamed {
        let corpus = Corpus::made(kind);
        for variant in [Variant::Protocol, Variant::Session] {
            assert_eq!(work::allocations(variant, &corpus).unwrap(), 0, "{kind} through {variant}");
        }
    }
}

#[test]
fn inflating_asks_for_no_memory_in_steady_state() {
    let (mut ours, mut miniz) = (inflate::Ours::default(), inflate::Miniz::default());
    let made = inflate::Frames::made().unwrap();
    assert!(made.frames.len() > 64, "{} frames", made.frames.len());
    for frames in [made.frames, inflate::Frames::new().unwrap().frames] {
        let length = ours.read(&frames);
        assert!(length > 0 && length == miniz.read(&frames), "both read the same text");
        let before = allocations::count();
        ours.read(&frames);
        assert_eq!(allocations::count() - before, 0);
    }
}

/// Frames that the bench made are frames that the venue could have sent: each gives the events it holds.
#[test]
fn every_frame_gives_its_events() {
    for kind in Kind::ALL {
        let corpus = Corpus::made(kind);
        for variant in Variant::ALL.into_iter().filter(|variant| variant.reads(kind, false)) {
            work::run(variant, &corpus, corpus.measured().len()).unwrap();
        }
    }
}
