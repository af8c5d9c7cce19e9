//! Which zone a compiled zone file (RFC 9636, `/etc/localtime`) holds: it does not say so.

use chrono::{Datelike, NaiveDate};

use super::Timestamp;
use super::Zone;

/// 1990-01-01, in seconds: from here on a zone has to agree.
const MODERN: i64 = 631_152_000;
/// Times after this are not compared, in seconds: 2037-01-01.
const LAST: i64 = 2_114_380_800;
/// Years in which the rule at the end of a file is tried.
const RULE_YEARS: std::ops::RangeInclusive<i32> = 2024..=2027;
/// Regions whose names are preferred where several zones agree.
const REGIONS: [&str; 8] =
    ["Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/"];
/// Where each field of a header lies: the counts of RFC 9636, section 3.1.
const HEADER: usize = 44;

/// A moment in seconds, and the offset that applies then, in seconds east.
type Sample = (i64, i32);

/// What a zone file says.
struct ZoneFile {
    samples: Vec<Sample>,
}

/// Returns the zone whose offsets are those of a compiled zone file: of several that agree
/// since 1990, the one that agrees most often before that.
pub fn zone_of_file(bytes: &[u8]) -> Option<Zone> {
    let file = ZoneFile::read(bytes)?;
    let agreement = |zone: &Zone| {
        let agrees = |(at, east): &Sample| zone.offset_at(Timestamp::from_secs(*at)) == *east;
        let (modern, old): (Vec<Sample>, Vec<Sample>) =
            file.samples.iter().copied().partition(|(at, _)| *at >= MODERN);
        modern.iter().all(agrees).then(|| old.iter().filter(|sample| agrees(sample)).count())
    };
    if file.samples.iter().all(|(_, east)| *east == 0) {
        return Some(Zone::UTC);
    }
    let rank = |name: &str| {
        let region = REGIONS.iter().position(|region| name.starts_with(region)).unwrap_or(REGIONS.len());
        (std::cmp::Reverse(region), std::cmp::Reverse(name.to_owned()))
    };
    chrono_tz::TZ_VARIANTS
        .iter()
        .filter_map(|tz| Some((agreement(&Zone::Named(*tz))?, rank(tz.name()), *tz)))
        .max_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)))
        .map(|(_, _, tz)| Zone::Named(tz))
}

impl ZoneFile {
    fn read(bytes: &[u8]) -> Option<ZoneFile> {
        let counts = |at: usize| -> Option<[usize; 6]> {
            let header = bytes.get(at..at + HEADER)?;
            let count = |n: usize| {
                let at = 20 + n * 4;
                u32::from_be_bytes(header[at..at + 4].try_into().expect("four bytes")) as usize
            };
            header.starts_with(b"TZif").then(|| [0, 1, 2, 3, 4, 5].map(count))
        };
        let length = |[isut, isstd, leap, time, kinds, chars]: [usize; 6], wide: usize| {
            time * wide + time + kinds * 6 + chars + leap * (wide + 4) + isstd + isut
        };
        let first = counts(0)?;
        let version = *bytes.get(4)?;
        if version < b'2' {
            let samples = samples(bytes.get(HEADER..)?, first, 4)?;
            return Some(ZoneFile { samples });
        }
        let second_at = HEADER + length(first, 4);
        let second = counts(second_at)?;
        let body = second_at + HEADER;
        let mut samples = samples(bytes.get(body..)?, second, 8)?;
        let footer = bytes.get(body + length(second, 8)..)?.strip_prefix(b"\n")?;
        let rule = footer.split(|byte| *byte == b'\n').next()?;
        let after = samples.iter().map(|(at, _)| *at).max().unwrap_or(i64::MIN);
        let rule = rule_samples(std::str::from_utf8(rule).ok()?).unwrap_or_default();
        samples.extend(rule.into_iter().filter(|(at, _)| *at > after));
        (!samples.is_empty()).then_some(ZoneFile { samples })
    }
}

/// Returns the moments around each transition of a data block.
fn samples(body: &[u8], [_, _, _, time, kinds, _]: [usize; 6], wide: usize) -> Option<Vec<Sample>> {
    let times = body.get(..time * wide)?;
    let types = body.get(time * wide..time * wide + time)?;
    let records = body.get(time * (wide + 1)..time * (wide + 1) + kinds * 6)?;
    let east = |kind: usize| -> Option<i32> {
        let record = records.get(kind * 6..kind * 6 + 4)?;
        Some(i32::from_be_bytes(record.try_into().ok()?))
    };
    let moment = |at: &[u8]| match wide {
        4 => i32::from_be_bytes(at.try_into().expect("four bytes")).into(),
        _ => i64::from_be_bytes(at.try_into().expect("eight bytes")),
    };
    let mut samples = Vec::new();
    let mut before = None;
    for (at, kind) in times.chunks(wide).map(moment).zip(types) {
        let now = east(usize::from(*kind))?;
        if (-4_000_000_000..LAST).contains(&at) {
            samples.extend(before.map(|before| (at - 1, before)));
            samples.push((at, now));
        }
        before = Some(now);
    }
    if samples.is_empty() && kinds > 0 {
        samples.push((MODERN, before.or(east(0))?));
    }
    Some(samples)
}

