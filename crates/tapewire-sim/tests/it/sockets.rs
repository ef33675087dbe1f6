//! Real sockets: TLS with the certificate made at the start, two listeners, and addresses that cannot be had.

use std::sync::Arc;

use futures_util::StreamExt;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tapewire_sim::{Error, Simulator};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::client::binance;

fn connector(roots: rustls::RootCertStore) -> TlsConnector {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[tokio::test]
async fn tls_is_trusted_by_who_trusts_its_authority_and_nobody_else() {
    let file = std::env::temp_dir().join(format!("tapewire-sim-ca-{}.pem", std::process::id()));
    let sim = binance().listen("127.0.0.1:0").tls(true).ca_file(&file).start().await.unwrap();
    let address = sim.ws_url().strip_prefix("wss://").unwrap().to_owned();
    assert_eq!(sim.rest_url(), format!("https://{address}"));
    let pem = std::fs::read_to_string(&file).unwrap();
    assert_eq!(Some(pem.as_str()), sim.ca_pem());
    std::fs::remove_file(&file).unwrap();

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    for name in ["localhost", "127.0.0.1"] {
        let stream = TcpStream::connect(&address).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let stream = connector(roots.clone()).connect(name, stream).await.unwrap();
        let url = "wss://localhost/ws/btcusdt@trade";
        let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().is_text());
    }
    let stream = TcpStream::connect(&address).await.unwrap();
    let stranger =
        connector(rustls::RootCertStore::empty()).connect(ServerName::try_from("localhost").unwrap(), stream);
    assert!(stranger.await.is_err());
    sim.stop().await;
}

#[tokio::test]
async fn rest_can_have_a_port_of_its_own() {
    let sim = binance().listen("127.0.0.1:0").rest_listen("127.0.0.1:0").start().await.unwrap();
    let (websocket, rest) = (sim.ws_url(), sim.rest_url());
    assert_ne!(websocket.strip_prefix("ws"), rest.strip_prefix("http"));
    assert!(tokio_tungstenite::connect_async(format!("{websocket}/ws")).await.is_ok());
    let wrong = format!("{}/ws", rest.replace("http", "ws"));
    assert!(tokio_tungstenite::connect_async(wrong).await.is_err());
    sim.stop().await;
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let error = |result: Result<Simulator, Error>| result.unwrap_err().to_string();
    let unknown = error(Simulator::builder("nyse").start().await);
    let wanted = "`nyse` is not a simulated venue; known: binance, okx";
    assert!(unknown.starts_with(wanted) && unknown.contains(", infoway-stock"), "{unknown}");
    let option = error(binance().option("colour", "red").start().await);
    assert!(option.starts_with("binance has no option `colour`; known: errors, limits"), "{option}");
    let value = error(binance().option("errors", "round").start().await);
    assert_eq!(value, "option `errors` cannot be `round`; it takes flat (default) or nested");
    let address = error(binance().listen("nowhere").start().await);
    assert_eq!(address, "`nowhere` is not an address to listen on, such as 127.0.0.1:9443");
    let first = binance().listen("127.0.0.1:0").start().await.unwrap();
    let taken = first.ws_url().replace("ws://", "");
    assert_eq!(error(binance().listen(&taken).start().await), format!("cannot listen on {taken}"));
    first.stop().await;
}
