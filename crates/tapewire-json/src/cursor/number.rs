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
            mantissa = self.digits(mantissa)?;
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
        let value = self.leading_digits()?;
        if self.at - start > 19 {
            let parsed = self.since(start).parse();
            return parsed.map_err(|_| Error::at(ErrorKind::OutOfRange("an unsigned integer"), start));
        }
        Ok(value)
    }

    /// Reads the digits before a point: no zero before another digit.
    #[inline(always)]
    fn leading_digits(&mut self) -> Result<u64> {
        let zero = self.byte() == b'0';
        let start = self.at;
        let value = self.digits(0)?;
        if zero && self.at - start > 1 { Err(self.expected("a number without leading zeros")) } else { Ok(value) }
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
        self.leading_digits()?;
        if self.take(b'.') {
            self.digits(0)?;
        }
        if self.take(b'e') || self.take(b'E') {
            _ = self.take(b'+') || self.take(b'-');
            self.digits(0)?;
        }
        Ok(())
    }
}
