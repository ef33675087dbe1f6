//! Strings: borrowed where they are plain, decoded where they hold escapes.

use std::borrow::Cow;

use super::Cursor;
use crate::Result;

impl<'a> Cursor<'a> {
    /// Reads a string. Borrows it, unless it holds escapes.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`](crate::ErrorKind::Expected).
    #[inline(always)]
    pub fn string(&mut self) -> Result<Cow<'a, str>> {
        match self.plain_string() {
            Some(plain) => Ok(Cow::Borrowed(plain)),
            None => self.unusual_string(),
        }
    }

    /// Reads a string without escapes; moves past white space alone if it is not such a one.
    #[inline(always)]
    fn plain_string(&mut self) -> Option<&'a str> {
        self.token();
        let rest = self.text.get(self.at..)?.strip_prefix('"')?;
        let plain = rest.get(..plain_length(rest.as_bytes())?)?;
        self.at += plain.len() + 2;
        Some(plain)
    }

    /// Reads past the string that starts right here.
    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        let content = self.text.as_bytes().get(self.at + 1..).unwrap_or_default();
        match plain_length(content) {
            Some(length) => {
                self.at += length + 2;
                Ok(())
            }
            None => self.unusual_string().map(drop),
        }
    }

    /// Reads any string.
    #[cold]
    #[inline(never)]
    fn unusual_string(&mut self) -> Result<Cow<'a, str>> {
        if !self.take(b'"') {
            return Err(self.expected("a string"));
        }
        let mut text = String::new();
        loop {
            text.push_str(self.plain());
            match self.byte() {
                b'"' => break,
                b'\\' => text.push(self.escape()?),
                _ => return Err(self.expected("a closing quote")),
            }
        }
        self.at += 1;
        Ok(Cow::Owned(text))
    }

    /// Reads plain content up to what is not.
    fn plain(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at += rest.iter().take_while(|byte| !stops(**byte)).count();
        self.since(start)
    }

    /// Reads a backslash and what belongs to it.
    fn escape(&mut self) -> Result<char> {
        self.at += 1;
        let letter = self.byte();
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(self.expected("an escape")),
        })
    }

    /// Reads four hexadecimal digits, or two such escapes where they are a surrogate pair.
    fn unicode(&mut self) -> Result<char> {
        let mut code = self.hex4()?;
        if (0xd800..0xdc00).contains(&code) && self.take(b'\\') && self.take(b'u') {
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        char::from_u32(code).ok_or_else(|| self.expected("a Unicode character"))
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = char::from(self.byte()).to_digit(16).ok_or_else(|| self.expected("a hexadecimal digit"))?;
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }
}

/// How long the content of a string is that begins with these bytes, up to its closing quote; `None` if it is not plain.
///
/// Byte by byte: market data has short strings, for which eight bytes at a time are slower.
#[inline(always)]
pub(super) fn plain_length(bytes: &[u8]) -> Option<usize> {
    let length = bytes.iter().position(|byte| stops(*byte))?;
    (bytes.get(length) == Some(&b'"')).then_some(length)
}

/// Whether a byte ends a run of plain string content: a quote, a backslash, or something that must not be there.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "every byte has its entry")]
fn stops(byte: u8) -> bool {
    STOPS[usize::from(byte)]
}

/// [`stops`] of each byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut control = 0;
    while control < b' ' as usize {
        stops[control] = true;
        control += 1;
    }
    stops[b'"' as usize] = true;
    stops[b'\\' as usize] = true;
    stops
};
