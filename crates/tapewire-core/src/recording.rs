//! Recording files: one JSON object a line, plain or gzip, read line by line. Opens no files and reads no clock.
//!
//! A line holds `dir` (`in` from the venue, `out` to it) and its payload, in one of `text`, `hex` and `b64`:
//!
//! ```json
//! {"dir":"in","product":"spot","t_ns":1723161253937085768,"text":"{\"stream\":\"btcusdt@trade\",\"data\":{}}"}
//! {"dir":"in","kind":"rest","request":"GET /api/v3/depth?symbol=BTCUSDT","text":"{\"lastUpdateId\":1}"}
//! {"dir":"out","kind":"connect","text":"/stream?streams=btcusdt@trade"}
//! ```
//!
//! `kind` is `rest` for an answer over HTTP and `connect` for a connection that opens; without it the line is a
//! WebSocket frame. `recv_ns` or `t_ns` is the time of receipt; `product`, `business` or `dialect` says which of the
//! venue's protocols the line is written in. Other keys are ignored.

mod bad_line;

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Deserializer};
use tapewire_json::Text;

pub use self::bad_line::{BadLine, BadLineReason};
use crate::{Frame, UnixNanos, excerpt};

/// How long a line may be, in bytes without its line break; the rest of a longer one is read past.
pub const LINE_LENGTH_MAX: usize = 16 << 20;

/// Reads a recording: yields each line that is not blank, good or bad, until the input ends.
///
/// Gzip is known by its first two bytes. A line that cannot be read is a [`BadLine`], and the next one follows;
/// only a failure of the input itself, a gzip file that was cut off for one, ends the run, after it was yielded.
///
/// ```
/// use tapewire_core::recording::{Direction, Payload, Reader};
///
/// let input = b"{\"dir\":\"in\",\"text\":\"pong\"}\n\nnot a line\n";
/// let lines: Vec<_> = Reader::new(input.as_slice()).collect();
///
/// let pong = lines[0].as_ref().expect("a good line");
/// assert_eq!((pong.number, pong.direction, &pong.payload), (1, Direction::In, &Payload::Text("pong".into())));
/// assert_eq!(lines[1].as_ref().expect_err("a bad line").number, 3);
/// ```
#[derive(Debug)]
pub struct Reader<R: Read> {
    source: Source<R>,
    line: Vec<u8>,
    /// Of the line that was read last.
    number: u64,
    length_max: usize,
    /// Why the input could not even be opened, until it is yielded.
    failed: Option<io::Error>,
    ended: bool,
}

/// A line of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1; blank lines count.
    pub number: u64,
    /// Who sent it.
    pub direction: Direction,
    /// What it is.
    pub kind: LineKind,
    /// What was sent: a frame, the body of an answer, or the path that was opened.
    pub payload: Payload,
    /// When the recorder received it, by the recorder's clock; `None` if the file does not say.
    pub ts_recv: Option<UnixNanos>,
    /// The venue's own name for the protocol it is written in: its product, business or dialect.
    pub belongs_to: Option<String>,
}

/// Who sent a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The venue.
    In,
    /// The client.
    Out,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A WebSocket frame.
    Frame,
    /// An answer over HTTP.
    Rest {
        /// What was asked: method, path and query, such as `GET /api/v3/time`.
        request: String,
    },
    /// A new connection to the path in the payload; what follows arrived on it.
    Connect,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Text, as in a text frame.
    Text(String),
    /// Bytes, as in a binary frame.
    Binary(Vec<u8>),
}

impl Payload {
    /// The payload as the frame it came in.
    #[must_use]
    pub fn frame(&self) -> Frame<'_> {
        match self {
            Self::Text(text) => Frame::Text(text),
            Self::Binary(bytes) => Frame::Binary(bytes),
        }
    }
}

impl<R: Read> Reader<R> {
    /// Starts at the front of `input`; reads its first two bytes at once.
    pub fn new(input: R) -> Self {
        Self::with_limit(input, LINE_LENGTH_MAX)
    }

    fn with_limit(mut input: R, length_max: usize) -> Self {
        let mut start = Vec::with_capacity(GZIP_MAGIC.len());
        let failed = input.by_ref().take(2).read_to_end(&mut start).err();
        let gzip = start == GZIP_MAGIC;
        let whole = Cursor::new(start).chain(input);
        let source = if gzip {
            Source::Gzip(Box::new(BufReader::new(MultiGzDecoder::new(whole))))
        } else {
            Source::Plain(BufReader::new(whole))
        };
        Self { source, line: Vec::new(), number: 0, length_max, failed, ended: false }
    }

