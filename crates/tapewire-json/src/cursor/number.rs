//! Numbers: from their digits, bare or in quotes, never through a float.

use super::Cursor;
use crate::{Decimal, Error, ErrorKind, Result, Total};

impl<'a> Cursor<'a> {
    /// Reads a decimal number, bare or in quotes, without losing a digit.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`], or [`ErrorKind::OutOfRange`] if a [`Decimal`] cannot hold it.
    #[inline(always)]
    pub fn decimal(&mut self) -> Result<Decimal> {
        let quoted = self.quoted();
        let value = self.number()?;
        self.unquoted(quoted)?;
        Ok(value)
    }

    /// Reads a decimal number of any size a [`Total`] can hold, bare or in quotes, without losing a digit.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`], or [`ErrorKind::OutOfRange`] if a [`Total`] cannot hold it.
    #[inline]
    pub fn total(&mut self) -> Result<Total> {
        let quoted = self.quoted();
        let value = self.long_number()?;
        self.unquoted(quoted)?;
        Ok(value)
    }

    /// Reads a decimal number of at most 18 bytes and without exponent, bare or in quotes; does not move if what comes next
    /// is anything else.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`] for what begins as a number does and is none.
    #[inline(always)]
    pub(crate) fn plain_number(&mut self) -> Result<Option<Decimal>> {
        let start = self.at;
        let quoted = self.quoted();
        if matches!(self.byte(), b'-' | b'0'..=b'9')
            && let Some(number) = self.short_number()?
            && (!quoted || self.take(b'"'))
        {
            return Ok(Some(number));
        }
        self.at = start;
        Ok(None)
    }

