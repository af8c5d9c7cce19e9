//! What redaction does not find.

/// What redaction finds and what not, for whoever hands a bundle over.
pub const NOT_FOUND: &str = "Only values are taken out that are a redacted field's in some record, that stand behind a key of such a name (`user=…`), or that were named (--redact-value): in any case, escaped, in base64 or hexadecimal, an address also defanged, padded, reversed or as one number. What is compressed, encrypted, hashed, cut into pieces, misspelt or transliterated is not found.";
