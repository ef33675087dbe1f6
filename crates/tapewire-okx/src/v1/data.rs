//! [`Reader`]: the data of a channel to events.

use std::sync::Arc;

use tapewire_core::event::{Book, BookAction, Event, QuantityUnit};
use tapewire_core::{Channel, Context, DecodeError, InstrumentId, TopicId};
use tapewire_json::{Cursor, Error, ErrorKind, Raw, Total};

use super::VENUE;
use super::books::Books;
use super::normalize::{self, Around};
use super::protocol::raw;
use super::stream::Stream;
use super::wire::market::{Deal, Depth, Index, Kline, Ticker};
use super::wire::private::{FuturesBalance, FuturesOrder, Position, Positions, SpotBalances, SpotOrder};
use crate::levels::Sides;
use crate::mask::malformed;

/// How many assets one message of balances tells of.
const ASSETS_MAX: usize = 1000;

/// Reads data, and keeps what that needs from message to message.
pub(crate) struct Reader {
    pub(crate) books: Books,
    /// Level lists to be filled again.
    spare: Sides,
    /// The label of the account.
    account: Arc<str>,
}

/// Why nothing was told of some data.
pub(crate) enum Unread {
    /// The channel is none that we know.
    Unknown,
    /// They are not what the channel has.
    Bad(Option<TopicId>, DecodeError),
}

/// Where data come from.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    name: &'a str,
    topic: Option<TopicId>,
    channel: Channel,
    around: Around,
}

impl Reader {
    pub(crate) fn new(account: Arc<str>) -> Self {
        Self { books: Books::default(), spare: Sides::default(), account }
    }

    /// Tells what a channel's data hold.
    pub(crate) fn read(&mut self, name: &str, data: Raw<'_>, cx: &mut Context<'_>) -> Result<(), Unread> {
        let source = source(name, cx).ok_or(Unread::Unknown)?;
        self.data(&source, data, cx).map_err(|why| Unread::Bad(source.topic, why))
    }

    fn data(&mut self, source: &Source<'_>, data: Raw<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let Source { topic, channel, around, .. } = *source;
        match channel {
            Channel::Trade => each(source, data, cx, |row, cx| {
                let deal: Deal<'_> = row.read()?;
                cx.emit(topic, &Event::Trade(&normalize::trade(&deal, around)?));
                Ok(())
            }),
            Channel::Bar { interval, .. } => each(source, data, cx, |row, cx| {
                let kline: Kline = row.read()?;
                cx.emit(topic, &Event::Bar(&normalize::bar(&kline, channel, interval, around)?));
                Ok(())
            }),
            Channel::Ticker => ticker(source, data, cx),
            Channel::Book | Channel::BookDepth(_) => self.book(source, data, cx),
            Channel::Index => {
                let index: Index = data.cursor().read()?;
                cx.emit(topic, &Event::Index(&normalize::index(&index, around)?));
                Ok(())
            }
            _ => self.private(source, data, cx),
        }
    }

    fn book(&mut self, source: &Source<'_>, data: Raw<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let Source { name, topic, channel, around } = *source;
        let depth = Depth::read(&mut data.cursor(), &mut self.spare)?;
        self.spare.check()?;
        let head = normalize::book(&depth, channel, BookAction::Snapshot, around)?;
        let action = if channel == Channel::Book { self.books.action(name) } else { Some(BookAction::Snapshot) };
        let action = action.ok_or(DecodeError::Payload("too many books on one connection"))?;
        if action == BookAction::Snapshot {
            // The venue sorts both sides from high to low.
            self.spare.bids.sort_unstable_by_key(|level| std::cmp::Reverse(level.price));
            self.spare.asks.sort_unstable_by_key(|level| level.price);
        }
        let head = tapewire_core::event::BookHead { action, ..head };
        cx.emit(topic, &Event::Book(Book { head: &head, bids: &self.spare.bids, asks: &self.spare.asks }));
        Ok(())
    }

