//! The upgrade: from a connection to an open WebSocket, all of it within the policy's time.

use std::sync::Arc;

use http::header::{HeaderName, HeaderValue, SEC_WEBSOCKET_EXTENSIONS, USER_AGENT};
use http::{HeaderMap, Response};
use tapewire_core::{DialRequest, Policy, Url, excerpt};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Error as SocketError};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::dial::{Dialer, Stream};
use crate::error::{DialError, Stage};
use crate::http::{AGENT, retry_after};

/// What may wait to be written while the other end does not read, beside one frame of the largest size.
const WRITE_BUFFER_MAX: usize = 1024 * 1024;
/// The smallest buffer a socket is read by.
const READ_BUFFER_MIN: usize = 1024;
/// How much of a refusal's body is looked at for its excerpt.
const REFUSAL_BODY_MAX: usize = 8 * 1024;

/// Dials and upgrades within `policy.dial_within`. Frames that came with the answer are the first ones read.
///
/// # Cancel safety
/// Dropped before it is done, it closes the connection.
pub(crate) async fn open(
    dialer: &dyn Dialer,
    request: &DialRequest,
    policy: &Policy,
) -> Result<WebSocketStream<Stream>, DialError> {
    let upgrade = upgrade_request(request)?;
    let mut stage = Stage::Connect;
    let attempt = async {
        let stream = dialer.dial(&request.url).await?;
        stage = Stage::Upgrade;
        let opened = client_async_with_config(upgrade, stream, Some(config(policy))).await;
        let (socket, response) = opened.map_err(|error| failed(error, request))?;
        if response.headers().contains_key(SEC_WEBSOCKET_EXTENSIONS) {
            // RFC 6455, section 4.1: an extension that was not asked for must fail the connection.
            return Err(wrong(&request.url, "it uses an extension that was not asked for"));
        }
        Ok(socket)
    };
    let within = policy.dial_within;
    let outcome = tokio::time::timeout(within, attempt).await;
    outcome.unwrap_or_else(|_| Err(DialError::Timeout { host: request.url.authority(), stage, within }))
}

fn config(policy: &Policy) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(policy.read_buffer.max(READ_BUFFER_MIN))
        .max_write_buffer_size(WRITE_BUFFER_MAX.saturating_add(policy.frame_length_max))
        .max_message_size(Some(policy.message_length_max))
        .max_frame_size(Some(policy.message_length_max))
}

fn upgrade_request(request: &DialRequest) -> Result<Request, DialError> {
    if !matches!(request.url.scheme(), "ws" | "wss") {
        return Err(DialError::Address { why: "its scheme is not ws or wss" });
    }
    let unfit = |_| DialError::Address { why: "it is not a valid HTTP request target" };
    let mut upgrade = request.url.expose().into_client_request().map_err(unfit)?;
    let lines = request.headers.iter().map(|(name, value)| (name.as_str(), value.expose()));
    add_headers(upgrade.headers_mut(), lines).map_err(|why| DialError::Address { why })?;
    Ok(upgrade)
}

/// Adds header lines, none of which will print, and says who we are unless they do.
pub(crate) fn add_headers<'a>(
    headers: &mut HeaderMap,
    lines: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), &'static str> {
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "a header line's name is malformed")?;
        let mut value = HeaderValue::from_str(value).map_err(|_| "a header line's value is malformed")?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}

fn failed(error: SocketError, request: &DialRequest) -> DialError {
    let url = &request.url;
    match error {
        SocketError::Http(response) => refusal(&response, request),
        SocketError::Io(source) => DialError::Lost { host: url.authority(), source: Arc::new(source) },
        SocketError::Protocol(tungstenite::error::ProtocolError::HandshakeIncomplete) => {
            DialError::Lost { host: url.authority(), source: Arc::new(std::io::ErrorKind::UnexpectedEof.into()) }
        }
        SocketError::Protocol(error) => wrong(url, &error.to_string()),
        SocketError::Capacity(error) => wrong(url, &error.to_string()),
        SocketError::AttackAttempt => wrong(url, "it came in too many pieces"),
        // The others may quote header lines of ours.
        _ => wrong(url, "it is malformed"),
    }
}

fn wrong(url: &Url, reason: &str) -> DialError {
    DialError::Handshake { host: url.authority(), reason: excerpt(reason.as_bytes()) }
}

fn refusal(response: &Response<Option<Vec<u8>>>, request: &DialRequest) -> DialError {
    let body = response.body().as_deref().unwrap_or_default();
    let head = String::from_utf8_lossy(body.get(..REFUSAL_BODY_MAX).unwrap_or(body));
    DialError::Refusal {
        host: request.url.authority(),
        status: response.status().as_u16(),
        retry_after: retry_after(response.headers()),
        excerpt: excerpt(mask(head.into_owned(), request).as_bytes()),
    }
}

/// Hides our secrets in a page that quotes what was asked of it.
fn mask(text: String, request: &DialRequest) -> String {
    let query = request.url.expose_path().split_once('?').map_or("", |(_, query)| query);
    let values = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
    let lines = request.headers.iter().map(|(_, value)| value.expose());
    values.chain(lines).filter(|secret| !secret.is_empty()).fold(text, |text, secret| text.replace(secret, "***"))
}
