//! Values redacted of a bundle so that it can still be checked.
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
mod field_values;
mod keyed_values;
mod ledger;
mod limits;
mod normalized_view;
mod redactor;
mod secret;
#[cfg(test)]
mod tests;
mod value_match;
mod word_matcher;

pub use field_values::field_values;
pub use ledger::Ledger;
pub use limits::NOT_FOUND;
pub use redactor::Redactor;
pub use secret::{NAMED, Secret};
