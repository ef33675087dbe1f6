//! What was asked on a connection and is not answered yet. Acknowledgements name no request: they come in order for each
//! method and channel, and their free text may name topics.

use std::collections::VecDeque;

use tapewire_core::Op;

/// How many requests may wait for their answers; the oldest is forgotten.
const ASKED_MAX: usize = 1024;

/// The frames that were sent, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    frames: VecDeque<Frame>,
    /// Whether anything was ever asked: of a recording nothing was.
    any: bool,
}

/// A subscribe or an unsubscribe.
#[derive(Debug)]
struct Frame {
    number: u64,
    op: Op,
    stream: Stream,
    topics: Vec<Box<str>>,
}

/// The venue's `channel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Data,
    Trading,
}

impl Stream {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "DATA",
            Self::Trading => "TRADING",
        }
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        [Self::Data, Self::Trading].into_iter().find(|it| text.eq_ignore_ascii_case(it.as_str()))
    }
}

impl Asked {
    /// A frame was sent. What it asks for again is not waited for in older frames: their answer was lost.
    pub(crate) fn sent(&mut self, number: u64, op: Op, stream: Stream, topics: Vec<Box<str>>) {
        self.any = true;
        for frame in self.frames.iter_mut().filter(|frame| frame.op == op && frame.stream == stream) {
            frame.topics.retain(|topic| !topics.contains(topic));
        }
        self.frames.retain(|frame| !frame.topics.is_empty());
        if self.frames.len() >= ASKED_MAX {
            self.frames.pop_front();
        }
        self.frames.push_back(Frame { number, op, stream, topics });
    }

    /// Whether a text may be the name of a topic that is waited for. Where nothing was asked, any may.
    pub(crate) fn may_mean(&self, name: &str) -> bool {
        !self.any || self.frames.iter().any(|frame| frame.topics.iter().any(|topic| **topic == *name))
    }

    /// The number of the frame that an answer belongs to: the oldest one with a topic that it names, else the oldest
    /// one. 0, which no frame has, where none waits; `None` where nothing was ever asked.
    pub(crate) fn answered(&mut self, op: Op, stream: Stream, names: &[&str]) -> Option<u64> {
        if !self.any {
            return None;
        }
        let is_meant = |frame: &Frame| frame.op == op && frame.stream == stream;
        let is_named = |frame: &Frame| frame.topics.iter().any(|topic| names.contains(&&**topic));
        let place = self.frames.iter().position(|frame| is_meant(frame) && (names.is_empty() || is_named(frame)));
        let Some(frame) = place.and_then(|place| self.frames.get_mut(place)) else { return Some(0) };
        let number = frame.number;
        frame.topics.retain(|topic| !names.is_empty() && !names.contains(&&**topic));
        self.frames.retain(|frame| !frame.topics.is_empty());
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(frames: &[(Op, Stream, &str)]) -> Asked {
        let mut asked = Asked::default();
        for (number, (op, stream, topics)) in (1..).zip(frames) {
            asked.sent(number, *op, *stream, topics.split(' ').map(Box::from).collect());
        }
        asked
    }

    #[test]
    fn answers_come_in_order_for_each_method_and_channel() {
        let mut asked = asked(&[
            (Op::Subscribe, Stream::Data, "trade.A trade.B"),
            (Op::Subscribe, Stream::Trading, "order"),
            (Op::Unsubscribe, Stream::Data, "trade.C"),
            (Op::Subscribe, Stream::Data, "quote.A"),
        ]);
        let order = [
            (Op::Subscribe, Stream::Trading, Some(2)),
            (Op::Subscribe, Stream::Data, Some(1)),
            (Op::Subscribe, Stream::Data, Some(4)),
            (Op::Subscribe, Stream::Data, Some(0)),
            (Op::Unsubscribe, Stream::Data, Some(3)),
        ];
        for (op, stream, expected) in order {
            assert_eq!(asked.answered(op, stream, &[]), expected, "{op:?} {stream:?}");
        }
    }

    #[test]
    fn names_go_before_the_order() {
        let mut asked =
            asked(&[(Op::Subscribe, Stream::Data, "trade.A trade.B"), (Op::Subscribe, Stream::Data, "quote.A")]);
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &["quote.A"]), Some(2));
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &["trade.B"]), Some(1));
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &["trade.Z"]), Some(0), "nobody asked for it");
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &["trade.A"]), Some(1), "the rest of the frame");
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &[]), Some(0));
    }

    #[test]
    fn what_is_asked_again_is_waited_for_once() {
        let mut asked = asked(&[(Op::Subscribe, Stream::Data, "trade.A"), (Op::Subscribe, Stream::Data, "trade.A")]);
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &[]), Some(2));
        assert_eq!(asked.answered(Op::Subscribe, Stream::Data, &[]), Some(0));
    }

    #[test]
    fn without_questions_answers_belong_to_none_and_questions_are_bounded() {
        assert_eq!(Asked::default().answered(Op::Subscribe, Stream::Data, &[]), None);
        let mut asked = Asked::default();
        for number in 1..=2000 {
            asked.sent(number, Op::Subscribe, Stream::Data, vec![number.to_string().into()]);
        }
        assert_eq!(asked.frames.len(), ASKED_MAX);
    }
}
