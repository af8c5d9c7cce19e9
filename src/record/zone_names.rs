//! Names of zones in times.

/// Returns the offset from UTC, in seconds east, of a zone abbreviation: those of RFC
/// 5322 §4.3, and those of Europe, Japan, Korea and Australia, which mean one zone
/// each. Abbreviations of several zones (CST of China, IST, BST of Bangladesh) have the
/// meaning of RFC 5322 and Europe, or none.
pub fn zone_offset(name: &str) -> Option<i32> {
    let quarters = match name {
        "UTC" | "GMT" | "UT" | "WET" => 0,
        "CET" | "MET" | "WEST" | "BST" => 4,
        "CEST" | "MEST" | "EET" => 8,
        "EEST" | "MSK" => 12,
        "JST" | "KST" => 36,
        "AWST" => 32,
        "ACST" => 38,
        "AEST" => 40,
        "AEDT" => 44,
        "NZST" => 48,
        "NZDT" => 52,
        "EDT" => -16,
        "EST" | "CDT" => -20,
        "CST" | "MDT" => -24,
        "MST" | "PDT" => -28,
        "PST" | "AKDT" => -32,
        "AKST" => -36,
        "HST" => -40,
        _ => return None,
    };
    Some(quarters * 900)
}
