//! Words that the page's templates need.

use std::fmt::Display;

use askama::Values;

/// Writes a whole number with its thousands apart: `1,234,567`.
#[askama::filter_fn]
pub fn grouped<T: Display>(number: T, _: &dyn Values) -> askama::Result<String> {
    Ok(thousands(number))
}

/// Writes a number with its noun: `1 event`, `2,000 events`.
#[askama::filter_fn]
pub fn counted<T: Display>(number: T, _: &dyn Values, one: &str, many: &str) -> askama::Result<String> {
    let number = thousands(number);
    let noun = if number == "1" { one } else { many };
    Ok(format!("{number} {noun}"))
}

/// Cuts a text into groups of four characters, for reading aloud; what stands
/// before a colon (`SHA256:`) stays one group.
#[askama::filter_fn]
pub fn fours<T: AsRef<str>>(text: T, _: &dyn Values) -> askama::Result<Vec<String>> {
    let (kind, rest) = text.as_ref().split_once(':').unwrap_or(("", text.as_ref()));
    let characters: Vec<char> = rest.chars().collect();
    let kind = (!kind.is_empty()).then(|| format!("{kind}:"));
    Ok(kind.into_iter().chain(characters.chunks(4).map(String::from_iter)).collect())
}

/// Writes a whole number with its thousands apart.
pub fn thousands(number: impl Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
