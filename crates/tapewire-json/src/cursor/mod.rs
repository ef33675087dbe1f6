//! The pull cursor: walks a JSON text once, front to back, and hands out what is asked for.
//!
//! Small steps are `inline(always)`: the compiler then keeps the position in a register across a
//! whole object, which is worth a third of the time. What rarely runs is `cold` and stays outside.

mod number;
mod string;

use std::borrow::Cow;

use serde::de::Deserialize;

use crate::{Error, ErrorKind, Level, Result};

/// How deep objects and arrays may be nested: the same limit as `serde_json`.
pub const MAX_DEPTH: u8 = 127;

/// A position in a JSON text, from which values are pulled one by one.
///
/// Each method reads one value, with the white space before it, and moves past it, or fails.
/// Whatever is passed over is checked against RFC 8259, skipped values included. Nothing is
/// allocated, except for a string that holds escapes.
///
/// ```
/// # fn main() -> tapewire_json::Result<()> {
/// let mut cursor = tapewire_json::Cursor::new(r#"{"price": "0.50", "levels": [1, 2], "new": null}"#);
/// let mut price = None;
/// cursor.object(|key, value| {
///     match key {
///         b"price" => price = Some(value.decimal()?),
///         _ => value.skip()?,
///     }
///     Ok(())
/// })?;
/// cursor.end()?;
/// assert_eq!(price, Some("0.50".parse()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// How many objects and arrays may still be opened.
    room: u8,
}

