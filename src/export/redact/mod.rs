//! Values taken out of a bundle so that it can still be checked.
//!
//! Each redacted value becomes a token, the same everywhere:
//! `[user.name:7f3ac2…]`, where the digits begin the *commitment*
//! SHA-256(salt ‖ field ‖ 0x00 ‖ value) and salt = the first 16 bytes of
//! HMAC-SHA-256(case secret, field ‖ 0x00 ‖ value). Nobody can guess a value from
//! its token; whoever holds the case can reveal one, and everybody can check it.

mod address_matcher;
mod controlled_vocabulary;
mod encodings;
mod escapes;
mod keyed_values;
mod normalized_view;
#[cfg(test)]
mod tests;
mod word_matcher;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::case::Case;
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Request, TermOrder};
use crate::query::Expr;
use crate::record::{FieldId, Hash, SourceId, TimeRange};

use address_matcher::Addresses;
use normalized_view::View;
use word_matcher::Words;

/// How many layers of escapes are looked behind.
const LAYERS: usize = 8;

/// How many encodings inside of each other are looked into.
const DEPTH: usize = 2;

/// The field of values that were named and are none of a field's.
pub const NAMED: &str = "named";

/// What redaction finds and what not, for whoever hands a bundle over.
pub const NOT_FOUND: &str = "Only values are taken out that are a redacted field's in some record, that stand behind a key of such a name (`user=…`), or that were named (--redact-value): in any case, escaped, in base64 or hexadecimal, an address also defanged, padded, reversed or as one number. What is compressed, encrypted, hashed, cut into pieces, misspelt or transliterated is not found.";

/// A value that is taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// The field whose value it is.
    pub field: String,
    /// The value.
    pub value: String,
    /// What its commitment is salted with.
    pub salt: [u8; 16],
    /// SHA-256(salt ‖ field ‖ 0x00 ‖ value).
    pub commitment: Hash,
}

impl Secret {
    /// Makes the secret of a value.
    pub fn new(key: &Hash, field: &str, value: &str) -> Secret {
        let mut keyed = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        for part in [field.as_bytes(), &[0], value.as_bytes()] {
            keyed.update(part);
        }
        let full = keyed.finalize().into_bytes();
        let salt: [u8; 16] = full[..16].try_into().expect("a SHA-256 has 32 bytes");
        let mut hash = Sha256::new();
        for part in [&salt[..], field.as_bytes(), &[0], value.as_bytes()] {
            hash.update(part);
        }
        let (field, value) = (field.to_owned(), value.to_owned());
        Secret { field, value, salt, commitment: hash.finalize().into() }
    }

    /// Gives what stands in its place.
    pub fn token(&self) -> String {
        format!("[{}:{}]", self.field, &SourceId(self.commitment).to_string()[..16])
    }
}

/// Where a value stands in a text, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    from: usize,
    to: usize,
    secret: usize,
}

/// Takes values out of everything that passes through.
pub struct Redactor {
    secrets: Vec<Secret>,
    finders: Option<(Words, Addresses)>,
    /// Those that are too short to be taken out but where they are the field's
    /// value, by field and value.
    tiny: BTreeMap<(String, String), usize>,
    /// How often each was met; counted from several threads.
    used: Vec<AtomicU64>,
}

impl Redactor {
    /// Makes one that takes nothing out.
    pub fn none() -> Redactor {
        Redactor { secrets: Vec::new(), finders: None, tiny: BTreeMap::new(), used: Vec::new() }
    }

    /// Makes one that takes out every value that these fields have anywhere in a
    /// case, every value behind a key of such a name, and every value in `named`.
    pub fn of(case: &Case, fields: &[String], named: &[String]) -> Result<Redactor> {
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
        let mut values = values_of(case, fields)?;
        for value in named.iter().filter(|value| !value.is_empty()) {
            values.entry(value.clone()).or_insert_with(|| NAMED.to_owned());
        }
        Redactor::with(values.iter().map(|(value, field)| Secret::new(&key, field, value)).collect())
    }

    fn with(secrets: Vec<Secret>) -> Result<Redactor> {
        let (mut secrets, mut tiny): (Vec<Secret>, Vec<Secret>) =
            secrets.into_iter().partition(|secret| !is_tiny(secret));
        let finders = Some((Words::of(&secrets)?, Addresses::of(&secrets)));
        let place =
            |(n, secret): (usize, &Secret)| ((secret.field.clone(), secret.value.clone()), secrets.len() + n);
        let tiny_at = tiny.iter().enumerate().map(place).collect();
        secrets.append(&mut tiny);
        let used = secrets.iter().map(|_| AtomicU64::new(0)).collect();
        Ok(Redactor { secrets, finders, tiny: tiny_at, used })
    }

    /// Gives the fields of values that are so short that only the field's own are
    /// taken out, with how many they are.
    pub fn only_in_place(&self) -> BTreeMap<&str, usize> {
        let mut fields = BTreeMap::new();
        self.tiny.keys().for_each(|(field, _)| *fields.entry(field.as_str()).or_default() += 1);
        fields
    }