    /// Reads the next line into `self.line`. Returns how long it is without its line break, `None` at the end.
    fn advance(&mut self) -> io::Result<Option<u64>> {
        self.line.clear();
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let source = self.source.buffered();
        // One byte more, which is either the line break or the proof that there is too much.
        let room = u64::try_from(self.length_max).unwrap_or(u64::MAX).saturating_add(1);
        let mut length = (&mut *source).take(room).read_until(b'\n', &mut self.line)?;
        if length == 0 {
            return Ok(None);
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            length -= 1;
        } else if length > self.length_max {
            length += skip_line(source)?;
        }
        Ok(u64::try_from(length).ok())
    }

    fn bad(&self, bytes: u64, reason: impl Into<BadLineReason>) -> BadLine {
        BadLine { number: self.number, bytes, excerpt: excerpt(&self.line), reason: reason.into() }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Line, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            self.number += 1;
            let length = match self.advance() {
                Ok(Some(length)) => length,
                Ok(None) => break,
                Err(error) => {
                    self.ended = true;
                    let read = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
                    return Some(Err(self.bad(read, error)));
                }
            };
            if self.line.len() > self.length_max {
                return Some(Err(self.bad(length, BadLineReason::TooLong { limit: self.length_max })));
            }
            if !self.line.trim_ascii().is_empty() {
                return Some(read_line(self.number, &self.line).map_err(|reason| self.bad(length, reason)));
            }
        }
        self.ended = true;
        None
    }
}

/// The input from its first byte on, those included that told its form.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

#[derive(Debug)]
enum Source<R: Read> {
    Plain(BufReader<Whole<R>>),
    Gzip(Box<BufReader<MultiGzDecoder<Whole<R>>>>),
}

impl<R: Read> Source<R> {
    fn buffered(&mut self) -> &mut dyn BufRead {
        match self {
            Self::Plain(input) => input,
            Self::Gzip(input) => input,
        }
    }
}

/// The keys of a line that we read.
#[derive(Deserialize)]
struct Keys<'a> {
    #[serde(borrow)]
    dir: Text<'a>,
    #[serde(borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    request: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "given")]
    text: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "given")]
    hex: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "given")]
    b64: Option<Text<'a>>,
    recv_ns: Option<i64>,
    t_ns: Option<i64>,
    #[serde(borrow)]
    product: Option<Text<'a>>,
    #[serde(borrow)]
    business: Option<Text<'a>>,
    #[serde(borrow)]
    dialect: Option<Text<'a>>,
}

/// Keeps an empty string apart from an absent one: a frame may be empty.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text<'de>>, D::Error> {
    Text::deserialize(deserializer).map(Some)
}

fn read_line(number: u64, line: &[u8]) -> Result<Line, BadLineReason> {
    let line = std::str::from_utf8(line).map_err(|_| BadLineReason::NotUtf8)?;
    // An array would be taken for the keys in their order.
    if !line.trim_ascii_start().starts_with('{') {
        return Err(BadLineReason::NotObject);
    }
    let keys: Keys<'_> = tapewire_json::from_str(line)?;
    let direction = match &*keys.dir {
        "in" => Direction::In,
        "out" => Direction::Out,
        other => return Err(BadLineReason::Direction { found: excerpt(other.as_bytes()) }),
    };
    let kind = kind(&keys);
    // A connection that opens matters, whoever says so; of the rest only what the venue said is read.
    let matters = direction == Direction::In || keys.kind.as_deref() == Some("connect");
    let content = kind.and_then(|kind| Ok((kind, payload(keys.text, keys.hex, keys.b64)?)));
    let (kind, payload) = content.map_err(|why| if matters { why } else { BadLineReason::Sent(Box::new(why)) })?;
    Ok(Line {
        number,
        direction,
        kind,
        payload,
        ts_recv: keys.recv_ns.or(keys.t_ns).map(UnixNanos),
        belongs_to: keys.product.or(keys.business).or(keys.dialect).map(Text::into_string),
    })
}

