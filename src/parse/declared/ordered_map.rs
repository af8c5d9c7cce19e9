//! A table in the order of its file.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// Rows in the order in which they stand in the file.
#[derive(Debug, Clone)]
pub struct OrderedMap<V>(Vec<(String, V)>);

impl<V> Default for OrderedMap<V> {
    fn default() -> OrderedMap<V> {
        OrderedMap(Vec::new())
    }
}

impl<V> OrderedMap<V> {
    /// Creates a table of rows.
    pub fn of(rows: Vec<(String, V)>) -> OrderedMap<V> {
        OrderedMap(rows)
    }

    /// Returns the rows.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Puts the rows of another table in front.
    pub fn prepend(&mut self, other: &OrderedMap<V>)
    where
        V: Clone,
    {
        self.0.splice(0..0, other.0.iter().cloned());
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for OrderedMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OrderedMap<V>, D::Error> {
        struct Rows<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Rows<V> {
            type Value = OrderedMap<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<OrderedMap<V>, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = access.next_entry()? {
                    rows.push(row);
                }
                Ok(OrderedMap(rows))
            }
        }
        deserializer.deserialize_map(Rows(PhantomData))
    }
}
