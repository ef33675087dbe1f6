//! Orders, and what one has, over REST: requests as values, and how their answers are read. Nothing is sent here.
//!
//! Three rules keep money safe. What changes something carries a [`RequestKey`] of its own, and is never sent twice
//! ([`Replay::Never`](tapewire_core::Replay)). Where no answer came, the order is looked for under its key
//! ([`Trading::orders`], [`find`]) before anything else is done. What is signed is what is sent: a body is written once.
//!
//! The requests lack the line `Authorization`: `Handle::request` of the engine has the account add it.

mod answer;
mod key;
mod order;

use std::fmt;

use tapewire_core::{HttpMethod, HttpRequest, Secret, Signer, UnixNanos};

pub use self::answer::{Placed, Search, balances, find, orders, placed, positions};
pub use self::key::{KeyError, PrivateKey};
pub use self::order::{Change, NewOrder, OrderError, OrderKind, Which};
use crate::time;

const ORDER: &str = "/api/v3/trading/order";
const ORDER_BOOK: &str = "/api/v3/trading/orderBook";
const BALANCE: &str = "/api/v3/trading/accountBalance";
const POSITION: &str = "/api/v3/trading/position";
/// How many orders one page holds; the venue's own default is 10.
pub const PAGE_SIZE: u32 = 1000;
/// How long a key may be: portal, "Place order", read 2026-11.
const KEY_LENGTH_MAX: usize = 20;

/// Who trades, and from where.
#[derive(Clone, Debug)]
pub struct Trading {
    account_no: Secret,
    client_id: Secret,
    device_id: String,
    program: String,
}

/// Our name for a request that changes something: at most 20 letters and digits, each used once a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestKey(Box<str>);

/// A request that changes something, and is not signed yet.
#[derive(Clone, Debug)]
pub struct Unsigned(HttpRequest);

impl Trading {
    /// Trades for an account. The venue binds orders to a device: `device_id` is a name for this one that you choose and
    /// keep; nothing is read from the machine.
    #[must_use]
    pub fn new(account_no: impl Into<String>, client_id: impl Into<String>, device_id: impl Into<String>) -> Self {
        Self {
            account_no: Secret::new(account_no),
            client_id: Secret::new(client_id),
            device_id: device_id.into(),
            program: concat!("tapewire/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// What the program is called that orders come from.
    #[must_use]
    pub fn program(mut self, name: impl Into<String>) -> Self {
        self.program = name.into();
        self
    }

    /// Places an order.
    ///
    /// # Errors
    /// [`OrderError`] for what no board would take.
    pub fn place(&self, order: &NewOrder, key: &RequestKey) -> Result<Unsigned, OrderError> {
        Ok(unsigned(HttpMethod::Post, self.placing(order, key)?))
    }

    /// Changes the price or the quantity of an order.
    ///
    /// # Errors
    /// [`OrderError`] for what no board would take.
    pub fn modify(&self, which: &Which, change: Change, key: &RequestKey) -> Result<Unsigned, OrderError> {
        Ok(unsigned(HttpMethod::Put, self.modifying(which, change, key)?))
    }

    /// Cancels an order.
    #[must_use]
    pub fn cancel(&self, which: &Which, key: &RequestKey) -> Unsigned {
        unsigned(HttpMethod::Delete, self.cancelling(which, key))
    }

    /// Asks for the orders of some days, by pages from 1 on: [`orders`] reads the answer, and [`find`] looks for one.
    #[must_use]
    pub fn orders(&self, from: UnixNanos, to: UnixNanos, page: u32) -> HttpRequest {
        let [from, to] = [from, to].map(|day| time::date(day).replace('/', "%2F"));
        let account = encoded(self.account_no.expose());
        let path =
            format!("{ORDER_BOOK}?accountNo={account}&from={from}&to={to}&pageIndex={page}&pageSize={PAGE_SIZE}");
        HttpRequest::get(path, 1)
    }

    /// Asks for the money of the account: [`balances`] reads the answer.
    #[must_use]
    pub fn balance(&self) -> HttpRequest {
        let (client, account) = (encoded(self.client_id.expose()), encoded(self.account_no.expose()));
        HttpRequest::get(format!("{BALANCE}?clientId={client}&accountNo={account}"), 1)
    }

    /// Asks for what the account holds: [`positions`] reads the answer.
    #[must_use]
    pub fn position(&self) -> HttpRequest {
        let (client, account) = (encoded(self.client_id.expose()), encoded(self.account_no.expose()));
        HttpRequest::get(format!("{POSITION}?clientId={client}&querySummary=true&accountNo={account}"), 1)
    }
}

impl RequestKey {
    /// Takes a text; `None` for one that is empty, longer than 20, or not of letters and digits, `-` and `_`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=KEY_LENGTH_MAX).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.into()))
    }

    /// Makes one of random bytes, drawn by whoever may: 20 hexadecimal digits.
    #[must_use]
    pub fn from_random(bytes: [u8; 10]) -> Self {
        Self(hex::encode(bytes).into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Unsigned {
    /// Signs the very bytes of the body; `None` where the key is of no use.
    #[must_use]
    pub fn sign(mut self, signer: &dyn Signer) -> Option<HttpRequest> {
        let signature = signer.rsa_sha256(&self.0.body)?;
        self.0.headers.push(("X-Signature".to_owned(), hex::encode(signature)));
        Some(self.0)
    }
}

fn unsigned(method: HttpMethod, body: String) -> Unsigned {
    Unsigned(HttpRequest::send(method, ORDER, body, 1))
}

/// A text as a value of a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
