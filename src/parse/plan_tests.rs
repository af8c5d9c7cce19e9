use super::*;
use crate::parse::test_formats::{at, plan, test_filter};

fn found(sample: &str) -> (String, Vec<String>, Framing) {
    let plan = plan(sample, None, &ParseOptions::default());
    (plan.format, plan.mixed, plan.framing)
}

fn is(format: &str, mixed: &[&str], framing: Framing) -> (String, Vec<String>, Framing) {
    (format.to_owned(), mixed.iter().map(|name| (*name).to_owned()).collect(), framing)
}

const ACCESS: &str = "203.0.113.7 [01/Mar/2025:10:00:00 +0000] /index.html\n";
const LONG: &str = "203.0.113.7 [01/Mar/2025:10:00:00 +0000] /index.html LONG\n";

#[test]
fn the_format_of_most_records_is_the_sources() {
    assert_eq!(found(&ACCESS.repeat(3)), is("trial.access", &[], Framing::Lines));
    assert_eq!(found(&format!("{}noise\n", ACCESS.repeat(9))), is("trial.access", &[], Framing::Lines));
    assert_eq!(found("Mar  1 10:00:00 a\n  b\nMar  1 10:00:01 c\n"), is("trial.syslog", &[], Framing::Lines));
}

#[test]
fn a_narrower_format_that_some_records_have_is_tried_before_it() {
    let mixed = format!("{}{LONG}", ACCESS.repeat(5));
    assert_eq!(found(&mixed), is("trial.access", &["trial.long"], Framing::Lines));
    assert_eq!(found(&LONG.repeat(3)), is("trial.long", &[], Framing::Lines));
}

#[test]
fn of_formats_that_understand_about_as_much_the_narrowest_is_the_sources() {
    assert_eq!(found(&format!("{}{ACCESS}", LONG.repeat(99))).0, "trial.long");
    assert_eq!(found(&format!("{}{ACCESS}", LONG.repeat(9))).0, "trial.access");
}

#[test]
fn json_is_told_by_its_documents() {
    assert_eq!(found("{\"a\":1}\n{\"b\":2}\n"), is("trial.object", &[], Framing::Json));
    assert_eq!(found("{\n  \"a\": 1\n}\n"), is("trial.object", &[], Framing::Json));
    assert_eq!(found("\n{\"Records\":[{\"a\":1},{\"b\":2}]}"), is("trial.object", &[], Framing::Json));
    assert_eq!(found("[INFO] no\n{really}\n"), is("unparsed", &[], Framing::Lines));
}

#[test]
fn a_sample_that_ends_inside_a_document_is_json_all_the_same() {
    let document = format!("{{\"a\": [{}", "{\"b\": 1},\n".repeat(1000));
    let framing = detect::detect(document.as_bytes(), false, &test_filter()).framing;
    assert_eq!(framing, Framing::Json);
    let envelope = format!("{{\"Records\":[{}", "{\"b\":1},".repeat(1000));
    assert_eq!(detect::detect(envelope.as_bytes(), false, &test_filter()).format, "trial.object");
}

#[test]
fn a_source_is_binary_only_where_it_is_no_text() {
    let framing = |sample: &[u8]| detect::detect(sample, true, &test_filter()).framing;
    let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_eq!(framing(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\x01"), Framing::Binary);
    assert_eq!(framing(&noise), Framing::Binary);
    assert_eq!(framing(&[0; 4096]), Framing::Lines);
    assert_eq!(framing("\0\0\0\0some text with \x1b[31mcolour\x1b[0m\n".as_bytes()), Framing::Lines);
    assert_eq!(framing(b"caf\xe9 na\xefve r\xe9sum\xe9\n"), Framing::Lines);
    assert_eq!(framing(b""), Framing::Lines);
    let hostile = format!("{}{}", ACCESS.repeat(3), "\x01\x02\x03\n".repeat(20));
    assert_eq!(found(&hostile), is("trial.access", &[], Framing::Lines));
}

#[test]
fn fewer_than_one_record_in_ten_is_none() {
    assert_eq!(found(&format!("{}{ACCESS}", "noise\n".repeat(8))).0, "trial.access");
    assert_eq!(found(&format!("{}{ACCESS}", "noise\n".repeat(10))), is("unparsed", &[], Framing::Lines));
}

#[test]
fn the_anchor_is_the_last_change_unless_that_says_nothing() {
    let acquired = at("2026-01-20T00:00:00Z").nanos();
    let anchor = |modified| plan("", modified, &ParseOptions::default()).anchor;
    assert_eq!(anchor(Some("2026-01-15T00:00:00Z")), at("2026-01-15T00:00:00Z").nanos());
    assert_eq!(anchor(Some("2026-01-21T00:00:00Z")), acquired);
    assert_eq!(anchor(Some("1980-01-01T00:00:00Z")), acquired);
    assert_eq!(anchor(None), acquired);
}

#[test]
fn what_the_user_says_is_in_the_plan_and_an_unknown_format_is_refused() {
    let options = ParseOptions {
        definition: None,
        format: Some("unparsed".to_owned()),
        zone: Some("+05:30".parse().expect("a zone")),
        year: Some(2019),
        host: Some("web-01".to_owned()),
        labels: vec![("site".to_owned(), "north".to_owned())],
    };
    let decided = Plan::decide(b"x\n", true, &options, None, at("2026-01-20T00:00:00Z")).expect("a plan");
    assert_eq!(
        (decided.format.as_str(), decided.forced, decided.zone.as_str()),
        ("unparsed", true, "+05:30")
    );
    assert_eq!((decided.year, decided.host.as_deref()), (Some(2019), Some("web-01")));
    let json = serde_json::to_string(&decided).expect("a plan is plain data");
    assert_eq!(serde_json::from_str::<Plan>(&json).expect("written just now"), decided);
    let options = ParseOptions { format: Some("no\x1bsuch".to_owned()), ..ParseOptions::default() };
    let error = Plan::decide(b"x\n", true, &options, None, Timestamp::default()).expect_err("unknown");
    assert_eq!(error.to_string(), "`no␛such` is not a format");
}
