//! Values taken out of a bundle so that it can still be checked.
//!
//! Each redacted value becomes a token, the same everywhere:
//! `[user.name:7f3ac2…]`, where the digits begin the *commitment*
//! SHA-256(salt ‖ field ‖ 0x00 ‖ value) and salt = the first 16 bytes of
//! HMAC-SHA-256(case secret, field ‖ 0x00 ‖ value). Nobody can guess a value from
//! its token; whoever holds the case can reveal one, and everybody can check it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::case::Case;
use crate::error::{Attempt, Error, Result, visible};
use crate::index::{Cancel, Rank, Request};
use crate::query::Expr;
use crate::record::{FieldId, Hash, SourceId, Window};

/// Values of so many bytes are taken out where they stand alone, longer ones
/// inside of words, too: `root` stays in `uproot`, `alice` is found in `malice`.
const SHORT: usize = 4;

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

/// Takes values out of everything that passes through.
pub struct Redactor {
    secrets: Vec<Secret>,
    finder: Option<AhoCorasick>,
    addresses: BTreeMap<IpAddr, usize>,
    used: Vec<u64>,
}

impl Redactor {
    /// Makes one that takes nothing out.
    pub fn none() -> Redactor {
        Redactor { secrets: Vec::new(), finder: None, addresses: BTreeMap::new(), used: Vec::new() }
    }

    /// Makes one that takes out every value that these fields have anywhere in a case.
    pub fn of(case: &Case, fields: &[String]) -> Result<Redactor> {
        let Some(key) = case.store().secret("vestigo redaction").filter(|_| !fields.is_empty()) else {
            return Ok(Redactor::none());
        };
        let known = case.field_names();
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for field in fields {
            if FieldId::named(field).is_none() && !known.contains(field) {
                return Err(Error::usage(format!("there is no field `{}` to redact", visible(field)))
                    .hint("`vestigo status -v` lists the fields that have values."));
            }
            let all = Request { expr: Expr::All, window: Window::ALL };
            for top in case.index().top(&all, field, Rank::Most, usize::MAX >> 8, &Cancel::new())? {
                if top.value.chars().any(char::is_alphanumeric) {
                    values.entry(top.value).or_insert_with(|| field.clone());
                }
            }
        }
        let secrets: Vec<Secret> =
            values.iter().map(|(value, field)| Secret::new(&key, field, value)).collect();
        Redactor::with(secrets)
    }

    fn with(secrets: Vec<Secret>) -> Result<Redactor> {
        let finder = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(secrets.iter().map(|secret| &secret.value))
            .attempt(|| "cannot prepare the redaction".to_owned())?;
        let address = |(n, secret): (usize, &Secret)| Some((secret.value.parse().ok()?, n));
        let addresses = secrets.iter().enumerate().filter_map(address).collect();
        let used = vec![0; secrets.len()];
        Ok(Redactor { secrets, finder: Some(finder), addresses, used })
    }

