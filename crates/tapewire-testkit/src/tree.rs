//! JSON as a tree that keeps what the venue wrote: the order of members, and the digits of numbers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    Object(Vec<(String, Self)>),
    Array(Vec<Self>),
    Text(String),
    /// A number, `true`, `false` or `null`, as it is written; or anything else that a case wants to stand there.
    Literal(String),
}

/// Where a value stands: from the root, the place of a member or an element at each step.
pub(crate) type Place = Vec<usize>;

impl Tree {
    /// Reads an object or an array; `None` for any other text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match Self::read(text)? {
            tree @ (Self::Object(_) | Self::Array(_)) => Some(tree),
            Self::Text(_) | Self::Literal(_) => None,
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.trim_ascii_start().as_bytes().first()? {
            b'{' => {
                let members: Members<'_> = serde_json::from_str(text).ok()?;
                let read = members.0.into_iter().map(|(name, value)| Some((name, Self::read(value.get())?)));
                read.collect::<Option<_>>().map(Self::Object)
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                elements.into_iter().map(|element| Self::read(element.get())).collect::<Option<_>>().map(Self::Array)
            }
            b'"' => serde_json::from_str(text).ok().map(Self::Text),
            _ => serde_json::from_str::<&RawValue>(text).ok().map(|raw| Self::Literal(raw.get().to_owned())),
        }
    }

    /// The places of all values in it, itself first.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut places = vec![Place::new()];
        for (at, child) in self.children().enumerate() {
            places.extend(child.places().into_iter().map(|mut below| {
                below.insert(0, at);
                below
            }));
        }
        places
    }

    /// The places of the values that `is_meant`.
    pub(crate) fn places_of(&self, is_meant: impl Fn(&Self) -> bool) -> Vec<Place> {
        self.places().into_iter().filter(|place| self.at(place).is_some_and(&is_meant)).collect()
    }

    /// What stands at a place.
    pub(crate) fn at(&self, place: &[usize]) -> Option<&Self> {
        let [first, below @ ..] = place else { return Some(self) };
        self.children().nth(*first)?.at(below)
    }

    /// The same, with the value at a place changed.
    pub(crate) fn with(&self, place: &[usize], change: impl FnOnce(&mut Self)) -> Self {
        let mut tree = self.clone();
        let mut at = Some(&mut tree);
        for step in place {
            at = at.and_then(|tree| tree.child_mut(*step));
        }
        if let Some(tree) = at {
            change(tree);
        }
        tree
    }

    /// A place in words, such as `data[2].p`.
    pub(crate) fn name(&self, place: &[usize]) -> String {
        let (mut tree, mut name) = (self, String::new());
        for step in place {
            match tree {
                Self::Object(members) => {
                    let member = members.get(*step).map_or("?", |(name, _)| name);
                    name.push_str(if name.is_empty() { "" } else { "." });
                    name.push_str(member);
                }
                _ => name.push_str(&format!("[{step}]")),
            }
            let Some(child) = tree.children().nth(*step) else { break };
            tree = child;
        }
        if name.is_empty() { "the whole frame".to_owned() } else { name }
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Object(members) => Box::new(members.iter().map(|(_, value)| value)),
            Self::Array(elements) => Box::new(elements.iter()),
            Self::Text(_) | Self::Literal(_) => Box::new(std::iter::empty()),
        }
    }

    fn child_mut(&mut self, at: usize) -> Option<&mut Self> {
        match self {
            Self::Object(members) => members.get_mut(at).map(|(_, value)| value),
            Self::Array(elements) => elements.get_mut(at),
            Self::Text(_) | Self::Literal(_) => None,
        }
    }
}

impl fmt::Display for Tree {
    /// Writes it as JSON without white space.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = |at: usize| if at == 0 { "" } else { "," };
        match self {
            Self::Object(members) => {
                f.write_str("{")?;
                for (at, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}:{value}", comma(at), Value::from(name.as_str()))?;
                }
                f.write_str("}")
            }
            Self::Array(elements) => {
                f.write_str("[")?;
                for (at, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", comma(at))?;
                }
                f.write_str("]")
            }
            Self::Text(text) => write!(f, "{}", Value::from(text.as_str())),
            Self::Literal(text) => f.write_str(text),
        }
    }
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_digits_and_escapes() {
        let text = r#"{"b":"1.50","a":[1.50,{"x":null,"x":2},"é\n"],"c":{}}"#;
        let tree = Tree::parse(text).unwrap();
        assert_eq!(tree.to_string(), text);
        for other in ["", "7", "\"x\"", "{", "[1,]", "{} x"] {
            assert_eq!(Tree::parse(other), None, "{other}");
        }
    }

    #[test]
    fn names_and_changes_places() {
        let tree = Tree::parse(r#"{"a":[1,{"x":2}],"b":3}"#).unwrap();
        let names: Vec<_> = tree.places().iter().map(|place| tree.name(place)).collect();
        assert_eq!(names, ["the whole frame", "a", "a[0]", "a[1]", "a[1].x", "b"]);
        let changed = tree.with(&[0, 1, 0], |value| *value = Tree::Text("new".to_owned()));
        assert_eq!(changed.to_string(), r#"{"a":[1,{"x":"new"}],"b":3}"#);
    }
}
