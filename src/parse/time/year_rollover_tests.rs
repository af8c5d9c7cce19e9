use chrono::{DateTime, Datelike, Timelike};
use proptest::prelude::*;

use super::*;
use crate::parse::plan::{ParseOptions, Plan};
use crate::parse::test_formats::{at, plan};
use crate::parse::time::timestamp_formats;
use crate::record::Timestamp;

const DAY: i64 = 86_400;

/// Writes a moment as a syslog line does.
fn written(secs: i64) -> String {
    let time = DateTime::from_timestamp(secs, 0).expect("in range");
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS[time.month0() as usize];
    format!("{month} {:>2} {:02}:{:02}:{:02}", time.day(), time.hour(), time.minute(), time.second())
}

/// A source that was last changed a minute after `end`.
fn plan_until(end: i64, year: Option<i32>) -> Plan {
    let modified = Timestamp::from_secs(end + 60).to_string();
    let mut plan = plan("", Some(&modified), &ParseOptions { year, ..ParseOptions::default() });
    (plan.anchor, plan.acquired) = ((end + 60) * 1_000_000_000, (end + 60) * 1_000_000_000);
    plan
}

fn watch(first: u64, lines: &[i64]) -> YearWatch {
    let mut watch = YearWatch::default();
    for (record, line) in (first..).zip(lines) {
        let mut event = Event::default();
        event.parsed_time = Some(timestamp_formats::bsd(&written(*line)).expect("a time").0);
        watch.note(record, &event);
    }
    watch
}

/// Reads back what the lines say, under a plan with the shifts that were noticed.
fn read(plan: &Plan, lines: &[i64]) -> Vec<i64> {
    let plan = Plan { shifts: plan.year_shifts(&watch(0, lines)), ..plan.clone() };
    let times = TimeResolver::new(plan.time_rules().expect("a known zone"));
    let moment = |(record, line): (u64, &i64)| {
        let when = timestamp_formats::bsd(&written(*line)).expect("a time").0;
        times.resolve(record, when).map_or(0, |stamp| stamp.timestamp.secs())
    };
    (0..).zip(lines).map(moment).collect()
}

fn every(step: i64, from: &str, to: &str) -> Vec<i64> {
    (at(from).secs()..at(to).secs()).step_by(step as usize).collect()
}

#[test]
fn a_log_within_a_year_needs_no_shift() {
    let lines = every(6 * 3600, "2025-02-01T00:00:00Z", "2026-01-15T00:00:00Z");
    let plan = plan_until(lines[lines.len() - 1], None);
    assert_eq!(plan.year_shifts(&watch(0, &lines)), []);
    assert_eq!(read(&plan, &lines), lines);
}

#[test]
fn a_log_of_years_is_counted_back_with_its_stragglers() {
    let mut lines = every(5 * 3600, "2022-11-03T00:00:00Z", "2026-01-15T00:00:00Z");
    for at in (7..lines.len()).step_by(13) {
        lines[at] -= (at as i64 % 5) * DAY;
    }
    let plan = plan_until(lines[lines.len() - 1], None);
    assert_eq!(read(&plan, &lines), lines);
    let first = DateTime::from_timestamp(lines[0], 0).expect("in range").year();
    assert_eq!(read(&plan_until(lines[lines.len() - 1], Some(first)), &lines), lines);
}

#[test]
fn a_few_lines_of_the_year_before_are_enough() {
    let mut lines = every(DAY, "2025-01-10T00:00:00Z", "2025-01-15T00:00:00Z");
    lines.extend(every(DAY, "2025-01-20T00:00:00Z", "2026-01-15T00:00:00Z"));
    let plan = plan_until(lines[lines.len() - 1], None);
    assert_eq!(read(&plan, &lines), lines);
}

#[test]
fn with_a_given_year_the_last_few_lines_may_be_of_the_next() {
    let days = |from: &str, to: &str| every(DAY, from, to);
    for (from, to) in [
        ("2024-12-30T00:00:00Z", "2025-01-02T00:00:00Z"),
        ("2024-12-31T00:00:00Z", "2025-01-04T00:00:00Z"),
        ("2024-06-01T00:00:00Z", "2025-01-03T00:00:00Z"),
        ("2024-03-01T00:00:00Z", "2024-12-31T00:00:00Z"),
        ("2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"),
        ("2023-11-01T00:00:00Z", "2025-01-03T00:00:00Z"),
    ] {
        let lines = days(from, to);
        let first = from[..4].parse().expect("a year");
        assert_eq!(read(&plan_until(lines[lines.len() - 1], Some(first)), &lines), lines, "{from} {to}");
    }
}

#[test]
fn neither_one_straggler_nor_an_older_file_behind_makes_a_new_year() {
    let plan = plan_until(at("2026-01-15T00:00:00Z").secs(), None);
    let mut lines = every(3600, "2025-12-01T00:00:00Z", "2026-01-15T00:00:00Z");
    lines[500] -= 300 * DAY;
    lines[700] -= 2 * DAY;
    assert_eq!(read(&plan, &lines), lines);
    let mut lines = every(3600, "2025-12-20T00:00:00Z", "2026-01-15T00:00:00Z");
    lines.extend(every(3600, "2025-11-20T00:00:00Z", "2025-12-20T00:00:00Z"));
    assert_eq!(read(&plan, &lines), lines);
}

#[test]
fn a_machine_that_boots_with_a_wrong_clock_makes_no_new_year() {
    for wrong in ["2025-02-03T00:00:00Z", "2025-06-01T00:00:00Z", "2026-01-01T00:00:00Z"] {
        let mut lines = every(3600, "2025-03-01T00:00:00Z", "2025-12-24T00:00:00Z");
        for boot in [100, 2000, 5000] {
            let block = (0..200).map(|n| at(wrong).secs() + n);
            lines.splice(boot..boot, block);
        }
        let plan = plan_until(at("2026-01-15T00:00:00Z").secs(), None);
        assert_eq!(plan.year_shifts(&watch(0, &lines)), [], "{wrong}");
    }
}

