//! What redaction does not find.

/// What redaction finds and what not, for whoever hands a bundle over.
pub const NOT_FOUND: &str = "Redaction covers only values that a redacted field has in some record, that follow a key with such a name (`user=…`), or that were named (--redact-value): in upper or lower case, escaped, in base64 or hexadecimal; an address also defanged, padded, reversed, or as one number. It does not find values that are compressed, encrypted, hashed, split, misspelled, or transliterated.";
