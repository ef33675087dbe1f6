//! Secrets, and addresses that may hold some: neither ever prints.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

use crate::error::ParseError;

/// A text that must not be seen. Printing it prints `***`; its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself: for the place that sends or signs it, and no other.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What proves who we are at a venue. Nothing of it prints.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The public half: the key's name.
    pub key: Secret,
    /// The private half.
    pub secret: Secret,
    /// The third word that some venues want.
    pub passphrase: Option<Secret>,
}

/// An address of a WebSocket, an HTTP server or a proxy. What may be secret in it (user, password, the values of the
/// query) does not print.
///
/// ```
/// use tapewire_core::Url;
///
/// let url: Url = "wss://user:word@stream.example:9443/ws?token=abc".parse()?;
/// assert_eq!(url.to_string(), "wss://***@stream.example:9443/ws?token=***");
/// assert_eq!((url.scheme(), url.host(), url.port()), ("wss", "stream.example", 9443));
/// # Ok::<(), tapewire_core::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Url {
    text: Zeroizing<String>,
    uri: http::Uri,
}

/// The schemes we can dial, with their ports.
const SCHEMES: [(&str, u16); 5] = [("ws", 80), ("wss", 443), ("http", 80), ("https", 443), ("socks5", 1080)];

impl Url {
    /// The scheme: `ws`, `wss`, `http`, `https` or `socks5`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.uri.scheme_str().unwrap_or_default()
    }

    /// The host: a name or an address, an IPv6 address without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, or the scheme's own.
    #[must_use]
    pub fn port(&self) -> u16 {
        let default = SCHEMES.iter().find(|(scheme, _)| *scheme == self.scheme()).map_or(0, |(_, port)| *port);
        self.uri.port_u16().unwrap_or(default)
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.scheme(), "wss" | "https")
    }

    /// `host:port`, as limits and logs name it; an IPv6 address in brackets.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host().contains(':') {
            return format!("[{}]:{}", self.host(), self.port());
        }
        format!("{}:{}", self.host(), self.port())
    }

    /// Path and query, from the slash on. May hold a secret.
    #[must_use]
    pub fn expose_path(&self) -> &str {
        self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    /// The path alone.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// User and password, where there are some.
    #[must_use]
    pub fn expose_user(&self) -> Option<(&str, &str)> {
        let (user, _) = self.uri.authority()?.as_str().rsplit_once('@')?;
        Some(user.split_once(':').unwrap_or((user, "")))
    }

    /// The whole text. May hold a secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// This address with `path` (from the slash on) behind its own path.
    ///
    /// # Errors
    /// [`ParseError::Url`] if `path` cannot stand there.
    pub fn join(&self, path: &str) -> Result<Self, ParseError> {
        let (base, query) = self.text.split_once('?').map_or((self.text.as_str(), None), |(base, q)| (base, Some(q)));
        let mut text = format!("{}{path}", base.trim_end_matches('/'));
        if let Some(query) = query {
            text.push(if path.contains('?') { '&' } else { '?' });
            text.push_str(query);
        }
        text.parse()
    }

    /// The HTTP address of the same authority: `ws` becomes `http`, `wss` becomes `https`, the path is dropped.
    ///
    /// # Errors
    /// [`ParseError::Url`] if that is no address.
    pub fn http(&self) -> Result<Self, ParseError> {
        let scheme = if self.is_tls() { "https" } else { "http" };
        let authority = self.uri.authority().map_or("", http::uri::Authority::as_str);
        format!("{scheme}://{authority}").parse()
    }
}

impl FromStr for Url {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let uri: http::Uri = text.parse().map_err(|_| ParseError::Url { why: "it is not a URL" })?;
        let scheme = uri.scheme_str().ok_or(ParseError::Url { why: "it has no scheme" })?;
        if !SCHEMES.iter().any(|(known, _)| *known == scheme) {
            return Err(ParseError::Url { why: "its scheme is not ws, wss, http, https or socks5" });
        }
        if uri.host().is_none_or(|host| matches!(host, "" | "[]")) {
            return Err(ParseError::Url { why: "it has no host" });
        }
        if !uri.authority().is_some_and(|authority| is_port_right(authority.as_str())) {
            return Err(ParseError::Url { why: "its port is not a number from 0 to 65535" });
        }
        if text.contains('#') {
            return Err(ParseError::Url { why: "it has a fragment (`#..`), which is never sent" });
        }
        Ok(Self { text: Zeroizing::new(text.to_owned()), uri })
    }
}

/// Whether an authority has no port, or one that can be dialled.
fn is_port_right(authority: &str) -> bool {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    let Some((_, port)) = behind.rsplit_once(':') else { return true };
    port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.expose_user().is_some() { "***@" } else { "" };
        let authority = self.uri.authority().map_or("", http::uri::Authority::as_str);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        write!(f, "{}://{user}{host}{}", self.scheme(), self.uri.path().trim_end_matches('/'))?;
        for (place, pair) in self.uri.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
            let name = pair.split_once('=').map_or(pair, |(name, _)| name);
            write!(f, "{}{name}=***", if place == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print() {
        let credentials = Credentials {
            key: Secret::new("KEY1"),
            secret: Secret::new("WORD2"),
            passphrase: Some(Secret::new("PASS3")),
        };
        let printed = format!("{credentials:?}");
        for hidden in ["KEY1", "WORD2", "PASS3"] {
            assert!(!printed.contains(hidden), "{printed}");
        }
        let url: Url = "https://me:WORD2@host/a?listenKey=KEY1&b=PASS3".parse().unwrap();
        assert_eq!(format!("{url} {url:?}").matches("***").count(), 6);
        assert!(!format!("{url:?}{url}").contains("KEY1") && !url.to_string().contains("WORD2"));
        let wrong = "ftp://me:WORD2@host".parse::<Url>().unwrap_err();
        assert!(!format!("{wrong} {wrong:?}").contains("WORD2"));
    }

    #[test]
    fn takes_addresses_apart() {
        let url: Url = "ws://[::1]:8080/base/".parse().unwrap();
        assert_eq!((url.host(), url.port(), url.authority().as_str()), ("::1", 8080, "[::1]:8080"));
        assert_eq!(url.join("/stream?streams=a").unwrap().expose(), "ws://[::1]:8080/base/stream?streams=a");
        assert_eq!(url.http().unwrap().expose(), "http://[::1]:8080");
        let url: Url = "wss://host/ws?timeUnit=MICROSECOND".parse().unwrap();
        assert_eq!(url.join("/a?b=1").unwrap().expose(), "wss://host/ws/a?b=1&timeUnit=MICROSECOND");
        for text in [
            "",
            "host",
            "host:80",
            "gopher://host",
            "ws://",
            "ws:///path",
            "ws://[]:80",
            "ws://host:99999/ws",
            "ws://host:99x/ws",
            "ws://host:+80/ws",
            "ws://me:word@[::1]:70000/ws",
            "ws://host/ws#x",
        ] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }
}
