//! The examples, run as they are.

#[expect(dead_code, reason = "`main` is for the program alone")]
#[path = "../../examples/survive_disconnect.rs"]
mod survive_disconnect;
#[expect(dead_code, reason = "`main` is for the program alone")]
#[path = "../../examples/watch_book.rs"]
mod watch_book;
#[expect(dead_code, reason = "`main` is for the program alone")]
#[path = "../../examples/watch_trades.rs"]
mod watch_trades;

use tapewire_examples::Place;

use crate::support::soon;

fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn watch_trades_prints_ten() {
    let place = Place::simulated("").await.unwrap();
    let mut out = Vec::new();
    soon("ten trades", watch_trades::run(place.venue.clone(), &mut out)).await.unwrap();
    let text = text(out);
    assert_eq!(text.lines().filter(|line| line.starts_with("binance:BTCUSDT ")).count(), 10, "{text}");
    assert!(!text.contains("missed"), "{text}");
}

#[tokio::test]
async fn watch_book_prints_both_sides() {
    let place = Place::simulated("").await.unwrap();
    let mut out = Vec::new();
    soon("twenty lines", watch_book::run(place.venue.clone(), &mut out)).await.unwrap();
    let text = text(out);
    assert_eq!(text.lines().filter(|line| line.contains(" | ")).count(), 20, "{text}");
    assert!(!text.contains("missed"), "{text}");
}

#[tokio::test]
async fn survive_disconnect_shows_the_loss_and_the_healing() {
    let place = Place::simulated(survive_disconnect::FAULTS).await.unwrap();
    let mut out = Vec::new();
    soon("the end", survive_disconnect::run(place.venue.clone(), &mut out)).await.unwrap();
    let text = text(out);
    for expected in ["connection 1 live", "connection 1 backoff", "connection 2 open", "gap in binance:BTCUSDT@book"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for (twice, what) in [("binance:BTCUSDT@trade confirmed", "confirmed"), ("starts from a snapshot", "snapshots")] {
        assert_eq!(text.matches(twice).count(), 2, "{what}: {text}");
    }
}
