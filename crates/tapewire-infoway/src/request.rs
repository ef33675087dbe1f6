//! What we send: requests that subscribe and unsubscribe, and heartbeats.

use tapewire_core::Topic;

use crate::topic::Feed;

/// How many symbols one request names. The vendor documents no limit for it; over REST it takes 100.
pub(crate) const SYMBOLS_PER_FRAME: usize = 100;
/// How long a frame of ours may be, in bytes. The vendor names no limit; shorter frames are sure to pass.
pub(crate) const FRAME_LENGTH_MAX: usize = 8 * 1024;

/// The heartbeat. It asks for no answer, and gets none.
pub(crate) fn heartbeat(trace: u64) -> String {
    format!("{{\"code\":10010,\"trace\":\"{trace}\"}}")
}

/// A request for the first of `topics` that go into one frame, and how many these are.
///
/// Symbols are made of what `symbol::check` lets pass: nothing in them needs an escape, and no comma is in them.
pub(crate) fn subscribe(topics: &[&Topic], trace: u64, with_types: bool) -> (String, usize) {
    let (feeds, taken) = leading(topics, |first, feed| std::mem::discriminant(&first) == std::mem::discriminant(&feed));
    let codes = || codes(feeds.iter().map(|(_, symbol)| *symbol));
    let request = match feeds.first() {
        Some((Feed::Trade, _)) if with_types => {
            format!(
                "{{\"code\":10000,\"trace\":\"{trace}\",\"data\":{{\"codes\":\"{}\",\"includeTy\":true}}}}",
                codes()
            )
        }
        Some((Feed::Kline(_), _)) => {
            format!("{{\"code\":10006,\"trace\":\"{trace}\",\"data\":{{\"arr\":[{}]}}}}", klines(&feeds))
        }
        first => {
            let code = if matches!(first, Some((Feed::Depth, _))) { 10003 } else { 10000 };
            format!("{{\"code\":{code},\"trace\":\"{trace}\",\"data\":{{\"codes\":\"{}\"}}}}", codes())
        }
    };
    (request, taken)
}

/// A request that ends the first of `topics` that go into one frame, and how many these are. Klines of one interval
/// only: the vendor ends each interval that is named for each symbol that is named.
pub(crate) fn unsubscribe(topics: &[&Topic], trace: u64) -> (String, usize) {
    let (feeds, taken) = leading(topics, |first, feed| first == feed);
    let codes = codes(feeds.iter().map(|(_, symbol)| *symbol));
    let (code, types) = match feeds.first() {
        Some((Feed::Kline(number), _)) => (11002, format!(",\"klineTypes\":\"{number}\"")),
        Some((Feed::Depth, _)) => (11001, String::new()),
        _ => (11000, String::new()),
    };
    (format!("{{\"code\":{code},\"trace\":\"{trace}\",\"data\":{{\"codes\":\"{codes}\"{types}}}}}"), taken)
}

/// The feeds of the first topics that go `together` with the very first, as many as a frame holds; and how many topics
/// these are.
fn leading<'a>(topics: &[&'a Topic], together: impl Fn(Feed, Feed) -> bool) -> (Vec<(Feed, &'a str)>, usize) {
    let mut feeds: Vec<(Feed, &str)> = Vec::new();
    // Around the symbols stand at most so many bytes, and so many with each.
    let (mut length, each) = (128, 32);
    for topic in topics.iter().take(SYMBOLS_PER_FRAME) {
        let Some((feed, symbol)) = Feed::read(&topic.wire) else { break };
        let fits = feeds.first().is_none_or(|(first, _)| together(*first, feed));
        length += symbol.len() + each;
        if !fits || (!feeds.is_empty() && length > FRAME_LENGTH_MAX) {
            break;
        }
        feeds.push((feed, symbol));
    }
    let taken = feeds.len();
    (feeds, taken)
}

fn codes<'a>(symbols: impl Iterator<Item = &'a str>) -> String {
    symbols.collect::<Vec<_>>().join(",")
}

/// The symbols of each interval, in the order in which the intervals are first met.
fn klines(feeds: &[(Feed, &str)]) -> String {
    let mut groups: Vec<(u64, Vec<&str>)> = Vec::new();
    for (feed, symbol) in feeds {
        let Feed::Kline(number) = feed else { continue };
        match groups.iter_mut().find(|(known, _)| known == number) {
            Some((_, symbols)) => symbols.push(symbol),
            None => groups.push((*number, vec![symbol])),
        }
    }
    let group = |(number, symbols): &(u64, Vec<&str>)| {
        format!("{{\"type\":{number},\"codes\":\"{}\"}}", codes(symbols.iter().copied()))
    };
    groups.iter().map(group).collect::<Vec<_>>().join(",")
}
