//! Topics of the toy venue: subscription to name and back.

use tapewire_core::{BookRule, Channel, Resync, Subscription, Topic, Unsupported};

use super::ROUTE;

/// The topic that serves a subscription.
pub(super) fn spell(subscription: &Subscription) -> Result<Topic, Unsupported> {
    let Subscription { instrument, channel } = subscription;
    let symbol = instrument.symbol();
    if !symbol.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return Err(Unsupported::new(format!("`{symbol}` is not a symbol of the toy venue: write `toy:BTC`")));
    }
    let topic = |name: &str| Topic::new(format!("{symbol}@{name}"), ROUTE);
    Ok(match channel {
        Channel::Trade => Topic { numbered: true, ..topic("trade") },
        Channel::Quote => topic("quote"),
        Channel::Book => Topic { rule: BookRule::Contiguous, resync: Resync::Snapshot, ..topic("book") },
        Channel::Bar { interval, offset: None } => topic(&format!("bar{interval}")),
        other => {
            return Err(Unsupported::new(format!("the toy venue has no `{other}`: it has trade, quote, book, bar:I")));
        }
    })
}

/// The symbol and the channel that a topic's name speaks of.
pub(super) fn read(wire: &str) -> Option<(&str, Channel)> {
    let (symbol, name) = wire.split_once('@')?;
    let channel = match name {
        "trade" => Channel::Trade,
        "quote" => Channel::Quote,
        "book" => Channel::Book,
        name => Channel::bar(name.strip_prefix("bar")?.parse().ok()?),
    };
    Some((symbol, channel))
}
