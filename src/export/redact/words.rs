//! Values found as words: in any case, the longest of those that fit.

use aho_corasick::AhoCorasick;

use crate::error::{Attempt, Result};

use super::view::View;
use super::{Place, Secret};

/// Values of so many bytes are taken out where they stand alone, longer ones
/// inside of words, too: `root` stays in `uproot`, `alice` is found in `malice`.
const SHORT: usize = 4;

/// Finds values.
pub struct Words(AhoCorasick);

impl Words {
    /// Prepares to find the values of these secrets.
    pub fn of(secrets: &[Secret]) -> Result<Words> {
        let values: Vec<String> =
            secrets.iter().map(|secret| View::of(&secret.value).folded().text().to_owned()).collect();
        AhoCorasick::new(values).map(Words).attempt(|| "cannot prepare the redaction".to_owned())
    }

    /// Finds every place where a value stands, whether they overlap or not: one
    /// that is too short where it stands must not hide a longer one.
    pub fn find(&self, view: &View<'_>, places: &mut Vec<Place>) {
        let folded = view.folded();
        let text = folded.text();
        for found in self.0.find_overlapping_iter(text) {
            let (from, to) = (found.start(), found.end());
            if to - from > SHORT || from < to && stands_alone(text, from, to) {
                let (from, to) = folded.origin(from, to);
                places.push(Place { from, to, secret: found.pattern().as_usize() });
            }
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
