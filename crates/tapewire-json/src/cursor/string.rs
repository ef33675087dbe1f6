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
        let start = self.quote()?;
        if self.plain() != b'"' {
            return self.escaped(start).map(Cow::Owned);
        }
        let plain = self.since(start);
        self.at += 1;
        Ok(Cow::Borrowed(plain))
    }

    /// Moves past an opening quote; returns where the content starts.
    #[inline(always)]
    pub(super) fn quote(&mut self) -> Result<usize> {
        if self.token() != b'"' {
            return Err(self.expected("a string"));
        }
        self.at += 1;
        Ok(self.at)
    }

    /// Moves to the first byte that is not plain content of a string, and returns it: a quote, a
    /// backslash, or something that must not be there.
    ///
    /// Byte by byte: market data has short strings, for which eight bytes at a time are slower.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "every byte has its entry")]
    pub(super) fn plain(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        let stop = loop {
            let byte = bytes.get(at).copied().unwrap_or(0);
            if STOPS[usize::from(byte)] {
                break byte;
            }
            at += 1;
        };
        self.at = at;
        stop
    }

    #[inline(always)]
    pub(super) fn skip_string(&mut self) -> Result<()> {
        let start = self.quote()?;
        if self.plain() != b'"' {
            return self.escaped(start).map(drop);
        }
        self.at += 1;
        Ok(())
    }

    /// Reads on in a string that is not plain; its content began at `start`.
    #[cold]
    #[inline(never)]
    pub(super) fn escaped(&mut self, start: usize) -> Result<String> {
        let mut text = String::from(self.since(start));
        loop {
            match self.byte() {
                b'"' => break,
                b'\\' => text.push(self.escape()?),
                _ => return Err(self.expected("a closing quote")),
            }
            let start = self.at;
            self.plain();
            text.push_str(self.since(start));
        }
        self.at += 1;
        Ok(text)
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

/// Whether a byte ends a run of plain string content.
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
