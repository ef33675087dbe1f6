//! The frames that we send.

use tapewire_core::{Op, Secret, Topic};

use crate::asked::Stream;
use crate::topic::{self, ORDER, PORTFOLIO};

/// Asks for a sign of life.
pub(crate) const PING: &str = r#"{"method":"ping_pong","channel":"HEARTBEAT","topics":[]}"#;
/// Asks what is subscribed: whoever answers has let us in.
pub(crate) const LIST: &str = r#"{"method":"list_subscription"}"#;
/// How long a frame may be, in bytes. The venue drops those over 4096 without a word; its own library stops at 4000.
pub(crate) const FRAME_LENGTH_MAX: usize = 4000;
/// How many topics one frame holds.
pub(crate) const TOPICS_PER_FRAME: usize = 200;
/// How many accounts can be named: their topics go into one frame.
pub(crate) const ACCOUNTS_MAX: usize = 64;
/// How long the number of an account may be.
const ACCOUNT_LENGTH_MAX: usize = 32;
/// The last digit of the account of derivatives, the one kind whose positions are streamed: `ssi-sdk` 3.3.2.
const DERIVATIVES: char = '8';

/// The stream that a topic is of.
pub(crate) fn stream(wire: &str) -> Stream {
    if wire == ORDER || wire == PORTFOLIO { Stream::Trading } else { Stream::Data }
}

/// Writes a frame for leading topics of one stream into `frame`; returns how many it took.
pub(crate) fn write(frame: &mut String, op: Op, topics: &[&Topic], accounts: &[Secret]) -> usize {
    let Some(first) = topics.first() else { return 0 };
    let stream = stream(&first.wire);
    let method = if op == Op::Subscribe { "subscribe" } else { "unsubscribe" };
    frame.clear();
    frame.push_str(&format!(r#"{{"method":"{method}","channel":"{}","topics":["#, stream.as_str()));
    let mut taken = 0;
    for topic in topics.iter().take(TOPICS_PER_FRAME).take_while(|topic| self::stream(&topic.wire) == stream) {
        let names = names(&topic.wire, accounts);
        if taken > 0 && frame.len() + names.len() + 3 > FRAME_LENGTH_MAX {
            break;
        }
        frame.push_str(if taken > 0 { "," } else { "" });
        frame.push_str(&names);
        taken += 1;
    }
    frame.push_str("]}");
    taken
}

/// A topic's names in a request, in quotes. Topics are made of what [`topic::spell`] lets pass, and account numbers are
/// checked where they are configured: nothing needs an escape.
fn names(wire: &str, accounts: &[Secret]) -> String {
    if stream(wire) == Stream::Data {
        return format!("\"{}\"", topic::requested(wire));
    }
    let mut meant: Vec<&str> = accounts.iter().map(Secret::expose).collect();
    if wire == PORTFOLIO && meant.iter().any(|account| account.ends_with(DERIVATIVES)) {
        meant.retain(|account| account.ends_with(DERIVATIVES));
    }
    if meant.is_empty() {
        meant.push("*");
    }
    let names: Vec<String> = meant.iter().map(|account| format!("\"{wire}.{account}\"")).collect();
    names.join(",")
}

/// Whether a text can be the number of an account: letters and digits, which need no escape anywhere.
pub(crate) fn is_account(text: &str) -> bool {
    (1..=ACCOUNT_LENGTH_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topic::MARKET;

    fn written(wires: &[&str], accounts: &[&str]) -> (usize, String) {
        let topics: Vec<Topic> = wires.iter().map(|wire| Topic::new(*wire, MARKET)).collect();
        let accounts: Vec<Secret> = accounts.iter().copied().map(Secret::new).collect();
        let mut frame = "old".to_owned();
        (write(&mut frame, Op::Subscribe, &topics.iter().collect::<Vec<_>>(), &accounts), frame)
    }

    #[test]
    fn frames_hold_topics_of_one_stream() {
        let (taken, frame) = written(&["trade.SSI", "market.FLAG", "order"], &[]);
        assert_eq!(taken, 2);
        assert_eq!(frame, r#"{"method":"subscribe","channel":"DATA","topics":["trade.SSI","market.flag"]}"#);
        let (taken, frame) = written(&["order", "portfolio", "trade.SSI"], &["1234561", "1234568"]);
        assert_eq!(taken, 2);
        let topics = r#""order.1234561","order.1234568","portfolio.1234568""#;
        assert_eq!(frame, format!(r#"{{"method":"subscribe","channel":"TRADING","topics":[{topics}]}}"#));
        assert!(written(&["order"], &[]).1.contains(r#"["order.*"]"#));
    }

    #[test]
    fn frames_are_split_before_they_are_too_long() {
        let wires: Vec<String> = (0..200).map(|number| format!("trade.CODE{number}{}", "X".repeat(40))).collect();
        let wires: Vec<&str> = wires.iter().map(String::as_str).collect();
        let (taken, frame) = written(&wires, &[]);
        assert!((60..100).contains(&taken), "{taken}");
        assert!((3900..=FRAME_LENGTH_MAX).contains(&frame.len()), "{}", frame.len());
        let all: Vec<String> = (0..300).map(|number| format!("put.{number}")).collect();
        assert_eq!(written(&all.iter().map(String::as_str).collect::<Vec<_>>(), &[]).0, TOPICS_PER_FRAME);
    }
}
