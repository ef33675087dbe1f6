//! A certificate authority and a server certificate, made anew at each start and valid for loopback names only.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use crate::error::Error;

/// What a server needs to speak TLS, and what its clients need to trust it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) config: Arc<ServerConfig>,
    /// The authority's certificate.
    pub(crate) ca_pem: Arc<str>,
}

impl Identity {
    /// Makes an authority and a certificate for `localhost`, the loopback addresses and the given ones.
    pub(crate) fn make(addresses: &[IpAddr]) -> Result<Self, Error> {
        let failed = |why: &dyn std::fmt::Display| Error::Certificate { why: why.to_string() };
        let issuer = CertifiedIssuer::self_signed(authority(), KeyPair::generate().map_err(|e| failed(&e))?)
            .map_err(|e| failed(&e))?;
        let key = KeyPair::generate().map_err(|e| failed(&e))?;
        let leaf = server(addresses).map_err(|e| failed(&e))?.signed_by(&key, &issuer).map_err(|e| failed(&e))?;

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
                builder.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key)
            })
            .map_err(|e| failed(&e))?;
        Ok(Self { config: Arc::new(config), ca_pem: pem(issuer.der()).into() })
    }
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Tapewire simulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server(addresses: &[IpAddr]) -> Result<CertificateParams, rcgen::Error> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    for address in addresses.iter().map(IpAddr::to_string) {
        if !names.contains(&address) {
            names.push(address);
        }
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Tapewire simulated venue");
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII: every index is a boundary.
        let (line, after) = rest.split_at(rest.len().min(PEM_COLUMNS));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + "-----END CERTIFICATE-----\n"
}

const PEM_COLUMNS: usize = 64;
