//! Which reader understands a message of sshd.

use super::{connection, login, refusal};
use crate::record::Event;

/// Reads a message of sshd.
pub fn read<'a>(text: &'a str, event: &mut Event<'a>) {
    let text = text.strip_suffix(" [preauth]").unwrap_or(text);
    let text = text.strip_prefix("error: ").or_else(|| text.strip_prefix("fatal: ")).unwrap_or(text);
    type Reader = for<'a> fn(&'a str, &mut Event<'a>) -> bool;
    let readers: [Reader; 8] = [
        login::verdict,
        refusal::invalid,
        refusal::refused,
        connection::closed,
        connection::disconnecting,
        connection::session,
        connection::scanned,
        connection::mapping,
    ];
    readers.into_iter().any(|read| read(text, event));
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
