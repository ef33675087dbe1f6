//! From the argument of a subscription to its topic: what exists, on which path, for whom.

use super::channel::{self, Channel, Path, Subject};
use super::clients::Client;
use super::private::Wish;
use super::request::{Arg, Refusal, stream_name};
use super::topic::{About, Okx5, Topic};
use crate::face::ConnectionId;
use crate::venues::okx_common::floor::Floor;
use crate::venues::okx_common::instrument::{Instrument, Kind};

/// What an argument asks for, if the client may have it.
pub(super) fn topic(
    arg: &Arg,
    (connection, client): (ConnectionId, &Client),
    floor: &Floor<Okx5>,
) -> Result<Topic, Refusal> {
    let Some((channel, path, subject)) = channel::find(&arg.channel) else { return Err(Refusal::unknown(arg)) };
    on_path(arg, client.path, path)?;
    if arg.uly.is_some() {
        return Err(Refusal::new(
            64000,
            "Subscription parameter uly is unavailable anymore. Please replace uly with instFamily.",
        ));
    }
    if client.account.is_none() && (subject.is_private() || channel.is_for_vip()) {
        return Err(Refusal::login_wanted());
    }
    if channel.is_for_vip() && floor.dialect.options.vip < BOOKS_VIP {
        return Err(Refusal::new(64003, "Your trading fee tier doesn't meet the requirement to access this channel"));
    }
    let subject = about(arg, (channel, subject), client, floor).ok_or_else(|| Refusal::unknown(arg))?;
    let excludes = |other: &&Topic| other.subject == subject && other.channel.excludes(channel);
    if let Some(other) = floor.topics(connection).find(excludes) {
        return Err(Refusal::excluded(&arg.channel, name(other.channel)));
    }
    let stream = stream_name(arg, channel).into();
    Ok(Topic { channel, arg: canonical(arg, &subject, floor).json().into(), subject, stream })
}

/// The argument as messages repeat it: the channel, and what it is about.
fn canonical(arg: &Arg, subject: &About, floor: &Floor<Okx5>) -> Arg {
    let Arg { channel, inst_type, inst_id, inst_family, .. } = arg.clone();
    let bare = Arg { channel, ..Arg::default() };
    match subject {
        About::Instrument(_) => Arg { inst_id, ..bare },
        About::Kind(_) => Arg { inst_type, ..bare },
        About::Account(account, _) => {
            let uid = floor.dialect.accounts.get(*account).map(|holdings| holdings.uid.to_string());
            Arg { uid, ..arg.clone() }
        }
        About::Nothing => Arg { inst_type, inst_id, inst_family, ..bare },
    }
}

fn on_path(arg: &Arg, client: Path, channel: Path) -> Result<(), Refusal> {
    let moved = |code, which| {
        let message =
            format!("This channel is {which} the '/business' URL. Please subscribe using the corresponding URL.");
        Err(Refusal::new(code, message))
    };
    match (client, channel) {
        _ if client == channel => Ok(()),
        (_, Path::Business) => moved(64001, "served on"),
        (Path::Business, _) => moved(64002, "not supported on"),
        (Path::Public | Path::Private, _) => Err(Refusal::unknown(arg)),
    }
}

fn about(arg: &Arg, (channel, subject): (Channel, Subject), client: &Client, floor: &Floor<Okx5>) -> Option<About> {
    let by_id = |wanted: fn(&Instrument) -> bool| {
        let number = floor.instruments.number(arg.inst_id.as_deref()?)?;
        floor.instruments.get(number).filter(|instrument| wanted(instrument)).map(|_| About::Instrument(number))
    };
    match subject {
        Subject::Instrument | Subject::Swap | Subject::Index if floor.is_recorded() => {
            arg.inst_id.is_some().then_some(About::Nothing)
        }
        Subject::Instrument => by_id(|_| true),
        Subject::Swap => by_id(|instrument| instrument.kind == Kind::Swap),
        Subject::Index => by_id(|instrument| instrument.kind == Kind::Spot),
        // Kinds that exist at the venue, and of which nothing is listed here, are silent.
        Subject::Kind => match arg.inst_type.as_deref()? {
            "SPOT" if channel == Channel::LiquidationOrders => None,
            name => Kind::parse(name).map(About::Kind).or_else(|| is_kind(name).then_some(About::Nothing)),
        },
        Subject::Account => account(arg, client, floor),
        Subject::AccountKind => {
            let kind = arg.inst_type.as_deref()?;
            (kind == "ANY" || is_kind(kind)).then(|| account(arg, client, floor))?
        }
        Subject::Unlisted => floor.is_recorded().then_some(About::Nothing),
        Subject::Venue => Some(About::Nothing),
    }
}

/// An account's channel, of an instrument that exists if one is named.
fn account(arg: &Arg, client: &Client, floor: &Floor<Okx5>) -> Option<About> {
    let exists = |id: &String| floor.is_recorded() || id.is_empty() || floor.instruments.find(id).is_some();
    let account = client.account.filter(|_| arg.inst_id.as_ref().is_none_or(exists))?;
    Some(About::Account(account, Wish::of(arg)))
}

fn is_kind(name: &str) -> bool {
    ["SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS"].contains(&name)
}

const fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::BooksL2Tbt => "books-l2-tbt",
        Channel::Books50L2Tbt => "books50-l2-tbt",
        _ => "books",
    }
}

/// The fee tier of tick-by-tick books and of fills, since April 2026.
const BOOKS_VIP: u32 = 4;
