//! The frames that subscribe and unsubscribe.

use tapewire_core::{Context, Frame, Op, Topic};

use super::fallback::Fallback;
use super::topic;

/// How many topics one frame holds. The venue counts bytes alone; shorter frames are refused in smaller parts.
pub(crate) const TOPICS_PER_FRAME: usize = 100;
/// How long a frame may be, in bytes: OKX API guide, "Subscribe", read 2026-07: 64 KB for all arguments together.
pub(crate) const FRAME_LENGTH_MAX: usize = 64 * 1024;

/// Sends a frame for leading topics, written into `frame`; returns how many it took.
pub(crate) fn send(
    frame: &mut String,
    op: Op,
    topics: &[&Topic],
    fallback: &mut Fallback,
    cx: &mut Context<'_>,
) -> usize {
    let number = cx.nonce();
    let word = if op == Op::Subscribe { "subscribe" } else { "unsubscribe" };
    frame.clear();
    frame.push_str(&format!(r#"{{"id":"{number}","op":"{word}","args":["#));
    let mut taken = 0;
    for topic in topics.iter().take(TOPICS_PER_FRAME) {
        let argument = argument(&topic.wire, fallback);
        if taken > 0 && frame.len() + argument.len() + 3 > FRAME_LENGTH_MAX {
            break;
        }
        frame.push_str(if taken > 0 { "," } else { "" });
        frame.push_str(&argument);
        taken += 1;
    }
    frame.push_str("]}");
    if op == Op::Subscribe {
        fallback.sent(number, topics.iter().take(taken).map(|topic| parts(&topic.wire).0));
    }
    cx.send(Frame::Text(frame));
    taken
}

/// The argument that asks for a topic. Topics are made of what [`topic::spell`] lets pass: nothing needs an escape.
fn argument(wire: &str, fallback: &Fallback) -> String {
    let (name, parameter) = parts(wire);
    let name = fallback.asked(name);
    match parameter {
        Some(parameter) => {
            format!(r#"{{"channel":"{name}","{}":"{parameter}"}}"#, topic::member(name, parameter))
        }
        None => format!(r#"{{"channel":"{name}"}}"#),
    }
}

/// The channel of a topic, and what it is of.
fn parts(wire: &str) -> (&str, Option<&str>) {
    wire.split_once(':').map_or((wire, None), |(name, parameter)| (name, Some(parameter)))
}
