//! What a file says, compared with what was derived: each difference is damage.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::error::visible;
use crate::export::bag::file_damage;
use crate::verify::Damage;

/// Most differences of one file that are listed one by one.
const LISTED: u64 = 20;

/// Most characters of a value that are printed.
const CHARS: usize = 120;

/// The differences of one file.
pub struct Differences<'a> {
    file: &'static str,
    count: u64,
    found: &'a mut Vec<Damage>,
}

impl<'a> Differences<'a> {
    /// Begins a file.
    pub fn new(file: &'static str, found: &'a mut Vec<Damage>) -> Differences<'a> {
        Differences { file, count: 0, found }
    }

    /// Adds a difference in words.
    pub fn add(&mut self, reason: String) {
        self.count += 1;
        if self.count <= LISTED {
            self.found.push(file_damage(self.file, reason));
        }
    }

    /// Compares a value with what was derived, leaf by leaf. `at` is where it is.
    pub fn compare(&mut self, at: &str, said: &Value, derived: &Value) {
        match (said, derived) {
            _ if said == derived => {}
            (Value::Object(said), Value::Object(derived)) => self.objects(at, said, derived),
            (Value::Array(said), Value::Array(derived)) => {
                for n in 0..said.len().max(derived.len()) {
                    let leaf = |list: &[Value]| list.get(n).cloned().unwrap_or(Value::Null);
                    self.compare(&format!("{at}[{n}]"), &leaf(said), &leaf(derived));
                }
                if said.len() != derived.len() {
                    self.add(format!("{at} has {} members, derived are {}", said.len(), derived.len()));
                }
            }
            _ => self.add(format!("{at} says {}, derived is {}", shown(said), shown(derived))),
        }
    }

    /// Compares the members of two objects.
    pub fn objects(&mut self, at: &str, said: &Map<String, Value>, derived: &Map<String, Value>) {
        let names: BTreeSet<&String> = said.keys().chain(derived.keys()).collect();
        let none = Value::Null;
        for name in names {
            let (one, other) = (said.get(name), derived.get(name));
            let at = format!("{at}{}{}", if at.is_empty() { "" } else { ": " }, visible(name));
            match (one, other) {
                (Some(Value::Null), None) => self.add(format!("{at} is there, derived is nothing")),
                (None, Some(Value::Null)) => self.add(format!("{at} is missing")),
                _ => self.compare(&at, one.unwrap_or(&none), other.unwrap_or(&none)),
            }
        }
    }

    /// Ends the file: says how many more there are. Returns whether there were none.
    pub fn end(self) -> bool {
        if self.count > LISTED {
            self.found
                .push(file_damage(self.file, format!("… and {} more differences", self.count - LISTED)));
        }
        self.count == 0
    }
}

/// Shows a value, cut where it is long.
pub fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        other => visible(&other.to_string()),
    };
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_leaf_that_differs_is_named_and_the_rest_is_counted() {
        let mut found = Vec::new();
        let mut differences = Differences::new("f", &mut found);
        differences.compare("line 1", &json!({ "a": [1, 2], "b": null }), &json!({ "a": [1, 3], "c": "x" }));
        for n in 0..30 {
            differences.compare("n", &json!(n), &json!(-1));
        }
        assert!(!differences.end());
        let reasons: Vec<&str> = found.iter().map(|each| each.reason.as_str()).collect();
        let first = [
            "line 1: a[1] says 2, derived is 3",
            "line 1: b is there, derived is nothing",
            "line 1: c says nothing, derived is \"x\"",
            "n says 0, derived is -1",
        ];
        assert_eq!(
            (&reasons[..4], reasons.len(), reasons[20]),
            (&first[..], 21, "… and 13 more differences")
        );
    }
}