    fn private(&self, source: &Source<'_>, data: Raw<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
        let (topic, around, account) = (source.topic, source.around, &*self.account);
        match (source.channel, around.unit) {
            (Channel::Order, QuantityUnit::Base) => {
                let order: SpotOrder<'_> = data.cursor().read()?;
                cx.emit(topic, &Event::Order(&normalize::spot_order(&order, around, account)));
            }
            (Channel::Order, _) => {
                let order: FuturesOrder<'_> = data.cursor().read()?;
                let around = Around { instrument: contract(&order.contract)?, ..around };
                cx.emit(topic, &Event::Order(&normalize::futures_order(&order, around, account)));
            }
            (Channel::Balance, QuantityUnit::Base) => {
                let it: SpotBalances<'_> = data.cursor().read()?;
                let bound = it.info.freezed.map_or_else(|| Ok(Vec::new()), totals)?;
                let free = totals(it.info.free)?;
                let of = |list: &[(String, Total)], asset: &str| {
                    list.iter().find(|(known, _)| known == asset).map(|(_, total)| *total)
                };
                let only_bound = bound.iter().filter(|(asset, _)| of(&free, asset).is_none());
                for (asset, _) in free.iter().chain(only_bound) {
                    let (free, bound) = (of(&free, asset), of(&bound, asset));
                    cx.emit(topic, &Event::Balance(&normalize::spot_balance(asset, free, bound, around, account)));
                }
            }
            (Channel::Balance, _) => {
                let it: FuturesBalance<'_> = data.cursor().read()?;
                cx.emit(topic, &Event::Balance(&normalize::futures_balance(&it, around, account)));
            }
            _ => {
                let it: Positions<'_> = data.cursor().read()?;
                return each(source, it.positions, cx, |row, cx| {
                    let it: Position<'_> = row.read()?;
                    let around = Around { instrument: contract(&it.contract)?, ..around };
                    cx.emit(topic, &Event::Position(&normalize::position(&it, around, account)?));
                    Ok(())
                });
            }
        }
        Ok(())
    }
}

/// What a channel's name says, and the subscriptions; `None` for one of no form that we know.
fn source<'a>(name: &'a str, cx: &Context<'_>) -> Option<Source<'a>> {
    let known = cx.topic(name);
    let stream = Stream::named(name)?;
    let instrument = match known {
        Some((_, subscription)) => subscription.instrument,
        None => InstrumentId::new(VENUE, &stream.symbol()).ok()?,
    };
    let around = Around { instrument, unit: stream.unit, ts_recv: cx.now() };
    Some(Source { name, topic: known.map(|(topic, _)| topic), channel: stream.channel, around })
}

fn ticker(source: &Source<'_>, data: Raw<'_>, cx: &mut Context<'_>) -> Result<(), DecodeError> {
    let (topic, around) = (source.topic, source.around);
    let it: Ticker<'_> = data.cursor().read()?;
    cx.emit(topic, &Event::Ticker(&normalize::ticker(&it, around)?));
    let (limits, open) = (normalize::limits(&it, around)?, normalize::open_interest(&it, around));
    limits.iter().for_each(|limits| cx.emit(topic, &Event::Limits(limits)));
    open?.iter().for_each(|open| cx.emit(topic, &Event::OpenInterest(open)));
    Ok(())
}

/// The instrument that account data call by its contract's name.
fn contract(name: &str) -> Result<InstrumentId, DecodeError> {
    Ok(InstrumentId::new(VENUE, name)?)
}

/// Reads each row of a list; a bad one costs no other. A list without rows goes on as it is.
fn each<'a, 'c>(
    source: &Source<'_>,
    list: Raw<'a>,
    cx: &mut Context<'c>,
    mut read: impl FnMut(&mut Cursor<'a>, &mut Context<'c>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut empty = true;
    list.cursor().array(|at| {
        empty = false;
        let mut row = at.clone();
        match read(&mut row, cx) {
            Ok(()) => *at = row,
            Err(why) => {
                let row: Raw<'_> = at.read()?;
                malformed(source.topic, row.text(), &why, cx);
            }
        }
        Ok(())
    })?;
    if empty {
        raw(source.name, list.text(), cx);
    }
    Ok(())
}

/// Amounts by asset.
fn totals(amounts: Raw<'_>) -> Result<Vec<(String, Total)>, DecodeError> {
    let mut list = Vec::new();
    amounts.cursor().object(|asset, amount| {
        if list.len() >= ASSETS_MAX {
            return Err(Error::new(ErrorKind::OutOfRange("a number of assets")));
        }
        list.push((String::from_utf8_lossy(asset).into_owned(), amount.total()?));
        Ok(())
    })?;
    Ok(list)
}
