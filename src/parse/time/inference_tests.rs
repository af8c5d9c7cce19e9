use super::*;
use crate::parse::format::Framing;
use crate::parse::plan::Plan;
use crate::parse::test_formats::{at, time_of_day};
use crate::parse::time::timestamp_formats;

fn plan(anchor: &str) -> Plan {
    Plan {
        format: "unparsed".to_owned(),
        mixed: Vec::new(),
        forced: false,
        version: 1,
        framing: Framing::Lines,
        zone: "UTC".to_owned(),
        anchor: at(anchor).nanos(),
        acquired: at("2026-02-01T00:00:00Z").nanos(),
        year: None,
        definition: None,
        headers: Vec::new(),
        shifts: Vec::new(),
        host: None,
        labels: Vec::new(),
        stated: Vec::new(),
        clock: 0,
    }
}

/// Resolves what a reader makes of a text: the moment and its basis.
fn moment(plan: &Plan, text: &str) -> Option<(String, String)> {
    let when = timestamp_formats::whole(text).or_else(|| Some(time_of_day(text)?.0)).expect("a time");
    let stamp = TimeResolver::new(plan.time_rules().expect("a known zone")).resolve(0, when)?;
    Some((stamp.timestamp.to_string().replace(".000000000", ""), stamp.basis.to_string()))
}

fn is(instant: &str, basis: &str) -> Option<(String, String)> {
    Some((instant.to_owned(), basis.to_owned()))
}

#[test]
fn offsets_place_the_same_clock_time_hours_apart() {
    let plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "01/Mar/2025:09:00:00 +0000"), is("2025-03-01T09:00:00Z", "explicit"));
    assert_eq!(moment(&plan, "01/Mar/2025:09:00:00 +0530"), is("2025-03-01T03:30:00Z", "explicit"));
    assert_eq!(moment(&plan, "1740819600"), is("2025-03-01T09:00:00Z", "explicit"));
}

#[test]
fn a_missing_zone_is_the_plans_and_is_marked() {
    let mut plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "2025-03-01 09:00:00"), is("2025-03-01T09:00:00Z", "zone"));
    plan.zone = "Asia/Kolkata".to_owned();
    assert_eq!(moment(&plan, "2025-03-01 09:00:00"), is("2025-03-01T03:30:00Z", "zone"));
    assert_eq!(moment(&plan, "2025-03-01 09:00:00Z"), is("2025-03-01T09:00:00Z", "explicit"));
}

#[test]
fn a_local_time_in_a_fold_or_a_gap_is_flagged() {
    let mut plan = plan("2026-01-15T12:00:00Z");
    plan.zone = "Europe/Berlin".to_owned();
    assert_eq!(moment(&plan, "2025-10-26 02:30:00"), is("2025-10-26T00:30:00Z", "zone,ambiguous"));
    assert_eq!(moment(&plan, "2025-03-30 02:30:00"), is("2025-03-30T01:30:00Z", "zone,ambiguous"));
    assert_eq!(moment(&plan, "Oct 26 02:30:00"), is("2025-10-26T00:30:00Z", "year,zone,ambiguous"));
    assert_eq!(moment(&plan, "2025-10-26T02:30:00+01:00"), is("2025-10-26T01:30:00Z", "explicit"));
}

#[test]
fn a_missing_year_is_the_latest_that_is_not_after_the_sources_last_change() {
    let plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "Dec 10 08:00:00"), is("2025-12-10T08:00:00Z", "year,zone"));
    assert_eq!(moment(&plan, "Jan 15 11:00:00"), is("2026-01-15T11:00:00Z", "year,zone"));
    assert_eq!(moment(&plan, "Jan 16 11:59:59"), is("2026-01-16T11:59:59Z", "year,zone"));
    assert_eq!(moment(&plan, "Jan 16 12:00:01"), is("2025-01-16T12:00:01Z", "year,zone"));
    assert_eq!(moment(&plan, "Feb 29 08:00:00"), is("2024-02-29T08:00:00Z", "year,zone"));
}

#[test]
fn the_window_of_years_follows_the_zone_over_new_year() {
    let mut plan = plan("2025-12-31T22:00:00Z");
    plan.zone = "+12:00".to_owned();
    assert_eq!(moment(&plan, "Jan  1 09:00:00"), is("2025-12-31T21:00:00Z", "year,zone"));
    plan.zone = "-12:00".to_owned();
    assert_eq!(moment(&plan, "Dec 31 09:00:00"), is("2025-12-31T21:00:00Z", "year,zone"));
}

#[test]
fn a_year_that_the_user_gives_is_taken() {
    let mut plan = plan("2026-01-15T12:00:00Z");
    plan.year = Some(2019);
    assert_eq!(moment(&plan, "Dec 10 08:00:00"), is("2019-12-10T08:00:00Z", "year,zone"));
    assert_eq!(moment(&plan, "Feb 29 08:00:00"), None);
}

#[test]
fn years_are_counted_back_before_a_new_year_and_by_date_around_it() {
    let mut plan = plan("2026-01-15T12:00:00Z");
    let shift = |from_record, years, years_early| YearShift { from_record, years, years_early };
    plan.shifts = vec![shift(0, -1, -1), shift(100, -1, 0), shift(200, 0, 0)];
    let times = TimeResolver::new(plan.time_rules().expect("a known zone"));
    let year = |record, text: &str| {
        let stamp = times.resolve(record, timestamp_formats::bsd(text).expect("a time").0).expect("a day");
        stamp.timestamp.to_string()[..4].to_owned()
    };
    assert_eq!([year(99, "Jan 10 00:00:00"), year(99, "Feb 10 00:00:00")], ["2025", "2024"]);
    assert_eq!([year(100, "Jan 10 00:00:00"), year(199, "Feb 10 00:00:00")], ["2025", "2025"]);
    assert_eq!([year(200, "Jan 10 00:00:00"), year(200, "Feb 10 00:00:00")], ["2026", "2025"]);
    assert_eq!([year(99, "Feb 29 00:00:00"), year(200, "Feb 29 00:00:00")], ["2024", "2024"]);
}

#[test]
fn a_missing_date_is_the_latest_on_which_the_time_is_not_after_the_last_change() {
    let plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "11:59:59"), is("2026-01-15T11:59:59Z", "date,zone"));
    assert_eq!(moment(&plan, "12:00:01"), is("2026-01-14T12:00:01Z", "date,zone"));
}

#[test]
fn a_time_after_the_acquisition_is_kept_and_flagged() {
    let plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "2026-02-01T00:01:00Z"), is("2026-02-01T00:01:00Z", "explicit"));
    assert_eq!(moment(&plan, "2026-02-01T00:03:00Z"), is("2026-02-01T00:03:00Z", "explicit,future"));
}

#[test]
fn a_day_that_does_not_exist_gives_no_moment() {
    let plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "2025-02-31T10:00:00Z"), None);
    assert_eq!(moment(&plan, "Apr 31 10:00:00"), None);
    assert_eq!(moment(&plan, "2025-02-29 10:00:00"), None);
}

#[test]
fn a_leap_second_is_the_first_moment_of_the_next_minute() {
    let plan = plan("2026-01-15T12:00:00Z");
    assert_eq!(moment(&plan, "2016-12-31T23:59:60Z"), is("2017-01-01T00:00:00Z", "explicit"));
}
