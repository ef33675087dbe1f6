//! Faults that change what is sent on one connection, frame by frame.

use tapewire_core::Frame;

use super::micros;
use crate::connection::Queued;
use crate::face::{Face, FrameBuf, Outgoing};
use crate::script::Fault;

/// One fault at work on one connection.
#[derive(Debug)]
pub(super) struct Effect {
    fault: Fault,
    /// How often it still hits.
    pub(super) left: u32,
    /// When it ends, where it ends by time, in microseconds since 1970 UTC.
    pub(super) until_us: i64,
    /// The frame that waits for the next one to overtake it.
    kept: Option<Outgoing>,
}

/// When something leaves that does not leave now.
pub(super) enum Late {
    /// With everything that is sent meanwhile behind it.
    Behind(i64, Queued),
    /// While others overtake it.
    Alone(i64, Queued),
}

impl Effect {
    pub(super) fn new(fault: &Fault, until_us: i64) -> Self {
        Self { fault: fault.clone(), left: fault.count(), until_us, kept: None }
    }

    pub(super) fn concerns(&self, what: &Outgoing) -> bool {
        match what {
            Outgoing::Close { .. } | Outgoing::Reset => matches!(self.fault, Fault::Burst { .. }),
            Outgoing::Reply(_) => matches!(
                self.fault,
                Fault::AckLost { .. } | Fault::AckLate { .. } | Fault::AckWrong { .. } | Fault::Burst { .. }
            ),
            Outgoing::Data { stream, .. } => match &self.fault {
                Fault::Silent { .. } | Fault::Burst { .. } => true,
                Fault::SilentStream { stream: wanted, .. } => **wanted == **stream,
                Fault::Skip(frames)
                | Fault::Duplicate(frames)
                | Fault::Reorder(frames)
                | Fault::Corrupt(frames)
                | Fault::Truncate(frames) => frames.stream.as_deref().is_none_or(|wanted| wanted == &**stream),
                Fault::Delay { stream: wanted, .. }
                | Fault::Fragment { stream: wanted, .. }
                | Fault::Cut { stream: wanted } => wanted.as_deref().is_none_or(|wanted| wanted == &**stream),
                _ => false,
            },
        }
    }

    /// Takes what is to be sent; what leaves at once goes to `now`.
    pub(super) fn apply(
        &mut self,
        now_us: i64,
        what: Outgoing,
        face: &dyn Face,
        now: &mut Vec<Queued>,
    ) -> Option<Late> {
        if let Fault::Burst { .. } = self.fault {
            return Some(Late::Behind(self.until_us, what.into()));
        }
        if matches!(self.fault, Fault::Silent { .. } | Fault::SilentStream { .. }) {
            return None;
        }
        if let Fault::Reorder(_) = self.fault {
            self.reorder(what, now);
            return None;
        }
        self.left -= 1;
        match &self.fault {
            Fault::Duplicate(_) => now.extend([what.clone().into(), what.into()]),
            Fault::Corrupt(_) => now.push(rewrite(what, corrupt).into()),
            Fault::Truncate(_) => now.push(rewrite(what, truncate).into()),
            Fault::AckWrong { .. } => now.push(misaddress(what, face).into()),
            Fault::Delay { ms, .. } => return Some(Late::Behind(now_us + micros(*ms), what.into())),
            Fault::AckLate { ms, .. } => return Some(Late::Alone(now_us + micros(*ms), what.into())),
            Fault::Fragment { size, .. } => {
                now.extend(data(what).map(|frame| Queued::Fragments(frame, *size as usize)))
            }
            Fault::Cut { .. } => now.extend(data(what).map(Queued::Half)),
            // Skipped and lost.
            _ => {}
        }
        None
    }

    /// Keeps a frame until the next of its stream has passed.
    fn reorder(&mut self, what: Outgoing, now: &mut Vec<Queued>) {
        let same = |kept: &Outgoing| matches!((kept, &what), (Outgoing::Data { stream: a, .. }, Outgoing::Data { stream: b, .. }) if a == b);
        match self.kept.take_if(|kept| same(kept)) {
            Some(kept) => {
                now.extend([what.into(), kept.into()]);
                self.left -= 1;
            }
            None if self.kept.is_none() => self.kept = Some(what),
            None => now.push(what.into()),
        }
    }
}

fn data(what: Outgoing) -> Option<FrameBuf> {
    match what {
        Outgoing::Data { frame, .. } => Some(frame),
        Outgoing::Reply(_) | Outgoing::Close { .. } | Outgoing::Reset => None,
    }
}

/// Changes a frame.
fn rewrite(what: Outgoing, change: impl Fn(Frame<'_>) -> FrameBuf) -> Outgoing {
    match what {
        Outgoing::Data { stream, frame } => Outgoing::Data { stream, frame: change(frame.as_frame()) },
        Outgoing::Reply(frame) => Outgoing::Reply(change(frame.as_frame())),
        end @ (Outgoing::Close { .. } | Outgoing::Reset) => end,
    }
}

/// Answers another request, where the answer says which one it is for.
fn misaddress(what: Outgoing, face: &dyn Face) -> Outgoing {
    match what {
        Outgoing::Reply(frame) => Outgoing::Reply(face.misaddressed(frame.as_frame()).unwrap_or(frame)),
        other => other,
    }
}

/// Puts something into the middle that no JSON can hold there; of other bytes the one in the middle is inverted.
fn corrupt(frame: Frame<'_>) -> FrameBuf {
    match frame {
        Frame::Text(text) => {
            let half = text.chars().count() / 2;
            let change = |(index, c)| if index == half { '\u{1}' } else { c };
            text.chars().enumerate().map(change).collect::<String>().into()
        }
        Frame::Binary(bytes) => {
            let change = |(index, byte): (usize, &u8)| if index == bytes.len() / 2 { !byte } else { *byte };
            bytes.iter().enumerate().map(change).collect::<Vec<_>>().into()
        }
    }
}

fn truncate(frame: Frame<'_>) -> FrameBuf {
    match frame {
        Frame::Text(text) => text.chars().take(text.chars().count() / 2).collect::<String>().into(),
        Frame::Binary(bytes) => bytes.iter().take(bytes.len() / 2).copied().collect::<Vec<_>>().into(),
    }
}
