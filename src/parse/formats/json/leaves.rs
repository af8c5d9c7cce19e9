//! A JSON document as its leaves: dotted path and value, in document order.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::record::Value;

/// How deep objects and lists are followed; what lies deeper is one text.
const DEEPEST: usize = 24;

/// How many leaves a document gives; the rest is one text.
const MOST: usize = 512;

/// One leaf of a document: its dotted path and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf<'a> {
    /// The keys from the top, joined by dots. List positions are left out: the
    /// elements of a list are several values of one path.
    pub path: String,
    /// The value. `null` and empty lists and objects give no leaf.
    pub value: Value<'a>,
}

/// Gives the leaves of a text that is one JSON object; none where it is not.
///
/// What is deeper or more than the bounds stands under `<path>.…` as a note
/// that it was left out: the original text keeps it.
pub fn leaves(text: &str) -> Option<Vec<Leaf<'_>>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut walk = Walk { path: String::new(), leaves: Vec::with_capacity(32), left_out: 0 };
    let mut reader = serde_json::Deserializer::from_str(text);
    Node { walk: &mut walk, depth: 0 }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    if walk.left_out > 0 {
        let value = Value::Long(walk.left_out);
        walk.leaves.push(Leaf { path: "vestigo.fields.left_out".to_owned(), value });
    }
    Some(walk.leaves)
}

/// Where the walk is, and what it found.
struct Walk<'a> {
    path: String,
    leaves: Vec<Leaf<'a>>,
    left_out: i64,
}

impl<'a> Walk<'a> {
    fn leaf(&mut self, value: Value<'a>) {
        if self.leaves.len() < MOST {
            self.leaves.push(Leaf { path: self.path.clone(), value });
        } else {
            self.left_out += 1;
        }
    }
}

/// One value, at some depth.
struct Node<'w, 'a> {
    walk: &'w mut Walk<'a>,
    depth: usize,
}

impl<'a> DeserializeSeed<'a> for Node<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Node<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.walk.leaf(Value::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.walk.leaf(Value::Long(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        let whole = i64::try_from(value).map(Value::Long);
        self.walk.leaf(whole.unwrap_or_else(|_| Value::from(value.to_string())));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.walk.leaf(Value::Float(value));
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'a str) -> Result<(), E> {
        self.walk.leaf(Value::Text(Cow::Borrowed(value)));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.walk.leaf(Value::Text(Cow::Owned(value.to_owned())));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        if self.depth >= DEEPEST {
            while list.next_element::<IgnoredAny>()?.is_some() {
                self.walk.left_out += 1;
            }
            return Ok(());
        }
        while list.next_element_seed(Node { walk: self.walk, depth: self.depth + 1 })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'a, str>>()? {
            if self.depth >= DEEPEST {
                map.next_value::<IgnoredAny>()?;
                self.walk.left_out += 1;
                continue;
            }
            let length = self.walk.path.len();
            if length > 0 {
                self.walk.path.push('.');
            }
            self.walk.path.push_str(&key);
            map.next_value_seed(Node { walk: self.walk, depth: self.depth + 1 })?;
            self.walk.path.truncate(length);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let leaves = leaves(text).expect("it is an object");
        leaves.into_iter().map(|leaf| (leaf.path, leaf.value.text().into_owned())).collect()
    }

    #[test]
    fn objects_become_dots_and_lists_several_values() {
        let found = pairs(r#"{"a":{"b":1,"c":[true,"x"]},"d":null,"e":[{"f":2.5},{"f":3}],"a.g":"h"}"#);
        let wanted =
            [("a.b", "1"), ("a.c", "true"), ("a.c", "x"), ("e.f", "2.5"), ("e.f", "3"), ("a.g", "h")];
        assert_eq!(found, wanted.map(|(path, value)| (path.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_key_written_twice_keeps_both_values() {
        assert_eq!(pairs(r#"{"a":1,"a":2}"#).len(), 2);
    }

    #[test]
    fn bounds_are_said() {
        let wide = format!("{{{}}}", (0..600).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(","));
        assert_eq!(pairs(&wide).last(), Some(&("vestigo.fields.left_out".to_owned(), "88".to_owned())));
        let deep = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
        assert_eq!(pairs(&deep), [("vestigo.fields.left_out".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "1", "[1]", "{\"a\":1} x", "{\"a\":", "{a:1}"] {
            assert_eq!(leaves(text), None, "{text}");
        }
    }
}
