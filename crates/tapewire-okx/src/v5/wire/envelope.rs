//! What is around messages: the argument that a push belongs to, and answers to requests.

use serde::Deserialize;
use tapewire_json::{Raw, Text};

/// What was subscribed, as the venue repeats it. Pushes of one's own account also name the account, which is not read.
#[derive(Debug, Deserialize)]
pub(crate) struct Arg<'a> {
    #[serde(borrow)]
    pub(crate) channel: Text<'a>,
    #[serde(rename = "instType", borrow)]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(rename = "instFamily", borrow)]
    pub(crate) family: Option<Text<'a>>,
    #[serde(rename = "instId", borrow)]
    pub(crate) symbol: Option<Text<'a>>,
}

impl Arg<'_> {
    /// The topic's text, with the name that its channel has there: `books:BTC-USDT`.
    pub(crate) fn spell<'t>(&self, channel: &str, text: &'t mut String) -> &'t str {
        text.clear();
        text.push_str(channel);
        for part in [&self.kind, &self.family, &self.symbol].into_iter().flatten() {
            text.push(':');
            text.push_str(part);
        }
        text
    }
}

/// Whether a book message replaces the book. Channels that send nothing but whole books do not say.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Snapshot,
    Update,
}

/// A frame of any kind.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow)]
    pub(crate) id: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) event: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) op: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) code: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(crate) msg: Option<Text<'a>>,
    /// Of a notice about connections: the channel.
    #[serde(borrow)]
    pub(crate) channel: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) arg: Option<Arg<'a>>,
    pub(crate) action: Option<Action>,
    #[serde(borrow)]
    pub(crate) data: Option<Raw<'a>>,
}

/// An answer over REST.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer<'a> {
    #[serde(borrow)]
    pub(crate) code: Raw<'a>,
    #[serde(borrow)]
    pub(crate) msg: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) data: Option<Vec<Raw<'a>>>,
}
