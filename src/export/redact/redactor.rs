//! Redacts texts, JSON and events, and remembers which values it met.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};

use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::record::FieldId;

use super::address_matcher::AddressMatcher;
use super::field_values::field_values;
use super::ledger::Ledger;
use super::normalized_view::NormalizedView;
use super::secret::{NAMED, Secret};
use super::value_match::ValueMatch;
use super::word_matcher::{self, WordMatcher};
use super::{controlled_vocabulary, encodings};

/// How many layers of escapes are resolved.
const LAYERS: usize = 8;

/// How many encodings inside of each other are looked into.
const DEPTH: usize = 2;

/// Redacts everything that passes through.
pub struct Redactor {
    pub(super) secrets: Vec<Secret>,
    finders: Option<(WordMatcher, AddressMatcher)>,
    /// Those that are too short to be redacted except where they are the field's
    /// value, by field and value.
    tiny: BTreeMap<(String, String), usize>,
    /// How often each was redacted; counted from several threads.
    used: Vec<AtomicU64>,
}

impl Redactor {
    /// Creates one that takes nothing out.
    pub fn none() -> Redactor {
        Redactor { secrets: Vec::new(), finders: None, tiny: BTreeMap::new(), used: Vec::new() }
    }

    /// Creates one that takes out every value that these fields have anywhere in a
    /// case, every value after a key of such a name, and every value in `named`.
    pub fn for_case(case: &Case, fields: &[String], named: &[String]) -> Result<Redactor> {
        let wanted = !fields.is_empty() || !named.is_empty();
        let Some(key) = case.store().derive_key("vestigo redaction").filter(|_| wanted) else {
            return Ok(Redactor::none());
        };
        let known = case.field_names();
        for field in fields {
            if FieldId::by_name(field).is_none() && !known.contains(field) {
                return Err(Error::usage(format!("there is no field `{}` to redact", visible(field)))
                    .hint("`vestigo status -v` lists the fields that have values."));
            }
        }
        let mut values = field_values(case, fields)?;
        for value in named.iter().filter(|value| !value.is_empty()) {
            values.entry(value.clone()).or_insert_with(|| NAMED.to_owned());
        }
        Redactor::with(values.iter().map(|(value, field)| Secret::new(&key, field, value)).collect())
    }

