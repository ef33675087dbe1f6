//! The example that contributors copy, run as it is.

#[expect(dead_code, reason = "`main` is for the program alone")]
#[path = "../../examples/your_own_venue.rs"]
mod example;

use crate::support::soon;

#[tokio::test]
async fn your_own_venue_shows_every_kind_the_loss_and_the_healing() {
    let faults = example::FAULTS.parse().unwrap();
    let simulator = example::simulator().listen("127.0.0.1:0").faults(faults).start().await.unwrap();
    let venue = example::orchard().endpoint(simulator.ws_url().parse().unwrap());
    let mut out = Vec::new();
    soon("the end", example::run(venue, &mut out)).await.unwrap();
    let text = String::from_utf8(out).unwrap();
    for channel in ["trade", "quote", "book"] {
        assert!(text.contains(&format!("orchard:APPLE@{channel} confirmed")), "{channel}: {text}");
    }
    for kind in [" x 1.00", " 0.99 | 1.01", "book delta"] {
        assert!(text.contains(kind), "{kind}: {text}");
    }
    let gap = "missed: orchard:APPLE@book: 1 message is missing (sequence)";
    let (before, after) = text.split_once(gap).unwrap_or_else(|| panic!("no gap: {text}"));
    assert!(before.contains("book snapshot") && after.ends_with("book snapshot\n"), "{text}");
    assert!(!text.contains("@trade: ") && !after.contains("missed"), "{text}");
}
