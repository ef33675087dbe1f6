//! [`Desk`]: orders at SSI, from the order to what is known of it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tapewire_core::event::{Balance, Order, Position};
use tapewire_core::{Failure, HttpRequest, Recovery, Signer, UnixNanos, VenueId};
use tapewire_engine::{Answer, Handle, RequestError};
use tapewire_ssi::trading::{
    self, Change, NewOrder, OrderError, Placed, RequestKey, Search, Trading, Unsigned, Which, balances, orders, placed,
    positions,
};

/// When to look for an order whose request was not answered, after the time before: the list may lag behind.
const LOOKS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(10)];
/// So many pages of orders are looked through: 100,000 orders in a day.
const PAGES_MAX: u32 = 100;

/// Places, changes and cancels orders of one account, as a running engine is logged in.
///
/// What is sent is signed, goes under a key of its own, and is never sent twice. What becomes of an order later is told by
/// events: subscribe to `ssi:*@order` and `ssi:*@fill`.
///
/// ```no_run
/// # async fn run(handle: tapewire::Handle, key: tapewire::Secret) -> Result<(), Box<dyn std::error::Error>> {
/// use std::sync::Arc;
///
/// use tapewire::RsaSigner;
/// use tapewire::desk::{Desk, DeskError};
/// use tapewire::event::Side;
/// use tapewire::ssi::trading::{NewOrder, OrderKind, PrivateKey, Trading};
///
/// let signer = RsaSigner::new(PrivateKey::read(&key)?.expose())?;
/// let desk = Desk::new(handle, Trading::new("1234561", "client", "this-machine"), Arc::new(signer));
/// let kind = OrderKind::Limit("31000".parse()?);
/// let order = NewOrder { instrument: "ssi:SSI".parse()?, side: Side::Buy, quantity: 100, kind };
/// match desk.place(&order).await {
///     Ok(placed) => println!("taken as {:?}", placed.order_id),
///     Err(DeskError::Unknown { key, .. }) => eprintln!("nobody knows: look for {key} before anything else"),
///     Err(error) => eprintln!("not placed: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Desk {
    handle: Handle,
    trading: Trading,
    signer: Arc<dyn Signer>,
    venue: VenueId,
    account: Box<str>,
}

/// An order, a change or a cancellation had no success.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// No board would take it. Nothing was sent; correct it.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// It could not be signed, or no key could be drawn for it. Nothing was sent; check the private key.
    #[error("cannot sign: {0}")]
    Unsigned(&'static str),
    /// It was not sent: nothing has happened at the venue.
    #[error("not sent: {}", .0.reason)]
    NotSent(Failure),
    /// The venue refused it: nothing has happened there.
    #[error("refused: {}", .0.reason)]
    Refused(Failure),
    /// It was sent, and whether the venue carried it out is not known. An order was looked for under its key, and is not
    /// on the venue's list so far. Look for it by [`Desk::find`] before anything else.
    #[error("sent under the key {key}, with unknown outcome: {}", failure.reason)]
    Unknown {
        /// Its key.
        key: RequestKey,
        /// Why nobody knows.
        failure: Failure,
    },
}

impl DeskError {
    /// What the caller can do. Of [`DeskError::Unknown`] that holds for looking, not for sending it again.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        match self {
            Self::Order(error) => error.recovery(),
            Self::Unsigned(_) => Recovery::FixConfig,
            Self::NotSent(failure) | Self::Refused(failure) | Self::Unknown { failure, .. } => failure.recovery,
        }
    }
}

impl Desk {
    /// A desk for an account of the venue `ssi` in the engine of `handle`. `signer` holds the private half of the API key.
    #[must_use]
    pub fn new(handle: Handle, trading: Trading, signer: Arc<dyn Signer>) -> Self {
        let venue = tapewire_ssi::ssi().id();
        Self { handle, trading, signer, venue, account: "default".into() }
    }

    /// The label that what is read is told under; `default` if none is given.
    #[must_use]
    pub fn account(mut self, label: impl Into<Box<str>>) -> Self {
        self.account = label.into();
        self
    }

    /// Places an order under a key that is drawn for it. Where no answer comes, the order is looked for under its key,
    /// for 14 seconds and the time that asking takes.
    ///
    /// # Errors
    /// [`DeskError`] says what is known.
    ///
    /// # Cancel safety
    /// A cancelled call may have placed the order; use [`Desk::place_under`] where calls are cancelled.
    pub async fn place(&self, order: &NewOrder) -> Result<Placed, DeskError> {
        self.place_under(&Self::draw_key()?, order).await
    }

    /// Draws a key at random, for [`Desk::place_under`]: whoever knows it beforehand can look for the order even where the
    /// program ends meanwhile.
    ///
    /// # Errors
    /// [`DeskError::Unsigned`] if the system has no random bytes to give.
    pub fn draw_key() -> Result<RequestKey, DeskError> {
        let mut bytes = [0; 10];
        getrandom::fill(&mut bytes).map_err(|_| DeskError::Unsigned("the system gives no random bytes"))?;
        Ok(RequestKey::from_random(bytes))
    }

