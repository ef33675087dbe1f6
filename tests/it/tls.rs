//! The same over TLS, with the simulator's certificate and without.

use tapewire::Engine;
use tapewire::event::{ConnectionState, Event};
use tapewire_sim::Simulator;

use crate::support::{is_data, subscription, until, venue};

#[tokio::test]
async fn a_private_certificate_is_trusted_when_given_and_only_then() {
    let simulator = Simulator::builder("binance").listen("127.0.0.1:0").tls(true).start().await.unwrap();
    assert!(simulator.ws_url().starts_with("wss://") && simulator.rest_url().starts_with("https://"));
    let book = subscription("binance:BTCUSDT@book");

    let trusting = venue(&simulator).root(simulator.ca_pem().unwrap());
    let mut feed = Engine::builder().venue(trusting).subscribe(book).start().unwrap();
    until(&mut feed, "a book over TLS", |event| is_data(event, book).then_some(())).await;

    let mut feed = Engine::builder().venue(venue(&simulator)).subscribe(book).start().unwrap();
    let refused = |event: &Event<'_>| match event {
        Event::Connection(it) if matches!(it.state, ConnectionState::Backoff | ConnectionState::GaveUp) => {
            Some(it.reason.as_deref().unwrap_or_default().to_owned())
        }
        Event::Connection(it) => {
            assert_eq!(it.state, ConnectionState::Connecting);
            None
        }
        _ => None,
    };
    let reason = until(&mut feed, "a refusal", refused).await;
    assert!(reason.contains("certificate"), "{reason}");
}
