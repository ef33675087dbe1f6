//! Names, subscriptions and addresses: what is read is printed so that it reads the same, and secrets do not print.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use tapewire_core::{Channel, InstrumentId, Interval, Offset, Subscription, Url, VenueId};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    comes_back::<Subscription>(text);
    comes_back::<InstrumentId>(text);
    comes_back::<Channel>(text);
    comes_back::<Interval>(text);
    comes_back::<Offset>(text);
    comes_back::<VenueId>(text);
    if let Ok(url) = text.parse::<Url>() {
        address(&url);
    }
}

fn comes_back<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => {
            let printed = value.to_string();
            let again =
                printed.parse::<T>().unwrap_or_else(|error| panic!("{value:?} is printed {printed:?}: {error}"));
            assert_eq!(again, value);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn address(url: &Url) {
    let again: Url = url.expose().parse().expect("what was read");
    assert_eq!(again.expose(), url.expose());
    let printed = url.to_string();
    assert_eq!(format!("{url:?}"), printed);
    for secret in secrets(url) {
        // A word that also stands where it may be seen proves nothing.
        let seen = format!("{}://{}{}{}", url.scheme(), place(url), url.path(), names(url));
        assert!(seen.contains(secret) || !printed.contains(secret), "{printed} tells {secret:?}");
    }
    assert!(url.expose_path().starts_with(['/', '?']), "{:?}", url.expose());
    let base = url.path().trim_end_matches('/');
    // What follows a `#` is for nobody but a browser; a path that is joined to it is not sent either.
    if let Ok(joined) = url.join("/stream?streams=a")
        && !url.expose().contains('#')
    {
        assert_eq!(joined.path(), format!("{base}/stream"), "{:?} joined", url.expose());
        assert_eq!((joined.scheme(), joined.authority()), (url.scheme(), url.authority()));
        assert!(joined.expose_path().contains("?streams=a"), "{:?}", joined.expose());
    }
    let http = url.http().expect("the same authority");
    assert_eq!((http.host(), http.is_tls(), http.path()), (url.host(), url.is_tls(), "/"));
}

/// The words of user, password and the values of the query, as far as they are long enough to mean nothing else.
fn secrets(url: &Url) -> Vec<&str> {
    let (user, password) = url.expose_user().unwrap_or_default();
    let query = url.expose_path().split_once('?').map_or("", |(_, query)| query);
    let values = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
    let words =
        [user, password].into_iter().chain(values).flat_map(|secret| secret.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| word.len() >= 4).collect()
}

/// Host and port as they are written.
fn place(url: &Url) -> &str {
    let (_, rest) = url.expose().split_once("://").expect("a scheme");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, place)| place)
}

/// The names of the query.
fn names(url: &Url) -> String {
    let query = url.expose_path().split_once('?').map_or("", |(_, query)| query);
    query.split('&').map(|pair| format!("&{}", pair.split_once('=').map_or(pair, |(name, _)| name))).collect()
}