    pub(super) fn with(secrets: Vec<Secret>) -> Result<Redactor> {
        let (mut secrets, mut tiny): (Vec<Secret>, Vec<Secret>) =
            secrets.into_iter().partition(|secret| !is_tiny(secret));
        let finders = Some((WordMatcher::of(&secrets)?, AddressMatcher::of(&secrets)));
        let place =
            |(n, secret): (usize, &Secret)| ((secret.field.clone(), secret.value.clone()), secrets.len() + n);
        let tiny_at = tiny.iter().enumerate().map(place).collect();
        secrets.append(&mut tiny);
        let used = secrets.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Redactor { secrets, finders, tiny: tiny_at, used })
    }

    /// Returns the fields of values that are so short that only the field's own are
    /// redacted, with how many they are.
    pub fn only_in_place(&self) -> BTreeMap<&str, usize> {
        let mut fields = BTreeMap::new();
        self.tiny.keys().for_each(|(field, _)| *fields.entry(field.as_str()).or_default() += 1);
        fields
    }

    /// Returns whether anything is redacted at all.
    pub fn is_active(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Ends the redaction and returns what was redacted. `reason` and `by` (who
    /// redacts) are redacted themselves.
    pub fn into_ledger(self, reason: &str, by: &str) -> Ledger {
        let (reason, redacted_by) = (self.text(reason), self.text(by));
        let met =
            self.secrets.into_iter().zip(self.used).filter(|(_, used)| used.load(Ordering::Relaxed) > 0);
        Ledger { secrets: met.map(|(secret, _)| secret).collect(), reason, redacted_by }
    }

    /// Returns whether a text has a value in it that must be redacted.
    pub fn touches(&self, text: &str) -> bool {
        self.field_in(text).is_some()
    }

    /// Returns the field whose value a text has in it, without telling the value.
    pub fn field_in(&self, text: &str) -> Option<&str> {
        self.found(text).first().map(|place| self.secrets[place.secret].field.as_str())
    }

    /// Returns the field whose value a text of a JSON value has in it, whatever its
    /// keys are called.
    pub fn field_in_any(&self, value: &Value) -> Option<&str> {
        match value {
            Value::String(text) => self.field_in(text),
            Value::Array(values) => values.iter().find_map(|value| self.field_in_any(value)),
            Value::Object(object) => object.values().find_map(|value| self.field_in_any(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }

    /// Redacts a text.
    pub fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.take_out(text, &mut out);
        out
    }

    /// Writes a text without its values. What is left between two of them is looked
    /// at again: a short value may be a word of its own now that its neighbor is gone.
    fn take_out(&self, text: &str, out: &mut String) {
        let places = self.found(text);
        if places.is_empty() {
            return out.push_str(text);
        }
        let mut at = 0;
        for ValueMatch { from, to, secret } in places {
            self.take_out(&text[at..from], out);
            out.push_str(&self.secrets[secret].token());
            self.used[secret].fetch_add(1, Ordering::Relaxed);
            at = to;
        }
        self.take_out(&text[at..], out);
    }

    /// Finds the places of a text, as it is and with its escapes resolved, without
    /// overlaps: the leftmost, and of those the longest. Where values differ in
    /// nothing but their case, the one that is written just so comes first.
    fn found(&self, text: &str) -> Vec<ValueMatch> {
        let mut places = Vec::new();
        self.search(text, 0, DEPTH, &mut places);
        let differs = |place: &ValueMatch| self.secrets[place.secret].value != text[place.from..place.to];
        places.sort_by_key(|place| (place.from, Reverse(place.to), differs(place), place.secret));
        let mut end = 0;
        places.retain(|place| {
            let free = place.from >= end;
            end = if free { place.to } else { end };
            free
        });
        places
    }

    /// Finds values of more than `least` bytes, as they are, escaped, and in
    /// encoded runs, which are redacted whole: what is encoded beside a value could
    /// not be read any more.
    fn search(&self, text: &str, least: usize, depth: usize, places: &mut Vec<ValueMatch>) {
        let Some((words, addresses)) = &self.finders else { return };
        let mut view = NormalizedView::of(text);
        for layer in 0..=LAYERS {
            words.find(&view, least, places);
            addresses.find(&view, places);
            if depth > 0 {
                encodings::each(view.text(), |inside| {
                    let mut found = Vec::new();
                    // By chance a few bytes may look like a short value.
                    self.search(
                        inside.text,
                        if inside.whole { 0 } else { word_matcher::SHORT },
                        depth - 1,
                        &mut found,
                    );
                    if let Some(first) = found.iter().min_by_key(|place| (place.from, place.secret)) {
                        let (from, to) = view.origin(inside.from, inside.to);
                        places.push(ValueMatch { from, to, secret: first.secret });
                    }
                });
            }
            match view.unescaped().filter(|_| layer < LAYERS) {
                Some(next) => view = next,
                None => break,
            }
        }
    }

    /// Redacts a JSON value of vestigo: out of texts and numbers. The
    /// names in it are ours.
    pub fn json(&self, value: &mut Value) {
        if !self.is_active() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Number(number) => {
                let text = number.to_string();
                if let [ValueMatch { from: 0, to, secret }] = self.found(&text)[..]
                    && to == text.len()
                {
                    self.used[secret].fetch_add(1, Ordering::Relaxed);
                    *value = self.secrets[secret].token().into();
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.json(value)),
            Value::Object(object) => object.values_mut().for_each(|value| self.json(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Redacts a JSON value, but not out of the parts that are called so.
    pub fn json_but(&self, value: &mut Value, ours: &[&str]) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.json_but(value, ours)),
            Value::Object(object) => {
                let others = object.iter_mut().filter(|(name, _)| !ours.contains(&name.as_str()));
                others.for_each(|(_, value)| self.json_but(value, ours));
            }
            leaf => self.json(leaf),
        }
    }

    /// Redacts an event, and out of the names of a log's own fields.
    /// What is not the log's own text stays: our places and hashes, and words from
    /// closed lists.
    pub fn event(&self, event: &mut Map<String, Value>) {
        for (field, mut value) in std::mem::take(event) {
            if controlled_vocabulary::is_place(&field) {
                event.insert(field, value);
                continue;
            }
            self.value(&field, &mut value);
            let known = FieldId::by_name(&field).is_some();
            let mut name = if known { field } else { self.text(&field) };
            // Two names that differ in case alone may become one.
            while event.contains_key(&name) {
                name.push('+');
            }
            event.insert(name, value);
        }
    }

    fn value(&self, field: &str, value: &mut Value) {
        if let Some(token) = self.tiny_token(field, value) {
            *value = token.into();
            return;
        }
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(field, value)),
            Value::String(text) if controlled_vocabulary::is_word(field, text) => {}
            other => self.json(other),
        }
    }

    /// Returns the token for a field's value that is too short to be
    /// redacted anywhere else.
    fn tiny_token(&self, field: &str, value: &Value) -> Option<String> {
        if self.tiny.is_empty() {
            return None;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        let secret = *self.tiny.get(&(field.to_owned(), text))?;
        self.used[secret].fetch_add(1, Ordering::Relaxed);
        Some(self.secrets[secret].token())
    }
}

/// Returns whether a value is so short that a bundle would be useless if it
/// were redacted wherever it occurs: one character, or two that are not letters.
fn is_tiny(secret: &Secret) -> bool {
    let value = secret.value.trim();
    if NormalizedView::of(value).folded().text().trim().is_empty() {
        return true;
    }
    let letters = value.chars().any(char::is_alphanumeric);
    secret.field != NAMED && value.chars().take(3).count() < if letters { 2 } else { 3 }
}
