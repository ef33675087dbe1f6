//! A JSON text as a tree of values, read once by our cursor and once by `serde_json`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use tapewire_json::{Cursor, Result};

/// A value. Numbers are their texts, since no number of Rust's holds them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Self>),
    /// Members in their order; names may come twice.
    Object(Vec<(String, Self)>),
}

impl Tree {
    /// Reads what comes next, call by call.
    pub(crate) fn ours(cursor: &mut Cursor<'_>) -> Result<Self> {
        Ok(match cursor.token() {
            b'{' => {
                let mut members = Vec::new();
                cursor.object(|name, value| {
                    let name = String::from_utf8(name.to_vec()).expect("names are UTF-8");
                    members.push((name, Self::ours(value)?));
                    Ok(())
                })?;
                Self::Object(members)
            }
            b'[' => {
                let mut elements = Vec::new();
                cursor.array(|element| {
                    elements.push(Self::ours(element)?);
                    Ok(())
                })?;
                Self::List(elements)
            }
            b'"' => Self::Text(cursor.string()?.into_owned()),
            b't' | b'f' => Self::Bool(cursor.boolean()?),
            b'n' => cursor.null().map(|()| Self::Null)?,
            _ => Self::Number(cursor.raw()?.to_owned()),
        })
    }

    /// Reads a text that `serde_json` takes, level by level.
    pub(crate) fn theirs(text: &str) -> serde_json::Result<Self> {
        let text = serde_json::from_str::<&RawValue>(text)?.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text)?;
                let member = |(name, value): (String, &RawValue)| Ok((name, Self::theirs(value.get())?));
                Self::Object(members.into_iter().map(member).collect::<serde_json::Result<_>>()?)
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::List(
                    elements
                        .into_iter()
                        .map(|element| Self::theirs(element.get()))
                        .collect::<serde_json::Result<_>>()?,
                )
            }
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b't' | b'f') => Self::Bool(serde_json::from_str(text)?),
            Some(b'n') => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    /// The value of a member, if this is an object that has one of that name, and only one.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let mut found = members.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value)
    }

    /// The text of a string or a number.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Number(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// How deep a text nests objects and arrays, judged by its brackets outside of strings.
pub(crate) fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The members of an object, in order and with repetitions.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
