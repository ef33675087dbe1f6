//! Lines of a recording that cannot be read, and why.

use std::io;

/// A line that could not be read. Nothing of it was used; the lines around it are not touched by it.
#[derive(Debug, thiserror::Error)]
#[error("line {number} of the recording cannot be read")]
pub struct BadLine {
    /// Its number in the file, from 1.
    pub number: u64,
    /// How many bytes it has, without its line break; of a line where the input failed, those read so far.
    pub bytes: u64,
    /// Its start, made fit to print.
    pub excerpt: String,
    /// Why.
    #[source]
    pub reason: BadLineReason,
}

/// Why a line could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadLineReason {
    /// The input failed or is no whole gzip file. The reader has ended; open the file again or repair it.
    #[error(transparent)]
    Input(#[from] io::Error),
    /// The line is longer than the limit. Its rest was read past; split the file's payloads.
    #[error("the line is longer than {limit} bytes")]
    TooLong {
        /// How long it may be.
        limit: usize,
    },
    /// The line is not UTF-8. It was read past; repair the file.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// The line is no JSON object, or one of its keys has a value of another type. It was read past; repair the file.
    #[error(transparent)]
    Json(#[from] tapewire_json::Error),
    /// `dir` is another word. The line was read past; write `in` or `out`.
    #[error("`dir` is `{found}`, not `in` or `out`")]
    Direction {
        /// What it is, made fit to print.
        found: String,
    },
    /// `kind` is another word. The line was read past; write `rest` or `connect`, or leave it out for a frame.
    #[error("`kind` is `{found}`, not `rest` or `connect`")]
    Kind {
        /// What it is, made fit to print.
        found: String,
    },
    /// An answer over HTTP does not say what was asked. It was read past; add `request`.
    #[error("`kind` is `rest`, but `request` is missing")]
    Request,
    /// There is no payload, or more than one. The line was read past; write one of the three.
    #[error("the line needs exactly one of `text`, `hex` and `b64`")]
    Payload,
    /// The line is no object. It was read past; repair the file.
    #[error("a line holds one JSON object")]
    NotObject,
    /// A line of what was sent to the venue cannot be read. It was read past; nothing that the venue said is lost.
    #[error(transparent)]
    Sent(Box<Self>),
    /// The payload is not written as its key says. The line was read past; repair the file.
    #[error("`{key}` does not decode: {why}")]
    Encoding {
        /// `hex` or `b64`.
        key: &'static str,
        /// What is wrong with it, and where.
        why: String,
    },
}
