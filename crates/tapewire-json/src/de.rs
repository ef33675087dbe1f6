//! serde over the cursor, so that a message is a plain struct with `#[derive(Deserialize)]`.

use std::borrow::Cow;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use crate::{Cursor, Decimal, Error, Level, Numeral, Raw, Result, Total};

/// Reads one value from `text`, which must hold nothing else.
///
/// # Errors
/// As the type decides, or [`ErrorKind::Expected`](crate::ErrorKind::Expected).
#[inline]
pub fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    let mut cursor = Cursor::new(text);
    let value = cursor.read()?;
    cursor.end()?;
    Ok(value)
}

macro_rules! integers {
    ($($method:ident $read:ident $visit:ident)*) => { $(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
            visitor.$visit(self.$read()?)
        }
    )* };
}

impl<'de> Deserializer<'de> for &mut Cursor<'de> {
    type Error = Error;

    integers! {
        deserialize_u8 unsigned visit_u64
        deserialize_u16 unsigned visit_u64
        deserialize_u32 unsigned visit_u64
        deserialize_u64 unsigned visit_u64
        deserialize_i8 signed visit_i64
        deserialize_i16 signed visit_i64
        deserialize_i32 signed visit_i64
        deserialize_i64 signed visit_i64
        deserialize_bool boolean visit_bool
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.token() {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            _ => {
                let text = self.raw()?;
                if let Ok(n) = text.parse() {
                    return visitor.visit_u64(n);
                }
                if let Ok(n) = text.parse() {
                    return visitor.visit_i64(n);
                }
                visitor.visit_f64(text.parse().map_err(Error::custom)?)
            }
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline(always)]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            Decimal::TOKEN => visitor.visit_i128(self.decimal()?.pack()),
            Level::TOKEN => {
                let level = self.level()?;
                visitor.visit_seq(Pair([level.price, level.quantity].into_iter()))
            }
            Total::TOKEN => match self.plain_number()? {
                Some(number) => visitor.visit_i128(number.pack()),
                None => visitor.visit_borrowed_str(self.number_text()?),
            },
            Numeral::TOKEN => match self.plain_number()? {
                Some(number) => visitor.visit_i128(number.pack()),
                None => visitor.visit_borrowed_str(self.raw()?),
            },
            Raw::TOKEN => visitor.visit_borrowed_str(self.raw()?),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    #[inline]
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.null()?;
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.token() == b'n' {
            self.null()?;
            return visitor.visit_none();
        }
        if self.blank() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let more = self.open_array()?;
        let mut items = Items { cursor: self, more };
        let value = visitor.visit_seq(&mut items)?;
        // A row may be longer than the fields we know: skip the rest, as unknown members are skipped.
        while items.more {
            items.cursor.skip()?;
            items.more = items.cursor.more_elements()?;
        }
        Ok(value)
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _len: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let more = self.open_object()?;
        // A visitor that stops early leaves the cursor behind a comma, where whoever goes on fails.
        visitor.visit_map(Members { cursor: self, more })
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        if self.token() == b'[' { self.deserialize_seq(visitor) } else { self.deserialize_map(visitor) }
    }

    #[inline]
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(Name(self))
    }

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.skip()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { f32 f64 i128 u128 char bytes byte_buf unit_struct }
}

/// The members of an object.
struct Members<'c, 'de> {
    cursor: &'c mut Cursor<'de>,
    more: bool,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        if !self.more {
            return Ok(None);
        }
        seed.deserialize(Key(self.cursor)).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        let value = seed.deserialize(&mut *self.cursor)?;
        self.more = self.cursor.more_members()?;
        Ok(value)
    }
}

/// A member's name.
struct Key<'c, 'de>(&'c mut Cursor<'de>);

impl<'de> Deserializer<'de> for Key<'_, 'de> {
    type Error = Error;

    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.key()? {
            Cow::Borrowed(key) => visitor.visit_borrowed_bytes(key),
            Cow::Owned(key) => visitor.visit_bytes(&key),
        }
    }

    /// A name that is wanted as text, as for a map.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        let key = self.0.key()?.into_owned();
        visitor.visit_string(String::from_utf8(key).map_err(Error::custom)?)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }
}

/// The values of an array.
struct Items<'c, 'de> {
    cursor: &'c mut Cursor<'de>,
    more: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    /// A guess that spares most arrays of levels from growing four times over.
    #[inline]
    fn size_hint(&self) -> Option<usize> {
        Some(if self.more { 16 } else { 0 })
    }

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if !self.more {
            return Ok(None);
        }
        let value = seed.deserialize(&mut *self.cursor)?;
        self.more = self.cursor.more_elements()?;
        Ok(Some(value))
    }
}

/// A variant that is a bare name.
struct Name<'c, 'de>(&'c mut Cursor<'de>);

impl<'de> EnumAccess<'de> for Name<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    #[inline]
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self)> {
        let name = seed.deserialize(&mut *self.0)?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Name<'_, 'de> {
    type Error = Error;

    #[inline]
    fn unit_variant(self) -> Result<()> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value> {
        Err(Error::invalid_type(Unexpected::UnitVariant, &"a variant with a value"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Error::invalid_type(Unexpected::UnitVariant, &"a variant with values"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value> {
        Err(Error::invalid_type(Unexpected::UnitVariant, &"a variant with members"))
    }
}

/// The two numbers of a level, read already.
struct Pair(std::array::IntoIter<Decimal, 2>);

impl<'de> SeqAccess<'de> for Pair {
    type Error = Error;

    #[inline(always)]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        self.0.next().map(|number| seed.deserialize(Number(number))).transpose()
    }
}

/// A decimal, read already.
struct Number(Decimal);

impl<'de> Deserializer<'de> for Number {
    type Error = Error;
    #[inline(always)]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_i128(self.0.pack())
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum ignored_any identifier
    }
}