    /// Reads past a number, bare or in quotes, and returns its text without them.
    pub(crate) fn number_text(&mut self) -> Result<&'a str> {
        let quoted = self.quoted();
        let start = self.at;
        self.skip_number()?;
        let text = self.since(start);
        self.unquoted(quoted)?;
        Ok(text)
    }

    /// Reads a whole number from 0 up, bare or in quotes.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`], [`ErrorKind::OutOfRange`].
    #[inline(always)]
    pub fn unsigned(&mut self) -> Result<u64> {
        let quoted = self.quoted();
        let value = self.whole()?;
        self.unquoted(quoted)?;
        Ok(value)
    }

    /// Reads a whole number, bare or in quotes.
    ///
    /// # Errors
    /// [`ErrorKind::Expected`], [`ErrorKind::OutOfRange`].
    #[inline(always)]
    pub fn signed(&mut self) -> Result<i64> {
        let quoted = self.quoted();
        let negative = self.take(b'-');
        let size = self.whole()?;
        self.unquoted(quoted)?;
        let value = if negative { 0_i64.checked_sub_unsigned(size) } else { i64::try_from(size).ok() };
        value.ok_or_else(|| Error::at(ErrorKind::OutOfRange("a signed integer"), self.at))
    }

    /// Moves before a number; returns whether it stands in quotes.
    #[inline(always)]
    fn quoted(&mut self) -> bool {
        self.token();
        self.take(b'"')
    }

    /// Moves past the quote behind a number that is `quoted`.
    #[inline(always)]
    fn unquoted(&mut self, quoted: bool) -> Result<()> {
        if quoted && !self.take(b'"') { Err(self.expected("the end of a number")) } else { Ok(()) }
    }

    /// Reads a decimal number that starts right here.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Result<Decimal> {
        let start = self.at;
        match self.short_number()? {
            Some(number) => Ok(number),
            None => self.unusual_decimal(start),
        }
    }

    /// Reads a total that starts right here.
    #[inline]
    pub(crate) fn long_number(&mut self) -> Result<Total> {
        let start = self.at;
        match self.short_number()? {
            Some(number) => Ok(number.into()),
            None => self.unusual_total(start),
        }
    }

    /// Reads a decimal number of at most 18 bytes and without exponent; `None` if it is not such a one.
    #[inline(always)]
    fn short_number(&mut self) -> Result<Option<Decimal>> {
        let start = self.at;
        let negative = self.take(b'-');
        let mut mantissa = self.leading_digits()?;
        let mut scale = 0;
        if self.take(b'.') {
            let point = self.at;
            mantissa = self.places(mantissa)?;
            scale = self.at - point;
        }
        // 18 bytes hold at most 18 digits, which fit whatever they are.
        if self.at - start > 18 || matches!(self.byte(), b'e' | b'E') {
            return Ok(None);
        }
        let size = mantissa.cast_signed();
        #[expect(clippy::cast_possible_truncation, reason = "at most 18 digits")]
        let scale = scale as u8;
        Ok(Some(Decimal { mantissa: if negative { -size } else { size }, scale }))
    }

    #[cold]
    #[inline(never)]
    fn unusual_decimal(&mut self, start: usize) -> Result<Decimal> {
        let total = self.unusual_number(start)?;
        total.and_then(Total::narrowed).ok_or_else(|| Error::at(ErrorKind::OutOfRange("a decimal"), start))
    }

    #[cold]
    #[inline(never)]
    fn unusual_total(&mut self, start: usize) -> Result<Total> {
        self.unusual_number(start)?.ok_or_else(|| Error::at(ErrorKind::OutOfRange("a total"), start))
    }

    /// Reads again, from `start`, a number with an exponent or with more digits than surely fit.
    fn unusual_number(&mut self, start: usize) -> Result<Option<Total>> {
        self.at = start;
        self.skip_number()?;
        Ok(Total::exactly(self.since(start)))
    }

    /// Reads a whole number that starts right here.
    #[inline(always)]
    fn whole(&mut self) -> Result<u64> {
        let start = self.at;
        let value = if self.byte() == b'0' { self.leading_digits()? } else { self.many_digits(0)? };
        if self.at - start > 19 {
            let parsed = self.since(start).parse();
            return parsed.map_err(|_| Error::at(ErrorKind::OutOfRange("an unsigned integer"), start));
        }
        Ok(value)
    }

    /// Reads the digits before a point: no zero before another digit.
    #[inline(always)]
    fn leading_digits(&mut self) -> Result<u64> {
        if !self.take(b'0') {
            return self.digits(0);
        }
        if self.byte().is_ascii_digit() { Err(self.expected("a number without leading zeros")) } else { Ok(0) }
    }

    /// As [`Cursor::digits`], for what stands behind a point: the eight places that some venues always send are read
    /// at once.
    #[inline(always)]
    fn places(&mut self, mut value: u64) -> Result<u64> {
        if let Some(eight) = self.eight_digits() {
            value = value.wrapping_mul(100_000_000).wrapping_add(eight);
            self.at += 8;
            if !self.byte().is_ascii_digit() {
                return Ok(value);
            }
        }
        self.digits(value)
    }

    /// As [`Cursor::digits`], eight at a time while there are so many: for times and ids.
    #[inline(always)]
    fn many_digits(&mut self, mut value: u64) -> Result<u64> {
        let start = self.at;
        while let Some(eight) = self.eight_digits() {
            value = value.wrapping_mul(100_000_000).wrapping_add(eight);
            self.at += 8;
        }
        if self.at > start && !self.byte().is_ascii_digit() { Ok(value) } else { self.digits(value) }
    }

    /// The next eight bytes, if all are digits: a byte for each, the first one lowest.
    #[inline(always)]
    fn next_digits(&self) -> Option<u64> {
        let eight = self.text.as_bytes().get(self.at..)?.first_chunk()?;
        let digits = u64::from_le_bytes(*eight) ^ 0x3030_3030_3030_3030;
        let other = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
        (other == 0).then_some(digits)
    }

    /// The value of the next eight bytes, if all are digits.
    #[inline(always)]
    fn eight_digits(&self) -> Option<u64> {
        let digits = self.next_digits()?;
        // Joined to pairs, to fours, to all eight: the first, which is the lowest, counts for most.
        let pairs = digits.wrapping_mul(1 + (10 << 8)) >> 8 & 0x00ff_00ff_00ff_00ff;
        let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_ffff_0000_ffff;
        Some(fours.wrapping_mul(1 + (10_000 << 32)) >> 32)
    }

    /// Reads at least one digit and appends all to `value`, which wraps around beyond 19 digits.
    #[inline(always)]
    fn digits(&mut self, mut value: u64) -> Result<u64> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut at = start;
        while let Some(byte) = bytes.get(at) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        self.at = at;
        if at == start { Err(self.expected("a digit")) } else { Ok(value) }
    }

    #[inline]
    pub(super) fn skip_number(&mut self) -> Result<()> {
        self.take(b'-');
        if self.byte() == b'0' {
            self.leading_digits()?;
        } else {
            self.skip_digits()?;
        }
        if self.take(b'.') {
            self.skip_digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            _ = self.take(b'+') || self.take(b'-');
            self.skip_digits()?;
        }
        Ok(())
    }

    /// Reads past at least one digit and all that follow.
    #[inline(always)]
    fn skip_digits(&mut self) -> Result<()> {
        let start = self.at;
        while self.next_digits().is_some() {
            self.at += 8;
        }
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }
}
