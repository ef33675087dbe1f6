//! Finding and reaching a host.

use tapewire_core::Recovery;
use tokio::net::TcpSocket;

use super::*;

#[tokio::test]
async fn tries_the_next_address_after_a_refusal() {
    let dead = SocketAddr::from(([127, 0, 0, 1], closed_port().await));
    let live = SocketAddr::from(([127, 0, 0, 1], echo().await));
    assert_echoes(Stream::new(race(vec![dead, dead, live]).await.unwrap())).await;
}

#[tokio::test]
async fn tries_the_next_address_beside_a_silent_one() {
    // With its queue of connections full, a listener leaves further ones unanswered.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let listener = socket.listen(1).unwrap();
    let silent = listener.local_addr().unwrap();
    let mut kept = Vec::new();
    while let Ok(stream) = timeout(STAGGER / 2, TcpStream::connect(silent)).await {
        kept.push(stream.unwrap());
        assert!(kept.len() < 100, "the queue never fills");
    }
    let live = SocketAddr::from(([127, 0, 0, 1], echo().await));
    let stream = timeout(STAGGER * 20, race(vec![silent, live])).await.unwrap().unwrap();
    assert_eq!(stream.peer_addr().unwrap(), live);
}

#[tokio::test]
async fn a_closed_port_may_open_again() {
    let port = closed_port().await;
    let dialer = NetDialer::new(None, &[]).unwrap();
    let error = dialer.dial(&url(&format!("ws://127.0.0.1:{port}/a?token={WORD}"))).await.unwrap_err();
    assert!(matches!(&error, DialError::Connect { source, .. } if source.kind() == io::ErrorKind::ConnectionRefused));
    assert_eq!(error.recovery(), Recovery::Retry);
    assert!(printed(&error).contains(&format!("127.0.0.1:{port}")) && !printed(&error).contains(WORD));
}

#[tokio::test]
async fn a_name_without_address_may_get_one() {
    let dialer = NetDialer::new(None, &[]).unwrap();
    // Two dots in a row cannot be in a name: no name server is asked.
    let error = dialer.dial(&url("wss://no..where/")).await.unwrap_err();
    assert!(matches!(error, DialError::Resolve { .. }), "{error:?}");
    assert_eq!(error.recovery(), Recovery::Retry);
}

#[tokio::test]
async fn refuses_what_it_cannot_dial() {
    let dialer = NetDialer::new(None, &[]).unwrap();
    let error = dialer.dial(&url("socks5://127.0.0.1")).await.unwrap_err();
    assert_eq!(error.recovery(), Recovery::FixConfig);
    let error = NetDialer::new(Some(url(&format!("wss://me:{WORD}@127.0.0.1"))), &[]).unwrap_err();
    assert!(matches!(error, DialError::Address { .. }) && !printed(&error).contains(WORD));
}
