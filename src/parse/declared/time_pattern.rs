//! Times in a notation of a format's own, with the letters of `strftime`.

use crate::parse::format::TextStart;
use crate::parse::time::timestamp_formats::{self, month_name, zone_offset};
use crate::record::{CivilDateTime, ParsedTime, Precision, Timestamp};

/// A notation.
#[derive(Debug, Clone)]
pub struct TimePattern {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Text(char),
    /// One or more spaces.
    Space,
    /// A letter after `%`.
    Part(char),
}

/// What was read so far.
struct Parts {
    civil: CivilDateTime,
    month: Option<u8>,
    day: Option<u8>,
    /// Whether the hour is of the afternoon (`%p`).
    afternoon: Option<bool>,
    precision: Precision,
    epoch: Option<Timestamp>,
    day_of_year: Option<u16>,
}

impl TimePattern {
    /// Reads a notation; `iso`, `epoch` and the like need none.
    pub fn parse(text: &str) -> Result<TimePattern, String> {
        let (mut items, mut chars) = (Vec::new(), text.chars());
        while let Some(c) = chars.next() {
            items.push(match c {
                ' ' => Item::Space,
                '%' => match chars.next() {
                    Some('%') => Item::Text('%'),
                    Some(part) if "YymdebBHIpMSfzZsjakaA".contains(part) => Item::Part(part),
                    other => return Err(format!("`%{}` is not a part of a time", other.unwrap_or(' '))),
                },
                c => Item::Text(c),
            });
        }
        items.dedup_by(|next, before| *next == Item::Space && *before == Item::Space);
        Ok(TimePattern { items })
    }

    /// Returns how every text begins that it reads.
    pub fn begins(&self) -> TextStart {
        match self.items.first() {
            Some(Item::Text(c)) => TextStart::Texts(vec![c.to_string()]),
            Some(Item::Part('Y' | 'y' | 'm' | 'd' | 'H' | 'I' | 'M' | 'S' | 'j' | 's')) => TextStart::Digit,
            Some(Item::Part('b' | 'B')) => TextStart::Letter,
            _ => TextStart::Anyhow,
        }
    }

    /// Reads a time at the start of a text, and returns what follows it.
    pub fn read<'t>(&self, text: &'t str) -> Option<(ParsedTime, &'t str)> {
        let civil =
            CivilDateTime { year: None, date: None, hour: 0, minute: 0, second: 0, nanos: 0, offset: None };
        let mut parts = Parts {
            civil,
            month: None,
            day: None,
            afternoon: None,
            precision: Precision::Day,
            epoch: None,
            day_of_year: None,
        };
        let mut rest = text;
        for item in &self.items {
            rest = match item {
                Item::Text(c) => rest.strip_prefix(*c)?,
                Item::Space => {
                    let behind = rest.trim_start_matches([' ', '\t']);
                    if behind.len() == rest.len() {
                        return None;
                    }
                    behind
                }
                Item::Part(part) => parts.read(*part, rest)?,
            };
        }
        Some((parts.finish()?, rest))
    }
}

