use super::*;

fn civil(
    year: Option<i32>,
    date: (u8, u8),
    time: (u8, u8, u8),
    nanos: u32,
    offset: Option<i32>,
) -> CivilDateTime {
    CivilDateTime { year, date: Some(date), hour: time.0, minute: time.1, second: time.2, nanos, offset }
}

#[test]
fn rfc_3339_is_read_with_and_without_its_parts() {
    let at = |nanos, offset| civil(Some(2026), (3, 1), (10, 0, 7), nanos, offset);
    let rows = [
        ("2026-03-01T10:00:07Z", at(0, Some(0)), Precision::Second, ""),
        ("2026-03-01 10:00:07,123 tail", at(123_000_000, None), Precision::Milli, " tail"),
        ("2026-03-01T10:00:07.123456+05:30 x", at(123_456_000, Some(19_800)), Precision::Micro, " x"),
        ("2026-03-01T10:00:07.1234567891-0130]", at(123_456_789, Some(-5_400)), Precision::Nano, "]"),
        ("2026/03/01 10:00:07 +0200 x", at(0, Some(7_200)), Precision::Second, " x"),
        ("2026-03-01 10:00:07 UTC: x", at(0, Some(0)), Precision::Second, ": x"),
        ("2026-03-01T10:00:07+02", at(0, Some(7_200)), Precision::Second, ""),
        ("2026-03-01 10:00:07 Utah", at(0, None), Precision::Second, " Utah"),
        ("2026-03-01 10:00:07 -5 left", at(0, None), Precision::Second, " -5 left"),
    ];
    for (text, civil, precision, rest) in rows {
        assert_eq!(iso(text), Some((ParsedTime::Civil(civil, precision), rest)), "{text}");
    }
    let minute = civil(Some(2026), (3, 1), (10, 0, 0), 0, Some(0));
    assert_eq!(iso("2026-03-01T10:00Z"), Some((ParsedTime::Civil(minute, Precision::Minute), "")));
}

#[test]
fn the_common_log_format_is_read() {
    let when =
        |offset| ParsedTime::Civil(civil(Some(2000), (10, 10), (13, 55, 36), 0, offset), Precision::Second);
    assert_eq!(clf("10/Oct/2000:13:55:36 -0700] \"GET"), Some((when(Some(-25_200)), "] \"GET")));
    assert_eq!(clf("10/Oct/2000:13:55:36]"), Some((when(None), "]")));
}

#[test]
fn syslog_times_are_read_without_and_with_a_year() {
    let when =
        |year, day| ParsedTime::Civil(civil(year, (10, day), (22, 14, 15), 0, None), Precision::Second);
    assert_eq!(bsd("Oct 11 22:14:15 mymachine su"), Some((when(None, 11), " mymachine su")));
    assert_eq!(bsd("Oct  1 22:14:15 x"), Some((when(None, 1), " x")));
    assert_eq!(bsd("Oct 1 22:14:15 x"), Some((when(None, 1), " x")));
    assert_eq!(bsd("Oct 11 2003 22:14:15: x"), Some((when(Some(2003), 11), ": x")));
    assert_eq!(bsd("Oct 11 22:14:15 2003: x"), Some((when(Some(2003), 11), ": x")));
    assert_eq!(bsd("Oct 11 22:14:15 2003x"), Some((when(None, 11), " 2003x")));
}

#[test]
fn ctime_and_mail_dates_are_read() {
    let when = |nanos, precision, offset| {
        ParsedTime::Civil(civil(Some(2005), (12, 4), (4, 47, 44), nanos, offset), precision)
    };
    assert_eq!(asctime("Sun Dec 04 04:47:44 2005] x"), Some((when(0, Precision::Second, None), "] x")));
    assert_eq!(
        asctime("Sun Dec  4 04:47:44.120000 2005"),
        Some((when(120_000_000, Precision::Micro, None), ""))
    );
    assert_eq!(asctime("Sun Dec  4 04:47:44 UTC 2005"), Some((when(0, Precision::Second, Some(0)), "")));
    assert_eq!(rfc5322("Sun, 04 Dec 2005 04:47:44 GMT"), Some((when(0, Precision::Second, Some(0)), "")));
    assert_eq!(rfc5322("4 Dec 2005 04:47:44 +0000"), Some((when(0, Precision::Second, Some(0)), "")));
}

#[test]
fn counts_since_the_epoch_are_told_apart_by_magnitude() {
    let rows = [
        ("1700000000", 1_700_000_000_000_000_000, Precision::Second),
        ("1700000000.123", 1_700_000_000_123_000_000, Precision::Milli),
        ("1700000000.123456789", 1_700_000_000_123_456_789, Precision::Nano),
        ("1700000000123", 1_700_000_000_123_000_000, Precision::Milli),
        ("1700000000123.25", 1_700_000_000_123_250_000, Precision::Micro),
        ("1700000000123456", 1_700_000_000_123_456_000, Precision::Micro),
        ("1700000000123456789", 1_700_000_000_123_456_789, Precision::Nano),
    ];
    for (text, nanos, precision) in rows {
        assert_eq!(
            epoch(text),
            Some((ParsedTime::Timestamp(Timestamp::from_nanos(nanos), precision), "")),
            "{text}"
        );
    }
    assert_eq!(epoch("12345"), None);
    assert_eq!(epoch("99999999999999999999"), None);
    assert_eq!(epoch_number(-5), None);
}

#[test]
fn what_is_no_time_is_not_read() {
    for text in [
        "",
        "2",
        "2026-13-01T10:00:00Z",
        "2026-03-00T10:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z",
        "2026-03-01T10:00:61Z",
        "2026-03-01T10:00:000Z",
        "2026-03/01T10:00:00Z",
        "10/Okt/2000:13:55:36 -0700",
        "Oct 32 22:14:15 x",
        "Sun Dec 04 04:47:44",
        "é",
        "2026-03-01T10:0é:00Z",
    ] {
        assert_eq!(whole(text), None, "{text}");
        for read in [iso, clf, asctime, rfc5322, epoch] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

#[test]
fn a_text_is_a_time_only_from_end_to_end() {
    assert!(whole(" 2026-03-01T10:00:00Z ").is_some());
    assert!(whole("Oct 11 22:14:15").is_some());
    assert!(whole("Sun, 06 Nov 1994 08:49:37 GMT").is_some());
    assert_eq!(
        whole("2026-03-01"),
        Some(ParsedTime::Civil(civil(Some(2026), (3, 1), (0, 0, 0), 0, None), Precision::Day))
    );
    assert_eq!(whole("2026-03-01T10:00:00Z and more"), None);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,40}", mangled in "[0-9TZ:/. +-]{0,40}") {
        for text in [text.as_str(), mangled.as_str()] {
            for read in [iso, clf, bsd, asctime, rfc5322, epoch, any] {
                if let Some((_, rest)) = read(text) {
                    proptest::prop_assert!(text.ends_with(rest));
                }
            }
        }
    }
}
