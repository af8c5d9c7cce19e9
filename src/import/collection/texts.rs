//! Values in the small files that describe a system.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::record::{Timestamp, Zone, zone_offset};

/// Months as `date` writes them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns the first word of a text, without lines that are comments.
pub fn first_word(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next()?.split_whitespace().next()
}

/// Returns the value of the first of these keys in a file of `KEY=value`, without quotes.
pub fn key_value<'t>(text: Option<&'t str>, keys: &[&str]) -> Option<&'t str> {
    let value = |key: &&str| {
        text?.lines().find_map(|line| {
            let line = line.trim();
            let value = line.strip_prefix("export ").unwrap_or(line).strip_prefix(*key)?.trim_start();
            let value = value.strip_prefix('=')?.trim();
            Some(value.trim_matches(['"', '\''])).filter(|value| !value.is_empty())
        })
    };
    keys.iter().find_map(value)
}

/// Returns what stands behind a word in the first line that has it.
pub fn line_after<'t>(text: Option<&'t str>, word: &str) -> Option<&'t str> {
    let (_, rest) = text?.lines().find_map(|line| line.split_once(word))?;
    Some(rest.trim()).filter(|rest| !rest.is_empty())
}

/// Returns the word behind a text.
pub fn first_value<'t>(text: Option<&'t str>, before: &str) -> Option<&'t str> {
    line_after(text, before).and_then(first_word)
}

/// Returns the zone that a name means, of those of the IANA database and UTC.
pub fn zone_name(name: &str) -> Option<Zone> {
    let name = name.trim_start_matches(':').trim_start_matches("posix/").trim_start_matches("right/");
    // An abbreviation or an offset does not say when summer time is.
    let is_name = name.contains('/') || matches!(name, "UTC" | "GMT" | "Zulu" | "Universal");
    name.parse().ok().filter(|_| is_name && name.chars().all(|c| !c.is_whitespace()))
}

/// Returns the first of these texts of a JSON object, or of the first of several lines.
pub fn json_text(text: Option<&str>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| object(text)?.get(*key)?.as_str().map(str::to_owned))
}

/// Returns the first of these moments of a JSON object: seconds since 1970, or thousandths,
/// millionths or billionths of them.
pub fn json_moment(text: Option<&str>, keys: &[&str]) -> Option<Timestamp> {
    let number =
        keys.iter().find_map(|key| object(text)?.get(*key)?.as_i64().filter(|number| *number > 0))?;
    let units = [
        (100_000_000_000, 1_000_000_000),
        (100_000_000_000_000, 1_000_000),
        (100_000_000_000_000_000, 1_000),
    ];
    let unit = units.into_iter().find(|(below, _)| number < *below).map_or(1, |(_, unit)| unit);
    number.checked_mul(unit).map(Timestamp::from_nanos)
}

fn object(text: Option<&str>) -> Option<Value> {
    let text = text?;
    let whole = serde_json::from_str(text).ok();
    let value: Value = whole.or_else(|| serde_json::from_str(text.lines().next()?).ok())?;
    match value {
        Value::Array(rows) => rows.into_iter().next(),
        value => Some(value),
    }
}

/// Returns the moment of `2026-03-02 04:24:11 +0100`, `… UTC` or without a zone (UTC then),
/// wherever it begins in a line.
pub fn line_moment(line: &str) -> Option<Timestamp> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).enumerate().find_map(|(at, two)| {
        let local = format!("{} {}", two[0], two[1]);
        let local = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M:%S").ok()?;
        let zone: Zone = words.get(at + 2).and_then(|zone| zone.parse().ok()).unwrap_or(Zone::UTC);
        Some(zone.resolve(local)?.timestamp)
    })
}

/// Returns the moment that `date` prints: `Mon Mar  2 04:24:11 CET 2026`, `Mon 02 Mar 2026
/// 04:24:11 AM CET`. A zone whose offset is not known counts as UTC.
pub fn collected_at(line: &str) -> Option<Timestamp> {
    if let Ok(time) = DateTime::parse_from_rfc3339(line.trim()) {
        return time.timestamp_nanos_opt().map(Timestamp::from_nanos);
    }
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches([',', '.'])).collect();
    let month = words.iter().find_map(|word| MONTHS.iter().position(|month| word.starts_with(month)))?;
    let number = |digits: std::ops::RangeInclusive<usize>| {
        let fits = |word: &&&str| digits.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
        words.iter().find(fits).and_then(|word| word.parse::<i32>().ok())
    };
    let (year, day) = (number(4..=4)?, number(1..=2)?);
    let clock: Vec<u32> = words
        .iter()
        .find(|word| word.contains(':'))?
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [hour, minute, second] = clock[..] else { return None };
    let has = |wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    let hour = match (hour, has("AM"), has("PM")) {
        (12, true, _) => 0,
        (hour, _, true) if hour < 12 => hour + 12,
        (hour, ..) => hour,
    };
    let date = NaiveDate::from_ymd_opt(year, month as u32 + 1, day as u32)?;
    let east = words.iter().find_map(|word| zone_offset(word)).unwrap_or(0);
    Some(Zone::Fixed(east).resolve(date.and_hms_opt(hour, minute, second)?)?.timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_forms_of_programs() {
        let moment = |line: &str| collected_at(line).map(|time| time.to_string());
        let expected = Some("2026-03-02T03:24:11.000000000Z".to_owned());
        assert_eq!(moment("Mon Mar  2 04:24:11 CET 2026"), expected);
        assert_eq!(moment("Mon 02 Mar 2026 04:24:11 AM CET"), expected);
        assert_eq!(moment("Mon Mar  2 03:24:11 UTC 2026"), expected);
        assert_eq!(moment("2026-03-02T04:24:11+01:00"), expected);
        assert_eq!(moment("no time at all"), None);
        let moment = |line: &str| line_moment(line).map(|time| time.to_string());
        assert_eq!(moment("2026-03-02 04:24:11 +0100 INF started"), expected);
        assert_eq!(moment("Mon 2026-03-02 03:24:11 UTC"), expected);
        let number = |text: &str| json_moment(Some(text), &["create_time"]).map(|time| time.to_string());
        for text in [r#"{"create_time":1772421851}"#, r#"{"create_time":1772421851000000}"#] {
            assert_eq!(number(text), expected);
        }
    }

    #[test]
    fn values_stand_behind_keys_and_words() {
        let text = Some("# a comment\nZONE=\"Europe/Berlin\"\nUTC=true\n");
        assert_eq!(key_value(text, &["TIMEZONE", "ZONE"]), Some("Europe/Berlin"));
        assert_eq!(first_word("# name\n\nweb-01 # x\n"), Some("web-01"));
        assert_eq!(
            line_after(Some("  Time zone: Asia/Tokyo (JST, +0900)"), "Time zone:"),
            Some("Asia/Tokyo (JST, +0900)")
        );
        assert_eq!(
            json_text(Some("{\"Hostname\":\"a\"}\n{\"Hostname\":\"b\"}\n"), &["Hostname"]).as_deref(),
            Some("a")
        );
    }

    #[test]
    fn only_names_that_say_when_summer_time_is_are_zones() {
        assert!(zone_name("Europe/Berlin").is_some() && zone_name("UTC").is_some());
        assert_eq!([zone_name("CET"), zone_name("+02:00"), zone_name("n/a")], [None, None, None]);
    }
}