    /// Tells whether anything is taken out at all.
    pub fn is_active(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Gives the values that were met, with how often.
    pub fn ledger(&self) -> impl Iterator<Item = (&Secret, u64)> {
        self.secrets
            .iter()
            .zip(self.used.iter().map(|used| used.load(Ordering::Relaxed)))
            .filter(|(_, used)| *used > 0)
    }

    /// Tells whether a text has a value in it that must be taken out.
    pub fn touches(&self, text: &str) -> bool {
        self.field_in(text).is_some()
    }

    /// Gives the field whose value a text has in it, without telling the value.
    pub fn field_in(&self, text: &str) -> Option<&str> {
        self.found(text).first().map(|place| self.secrets[place.secret].field.as_str())
    }

    /// Gives the field whose value a text of a JSON value has in it, whatever its
    /// keys are called.
    pub fn field_in_any(&self, value: &Value) -> Option<&str> {
        match value {
            Value::String(text) => self.field_in(text),
            Value::Array(values) => values.iter().find_map(|value| self.field_in_any(value)),
            Value::Object(object) => object.values().find_map(|value| self.field_in_any(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }

    /// Takes values out of a text.
    pub fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.take_out(text, &mut out);
        out
    }

    /// Writes a text without its values. What is left between two of them is looked
    /// at again: a short value may stand alone now that its neighbour is gone.
    fn take_out(&self, text: &str, out: &mut String) {
        let places = self.found(text);
        if places.is_empty() {
            return out.push_str(text);
        }
        let mut at = 0;
        for Place { from, to, secret } in places {
            self.take_out(&text[at..from], out);
            out.push_str(&self.secrets[secret].token());
            self.used[secret].fetch_add(1, Ordering::Relaxed);
            at = to;
        }
        self.take_out(&text[at..], out);
    }

    /// Finds the places of a text, as it is and behind its escapes, without
    /// overlaps: the leftmost, and of those the longest. Where values differ in
    /// nothing but their case, the one that is written just so comes first.
    fn found(&self, text: &str) -> Vec<Place> {
        let mut places = Vec::new();
        self.search(text, 0, DEPTH, &mut places);
        let differs = |place: &Place| self.secrets[place.secret].value != text[place.from..place.to];
        places.sort_by_key(|place| (place.from, Reverse(place.to), differs(place), place.secret));
        let mut end = 0;
        places.retain(|place| {
            let free = place.from >= end;
            end = if free { place.to } else { end };
            free
        });
        places
    }

    /// Finds values of more than `least` bytes, as they are, behind escapes, and in
    /// encoded runs, which are taken out whole: what is encoded beside a value could
    /// not be read any more.
    fn search(&self, text: &str, least: usize, depth: usize, places: &mut Vec<Place>) {
        let Some((words, addresses)) = &self.finders else { return };
        let mut view = View::of(text);
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
                        places.push(Place { from, to, secret: first.secret });
                    }
                });
            }
            match view.unescaped().filter(|_| layer < LAYERS) {
                Some(next) => view = next,
                None => break,
            }
        }
    }

    /// Takes values out of a JSON value of ours: out of texts and numbers. The
    /// names in it are ours.
    pub fn json(&self, value: &mut Value) {
        if !self.is_active() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Number(number) => {
                let text = number.to_string();
                if let [Place { from: 0, to, secret }] = self.found(&text)[..]
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

    /// Takes values out of a JSON value, but not out of the parts that are called so.
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

    /// Takes values out of an event, and out of the names of a log's own fields.
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

    /// Gives what stands in the place of a field's value that is too short to be
    /// taken out anywhere else.
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

/// Gives the values of fields, with their field: those that the records of a case
/// have, and those that stand in them behind a key of such a name.
pub fn values_of(case: &Case, fields: &[String]) -> Result<BTreeMap<String, String>> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for field in fields {
        let all = Request { expr: Expr::All, window: TimeRange::ALL };
        for top in case.index().top(&all, field, TermOrder::Most, usize::MAX >> 8, &CancelToken::new())? {
            values.entry(top.value).or_insert_with(|| field.clone());
        }
    }
    for (value, field) in keyed_values::in_case(case, fields)? {
        values.entry(value).or_insert(field);
    }
    values.retain(|value, _| !value.is_empty());
    Ok(values)
}

/// Tells whether a value is so short that a bundle would be no more of use if it
/// were taken out wherever it stands: one character, or two that are no letters.
fn is_tiny(secret: &Secret) -> bool {
    let value = secret.value.trim();
    if View::of(value).folded().text().trim().is_empty() {
        return true;
    }
    let letters = value.chars().any(char::is_alphanumeric);
    secret.field != NAMED && value.chars().take(3).count() < if letters { 2 } else { 3 }
}
