//! From the argument of a subscription to its topic: what exists, on which path, for whom.

use super::account::UID;
use super::channel::{self, Channel, PRIVATE_BUSINESS, Path, Subject};
use super::clients::Client;
use super::feeds::{About, Topic};
use super::instrument::{Instrument, Kind};
use super::live::Known;
use super::request::{Arg, Refusal, stream_name};

/// What an argument asks for, if the client may have it.
pub(super) fn topic(arg: &Arg, client: &Client, known: Known<'_>) -> Result<Topic, Refusal> {
    let Some((channel, path, subject)) = channel::find(&arg.channel) else { return Err(Refusal::unknown(arg)) };
    on_path(arg, client.path, path)?;
    if arg.uly.is_some() {
        return Err(Refusal::new(
            64000,
            "Subscription parameter uly is unavailable anymore. Please replace uly with instFamily.",
        ));
    }
    let private = path == Path::Private || PRIVATE_BUSINESS.contains(&arg.channel.as_str());
    if client.key.is_none() && (private || channel.is_for_vip()) {
        return Err(Refusal::login_wanted());
    }
    if channel.is_for_vip() && known.options.vip < BOOKS_VIP {
        return Err(Refusal::new(64003, "Your trading fee tier doesn't meet the requirement to access this channel"));
    }
    let about = about(arg, subject, known).ok_or_else(|| Refusal::unknown(arg))?;
    let topic = Topic { channel, subject: about, stream: stream_name(arg, channel).into() };
    match client.excluding(&topic) {
        Some(other) => Err(Refusal::excluded(&arg.channel, name(other))),
        None => Ok(topic),
    }
}

/// The argument as messages repeat it: the channel, and what it is about.
pub(super) fn canonical(arg: &Arg, topic: &Topic) -> Arg {
    let Arg { channel, inst_type, inst_id, inst_family, .. } = arg.clone();
    if matches!(topic.subject, About::Account(_)) {
        return Arg { uid: Some(UID.to_owned()), ..arg.clone() };
    }
    let bare = Arg { channel, ..Arg::default() };
    match topic.subject {
        About::Instrument(_) => Arg { inst_id, ..bare },
        About::Kind(_) => Arg { inst_type, ..bare },
        About::Account(_) | About::Nothing => Arg { inst_type, inst_id, inst_family, ..bare },
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

fn about(arg: &Arg, subject: Subject, known: Known<'_>) -> Option<About> {
    let by_id = |wanted: fn(&Instrument) -> bool| {
        let number = known.instruments.number(arg.inst_id.as_deref()?)?;
        known.instruments.get(number).filter(|instrument| wanted(instrument)).map(|_| About::Instrument(number))
    };
    match subject {
        Subject::Instrument | Subject::Swap | Subject::Index if known.recorded => {
            arg.inst_id.is_some().then_some(About::Nothing)
        }
        Subject::Instrument => by_id(|_| true),
        Subject::Swap => by_id(|instrument| instrument.kind == Kind::Swap),
        Subject::Index => by_id(|instrument| instrument.kind == Kind::Spot),
        // Kinds that exist at the venue, and of which nothing is listed here, are silent.
        Subject::Kind => match arg.inst_type.as_deref()? {
            "MARGIN" | "FUTURES" | "OPTION" | "EVENTS" => Some(About::Nothing),
            name => Kind::parse(name).map(About::Kind),
        },
        Subject::Account => Some(About::Account(arg.json().into())),
        Subject::Any => Some(About::Nothing),
    }
}

const fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::BooksL2Tbt => "books-l2-tbt",
        Channel::Books50L2Tbt => "books50-l2-tbt",
        _ => "books",
    }
}

/// The fee tier of tick-by-tick books, since April 2026.
const BOOKS_VIP: u32 = 4;
