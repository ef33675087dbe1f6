//! [`Ssi`]: the facts of the venue, without any state.

use std::fmt;
use std::time::Duration;

use tapewire_core::event::Product;
use tapewire_core::{
    Account, Backoff, Budget, Capabilities, Channel, ChannelCapability, Connector, Ending, Failure, Grant, Heartbeat,
    Policy, Protocol, Recovery, Route, Secret, Subscription, Target, Topic, Unsupported, Venue, VenueId,
};

use crate::account::SsiAccount;
use crate::protocol::SsiProtocol;
use crate::request::{ACCOUNTS_MAX, FRAME_LENGTH_MAX, PING, TOPICS_PER_FRAME, is_account};
use crate::symbol::{self, VENUE};
use crate::topic::{self, ACCOUNT, MARKET};

/// What goes for a browser: the venue's edge answers 403 to whoever names a library. `ssi-sdk` 3.3.2 sends this.
const USER_AGENT: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) \
                          Chrome/120.0.0.0 Safari/537.36";

/// SSI, ready to connect.
///
/// ```
/// assert_eq!(tapewire_ssi::ssi().id().as_str(), "ssi");
/// ```
#[must_use]
pub fn ssi() -> Venue {
    Venue::new(Ssi::new())
}

/// The adapter for SSI FastConnect v3.
///
/// ```
/// use tapewire_core::Venue;
/// use tapewire_ssi::{Otp, Ssi};
///
/// let ssi = Ssi::new().otp(Otp::Approval).trading_account("1234561")?;
/// let venue = Venue::new(ssi).credentials("key", "secret");
/// # assert_eq!(venue.id().as_str(), "ssi");
/// # Ok::<(), tapewire_ssi::AccountError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ssi {
    otp: Otp,
    user_agent: String,
    accounts: Vec<Secret>,
    policy: Policy,
}

/// What was given as an account cannot be one. Nothing was done; [`recovery`](Self::recovery) says to write another.
/// The text is not repeated: it may be most of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccountError {
    /// It is not made of letters and digits, or it is too long.
    Spelling,
    /// There are more than one connection can ask for.
    TooMany {
        /// How many there may be.
        limit: usize,
    },
}

impl AccountError {
    /// What the caller can do.
    #[must_use]
    pub const fn recovery(&self) -> Recovery {
        Recovery::FixConfig
    }
}

impl fmt::Display for AccountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spelling => f.write_str("not an account: write letters and digits, as `1234561`"),
            Self::TooMany { limit } => write!(f, "too many accounts: the limit is {limit}"),
        }
    }
}

impl std::error::Error for AccountError {}

/// How one proves, beside the key, that a person agrees. Market data need none; one's own account does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Otp {
    /// A code of one's own, as the app shows it: nothing is sent for it.
    #[default]
    Code,
    /// A code that the venue sends by SMS or e-mail when it is asked to.
    SentCode,
    /// An approval on one's phone, which is waited for.
    Approval,
}

impl Ssi {
    /// The adapter with its defaults.
    #[must_use]
    pub fn new() -> Self {
        Self { otp: Otp::default(), user_agent: USER_AGENT.to_owned(), accounts: Vec::new(), policy: policy() }
    }

    /// How a person agrees to a login.
    #[must_use]
    pub fn otp(mut self, otp: Otp) -> Self {
        self.otp = otp;
        self
    }

    /// Names an account whose orders and positions are wanted; may be called again for more. Without one, the venue is
    /// asked which the key owns.
    ///
    /// # Errors
    /// [`AccountError`] for what is no number of an account, letters and digits, at most 32, and for more than 64.
    pub fn trading_account(mut self, number: impl Into<String>) -> Result<Self, AccountError> {
        let number = number.into();
        if !is_account(&number) {
            return Err(AccountError::Spelling);
        }
        if self.accounts.len() >= ACCOUNTS_MAX {
            return Err(AccountError::TooMany { limit: ACCOUNTS_MAX });
        }
        self.accounts.push(Secret::new(number));
        Ok(self)
    }

    /// What we call ourselves in requests. The venue refuses what does not look like a browser's.
    #[must_use]
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = text.into();
        self
    }

    pub(crate) fn asks_for(&self) -> Otp {
        self.otp
    }

    pub(crate) fn has_accounts(&self) -> bool {
        !self.accounts.is_empty()
    }

    pub(crate) fn agent(&self) -> &str {
        &self.user_agent
    }
}

impl Default for Ssi {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for Ssi {
    fn venue(&self) -> VenueId {
        VENUE
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn routes(&self) -> &'static [Route] {
        &[MARKET, ACCOUNT]
    }

