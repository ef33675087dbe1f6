//! [`Connector`]: what an adapter knows about its venue, without any state.

use crate::book::OrderBook;
use crate::event::Product;
use crate::{Account, Failure, Grant, Policy, Protocol, Route, Subscription, Target, Topic, Unsupported, VenueId};

/// A venue's facts. Stateless: two calls with the same arguments give the same answer.
///
/// An adapter plays three roles. The connector knows facts. [`Account`] is the cold side, one for each venue account:
/// tokens, instruments, snapshots, over HTTP. [`Protocol`] is the hot side, one for each connection: frames. None of
/// them does I/O, reads a clock, sleeps or spawns: they are called with what happened, and say what should happen
/// through a context.
pub trait Connector: Send + Sync {
    /// The venue's name.
    fn venue(&self) -> VenueId;

    /// What can be subscribed and asked for.
    fn capabilities(&self) -> &Capabilities;

    /// The venue's sockets. The first is where a recorded frame is taken to come from, if nothing says otherwise.
    fn routes(&self) -> &'static [Route] {
        &[Route("market")]
    }

    /// Where [`HttpRequest`](crate::HttpRequest)s go if the target does not say; `None` where the venue has no HTTP
    /// interface. To be given to [`Target::rest_base`].
    fn rest(&self) -> Option<&'static str> {
        None
    }

    /// Whether a line of a recording is of this venue that says `word`: a product, business or dialect. By default
    /// that is the venue's name or the end of it: `usdm` for `binance-usdm`.
    fn is_recorded_as(&self, word: &str) -> bool {
        let name = self.venue().as_str();
        name == word || name.strip_suffix(word).is_some_and(|start| start.ends_with('-'))
    }

    /// How connections of a route are treated.
    fn policy(&self, route: Route) -> &Policy;

    /// The topic that serves a subscription.
    ///
    /// # Errors
    /// [`Unsupported`], with a reason that says what to ask for instead. Whether the venue lists the instrument is
    /// not looked at here.
    fn topic(&self, subscription: &Subscription) -> Result<Topic, Unsupported>;

    /// Whether the venue's list of instruments would name the subscription's instrument if there is one of its name: an
    /// unknown one is then refused before the venue is asked. `false` for what no list has, as indices of some venues.
    fn lists(&self, subscription: &Subscription) -> bool {
        _ = subscription;
        true
    }

    /// The cold side, for one account at one target.
    fn account(&self, target: &Target) -> Box<dyn Account>;

    /// The hot side, for one connection that was opened with `grant`.
    fn protocol(&self, route: Route, grant: &Grant) -> Box<dyn Protocol>;

    /// What the end of a connection means at this venue. `usual` is what the same end means where a venue says no more:
    /// a good answer is that with another `recovery`.
    fn ended(&self, route: Route, how: Ending<'_>, usual: Failure) -> Failure {
        _ = (route, how);
        usual
    }

    /// The checksum that the venue would send for a book; `None` where it sends none.
    fn checksum(&self, book: &OrderBook) -> Option<u32> {
        _ = book;
        None
    }
}

/// How a venue ended a connection, or would not open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending<'a> {
    /// The upgrade was answered with an error status.
    Refused {
        /// The status.
        status: u16,
    },
    /// A close frame came.
    Closed {
        /// Its code.
        code: u16,
        /// Its words, made printable.
        reason: &'a str,
    },
}

/// What an adapter can do: drives `tapewire venues`, documentation and the cases of conformance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The venue's own name for itself.
    pub title: &'static str,
    /// What is traded there.
    pub products: &'static [Product],
    /// What can be subscribed.
    pub channels: &'static [ChannelCapability],
    /// Whether instruments can be listed.
    pub instruments: bool,
    /// When and from what the facts were read.
    pub read: &'static str,
}

/// One row of the capability table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelCapability {
    /// The channel as it is written, with `N` and `I` for parameters: `book:N`.
    pub channel: &'static str,
    /// What the venue calls it.
    pub topic: &'static str,
    /// Whether it can be had for all instruments at once, as `*`.
    pub all: bool,
    /// Values of the parameters, speeds, and what else one must know.
    pub note: &'static str,
}
