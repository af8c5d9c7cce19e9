//! Texts in double quotes, as access logs write them.

use crate::parse::cursor::closing_quote;

/// Reads ` "…"` or ` -`, and returns the rest; a quote that is never closed reaches to the end.
pub fn field(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix(" - ").and_then(|_| text.get(2..)) {
        return Some(("-", rest));
    }
    quoted(text.strip_prefix(' ')?)
}

/// Reads `"…"`, and returns the rest; a quote that is never closed reaches to the end.
pub fn quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let end = closing_quote(inside.as_bytes()).unwrap_or(inside.len());
    Some((&inside[..end], inside.get(end + 1..).unwrap_or("")))
}
