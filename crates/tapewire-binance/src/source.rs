//! [`Source`]: where a payload comes from, as far as its frame's stream name and the subscriptions tell.

use std::borrow::Cow;

use tapewire_core::{Channel, Context, DecodeError, InstrumentId, TopicId};

use crate::{symbol, topic};

/// Where a payload comes from.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    /// The topic, if it is subscribed.
    pub(crate) topic: Option<TopicId>,
    /// The channel; `None` if the stream is of no kind that we know.
    pub(crate) channel: Option<Channel>,
    /// The stream's name; empty if the frame carried none.
    pub(crate) stream: Cow<'a, str>,
    /// The instrument, if the stream is subscribed and for one symbol.
    instrument: Option<InstrumentId>,
}

impl<'a> Source<'a> {
    /// The source that a stream's name speaks of: what was subscribed, or else what the name says.
    pub(crate) fn of_stream(stream: Cow<'a, str>, cx: &Context<'_>) -> Self {
        if let Some((topic, subscription)) = cx.topic(&stream) {
            let instrument = (!stream.starts_with('!')).then_some(subscription.instrument);
            return Self { topic: Some(topic), channel: Some(subscription.channel), stream, instrument };
        }
        let channel = topic::read(&stream).map(|(_, channel)| channel);
        Self { topic: None, channel, stream, instrument: None }
    }

    /// The source of a payload that says itself what it is.
    pub(crate) const fn of_payload(channel: Option<Channel>) -> Self {
        Self { topic: None, channel, stream: Cow::Borrowed(""), instrument: None }
    }

    /// The instrument: the one that was subscribed, or else the one that the payload calls `symbol`.
    pub(crate) fn instrument(&self, symbol: &str) -> Result<InstrumentId, DecodeError> {
        self.instrument.map_or_else(|| symbol::instrument(symbol), Ok)
    }

    /// The instrument of a payload that names none: the stream's.
    pub(crate) fn instrument_of_stream(&self) -> Result<InstrumentId, DecodeError> {
        if let Some(subscribed) = self.instrument {
            return Ok(subscribed);
        }
        let symbol = self.stream.split_once('@').map_or("", |(symbol, _)| symbol);
        symbol::instrument_of_stream(if symbol.starts_with('!') { "" } else { symbol })
    }
}