fn kind(keys: &Keys<'_>) -> Result<LineKind, BadLineReason> {
    match keys.kind.as_deref() {
        None => Ok(LineKind::Frame),
        Some("rest") => {
            Ok(LineKind::Rest { request: keys.request.as_deref().ok_or(BadLineReason::Request)?.to_owned() })
        }
        Some("connect") => Ok(LineKind::Connect),
        Some(other) => Err(BadLineReason::Kind { found: excerpt(other.as_bytes()) }),
    }
}

fn payload(text: Option<Text<'_>>, hex: Option<Text<'_>>, b64: Option<Text<'_>>) -> Result<Payload, BadLineReason> {
    match (text, hex, b64) {
        (Some(text), None, None) => Ok(Payload::Text(text.into_string())),
        (None, Some(text), None) => Ok(Payload::Binary(hex::decode(&*text).map_err(|why| encoding("hex", &why))?)),
        (None, None, Some(text)) => {
            Ok(Payload::Binary(BASE64_STANDARD.decode(&*text).map_err(|why| encoding("b64", &why))?))
        }
        _ => Err(BadLineReason::Payload),
    }
}

fn encoding(key: &'static str, why: &dyn std::error::Error) -> BadLineReason {
    BadLineReason::Encoding { key, why: why.to_string() }
}