impl Parts {
    fn read<'t>(&mut self, part: char, text: &'t str) -> Option<&'t str> {
        let small =
            |value: u32, least: u32, most: u32| (least..=most).contains(&value).then_some(value as u8);
        match part {
            'Y' => {
                let (year, rest) = digits(text, 4, 4)?;
                self.civil.year = Some(year as i32);
                return Some(rest);
            }
            'y' => {
                let (year, rest) = digits(text, 2, 2)?;
                self.civil.year = Some(if year < 70 { 2000 } else { 1900 } + year as i32);
                return Some(rest);
            }
            'b' | 'B' => return self.month_word(text),
            'a' | 'A' => return Some(text.trim_start_matches(|c: char| c.is_alphabetic())),
            'p' => {
                let word = text.get(..2)?;
                self.afternoon = Some(word.eq_ignore_ascii_case("pm"));
                return (word.eq_ignore_ascii_case("pm") || word.eq_ignore_ascii_case("am"))
                    .then_some(&text[2..]);
            }
            'f' => return self.fraction(text),
            'z' | 'Z' => return self.zone(text),
            's' => {
                let (when, rest) = timestamp_formats::epoch(text)?;
                let ParsedTime::Timestamp(instant, precision) = when else { return None };
                (self.epoch, self.precision) = (Some(instant), precision);
                return Some(rest);
            }
            'j' => {
                let (day, rest) = digits(text, 3, 3)?;
                self.day_of_year = Some(day as u16);
                return Some(rest);
            }
            _ => {}
        }
        let padded = if matches!(part, 'e' | 'k') { text.strip_prefix(' ').unwrap_or(text) } else { text };
        let (value, rest) = digits(padded, 1, 2)?;
        match part {
            'm' => self.month = Some(small(value, 1, 12)?),
            'd' | 'e' => self.day = Some(small(value, 1, 31)?),
            'H' | 'I' | 'k' => {
                self.civil.hour = small(value, 0, 23)?;
                self.precision = self.precision.max(Precision::Minute);
            }
            'M' => self.civil.minute = small(value, 0, 59)?,
            _ => {
                self.civil.second = small(value, 0, 60)?;
                self.precision = Precision::Second;
            }
        }
        Some(rest)
    }

    fn month_word<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        self.month = Some(month_name(text.as_bytes(), 0)?);
        let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        Some(&text[end..])
    }

    /// Reads a fraction of the second with or without its mark; it may be missing.
    fn fraction<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let rest = text.strip_prefix(['.', ',', ':']).unwrap_or(text);
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Some(text);
        }
        let nanos = rest.bytes().take(count).chain(std::iter::repeat(b'0')).take(9);
        self.civil.nanos = nanos.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        self.precision = Precision::from_digits(count);
        Some(&rest[count..])
    }

    fn zone<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if let Some((east, at)) = timestamp_formats::offset_at(text.as_bytes(), 0) {
            self.civil.offset = Some(east);
            return Some(&text[at..]);
        }
        let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        // A word that names several zones or none leaves the zone to the plan.
        self.civil.offset = zone_offset(&text[..end]);
        (end > 0).then_some(&text[end..])
    }

    fn finish(mut self) -> Option<ParsedTime> {
        if let Some(instant) = self.epoch {
            let nanos = i64::from(self.civil.nanos);
            return Some(ParsedTime::Timestamp(instant.plus(nanos), self.precision));
        }
        if let Some(afternoon) = self.afternoon {
            self.civil.hour = self.civil.hour % 12 + if afternoon { 12 } else { 0 };
        }
        if let (Some(month), Some(day)) = (self.month, self.day) {
            self.civil.date = Some((month, day));
        }
        if let (Some(day), Some(year)) = (self.day_of_year, self.civil.year) {
            use chrono::Datelike;
            let date = chrono::NaiveDate::from_yo_opt(year, u32::from(day))?;
            self.civil.date = Some((date.month() as u8, date.day() as u8));
        }
        Some(ParsedTime::Civil(self.civil, self.precision))
    }
}

/// Reads a number of so many digits.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    (count >= least).then(|| (text[..count].parse().unwrap_or(0), &text[count..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, text: &str) -> Option<String> {
        let pattern = TimePattern::parse(pattern).expect("a test writes patterns");
        let (when, rest) = pattern.read(text)?;
        assert_eq!(rest, "");
        Some(match when {
            ParsedTime::Timestamp(instant, _) => instant.to_string(),
            ParsedTime::Civil(c, _) => format!(
                "{:?} {:?} {:02}:{:02}:{:02}.{:09} {:?}",
                c.year, c.date, c.hour, c.minute, c.second, c.nanos, c.offset
            ),
        })
    }

    #[test]
    fn notations_are_read() {
        let rows = [
            ("%d/%m/%Y %H:%M:%S", "01/03/2026 10:00:02", "Some(2026) Some((3, 1)) 10:00:02.000000000 None"),
            ("%y%m%d %k:%M:%S", "160303  9:00:02", "Some(2016) Some((3, 3)) 09:00:02.000000000 None"),
            ("%d %b %H:%M:%S%f", "03 Mar 12:01:02.345", "None Some((3, 3)) 12:01:02.345000000 None"),
            ("%m/%d/%Y %I:%M %p", "11/02/2026 12:05 AM", "Some(2026) Some((11, 2)) 00:05:00.000000000 None"),
            (
                "%Y-%m-%d %H:%M:%S %Z",
                "2026-11-02 10:00:00 CEST",
                "Some(2026) Some((11, 2)) 10:00:00.000000000 Some(7200)",
            ),
        ];
        for (pattern, text, wanted) in rows {
            assert_eq!(read(pattern, text).as_deref(), Some(wanted), "{pattern}: {text}");
        }
        assert_eq!(read("%m/%d", "13/01"), None);
    }
}
