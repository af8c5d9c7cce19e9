use super::*;
use crate::parse::framing::{Framer, Record};
use crate::parse::plan::ParseOptions;
use crate::parse::test_formats::{TEST_FORMATS, at, plan};
use crate::parse::time::YearWatch;

/// Reads a whole source as an importer does, and gives its events.
fn events(content: &str, modified: Option<&str>, options: &ParseOptions) -> Vec<Event<'static>> {
    let mut plan = plan(content, modified, options);
    let mut records = Vec::new();
    Framer::new(plan.framing).feed(content.as_bytes(), true, &mut records);
    let read = |plan: &Plan| -> Vec<Event<'static>> {
        let parser = Parser::with_formats(plan, TEST_FORMATS).expect("a plan made just now");
        let mut at = 0;
        let event = |(number, record): (u64, &Record)| {
            let text = &content[at + record.lead as usize..][..record.text as usize];
            at += record.length();
            let mut event = Event::default();
            parser.read(number, record.part, text, &mut event);
            event.into_owned()
        };
        (0..).zip(&records).map(event).collect()
    };
    let mut watch = YearWatch::default();
    for (record, event) in (0..).zip(read(&plan)) {
        watch.note(record, &event);
    }
    plan.shifts = plan.year_shifts(&watch);
    read(&plan)
}

fn times(events: &[Event<'_>]) -> Vec<String> {
    let time = |event: &Event<'_>| event.time.map_or("none".to_owned(), |stamp| stamp.timestamp.to_string());
    events.iter().map(|event| time(event).replace(":00.000000000Z", "")).collect()
}

fn read(text: &str) -> Event<'static> {
    let plan = plan("", None, &ParseOptions::default());
    let parser = Parser::with_formats(&plan, TEST_FORMATS).expect("a plan made just now");
    let mut event = Event::default();
    parser.read(0, 0, text, &mut event);
    event.into_owned()
}

#[test]
fn a_record_is_read_by_whichever_format_understands_it() {
    assert_eq!(read("203.0.113.7 [01/Mar/2025:10:00:00 +0000] /a LONG").format, "trial.long");
    assert_eq!(read("203.0.113.7 [01/Mar/2025:10:00:00 +0000] /a").format, "trial.access");
    assert_eq!(read("{\"time\":\"2025-03-01T10:00:00Z\"}").format, "trial.object");
}

#[test]
fn a_record_that_no_format_understands_is_kept_as_its_text() {
    let event = read("who knows");
    assert_eq!((event.format, event.time), (UNPARSED, None));
    assert_eq!(event.fields(), [(Key::Core(fields::MESSAGE), "who knows".into())]);
}

#[test]
fn a_line_is_not_lost_to_the_lines_that_continue_it() {
    let event = read("203.0.113.7 [01/Mar/2025:10:00:00 +0000] /a\r\n\tat x\n\tat y");
    assert_eq!((event.format, event.text(fields::URL_PATH)), ("trial.access", Some("/a")));
    assert_eq!(event.values(CONTINUATION).collect::<Vec<_>>(), [&"\tat x\n\tat y".into()]);
    assert_eq!(event.time.map(|stamp| stamp.timestamp), Some(at("2025-03-01T10:00:00Z")));
    assert_eq!(read("Mar  1 10:00:00 a\n  b").text(fields::MESSAGE), Some("a\n  b"));
}

#[test]
fn a_part_of_an_overlong_line_is_text() {
    let plan = plan("", None, &ParseOptions::default());
    let parser = Parser::with_formats(&plan, TEST_FORMATS).expect("a plan made just now");
    let mut event = Event::default();
    parser.read(0, 1, "203.0.113.7 [01/Mar/2025:10:00:00 +0000] /a", &mut event);
    assert_eq!((event.format, event.time), (UNPARSED, None));
}

#[test]
fn a_forced_format_is_the_only_one() {
    let mut plan = plan("", None, &ParseOptions::default());
    (plan.format, plan.forced) = ("trial.syslog".to_owned(), true);
    let parser = Parser::with_formats(&plan, TEST_FORMATS).expect("a known format");
    let mut event = Event::default();
    parser.read(0, 0, "203.0.113.7 [01/Mar/2025:10:00:00 +0000] /a", &mut event);
    assert_eq!(event.format, UNPARSED);
    plan.format = "gone".to_owned();
    assert!(Parser::with_formats(&plan, TEST_FORMATS).is_err());
}

#[test]
fn host_and_labels_of_the_plan_stand_on_every_event() {
    let options = ParseOptions {
        host: Some("web-01".to_owned()),
        labels: vec![("site".to_owned(), "north".to_owned())],
        ..ParseOptions::default()
    };
    for event in events("203.0.113.7 [01/Mar/2025:10:00:00 +0000] /a\nwho knows\n", None, &options) {
        assert_eq!(event.text(fields::HOST_NAME), Some("web-01"));
        assert_eq!(event.values("labels.site").collect::<Vec<_>>(), [&"north".into()]);
    }
}

#[test]
fn one_line_dated_days_ahead_moves_none_of_ninety_one() {
    let day = |n: usize| if n == 45 { 12 } else { n / 10 };
    let line = |n: usize| format!("203.0.113.7 [{:02}/Mar/2025:{:02}:00:00 +0000] /\n", 1 + day(n), n % 10);
    let content: String = (0..91).map(line).collect();
    let expected: Vec<String> =
        (0..91).map(|n| format!("2025-03-{:02}T{:02}:00", 1 + day(n), n % 10)).collect();
    assert_eq!(times(&events(&content, None, &ParseOptions::default())), expected);
}

#[test]
fn lines_out_of_order_keep_their_times() {
    let content = "Jan 14 10:05:00 a\nJan 14 10:01:00 b\nJan 14 10:09:00 c\nJan 14 10:00:00 d\n";
    assert_eq!(
        times(&events(content, Some("2026-01-15T00:00:00Z"), &ParseOptions::default())),
        ["2026-01-14T10:05", "2026-01-14T10:01", "2026-01-14T10:09", "2026-01-14T10:00"]
    );
}

#[test]
fn a_straggler_moves_no_year_and_december_before_january_is_the_year_before() {
    let content =
        "Dec 10 08:00:00 a\nDec 31 23:59:00 b\nJan  1 00:01:00 c\nDec 30 00:00:00 late\nJan 15 09:00:00 d\n";
    assert_eq!(
        times(&events(content, Some("2026-01-15T10:00:00Z"), &ParseOptions::default())),
        ["2025-12-10T08:00", "2025-12-31T23:59", "2026-01-01T00:01", "2025-12-30T00:00", "2026-01-15T09:00"]
    );
}

#[test]
fn lines_without_a_date_are_placed_by_the_last_change() {
    let events = events("09:00:00 a\n11:00:00 b\n", Some("2026-01-15T10:00:00Z"), &ParseOptions::default());
    assert_eq!(times(&events), ["2026-01-15T09:00", "2026-01-14T11:00"]);
}