/// Returns moments around the transitions of a rule in the form of `TZ` (POSIX.1, 8.3).
fn rule_samples(rule: &str) -> Option<Vec<Sample>> {
    let (_, rest) = name(rule)?;
    let (west, rest) = clock(rest)?;
    let standard = -west;
    if rest.is_empty() {
        return Some(RULE_YEARS.filter_map(|year| Some((days(year, 1, 1)? * 86_400, standard))).collect());
    }
    let (_, rest) = name(rest)?;
    let (summer, rest) = match clock(rest) {
        Some((west, rest)) => (-west, rest),
        None => (standard + 3_600, rest),
    };
    let mut parts = rest.strip_prefix(',')?.split(',');
    let (begins, ends) = (parts.next()?, parts.next()?);
    let mut samples = Vec::new();
    for year in RULE_YEARS {
        let (start, end) =
            (local(begins, year)? - i64::from(standard), local(ends, year)? - i64::from(summer));
        samples.extend([(start - 1, standard), (start, summer), (end - 1, summer), (end, standard)]);
    }
    samples.sort_unstable();
    Some(samples)
}

/// Splits off the abbreviation of a zone.
fn name(rule: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = rule.strip_prefix('<') {
        return quoted.split_once('>');
    }
    let end = rule.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rule.len());
    (end >= 3).then(|| rule.split_at(end))
}

/// Splits off hours, minutes and seconds with a sign, in seconds.
fn clock(text: &str) -> Option<(i32, &str)> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    let mut seconds = 0;
    for (part, unit) in digits.split(':').zip([3_600, 60, 1]) {
        seconds += part.parse::<i32>().ok().filter(|part| *part < 1_000)? * unit;
    }
    Some((sign * seconds, rest))
}

/// Returns the local time of a transition (`M3.5.0/2`), in seconds since 1970.
fn local(rule: &str, year: i32) -> Option<i64> {
    let (day, time) = rule.split_once('/').unwrap_or((rule, "2"));
    let mut parts = day.strip_prefix('M')?.split('.').map(|part| part.parse::<u32>().ok());
    let (month, week, weekday) = (parts.next()??, parts.next()??, parts.next()??);
    let first = NaiveDate::from_ymd_opt(year, month, 1)?.weekday().num_days_from_sunday();
    let mut day = 1 + (weekday + 7 - first) % 7 + (week.checked_sub(1)?) * 7;
    while NaiveDate::from_ymd_opt(year, month, day).is_none() {
        day = day.checked_sub(7)?;
    }
    Some(days(year, month, day)? * 86_400 + i64::from(clock(time)?.0))
}

/// Returns the days from 1970 to a date.
fn days(year: i32, month: u32, day: u32) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some((date - NaiveDate::from_ymd_opt(1970, 1, 1)?).num_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a zone file with a rule and without transitions, as compilers write them for
    /// zones that have kept their rule.
    fn file(rule: &str, east: i32) -> Vec<u8> {
        let header = |version: u8| {
            let mut header = b"TZif".to_vec();
            header.push(version);
            header.extend([0; 15]);
            for count in [0_u32, 0, 0, 0, 1, 4] {
                header.extend(count.to_be_bytes());
            }
            header
        };
        let body = [&east.to_be_bytes()[..], &[0, 0], b"ABC\0"].concat();
        [header(b'2'), body.clone(), header(b'2'), body, format!("\n{rule}\n").into_bytes()].concat()
    }

    #[test]
    fn rules_at_the_end_of_a_file_tell_zones_apart() {
        let east = |rule: &str, east| {
            let zone = zone_of_file(&file(rule, east)).expect(rule);
            zone.offset_at(Timestamp::from_secs(1_772_000_000))
        };
        assert_eq!(zone_of_file(&file("UTC0", 0)), Some(Zone::UTC));
        assert_eq!([east("JST-9", 32_400), east("<+0545>-5:45", 20_700)], [32_400, 20_700]);
        let moment = |zone: &Zone, text: &str| {
            let time = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
            zone.resolve(time).expect("in range").timestamp.to_string()
        };
        let zone = zone_of_file(&file("EST5EDT,M3.2.0,M11.1.0", -18_000)).expect("one");
        assert_eq!(moment(&zone, "2026-03-08 03:30"), "2026-03-08T07:30:00.000000000Z");
        assert_eq!(moment(&zone, "2026-03-08 01:30"), "2026-03-08T06:30:00.000000000Z");
    }

    #[test]
    fn what_is_no_zone_file_has_no_zone() {
        assert_eq!(zone_of_file(b""), None);
        assert_eq!(zone_of_file(b"TZif2"), None);
        assert_eq!(zone_of_file(&file("CET-1CEST,M3.5.0,M10.5.0/3", 3_600)[..60]), None);
        let mut huge = file("JST-9", 32_400);
        huge[32..36].fill(0xff);
        assert_eq!(zone_of_file(&huge), None);
    }

    #[test]
    fn a_zone_file_of_this_machine_is_the_zone_it_is_called_after() {
        for name in ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Sydney"] {
            let Ok(bytes) = std::fs::read(format!("/usr/share/zoneinfo/{name}")) else { continue };
            let (found, meant) = (zone_of_file(&bytes).expect(name), name.parse::<Zone>().expect(name));
            for day in 0..36_525_i64 {
                let at = Timestamp::from_secs(MODERN + day * 31_557);
                assert_eq!(found.offset_at(at), meant.offset_at(at), "{name} {found} {at}");
            }
        }
    }
}
