//! Floods: a venue that pings without end keeps nobody from asking it something, nor is it told too much.

use super::*;

/// What the venue heard, and when, while it pinged two hundred times a second for five seconds, in the midst of which
/// five topics were subscribed.
async fn flood(policy: Policy) -> Vec<(Duration, String)> {
    let venue = ToyVenue::new();
    let toy = Toy { policy: Policy { topics_max: 9, ..policy }, ..Toy::new(0) };
    let mut feed = engine(toy, &venue).subscribe(wish("A")).start().unwrap();
    confirmed(&mut feed, "A").await;
    let (mut heard, begin) = (venue.heard.subscribe(), Clock::system());
    let listening = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Ok((_, text)) = heard.recv().await {
            all.push((begin.mono().0, text));
        }
        all
    });
    for number in 0..1000 {
        if number == 200 {
            for symbol in ["B", "C", "D", "E", "F"] {
                feed.handle().subscribe(wish(symbol)).await.unwrap();
            }
        }
        venue.say("ping");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    end(&feed.handle()).await;
    drop((feed, venue));
    tokio::time::timeout(Duration::from_secs(60), listening).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_pings_keeps_no_subscribe_waiting_and_the_budget_holds() {
    let heard = flood(Policy::default()).await;
    let budget = Policy::default().control;
    for (at, _) in &heard {
        let within = heard.iter().filter(|(other, _)| (*at..=*at + budget.per).contains(other)).count();
        assert!(within <= budget.amount as usize, "{within} from {at:?}: {heard:?}");
    }
    let last = heard.iter().rfind(|(_, text)| text.starts_with("sub")).unwrap();
    assert_eq!(last.1, "sub F");
    assert!(last.0 < Duration::from_secs(4), "asked within three seconds: {heard:?}");
    let pongs = heard.iter().filter(|(_, text)| text == "pong").count();
    assert!(pongs >= 5, "and a pong leaves each second: {heard:?}");
}
