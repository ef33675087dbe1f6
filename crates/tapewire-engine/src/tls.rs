//! TLS for what we dial: one provider, the public roots and those the user trusts, and no way to trust all.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use tapewire_core::Url;

use crate::error::{DialError, TlsFault};

/// Sets up TLS on a connection.
#[derive(Clone)]
pub(crate) struct Tls(TlsConnector);

impl Tls {
    /// Trusts the public roots and these, each one PEM text with one certificate or more.
    pub(crate) fn new(roots: &[String]) -> Result<Self, DialError> {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for pem in roots {
            trust(&mut store, pem)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| DialError::Root { why: "TLS is not available in this build" })?
            .with_root_certificates(store)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Proves that the other end is `url`'s host.
    ///
    /// # Cancel safety
    /// Dropped, it closes the connection.
    pub(crate) async fn connect(&self, url: &Url, stream: TcpStream) -> Result<TlsStream<TcpStream>, DialError> {
        let name = ServerName::try_from(url.host().to_owned())
            .map_err(|_| DialError::Address { why: "its host is not a valid certificate name" })?;
        self.0.connect(name, stream).await.map_err(|error| DialError::Tls {
            host: url.authority(),
            fault: fault(&error),
            source: Arc::new(error),
        })
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn trust(store: &mut RootCertStore, pem: &str) -> Result<(), DialError> {
    let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).peekable();
    if certificates.peek().is_none() {
        return Err(DialError::Root { why: "no PEM certificate found" });
    }
    for certificate in certificates {
        let certificate = certificate.map_err(|_| DialError::Root { why: "its PEM is broken" })?;
        store.add(certificate).map_err(|_| DialError::Root { why: "not a valid certificate" })?;
    }
    Ok(())
}

fn fault(error: &io::Error) -> TlsFault {
    use rustls::{AlertDescription, Error};
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidCertificate(_) | Error::NoCertificatesPresented | Error::UnsupportedNameType) => {
            TlsFault::Certificate
        }
        Some(
            Error::PeerIncompatible(_)
            | Error::NoApplicationProtocol
            | Error::AlertReceived(
                AlertDescription::ProtocolVersion
                | AlertDescription::HandshakeFailure
                | AlertDescription::InsufficientSecurity
                | AlertDescription::NoApplicationProtocol,
            ),
        ) => TlsFault::Incompatible,
        _ => TlsFault::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_roots_that_are_none() {
        for (pem, expected) in [
            ("", "no PEM certificate"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "valid certificate"),
            ("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "broken"),
        ] {
            let error = Tls::new(&[pem.to_owned()]).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
        Tls::new(&[]).unwrap();
    }
}