/// Reads past the rest of a line; returns how many bytes it had, without its line break.
fn skip_line(input: &mut dyn BufRead) -> io::Result<usize> {
    let mut skipped = 0;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = available.iter().position(|byte| *byte == b'\n');
        let length = end.unwrap_or(available.len());
        let done = end.is_some() || available.is_empty();
        input.consume(length + usize::from(end.is_some()));
        skipped += length;
        if done {
            return Ok(skipped);
        }
    }
}

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(input: &[u8]) -> Vec<Result<Line, BadLine>> {
        Reader::new(input).collect()
    }

    fn good(line: &str) -> Line {
        let mut lines = read(line.as_bytes());
        assert_eq!(lines.len(), 1, "{line}");
        lines.remove(0).expect(line)
    }

    fn refusal(line: &str) -> String {
        let mut lines = read(line.as_bytes());
        assert_eq!(lines.len(), 1, "{line}");
        lines.remove(0).expect_err(line).reason.to_string()
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn reads_every_form_of_line() {
        let frame = good(r#"{"dir":"in","product":"spot","t_ns":17,"text":"{\"a\":\"\\u00e9\"}","note":{"x":[1]}}"#);
        let expected = Line {
            number: 1,
            direction: Direction::In,
            kind: LineKind::Frame,
            payload: Payload::Text(r#"{"a":"\u00e9"}"#.to_owned()),
            ts_recv: Some(UnixNanos(17)),
            belongs_to: Some("spot".to_owned()),
        };
        assert_eq!(frame, expected);
        assert_eq!(frame.payload.frame(), Frame::Text(r#"{"a":"\u00e9"}"#));

        let rest = good(r#"{"dir":"in","kind":"rest","request":"GET /api/v3/time","recv_ns":-1,"t_ns":2,"text":"{}"}"#);
        assert_eq!(rest.kind, LineKind::Rest { request: "GET /api/v3/time".to_owned() });
        assert_eq!((rest.ts_recv, rest.belongs_to), (Some(UnixNanos(-1)), None));

        let connect = good(r#"{"dir":"out","kind":"connect","business":"crypto","text":"/ws"}"#);
        assert_eq!((connect.direction, connect.kind), (Direction::Out, LineKind::Connect));
        assert_eq!((connect.ts_recv, connect.belongs_to.as_deref()), (None, Some("crypto")));

        let hex = good(r#"{"dir":"in","frame":"binary","hex":"00fF10","header":{"blockLength":50}}"#);
        assert_eq!(hex.payload.frame(), Frame::Binary(&[0, 255, 16]));
        let base64 = good(r#"{"dir":"in","dialect":"v3","b64":"AP8Q"}"#);
        assert_eq!(base64.payload, Payload::Binary(vec![0, 255, 16]));
        assert_eq!(good(r#"{"dir":"in","text":""}"#).payload, Payload::Text(String::new()));
    }

    #[test]
    fn says_what_is_wrong_with_a_line() {
        let cases = [
            (r#"{"dir":"up","text":"x"}"#, "`dir` is `up`, not `in` or `out`"),
            (r#"{"text":"x"}"#, "missing member `dir` at byte 12"),
            ("[]", "a line holds one JSON object"),
            (r#"["in"]"#, "a line holds one JSON object"),
            (r#"{"dir":"in","kind":"file","text":"x"}"#, "`kind` is `file`, not `rest` or `connect`"),
            (r#"{"dir":"in","kind":"rest","text":"x"}"#, "`kind` is `rest`, but `request` is missing"),
            (r#"{"dir":"in"}"#, "the line needs exactly one of `text`, `hex` and `b64`"),
            (r#"{"dir":"in","text":"x","hex":"00"}"#, "the line needs exactly one of `text`, `hex` and `b64`"),
            (r#"{"dir":"in","hex":"0"}"#, "`hex` does not decode: Odd number of digits"),
        ];
        for (line, expected) in cases {
            assert_eq!(refusal(line), expected, "{line}");
        }
        for line in ["{", "{}x", r#"{"dir":"in","text":null}"#, r#"{"dir":"in","text":"x","t_ns":1.5}"#] {
            assert!(matches!(read(line.as_bytes())[0], Err(BadLine { reason: BadLineReason::Json(_), .. })), "{line}");
        }
        assert!(refusal(r#"{"dir":"in","b64":"!"}"#).starts_with("`b64` does not decode: "));
        let bad = read(b"{\"dir\":\"in\",\"text\":\"\xff\"}").remove(0).expect_err("not UTF-8");
        assert!(matches!(bad.reason, BadLineReason::NotUtf8));
        assert_eq!((bad.bytes, bad.excerpt.as_str()), (23, "{\"dir\":\"in\",\"text\":\"\u{fffd}\"}"));
        assert_eq!(bad.to_string(), "line 1 of the recording cannot be read");
    }

    #[test]
    fn goes_on_after_a_bad_line_and_counts_blank_ones() {
        let input = b"\n{\"dir\":\"in\",\"text\":\"a\"}\r\n \t\r\nbroken\n{\"dir\":\"out\",\"text\":\"b\"}";
        let seen: Vec<_> = read(input)
            .iter()
            .map(|line| line.as_ref().map_or_else(|it| (it.number, false), |it| (it.number, true)))
            .collect();
        assert_eq!(seen, [(2, true), (4, false), (5, true)]);
        assert!(read(b"").is_empty() && read(b"\n").is_empty() && read(b" ").is_empty());
    }

    #[test]
    fn reads_gzip_of_several_members() {
        let mut input = gzip(b"{\"dir\":\"in\",\"text\":\"a\"}\n{\"dir\":\"in\",");
        input.extend(gzip(b"\"text\":\"b\"}\n"));
        let texts: Vec<_> = Reader::new(input.as_slice()).map(|line| line.expect("a good line").payload).collect();
        assert_eq!(texts, ["a", "b"].map(|text| Payload::Text(text.to_owned())));
    }

    #[test]
    fn tells_once_that_the_input_failed() {
        let lines = "{\"dir\":\"in\",\"text\":\"a\"}\n".repeat(1000);
        let mut input = gzip(lines.as_bytes());
        input.truncate(input.len() - 10);
        let read = read(&input);
        let (last, before) = read.split_last().expect("lines");
        assert!(before.iter().all(Result::is_ok) && before.len() <= 1000);
        assert!(matches!(last, Err(BadLine { reason: BadLineReason::Input(_), .. })), "{last:?}");

        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let mut reader = Reader::new(Broken);
        let bad = reader.next().expect("the failure").expect_err("a failure");
        assert_eq!((bad.number, bad.reason.to_string().as_str()), (1, "the disk is gone"));
        assert!(reader.next().is_none());
    }

    #[test]
    fn bounds_the_length_of_a_line() {
        let fits = "{\"dir\":\"in\",\"text\":\"\"}";
        let input = format!("{fits}\n{fits} \n{}\n{fits}\n{}", "x".repeat(9000), "y".repeat(30));
        let read: Vec<_> = Reader::with_limit(input.as_bytes(), fits.len()).collect();
        let lengths: Vec<_> = read
            .iter()
            .map(|line| match line {
                Err(BadLine { reason: BadLineReason::TooLong { limit: 22 }, bytes, .. }) => Some(*bytes),
                other => other.as_ref().map(|_| None).expect("a good line"),
            })
            .collect();
        assert_eq!(lengths, [None, Some(23), Some(9000), None, Some(30)]);
        assert_eq!(read[3].as_ref().map(|line| line.number).ok(), Some(4));
    }
}