    fn rest(&self) -> Option<&'static str> {
        Some("https://api.ssi.com.vn")
    }

    fn policy(&self, _: Route) -> &Policy {
        &self.policy
    }

    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported> {
        topic::spell(subscription)
    }

    fn lists(&self, subscription: &Subscription) -> bool {
        // Neither futures nor indices are on the list of a board.
        let is_index = matches!(subscription.channel, Channel::Index | Channel::BarIndex(_) | Channel::Raw(_));
        !is_index && !symbol::is_future(subscription.instrument.symbol())
    }

    fn ended(&self, _: Route, how: Ending<'_>, usual: Failure) -> Failure {
        match how {
            Ending::Refused { status: 401 | 403 } => Failure { recovery: Recovery::Reauthenticate, ..usual },
            _ => usual,
        }
    }

    fn account(&self, target: &Target) -> Box<dyn Account> {
        Box::new(SsiAccount::new(self, target))
    }

    fn protocol(&self, _: Route, grant: &Grant) -> Box<dyn Protocol> {
        let owned = grant.login.iter().flat_map(|login| login.key.expose().split(','));
        let owned: Vec<Secret> = owned.filter(|number| !number.is_empty()).map(Secret::new).collect();
        let accounts = if self.accounts.is_empty() { owned } else { self.accounts.clone() };
        Box::new(SsiProtocol::new(grant, accounts))
    }
}

/// SSI's portal, "WebSocket", and `ssi-sdk` 3.3.2 with its change log, read 2026-11. It is the same on both routes.
fn policy() -> Policy {
    let second = Duration::from_secs(1);
    Policy {
        // The client asks; when the venue gives up a client that does not, is not documented.
        heartbeat: Heartbeat::Text { idle: 25 * second, send: PING.into(), answer_within: Some(15 * second) },
        backoff: Backoff { first: 2 * second, longest: 60 * second, stable_after: 10 * second, attempts_max: None },
        // Ten sockets may stand at once, and each may have a successor for a while.
        connections_max: Some(5),
        // How fast they may be opened is not documented: this limit is ours, so that all ten may come back at once after an
        // outage in which the venue was dialled in vain.
        dials: Budget { amount: 30, per: 60 * second },
        // A token that is refused may be a stale one: a new one is got, once.
        renews: true,
        topics_max: 1000,
        topics_per_frame: TOPICS_PER_FRAME,
        frame_length_max: FRAME_LENGTH_MAX,
        // Ten a second is the ceiling of the venue's library; its own tests had to go down to three.
        rest: Budget { amount: 3, per: second },
        ..Policy::default()
    }
}

static CAPABILITIES: Capabilities = Capabilities {
    title: "SSI FastConnect",
    products: &[Product::Stock, Product::LinearFuture, Product::Index],
    channels: &[
        row("trade", "trade.<CODE>", "every match; for a board or basket `ssi:basket/HOSE@trade`"),
        row("trade:block", "put.<CODE>", "negotiated deals; condition `put_through`"),
        row("ticker", "trade.<CODE>", "the day so far; window 1d"),
        row("quote", "quote.<CODE>", "the best levels that have a price"),
        row("book", "quote.<CODE>", "complete in every message; the number of levels is not documented"),
        row("book:odd_lot", "oddlot.<CODE>", "odd lots; complete in every message"),
        row("trade:odd_lot", "oddlot.<CODE>", "odd lots; condition `odd_lot`"),
        row("bar:I", "trade.<CODE>@<I>", "I is 1m or 5m; never marked as finished"),
        row("bar:index:I", "trade.index.<INDEX>@<I>", "the same for an index"),
        row("index", "trade.index.<INDEX>", "as `ssi:VN30@index`"),
        row("limits", "market.<CODE>", "ceiling, floor and reference price of the day"),
        row("foreign_room", "room.<CODE>", "what foreigners may still buy"),
        row("raw:indexsummary", "indexsummary.<INDEX>", "not documented; as the venue writes it"),
        all("status", "market.flag", "the sessions of the boards; `ssi:*@status`"),
        all("order", "order.<account>", "needs a one-time code; `ssi:*@order`; conditional orders too"),
        all("fill", "order.<account>", "needs a one-time code; `ssi:*@fill`"),
        all("position", "portfolio.<account>", "needs a one-time code; derivative accounts only"),
    ],
    instruments: true,
    read: "2026-11, SSI's developer portal and ssi-sdk 3.3.2",
};

const fn row(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { channel, topic, all: false, note }
}

const fn all(channel: &'static str, topic: &'static str, note: &'static str) -> ChannelCapability {
    ChannelCapability { all: true, ..row(channel, topic, note) }
}
