//! Going through proxies.

use tapewire_core::Recovery;

use super::*;

/// The password as an address spells it, and as a proxy must get it.
const SPELLED: &str = "hunter2%3Asecret";
const MEANT: &str = "hunter2:secret";

fn through(scheme: &str, user: &str, port: u16) -> NetDialer {
    NetDialer::new(Some(url(&format!("{scheme}://{user}127.0.0.1:{port}"))), &[]).unwrap()
}

/// Serves one connection by CONNECT; wants this header line if there is one.
async fn connect_proxy(wanted: Option<String>, otherwise: &'static str) -> u16 {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let head = read_head(&mut socket).await;
        let target = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap().to_owned();
        if wanted.is_some_and(|line| !head.contains(&line)) {
            socket.write_all(otherwise.as_bytes()).await.unwrap();
            return;
        }
        socket.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        let mut there = TcpStream::connect(target).await.unwrap();
        _ = tokio::io::copy_bidirectional(&mut socket, &mut there).await;
    });
    port
}

/// Serves one connection by SOCKS5 (RFC 1928 and 1929); answers with this code.
async fn socks_proxy(user: Option<(&'static str, &'static str)>, code: u8) -> u16 {
    let (listener, port) = listen().await;
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert_eq!(socket.read_u8().await.unwrap(), 5);
        let methods = read_counted(&mut socket).await;
        let method = if user.is_some() { 2 } else { 0 };
        let chosen = if methods.contains(&method) { method } else { 0xff };
        socket.write_all(&[5, chosen]).await.unwrap();
        if let (Some((name, word)), 2) = (user, chosen) {
            assert_eq!(socket.read_u8().await.unwrap(), 1);
            let right = (read_counted(&mut socket).await, read_counted(&mut socket).await)
                == (name.as_bytes().to_vec(), word.as_bytes().to_vec());
            socket.write_all(&[1, u8::from(!right)]).await.unwrap();
        }
        let mut request = [0; 4];
        if socket.read_exact(&mut request).await.is_err() {
            return;
        }
        let host = match request[3] {
            1 => std::net::Ipv4Addr::from(socket.read_u32().await.unwrap()).to_string(),
            3 => String::from_utf8(read_counted(&mut socket).await).unwrap(),
            kind => panic!("address of kind {kind}"),
        };
        let port = socket.read_u16().await.unwrap();
        socket.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        let mut there = TcpStream::connect((host, port)).await.unwrap();
        _ = tokio::io::copy_bidirectional(&mut socket, &mut there).await;
    });
    port
}

async fn read_counted(socket: &mut TcpStream) -> Vec<u8> {
    let mut bytes = vec![0; usize::from(socket.read_u8().await.unwrap())];
    socket.read_exact(&mut bytes).await.unwrap();
    bytes
}

async fn assert_refuses_credentials(dialer: &NetDialer, port: u16) {
    let error = dialer.dial(&url("ws://127.0.0.1:9/")).await.unwrap_err();
    assert!(matches!(error, DialError::Proxy { fault: ProxyFault::Credentials, .. }), "{error:?}");
    assert_eq!(error.recovery(), Recovery::FixConfig);
    let printed = format!("{} {dialer:?}", printed(&error));
    assert!(printed.contains(&format!("127.0.0.1:{port}")), "the proxy is named: {printed}");
    assert!(!printed.contains(MEANT) && !printed.contains(SPELLED) && !printed.contains("Basic"), "{printed}");
}

#[tokio::test]
async fn connects_with_and_without_password() {
    let target = url(&format!("ws://127.0.0.1:{}/", echo().await));
    let port = connect_proxy(None, "").await;
    assert_echoes(through("http", "", port).dial(&target).await.unwrap()).await;
    // `me:hunter2:secret` in base64.
    let line = "Proxy-Authorization: Basic bWU6aHVudGVyMjpzZWNyZXQ=".to_owned();
    let port = connect_proxy(Some(line), "").await;
    assert_echoes(through("http", &format!("me:{SPELLED}@"), port).dial(&target).await.unwrap()).await;
}

#[tokio::test]
async fn a_proxy_that_wants_a_password_is_named() {
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    let port = connect_proxy(Some("Proxy-Authorization: another".to_owned()), answer).await;
    assert_refuses_credentials(&through("http", &format!("me:{SPELLED}@"), port), port).await;
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_away_is_named() {
    let port = connect_proxy(Some("never".to_owned()), "HTTP/1.1 403 Forbidden\r\n\r\n").await;
    let error = through("http", "", port).dial(&url("ws://127.0.0.1:9/")).await.unwrap_err();
    assert!(matches!(error, DialError::Proxy { fault: ProxyFault::Refused(_), .. }), "{error:?}");
    assert_eq!(error.recovery(), Recovery::Retry);
    let port = closed_port().await;
    for scheme in ["http", "socks5"] {
        let error = through(scheme, "me:word@", port).dial(&url("ws://127.0.0.1:9/")).await.unwrap_err();
        assert!(matches!(error, DialError::Proxy { fault: ProxyFault::Unreachable(_), .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("proxy 127.0.0.1:{port}")), "{error}");
    }
}

#[tokio::test]
async fn socks_with_and_without_password() {
    let echo = echo().await;
    for host in ["127.0.0.1", "localhost"] {
        let target = url(&format!("ws://{host}:{echo}/"));
        let port = socks_proxy(None, 0).await;
        assert_echoes(through("socks5", "", port).dial(&target).await.unwrap()).await;
        let port = socks_proxy(Some(("me", MEANT)), 0).await;
        assert_echoes(through("socks5", &format!("me:{SPELLED}@"), port).dial(&target).await.unwrap()).await;
    }
}

#[tokio::test]
async fn socks_that_does_not_let_us_through() {
    let port = socks_proxy(Some(("me", "another")), 0).await;
    assert_refuses_credentials(&through("socks5", &format!("me:{SPELLED}@"), port), port).await;
    let port = socks_proxy(Some(("me", MEANT)), 0).await;
    assert_refuses_credentials(&through("socks5", "", port), port).await;
    let port = socks_proxy(None, 5).await;
    let error = through("socks5", "", port).dial(&url("ws://127.0.0.1:9/")).await.unwrap_err();
    assert!(matches!(error, DialError::Proxy { fault: ProxyFault::Refused(_), .. }), "{error:?}");
}
