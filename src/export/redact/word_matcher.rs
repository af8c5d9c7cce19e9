//! Values found as words: in any case, the longest of those that fit.

use std::net::IpAddr;

use aho_corasick::AhoCorasick;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Context, Result};

use super::normalized_view::NormalizedView;
use super::secret::Secret;
use super::value_match::ValueMatch;

/// Values of this many bytes are redacted where they are words of their own, longer ones
/// inside of words, too: `root` stays in `uproot`, `alice` is found in `malice`.
pub const SHORT: usize = 4;

/// Finds values.
pub struct WordMatcher {
    automaton: AhoCorasick,
    /// Whose each pattern is.
    secrets: Vec<usize>,
    /// Which patterns are addresses: one is not inside of a longer one.
    addresses: Vec<bool>,
}

impl WordMatcher {
    /// Prepares to find the values of these secrets, and the names in those that
    /// are names with a domain.
    pub fn of(secrets: &[Secret]) -> Result<WordMatcher> {
        let mut patterns: Vec<(String, usize)> = Vec::new();
        for (n, secret) in secrets.iter().enumerate() {
            let bare = bare_name(secret).into_iter();
            let values = std::iter::once(secret.value.as_str()).chain(bare);
            patterns.extend(values.map(|value| (NormalizedView::of(value).folded().text().to_owned(), n)));
        }
        // What is folded to nothing would be found everywhere.
        patterns.retain(|(pattern, _)| !pattern.is_empty());
        let (patterns, owners): (Vec<String>, Vec<usize>) = patterns.into_iter().unzip();
        let address = |owner: &usize| secrets[*owner].value.parse::<IpAddr>().is_ok();
        let addresses = owners.iter().map(address).collect();
        let automaton = AhoCorasick::new(patterns).context(|| "cannot prepare the redaction".to_owned())?;
        Ok(WordMatcher { automaton, secrets: owners, addresses })
    }

    /// Finds every place where a value of more than `least` bytes stands, whether
    /// they overlap or not: one that is too short where it stands must not hide a
    /// longer one.
    pub fn find(&self, view: &NormalizedView<'_>, least: usize, places: &mut Vec<ValueMatch>) {
        let folded = view.folded();
        let text = folded.text();
        for found in self.automaton.find_overlapping_iter(text) {
            let (from, to, pattern) = (found.start(), found.end(), found.pattern().as_usize());
            let inside = to - from > SHORT && !self.addresses[pattern];
            if to - from > least && (inside || stands_alone(text, from, to)) {
                let (from, to) = folded.origin(from, to);
                places.push(ValueMatch { from, to, secret: self.secrets[pattern] });
            }
        }
    }
}

/// Returns the name in `DOMAIN\name` or `name@domain`, where the field is one of names.
fn bare_name(secret: &Secret) -> Option<&str> {
    let value = secret.value.as_str();
    let of_names =
        secret.field == "user.name" || secret.field.starts_with("user.") && secret.field.ends_with(".name");
    let name = match (value.rsplit_once('\\'), value.split_once('@')) {
        (Some((_, name)), _) | (None, Some((name, _))) => name,
        (None, None) => return None,
    };
    (of_names && name.chars().filter(|c| c.is_alphanumeric()).count() > 1).then_some(name)
}

/// Returns whether a stretch is no part of a longer word or number.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let goes_on = |inside: Option<char>, outside: Option<char>| match (inside, outside) {
        (Some(inside), Some(outside)) => {
            inside.is_alphabetic() && outside.is_alphabetic() || inside.is_numeric() && outside.is_numeric()
        }
        _ => false,
    };
    let (value, behind) = (&text[from..to], text[to..].chars().next());
    // A mark behind a letter makes it another one: `e` is not in `ë`.
    !behind.is_some_and(is_combining_mark)
        && !goes_on(value.chars().next(), text[..from].chars().next_back())
        && !goes_on(value.chars().next_back(), behind)
}
