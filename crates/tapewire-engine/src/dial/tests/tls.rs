//! TLS: whom we trust, and that nobody else gets a byte of ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tapewire_core::Recovery;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::error::TlsFault;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        let lines = STANDARD.encode(self.0.der());
        let lines: Vec<_> = lines.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// A server's settings with a certificate for `name`, valid in these years.
    fn server(&self, name: &str, years: std::ops::Range<i32>) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.start, 1, 1);
        params.not_after = date_time_ymd(years.end, 1, 1);
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap()
    }
}

/// Serves one connection and says whether TLS came to be, and what was read of it: once it sends that back.
async fn serve(mut config: ServerConfig) -> (u16, oneshot::Receiver<Option<Vec<u8>>>) {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let (listener, port) = listen().await;
    let (sender, received) = oneshot::channel();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let read = match TlsAcceptor::from(Arc::new(config)).accept(socket).await {
            Err(_) => None,
            Ok(mut stream) => {
                assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
                let mut bytes = vec![0; 5];
                let count = stream.read(&mut bytes).await.unwrap_or(0);
                bytes.truncate(count);
                _ = stream.write_all(&bytes).await;
                Some(bytes)
            }
        };
        _ = sender.send(read);
    });
    (port, received)
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_given() {
    let authority = Authority::new();
    let dialer = NetDialer::new(None, &[authority.pem()]).unwrap();
    for name in ["localhost", "127.0.0.1"] {
        let (port, received) = serve(authority.server(name, 2020..2100)).await;
        assert_echoes(dialer.dial(&url(&format!("wss://{name}:{port}/"))).await.unwrap()).await;
        assert_eq!(received.await.unwrap().unwrap(), b"hello");
    }
}

#[tokio::test]
async fn certificates_that_prove_nothing_get_no_byte() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let dialer = NetDialer::new(None, &[authority.pem()]).unwrap();
    let cases = [
        ("unknown issuer", stranger.server("localhost", 2020..2100)),
        ("another name", authority.server("elsewhere", 2020..2100)),
        ("expired", authority.server("localhost", 2020..2021)),
        ("not yet valid", authority.server("localhost", 2090..2100)),
    ];
    for (case, config) in cases {
        let (port, received) = serve(config).await;
        let error = dialer.dial(&url(&format!("wss://localhost:{port}/a?token={WORD}"))).await.unwrap_err();
        assert!(matches!(error, DialError::Tls { fault: TlsFault::Certificate, .. }), "{case}: {error:?}");
        assert_eq!(error.recovery(), Recovery::FixConfig, "{case}");
        assert!(!printed(&error).contains(WORD));
        assert!(received.await.unwrap().is_none_or(|bytes| bytes.is_empty()), "{case}: something was sent");
    }
}

#[tokio::test]
async fn other_faults_of_tls_are_told_apart() {
    let cases: [(&[u8], TlsFault); 3] = [
        (b"", TlsFault::Broken),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", TlsFault::Broken),
        // A fatal alert of TLS 1.0: protocol_version.
        (&[0x15, 3, 1, 0, 2, 2, 70], TlsFault::Incompatible),
    ];
    for (answer, expected) in cases {
        let (listener, port) = listen().await;
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            _ = socket.read(&mut [0; 4096]).await;
            socket.write_all(answer).await.unwrap();
        });
        let dialer = NetDialer::new(None, &[]).unwrap();
        let error = dialer.dial(&url(&format!("wss://localhost:{port}/"))).await.unwrap_err();
        assert!(matches!(error, DialError::Tls { fault, .. } if fault == expected), "{error:?}");
    }
}