    /// Places an order under a key of one's own: each is taken once a day.
    ///
    /// # Errors
    /// As [`Desk::place`].
    ///
    /// # Cancel safety
    /// A cancelled call may have placed the order: look for it by [`Desk::find`].
    pub async fn place_under(&self, key: &RequestKey, order: &NewOrder) -> Result<Placed, DeskError> {
        let request = self.trading.place(order, key)?;
        match self.send(request, key).await {
            Err(DeskError::Unknown { key, failure }) => {
                let found = self.look(&key).await;
                found.ok_or(DeskError::Unknown { key, failure })
            }
            known => known,
        }
    }

    /// Changes the price or the quantity of an order.
    ///
    /// # Errors
    /// [`DeskError`] says what is known. Where nobody knows, the list of orders or the order's events tell how it stands.
    ///
    /// # Cancel safety
    /// A cancelled call may have changed the order.
    pub async fn modify(&self, which: &Which, change: Change) -> Result<Placed, DeskError> {
        let key = Self::draw_key()?;
        self.send(self.trading.modify(which, change, &key)?, &key).await
    }

    /// Cancels an order.
    ///
    /// # Errors
    /// As [`Desk::modify`].
    ///
    /// # Cancel safety
    /// A cancelled call may have cancelled the order.
    pub async fn cancel(&self, which: &Which) -> Result<Placed, DeskError> {
        let key = Self::draw_key()?;
        self.send(self.trading.cancel(which, &key), &key).await
    }

    /// Looks for an order of today under its key; `None` if the venue does not list it, yet.
    ///
    /// # Errors
    /// As [`Desk::balances`].
    ///
    /// # Cancel safety
    /// Cancel safe: nothing is changed by it.
    pub async fn find(&self, key: &RequestKey) -> Result<Option<Order>, RequestError> {
        let today = self.handle.now();
        for page in 1..=PAGES_MAX {
            let answer = self.ask(self.trading.orders(today, today, page)).await?;
            match trading::find(answer.reply(), &self.account, key).map_err(RequestError::Refused)? {
                Search::Found(order) => return Ok(Some(*order)),
                Search::Absent => return Ok(None),
                Search::NextPage => {}
            }
        }
        Err(too_many())
    }

    /// The orders of some days, both included, as they stand.
    ///
    /// # Errors
    /// As [`Desk::balances`].
    ///
    /// # Cancel safety
    /// Cancel safe: nothing is changed by it.
    pub async fn orders(&self, from: UnixNanos, to: UnixNanos) -> Result<Vec<Order>, RequestError> {
        let mut all = Vec::new();
        for page in 1..=PAGES_MAX {
            let answer = self.ask(self.trading.orders(from, to, page)).await?;
            let rows = orders(answer.reply(), &self.account).map_err(RequestError::Refused)?;
            let is_last = rows.len() < trading::PAGE_SIZE as usize;
            all.extend(rows);
            if is_last {
                return Ok(all);
            }
        }
        Err(too_many())
    }

    /// What money there is.
    ///
    /// # Errors
    /// [`RequestError`] if the venue cannot be asked, refuses, or answers what cannot be read.
    ///
    /// # Cancel safety
    /// Cancel safe: nothing is changed by it.
    pub async fn balances(&self) -> Result<Vec<Balance>, RequestError> {
        let answer = self.ask(self.trading.balance()).await?;
        balances(answer.reply(), &self.account).map_err(RequestError::Refused)
    }

    /// What is held.
    ///
    /// # Errors
    /// As [`Desk::balances`].
    ///
    /// # Cancel safety
    /// Cancel safe: nothing is changed by it.
    pub async fn positions(&self) -> Result<Vec<Position>, RequestError> {
        let answer = self.ask(self.trading.position()).await?;
        positions(answer.reply(), &self.account).map_err(RequestError::Refused)
    }

    async fn ask(&self, request: HttpRequest) -> Result<Answer, RequestError> {
        self.handle.request(self.venue, request).await
    }

    /// Sends something that changes something.
    async fn send(&self, request: Unsigned, key: &RequestKey) -> Result<Placed, DeskError> {
        let unknown = |failure| DeskError::Unknown { key: key.clone(), failure };
        let request = request.sign(&*self.signer).ok_or(DeskError::Unsigned("the private key is of no use"))?;
        let answer = self.ask(request).await.map_err(|error| match error {
            RequestError::NotSent(failure) => DeskError::NotSent(failure),
            RequestError::Refused(failure) => DeskError::Refused(failure),
            RequestError::Unknown(failure) => unknown(failure),
        })?;
        // A refusal has a code. An answer that cannot be read says nothing.
        let judge =
            |failure: Failure| if failure.code.is_some() { DeskError::Refused(failure) } else { unknown(failure) };
        placed(answer.reply()).map_err(judge)
    }

    /// Looks for an order until it is found, or for long enough.
    async fn look(&self, key: &RequestKey) -> Option<Placed> {
        for wait in LOOKS {
            tokio::time::sleep(wait).await;
            match self.find(key).await {
                Ok(Some(order)) => return Some(Placed::from(order)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "an order is looked for under its key, in vain so far"),
            }
        }
        None
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("venue", &self.venue).field("account", &self.account).finish_non_exhaustive()
    }
}

fn too_many() -> RequestError {
    RequestError::Refused(Failure::new(Recovery::FixRequest, "the list has more than 100 pages: ask for fewer days"))
}
