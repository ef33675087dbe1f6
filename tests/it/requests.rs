//! A program's own requests at OKX: signed as the account, and judged by the simulated venue.

use std::sync::Arc;

use tapewire::{Clock, Engine, Feed, HttpMethod, HttpRequest, Recovery, RequestError, UnixNanos, VenueId};
use tapewire_sim::Simulator;

use crate::virtual_time::Pipes;

const START_US: i64 = 1_795_366_800_000_000;

/// An engine whose clock goes wrong by so many seconds.
async fn open(secret: &str, wrong_s: i64) -> Feed {
    let simulator = Simulator::builder("okx").seed(3).start_at_us(START_US);
    let simulator = Arc::new(simulator.start().await.unwrap());
    let venue = tapewire::okx::okx().endpoint(simulator.ws_url().parse().unwrap());
    let venue = venue.credentials("sim-key", secret).passphrase("sim-passphrase");
    let clock = Clock::virtual_from(UnixNanos::from_micros(START_US + wrong_s * 1_000_000).unwrap());
    Engine::builder().venue(venue).clock(clock).dialer(Arc::new(Pipes(simulator))).start().unwrap()
}

async fn ask(feed: &Feed, request: HttpRequest) -> Result<String, RequestError> {
    let answer = feed.handle().request(VenueId::new("okx"), request).await?;
    Ok(answer.reply().body.to_owned())
}

#[tokio::test(start_paused = true)]
async fn balances_are_asked_for_and_an_order_is_placed_at_okx() {
    let feed = open("sim-secret", 0).await;
    let held = ask(&feed, HttpRequest::get("/api/v5/account/balance?ccy=USDT", 1)).await.unwrap();
    assert!(held.contains(r#""code":"0""#) && held.contains("USDT"), "{held}");
    let order = r#"{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","sz":"0.01","px":"1000","clOrdId":"mine1"}"#;
    let placed = ask(&feed, HttpRequest::send(HttpMethod::Post, "/api/v5/trade/order", order, 1)).await.unwrap();
    assert!(placed.contains(r#""sCode":"0""#) && placed.contains("mine1"), "{placed}");
    let listed = ask(&feed, HttpRequest::get("/api/v5/trade/order?instId=BTC-USDT&clOrdId=mine1", 1)).await.unwrap();
    assert!(listed.contains(r#""state":"live""#), "{listed}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_or_clock_is_refused_with_what_can_be_done() {
    for (secret, wrong_s, code, recovery) in
        [("another", 0, "50113", Recovery::Reauthenticate), ("sim-secret", -40, "50102", Recovery::FixConfig)]
    {
        let feed = open(secret, wrong_s).await;
        let error = ask(&feed, HttpRequest::get("/api/v5/account/balance", 1)).await.unwrap_err();
        let RequestError::Refused(failure) = &error else { panic!("{error}") };
        assert_eq!((failure.code.as_deref(), failure.recovery), (Some(code), recovery), "{error}");
    }
    let feed = Engine::builder().venue(tapewire::okx::okx()).start().unwrap();
    let error = ask(&feed, HttpRequest::get("/api/v5/account/balance", 1)).await.unwrap_err();
    assert!(matches!(&error, RequestError::NotSent(_)) && error.recovery() == Recovery::FixConfig, "{error}");
}