impl<'a> Cursor<'a> {
    /// Starts at the front of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, room: MAX_DEPTH }
    }

    /// Reads an object: calls `member` for each, with its name and with the cursor before its value.
    ///
    /// `member` must read the value or skip it. Names come as bytes, because a `match` on byte
    /// strings compiles to a decision tree. A name that comes twice is handed out twice.
    ///
    /// # Errors
    /// What `member` returns; [`ErrorKind::Expected`], [`ErrorKind::TooDeep`].
    #[inline(always)]
    pub fn object(&mut self, mut member: impl FnMut(&[u8], &mut Self) -> Result<()>) -> Result<()> {
        let mut more = self.open_object()?;
        while more {
            let key = self.key()?;
            member(&key, self)?;
            more = self.more_members()?;
        }
        Ok(())
    }

    /// Reads an array: calls `element` with the cursor before each value, to read or skip it.
    ///
    /// # Errors
    /// What `element` returns; [`ErrorKind::Expected`], [`ErrorKind::TooDeep`].
    #[inline(always)]
    pub fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let mut more = self.open_array()?;
        while more {
            element(self)?;
            more = self.more_elements()?;
        }
        Ok(())
    }

    /// Reads a value of any type that serde can read.
    ///
    /// # Errors
    /// As the type decides, or [`ErrorKind::Expected`].
    #[inline(always)]
    pub fn read<T: Deserialize<'a>>(&mut self) -> Result<T> {
        T::deserialize(&mut *self).map_err(|error| error.placed(self.at))
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`].
    #[inline(always)]
    pub fn boolean(&mut self) -> Result<bool> {
        let value = self.token() == b't';
        self.literal(if value { "true" } else { "false" }, "true or false")?;
        Ok(value)
    }

    /// Reads `null`.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`].
    pub fn null(&mut self) -> Result<()> {
        self.token();
        self.literal("null", "null")
    }

    /// Reads past a value of any kind, and checks it.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`], [`ErrorKind::TooDeep`].
    #[inline(always)]
    pub fn skip(&mut self) -> Result<()> {
        if self.token() == b'"' { self.skip_string() } else { self.skip_other() }
    }

    /// Reads past a value that is no string.
    #[inline(never)]
    fn skip_other(&mut self) -> Result<()> {
        match self.token() {
            b'{' => self.object(|_, value| value.skip()),
            b'[' => self.array(Self::skip),
            b't' | b'f' => self.boolean().map(drop),
            b'n' => self.null(),
            b'-' | b'0'..=b'9' => self.skip_number(),
            _ => Err(self.expected("a value")),
        }
    }

    /// Reads past a value, checks it, and returns its text.
    ///
    /// # Errors
    /// As [`Cursor::skip`].
    pub fn raw(&mut self) -> Result<&'a str> {
        self.token();
        let start = self.at;
        self.skip()?;
        Ok(self.since(start))
    }

    /// Reads `[price, quantity, ..]`; skips what follows the two.
    ///
    /// # Errors
    /// As [`Cursor::decimal`].
    #[inline(always)]
    pub fn level(&mut self) -> Result<Level> {
        let start = self.at;
        match self.quoted_level()? {
            Some(level) => Ok(level),
            None => {
                self.at = start;
                self.unusual_level()
            }
        }
    }

    /// Reads a level that begins with two numbers in quotes, without white space; `None` if it is not such a one.
    #[inline(always)]
    fn quoted_level(&mut self) -> Result<Option<Level>> {
        if self.room == 0 || !self.take_all(b"[\"") {
            return Ok(None);
        }
        let price = self.number()?;
        if !self.take_all(b"\",\"") {
            return Ok(None);
        }
        let level = Level { price, quantity: self.number()? };
        if self.take_all(b"\"]") {
            return Ok(Some(level));
        }
        if !self.take(b'"') {
            return Ok(None);
        }
        self.room -= 1;
        self.rest_of_array()?;
        Ok(Some(level))
    }

    /// Reads `[price, quantity]`, if these are plain numbers, bare or in quotes; does not move otherwise. For a venue that
    /// writes some levels in a way of its own, as [`Numeral`](crate::Numeral) is for single numbers.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`] for what begins as a number does and is none.
    #[inline(always)]
    pub fn plain_level(&mut self) -> Result<Option<Level>> {
        let start = self.at;
        if self.room > 0
            && self.take(b'[')
            && let Some(price) = self.plain_number()?
            && self.take(b',')
            && let Some(quantity) = self.plain_number()?
            && self.take(b']')
        {
            return Ok(Some(Level { price, quantity }));
        }
        self.at = start;
        Ok(None)
    }

    /// Reads any level.
    fn unusual_level(&mut self) -> Result<Level> {
        if !self.open_array()? {
            return Err(self.expected("a price"));
        }
        let price = self.decimal()?;
        if !self.more_elements()? {
            return Err(self.expected("a quantity"));
        }
        let quantity = self.decimal()?;
        self.rest_of_array()?;
        Ok(Level { price, quantity })
    }

    /// Goes on after an element, past all that follow, to behind the array.
    #[inline(always)]
    fn rest_of_array(&mut self) -> Result<()> {
        while self.more_elements()? {
            self.skip()?;
        }
        Ok(())
    }

    /// Moves into the object that comes next, to the value of its first member called `name`.
    /// Returns whether there is one.
    ///
    /// # Errors
    /// As [`Cursor::skip`].
    #[inline]
    pub fn seek(&mut self, name: &str) -> Result<bool> {
        let mut more = self.open_object()?;
        while more {
            if *self.key()? == *name.as_bytes() {
                return Ok(true);
            }
            self.skip()?;
            more = self.more_members()?;
        }
        Ok(false)
    }

    /// Checks that nothing follows but white space.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`].
    #[inline]
    pub fn end(&mut self) -> Result<()> {
        self.token();
        self.finished()
    }

    /// The first byte of what comes next, after white space; 0 at the end.
    #[inline(always)]
    pub fn token(&mut self) -> u8 {
        let byte = self.byte();
        if byte > b' ' { byte } else { self.after_space() }
    }

    /// Checks that nothing follows at all.
    #[inline]
    pub(crate) fn finished(&self) -> Result<()> {
        if self.at == self.text.len() { Ok(()) } else { Err(self.expected("the end of the text")) }
    }

    // ---- structure

    /// Enters an object; returns whether it has a member.
    #[inline(always)]
    pub(crate) fn open_object(&mut self) -> Result<bool> {
        self.open(b'{', b'}', "an object")
    }

    /// Enters an array; returns whether it has an element.
    #[inline(always)]
    pub(crate) fn open_array(&mut self) -> Result<bool> {
        self.open(b'[', b']', "an array")
    }

    /// Goes on after a member; returns whether there is another one.
    #[inline(always)]
    pub(crate) fn more_members(&mut self) -> Result<bool> {
        self.more(b'}', "`,` or `}`")
    }

    /// Goes on after an element; returns whether there is another one.
    #[inline(always)]
    pub(crate) fn more_elements(&mut self) -> Result<bool> {
        self.more(b']', "`,` or `]`")
    }

    /// Reads a member's name, and the colon after it.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Result<Cow<'a, [u8]>> {
        match self.letter().or_else(|| self.plain_key()) {
            Some(key) => Ok(Cow::Borrowed(key)),
            None => self.unusual_key(),
        }
    }

    /// Reads a member's name of one letter, and the colon after it, if that is what comes next: the busiest venues
    /// have no longer ones.
    #[inline(always)]
    fn letter(&mut self) -> Option<&'a [u8]> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let [b'"', letter, b'"', b':'] = rest.first_chunk()? else { return None };
        if !letter.is_ascii_alphabetic() {
            return None;
        }
        self.at += 4;
        rest.get(1..2)
    }

    /// Reads a name without escapes and the colon after it, both without white space, if that is what comes next.
    #[inline(always)]
    fn plain_key(&mut self) -> Option<&'a [u8]> {
        let [b'"', rest @ ..] = self.text.as_bytes().get(self.at..)? else { return None };
        let (key, rest) = rest.split_at_checked(string::plain_length(rest)?)?;
        if !rest.starts_with(b"\":") {
            return None;
        }
        self.at += key.len() + 3;
        Some(key)
    }

    /// Reads any name.
    #[inline(never)]
    fn unusual_key(&mut self) -> Result<Cow<'a, [u8]>> {
        let key = match self.string()? {
            Cow::Borrowed(key) => Cow::Borrowed(key.as_bytes()),
            Cow::Owned(key) => Cow::Owned(key.into_bytes()),
        };
        if self.token() != b':' {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        Ok(key)
    }

    /// Reads past an empty string, if that is what comes next.
    #[inline(always)]
    pub(crate) fn blank(&mut self) -> bool {
        let blank = self.token() == b'"' && self.text.as_bytes().get(self.at + 1) == Some(&b'"');
        self.at += if blank { 2 } else { 0 };
        blank
    }

    #[inline(always)]
    fn open(&mut self, open: u8, close: u8, what: &'static str) -> Result<bool> {
        if self.token() != open {
            return Err(self.expected(what));
        }
        if self.room == 0 {
            return Err(Error::at(ErrorKind::TooDeep, self.at));
        }
        self.at += 1;
        let empty = self.token() == close;
        if empty {
            self.at += 1;
        } else {
            self.room -= 1;
        }
        Ok(!empty)
    }

    #[inline(always)]
    fn more(&mut self, close: u8, what: &'static str) -> Result<bool> {
        let byte = self.token();
        if byte == b',' {
            self.at += 1;
            return Ok(true);
        }
        if byte != close {
            return Err(self.expected(what));
        }
        self.at += 1;
        self.room += 1;
        Ok(false)
    }

    #[inline(always)]
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn take(&mut self, byte: u8) -> bool {
        if self.byte() != byte {
            return false;
        }
        self.at += 1;
        true
    }

    #[inline(always)]
    fn take_all<const N: usize>(&mut self, bytes: &[u8; N]) -> bool {
        let rest = self.text.as_bytes().get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let found = rest == Some(bytes);
        self.at += if found { N } else { 0 };
        found
    }

    #[cold]
    fn after_space(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.byte()
    }

    /// The text from `start` up to here.
    #[inline(always)]
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[inline(always)]
    fn literal(&mut self, word: &str, what: &'static str) -> Result<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.expected(what));
        }
        self.at += word.len();
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn expected(&self, what: &'static str) -> Error {
        Error::at(ErrorKind::Expected(what), self.at)
    }
}