    /// Tells whether anything is taken out at all.
    pub fn is_active(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Gives the values that were met, with how often.
    pub fn ledger(&self) -> impl Iterator<Item = (&Secret, u64)> {
        self.secrets.iter().zip(self.used.iter().copied()).filter(|(_, used)| *used > 0)
    }

    /// Tells whether a text has a value in it that must be taken out.
    pub fn touches(&self, text: &str) -> bool {
        !self.found(text).is_empty() || text.contains('%') && !self.found(&percent_decoded(text)).is_empty()
    }

    /// Tells whether a text of a JSON value has one, whatever its keys are called.
    pub fn touches_any(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.touches(text),
            Value::Array(values) => values.iter().any(|value| self.touches_any(value)),
            Value::Object(object) => object.values().any(|value| self.touches_any(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    /// Takes values out of a text.
    pub fn text(&mut self, text: &str) -> String {
        if !self.is_active() {
            return text.to_owned();
        }
        let found = self.found(text);
        if found.is_empty() {
            return self.behind_escapes(text).unwrap_or_else(|| text.to_owned());
        }
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for (from, to, secret) in found {
            out.push_str(&text[at..from]);
            out.push_str(&self.secrets[secret].token());
            self.used[secret] += 1;
            at = to;
        }
        out.push_str(&text[at..]);
        self.behind_escapes(&out).unwrap_or(out)
    }

    /// Finds the places, each with its secret, without overlaps.
    fn found(&self, text: &str) -> Vec<(usize, usize, usize)> {
        let mut places: Vec<(usize, usize, usize)> = self.addresses_in(text);
        for found in self.finder.iter().flat_map(|finder| finder.find_iter(text)) {
            let (from, to) = (found.start(), found.end());
            let whole = to - from > SHORT || stands_alone(text, from, to);
            if whole && places.iter().all(|(start, end, _)| to <= *start || from >= *end) {
                places.push((from, to, found.pattern().as_usize()));
            }
        }
        places.sort_unstable();
        places
    }

    /// Finds addresses however they are spelt.
    fn addresses_in(&self, text: &str) -> Vec<(usize, usize, usize)> {
        let mut places = Vec::new();
        if self.addresses.is_empty() {
            return places;
        }
        let part = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
        let mut at = 0;
        for piece in text.split_inclusive(|c| !part(c)) {
            let word = piece.trim_end_matches(|c| !part(c)).trim_end_matches(['.', ':']);
            let parsed = word.parse::<IpAddr>().ok().or_else(|| {
                let (address, _) = word.rsplit_once(':')?;
                address.parse().ok()
            });
            if let Some(&secret) = parsed.and_then(|ip| self.addresses.get(&ip)) {
                places.push((at, at + word.len(), secret));
            }
            at += piece.len();
        }
        places
    }

    /// Looks behind percent escapes: a text that hides a value there becomes its token whole.
    fn behind_escapes(&mut self, text: &str) -> Option<String> {
        if !text.contains('%') {
            return None;
        }
        let decoded = percent_decoded(text);
        let (_, _, secret) = *self.found(&decoded).first()?;
        self.used[secret] += 1;
        Some(self.secrets[secret].token())
    }

    /// Takes values out of a JSON value: out of texts, numbers, and names of a
    /// log's own fields.
    pub fn json(&mut self, value: &mut Value) {
        if !self.is_active() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Number(number) => {
                let text = number.to_string();
                if let Some(secret) = self.secrets.iter().position(|secret| secret.value == text) {
                    self.used[secret] += 1;
                    *value = self.secrets[secret].token().into();
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.json(value)),
            Value::Object(object) => self.object(object),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Takes values out of an object. What is not the log's own text stays: our
    /// places and hashes, and words from closed lists.
    pub fn object(&mut self, object: &mut Map<String, Value>) {
        const OURS: [&str; 16] = [
            "event.kind",
            "event.category",
            "event.type",
            "event.outcome",
            "event.dataset",
            "http.request.method",
            "http.version",
            "id",
            "vestigo.source",
            "vestigo.record",
            "vestigo.line",
            "vestigo.offset",
            "vestigo.length",
            "vestigo.part",
            "vestigo.format",
            "vestigo.time.precision",
        ];
        for (name, mut value) in std::mem::take(object) {
            let ours = OURS.contains(&name.as_str());
            if !ours {
                self.json(&mut value);
            }
            let name = if ours || FieldId::named(&name).is_some() { name } else { self.text(&name) };
            object.insert(name, value);
        }
    }
}

/// Tells whether a stretch is no part of a longer word or number.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let goes_on = |inside: Option<char>, outside: Option<char>| match (inside, outside) {
        (Some(inside), Some(outside)) => {
            inside.is_alphabetic() && outside.is_alphabetic() || inside.is_numeric() && outside.is_numeric()
        }
        _ => false,
    };
    let value = &text[from..to];
    !goes_on(value.chars().next(), text[..from].chars().next_back())
        && !goes_on(value.chars().next_back(), text[to..].chars().next())
}

fn percent_decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(values: &[(&str, &str)]) -> Redactor {
        let secrets = values.iter().map(|(field, value)| Secret::new(&[7; 32], field, value)).collect();
        Redactor::with(secrets).expect("it is made")
    }

    fn token(field: &str, value: &str) -> String {
        Secret::new(&[7; 32], field, value).token()
    }

    #[test]
    fn a_value_becomes_the_same_token_wherever_it_stands() {
        let mut redactor = redactor(&[("user.name", "alice"), ("user.name", "al")]);
        let alice = token("user.name", "alice");
        assert_eq!(redactor.text("Alice <alice@x> malice"), format!("{alice} <{alice}@x> m{alice}"));
        assert_eq!(redactor.text("al, also, al2"), format!("{0}, also, {0}2", token("user.name", "al")));
    }

    #[test]
    fn an_address_is_found_however_it_is_spelt() {
        let mut redactor = redactor(&[("source.ip", "2001:db8::1"), ("source.ip", "192.0.2.7")]);
        let (six, four) = (token("source.ip", "2001:db8::1"), token("source.ip", "192.0.2.7"));
        assert_eq!(redactor.text("from 2001:DB8:0:0::1 to"), format!("from {six} to"));
        assert_eq!(
            redactor.text("192.0.2.7:443, 192.0.2.77."),
            format!("{four}, {}", redactor.text("192.0.2.77."))
        );
    }

    #[test]
    fn percent_escapes_hide_nothing() {
        let mut redactor = redactor(&[("user.name", "alice")]);
        assert_eq!(redactor.text("/u?n=%61lice"), token("user.name", "alice"));
        assert_eq!(redactor.text("100%"), "100%");
    }

    #[test]
    fn numbers_and_names_of_fields_are_taken_out_too() {
        let mut redactor = redactor(&[("user.id", "1001"), ("user.name", "alice")]);
        let mut value =
            serde_json::json!({ "user.id": 1001, "labels.alice": ["x", "alice"], "id": "alice:1" });
        redactor.json(&mut value);
        let (id, alice) = (token("user.id", "1001"), token("user.name", "alice"));
        let wanted =
            serde_json::json!({ "user.id": id, format!("labels.{alice}"): ["x", alice], "id": "alice:1" });
        assert_eq!(value, wanted);
        let used: Vec<u64> = redactor.ledger().map(|(_, used)| used).collect();
        assert_eq!(used, [1, 2]);
    }
}