#[test]
fn times_that_fall_to_and_fro_over_the_seam_are_one_new_year() {
    let mut lines = every(1800, "2024-12-01T00:00:00Z", "2026-01-15T00:00:00Z");
    for at in (0..lines.len()).step_by(2) {
        lines[at] -= 7 * 3600;
    }
    let plan = plan_until(at("2026-01-15T00:00:00Z").secs(), None);
    assert_eq!(read(&plan, &lines), lines);
}

#[test]
fn what_threads_noted_apart_is_what_one_would_have_noted() {
    let lines = every(3600, "2023-11-03T00:00:00Z", "2026-01-15T00:00:00Z");
    let whole = watch(0, &lines);
    for size in [1, 7, 1000] {
        let mut parts = YearWatch::default();
        for (n, chunk) in lines.chunks(size).enumerate() {
            parts.append(watch((n * size) as u64, chunk));
        }
        assert_eq!((parts.level, &parts.runs), (whole.level, &whole.runs));
    }
}

#[test]
fn a_disordered_source_is_kept_small_whichever_way_it_is_put_together() {
    let lines: Vec<i64> = (0..300_000i64).map(|n| n * 7_919 % 364 * DAY).collect();
    let whole = watch(0, &lines);
    assert!(whole.runs.len() <= MOST_RUNS);
    let mut parts = watch(0, &lines[..99_999]);
    parts.append(watch(99_999, &lines[99_999..]));
    assert_eq!((parts.level, &parts.runs), (whole.level, &whole.runs));
    assert_eq!(plan_until(at("2026-01-15T00:00:00Z").secs(), None).year_shifts(&whole), []);
}

/// A log as machines write it: gaps of any length up to weeks, and some lines
/// that come up to two days late.
fn log() -> impl Strategy<Value = Vec<i64>> {
    let gap = prop_oneof![8 => 0i64..3600, 3 => 0..DAY, 1 => 0..20 * DAY];
    let late = prop_oneof![9 => Just(0i64), 1 => 0..2 * DAY];
    (at("2020-01-01T00:00:00Z").secs().., proptest::collection::vec((gap, late), 40..400)).prop_map(
        |(start, steps)| {
            let mut now = start % (2000 * DAY) + at("2020-01-01T00:00:00Z").secs();
            let mut lines: Vec<i64> = Vec::new();
            for (gap, late) in steps {
                now += gap;
                lines.push(now - late);
            }
            lines
        },
    )
}

#[test]
fn the_example_of_the_documentation_is_true() {
    let spread = |from: &str, to: &str| {
        let (from, to) = (at(from).secs(), at(to).secs());
        (0..1000).map(move |n| from + (to - from) * n / 1000)
    };
    let older = spread("2024-03-01T00:00:00Z", "2025-02-11T23:00:00Z");
    let lines: Vec<i64> = older.chain(spread("2025-02-12T00:00:00Z", "2026-02-10T12:00:00Z")).collect();
    let plan = plan_until(at("2026-02-10T12:00:00Z").secs(), None);
    let shifts = plan.year_shifts(&watch(0, &lines));
    let years: Vec<(i32, i32)> = shifts.iter().map(|shift| (shift.years, shift.years_early)).collect();
    assert_eq!(years, [(-1, -1), (-1, 0), (0, 0)]);
    assert!((725..755).contains(&shifts[1].from_record), "{}", shifts[1].from_record);
    assert!((1235..1265).contains(&shifts[2].from_record), "{}", shifts[2].from_record);
    assert_eq!(read(&plan, &lines), lines);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn in_a_log_of_years_too_no_line_moves_another_lines_time(
        start in at("2020-01-01T00:00:00Z").secs()..at("2022-01-01T00:00:00Z").secs(),
        steps in proptest::collection::vec((DAY / 2..4 * DAY, prop_oneof![9 => Just(0i64), 1 => 0..3 * DAY]), 400..700),
        place in any::<proptest::sample::Index>(),
        late in 0..20 * DAY,
    ) {
        let mut now = start;
        let mut lines: Vec<i64> = Vec::new();
        for (gap, late) in steps {
            now += gap;
            lines.push(now - late);
        }
        // A first or last year of a few lines only is no part of the promise.
        let end = now;
        let first = (end - lines[0]) % (365 * DAY) / DAY;
        prop_assume!((60..300).contains(&first));
        let plan = plan_until(end, None);
        prop_assert_eq!(&read(&plan, &lines), &lines);
        let at = place.index(lines.len());
        let mut fewer = lines.clone();
        fewer.remove(at);
        prop_assert_eq!(&read(&plan, &fewer), &fewer);
        let mut more = lines.clone();
        more.insert(at, lines[at] - late);
        prop_assert_eq!(&read(&plan, &more), &more);
    }

    #[test]
    fn inserting_or_deleting_any_line_moves_no_other_lines_time(
        lines in log(),
        place in any::<proptest::sample::Index>(),
        stray in 0i64..364 * DAY,
    ) {
        let end = *lines.iter().max().expect("it has lines");
        prop_assume!(end - lines[0] < 360 * DAY);
        let plan = plan_until(end, None);
        prop_assert_eq!(&read(&plan, &lines), &lines);
        let at = place.index(lines.len());
        let mut fewer = lines.clone();
        fewer.remove(at);
        prop_assert_eq!(&read(&plan, &fewer), &fewer);
        let mut more = lines.clone();
        more.insert(at, end - stray);
        prop_assert_eq!(&read(&plan, &more), &more);
    }
}
