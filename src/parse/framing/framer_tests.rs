use proptest::prelude::*;

use super::*;

/// Cuts content fed in pieces of so many bytes, as an importer would.
fn cut(framing: Framing, limit: usize, content: &[u8], piece: usize) -> Vec<Record> {
    let mut framer = Framer::with_limit(framing, limit, None, Headers::default());
    let (mut records, mut covered, mut known) = (Vec::new(), 0, 0);
    while known < content.len() {
        known = (known + piece.max(1)).min(content.len());
        covered += framer.feed(&content[covered..known], false, &mut records);
    }
    covered += framer.feed(&content[covered..], true, &mut records);
    assert_eq!(covered, content.len(), "records cover the content");
    records
}

/// Returns each record's text, with `#n` before the n-th part of a split line and `!`
/// for what is not an event.
fn texts(framing: Framing, limit: usize, content: &str) -> Vec<String> {
    let mut at = 0;
    let records = cut(framing, limit, content.as_bytes(), content.len());
    let show = |record: &Record| {
        let text = at + record.lead as usize..at + (record.lead + record.text) as usize;
        at += record.length();
        match record {
            Record { rejected: true, .. } => "!".to_owned(),
            Record { part: 0, .. } => content[text].to_owned(),
            Record { part, .. } => format!("#{part} {}", &content[text]),
        }
    };
    records.iter().map(show).collect()
}

fn lines(content: &str) -> Vec<String> {
    texts(Framing::Lines, MAX_TEXT, content)
}

fn json(content: &str) -> Vec<String> {
    texts(Framing::Json, MAX_TEXT, content)
}

#[test]
fn all_three_line_ends_end_lines() {
    assert_eq!(lines("a\nb\r\nc"), ["a", "b", "c"]);
    assert_eq!(lines("a\r\nb\nc\r\r\nd"), ["a", "b", "c", "d"]);
    assert_eq!(lines("a\rb\r\r c\rd\r"), ["a", "b\r\r c", "d"]);
    let records = cut(Framing::Lines, MAX_TEXT, b"a\r\r\n\r\nb\r", 1);
    assert_eq!(
        records.iter().map(|record| (record.lines, record.blanks)).collect::<Vec<_>>(),
        [(2, 1), (0, 0)]
    );
}

#[test]
fn a_lone_carriage_return_forges_no_line_where_lines_end_otherwise() {
    assert_eq!(lines("GET /\rforged\nGET /\rforged\nb"), ["GET /\rforged", "GET /\rforged", "b"]);
    assert_eq!(
        json("{\"a\":1}\n{\"b\":2}\rforged\n{\"c\":3}"),
        ["{\"a\":1}", "{\"b\":2}", "forged", "{\"c\":3}"]
    );
}

#[test]
fn a_line_end_behind_a_line_of_the_limits_length_is_a_line_end() {
    assert_eq!(texts(Framing::Lines, 4, "abcd\r\nabcd\nx"), ["abcd", "abcd", "x"]);
    assert_eq!(texts(Framing::Lines, 4, "x\nabcd\r\r\r\r\r\ny"), ["x", "#1 abcd", "y"]);
}

#[test]
fn an_indented_line_continues_the_record_before_it_even_over_a_blank_line() {
    let content = "one\n  at x\n\n\tat y\ntwo\n \n";
    assert_eq!(lines(content), ["one\n  at x\n\n\tat y", "two"]);
    let records = cut(Framing::Lines, MAX_TEXT, content.as_bytes(), 3);
    let expected = [
        Record {
            text: 17,
            tail: 1,
            lines: 4,
            event_bytes: 4,
            continuation_bytes: 13,
            blank_bytes: 1,
            continuations: 2,
            blanks: 1,
            ..Record::default()
        },
        Record { text: 3, tail: 3, lines: 2, event_bytes: 4, blank_bytes: 2, blanks: 1, ..Record::default() },
    ];
    assert_eq!(records, expected);
}

#[test]
fn blank_lines_and_a_byte_order_mark_at_the_start_lead_the_first_record() {
    let records = cut(Framing::Lines, MAX_TEXT, b"\xef\xbb\xbf\n \n  first\nsecond", 1);
    assert_eq!((records[0].lead, records[0].lead_lines, records[0].text, records[0].lines), (6, 2, 7, 3));
    assert_eq!((records[0].event_bytes, records[0].blank_bytes, records[0].blanks), (11, 3, 2));
    assert_eq!((records[1].text, records[1].tail, records[1].lines), (6, 0, 0));
}

#[test]
fn content_of_blank_lines_is_one_record_that_is_no_event() {
    let records = cut(Framing::Lines, MAX_TEXT, b"\n \t\n\r\n", 2);
    let blank = Record { tail: 6, lines: 3, rejected: true, blank_bytes: 6, blanks: 3, ..Record::default() };
    assert_eq!(records, [blank]);
    assert_eq!(blank.rejected_bytes(), 0);
    assert_eq!(cut(Framing::Lines, MAX_TEXT, b"", 1), []);
    assert_eq!(cut(Framing::Json, MAX_TEXT, b"", 1), []);
}

#[test]
fn an_overlong_line_is_split_into_marked_parts_and_no_character_is_cut() {
    assert_eq!(
        texts(Framing::Lines, 8, "short\n0123456789abcdefXYZ\n  indented\nend"),
        ["short", "#1 01234567", "#2 89abcdef", "#3 XYZ", "#4   indent", "#5 ed", "end"]
    );
    assert_eq!(texts(Framing::Lines, 8, "0123456é89"), ["#1 0123456", "#2 é89"]);
    assert_eq!(texts(Framing::Lines, 8, "01234567\n89"), ["01234567", "89"]);
}

#[test]
fn a_record_whose_continuations_grow_too_long_goes_on_in_parts() {
    assert_eq!(texts(Framing::Lines, 8, "a\n bcd\n ef\n gh\nz"), ["#1 a\n bcd", "#2  ef\n gh", "z"]);
}

#[test]
fn a_line_of_twenty_megabytes_is_split_and_all_of_it_kept() {
    let content = vec![b'x'; 20 << 20];
    let records = cut(Framing::Lines, MAX_TEXT, &content, 4 << 20);
    assert_eq!(records.len(), 20);
    assert!(records.iter().enumerate().all(|(n, record)| record.part == n as u32 + 1));
}

#[test]
fn nul_bytes_before_a_line_are_not_in_it_and_broken_utf8_is() {
    let records = cut(Framing::Lines, MAX_TEXT, b"\0a\0\n\xff\xfe b\n\0\n", 1);
    assert_eq!(records.iter().map(|record| (record.text, record.tail)).collect::<Vec<_>>(), [(2, 1), (4, 3)]);
}

#[test]
fn binary_content_is_rejected_whole() {
    let records = cut(Framing::Binary, 8, b"\xef\xbb\xbfPNG\r\n\x1a\n0000", 3);
    assert!(records.iter().all(|record| record.rejected));
    assert_eq!(records.iter().map(Record::rejected_bytes).collect::<Vec<_>>(), [8, 6]);
}

#[test]
fn json_documents_stand_on_one_line_on_many_or_side_by_side() {
    assert_eq!(
        json(
            "{\"a\":1}\n{\n  \"b\": [1, {\"c\": \"}\\\"{\"}]\n}\n\n  {\"d\":{}} {\"e\":[]}{\"f\":null},\n{\"g\":2}"
        ),
        [
            "{\"a\":1}",
            "{\n  \"b\": [1, {\"c\": \"}\\\"{\"}]\n}",
            "{\"d\":{}}",
            "{\"e\":[]}",
            "{\"f\":null}",
            "{\"g\":2}"
        ]
    );
}

#[test]
fn lines_between_documents_are_records_as_elsewhere() {
    let content = "starting\n  up\n{\"a\":1}\n  not a part of it\n[INFO] x\n[1] y\n{\"b\":1} tail\n{broken\n{\"c\":1}\n";
    assert_eq!(
        json(content),
        [
            "starting\n  up",
            "{\"a\":1}",
            "  not a part of it",
            "[INFO] x",
            "[1] y",
            "{\"b\":1} tail",
            "{broken",
            "{\"c\":1}"
        ]
    );
}

#[test]
fn the_elements_of_an_envelope_are_records_and_the_rest_is_glue() {
    let content = "{\"Records\":[{\"a\":1},{\"b\":[{\"c\":2}]}\n, {\"d\":3}]}\n";
    assert_eq!(json(content), ["{\"a\":1}", "{\"b\":[{\"c\":2}]}", "{\"d\":3}"]);
    let records = cut(Framing::Json, MAX_TEXT, content.as_bytes(), 1);
    let spans: Vec<_> =
        records.iter().map(|record| (record.lead, record.text, record.tail, record.lines)).collect();
    assert_eq!(spans, [(12, 7, 1, 0), (0, 15, 3, 1), (0, 7, 3, 1)]);
    assert!(records.iter().all(|record| record.event_bytes == record.text));
}

#[test]
fn arrays_listings_and_later_members_are_envelopes_too() {
    assert_eq!(json("[\n  {\"a\":1},\n  {\"b\":2}\n]\n{\"c\":3}"), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    assert_eq!(
        json("{\"kind\":\"EventList\",\"metadata\":{},\"items\":[{\"a\":1},{\"b\":2}]}"),
        ["{\"a\":1}", "{\"b\":2}"]
    );
    assert_eq!(json("{\"value\":[{\"a\":1}],\"nextLink\":\"x\"}{\"b\":2}"), ["{\"a\":1}", "{\"b\":2}"]);
    assert_eq!(json("{\"version\":\"1\",\"Records\":[{\"a\":1}]}"), ["{\"a\":1}"]);
}

#[test]
fn an_event_with_a_list_of_objects_is_no_envelope() {
    for content in [
        "{\"actor\":{\"email\":\"a@b\"},\"events\":[{\"name\":\"login\"}]}",
        "{\"events\":[{\"name\":\"login\"}],\"id\":{\"time\":1}}",
        "{\"events\":[{\"name\":\"login\"}],\"user\":\"a\"}",
        "{\"Records\":[]}",
        "{\"Records\":[1,{}]}",
        "{\"a\":{\"Records\":[{}]}}",
        "{\"Records\":{\"Records\":[{}]}}",
    ] {
        assert_eq!(json(content), [content]);
    }
}

#[test]
fn an_envelope_that_breaks_off_gives_the_elements_before_the_break() {
    assert_eq!(json("{\"Records\":[{\"a\":1},{\"b\":2},{\"c\":"), ["{\"a\":1}", "{\"b\":2}", "{\"c\":"]);
    assert_eq!(
        json("[\n {\"a\":1},\n {\"b\": oops!},\n {\"c\":3}\n]\n{\"d\":4}"),
        ["{\"a\":1}", "{\"b\": oops!},", "{\"c\":3}", "]", "{\"d\":4}"]
    );
}

#[test]
fn a_document_that_breaks_off_is_read_by_lines_up_to_the_break() {
    assert_eq!(json("{\n \"a\": {\n  \"b\": 1,\n{\"c\":2}\n"), ["{\n \"a\": {\n  \"b\": 1,", "{\"c\":2}"]);
    assert_eq!(json("{\"a\":\"cut\n{\"b\":1}\n"), ["{\"a\":\"cut", "{\"b\":1}"]);
    assert_eq!(json("[\n[\n[\n{\n"), ["[", "[", "[", "{"]);
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    let record = format!("{{\"a\":{deep}}}\n{{\"b\":1}}");
    assert_eq!(json(&record), [format!("{{\"a\":{deep}}}"), "{\"b\":1}".to_owned()]);
    let hostile = "[".repeat(3 << 20);
    assert_eq!(cut(Framing::Json, MAX_TEXT, hostile.as_bytes(), 1 << 20).len(), 3);
}

#[test]
fn an_envelope_of_twenty_megabytes_on_one_line_is_cut_with_bounded_memory() {
    let element = format!("{{\"eventName\":\"GetObject\",\"pad\":\"{}\"}}", "x".repeat(2000));
    let count = 10_000;
    let content = format!("{{\"Records\":[{}]}}", vec![element.as_str(); count].join(","));
    let mut framer = Framer::new(Framing::Json);
    let (mut records, mut covered, mut most) = (Vec::new(), 0, 0);
    for known in (0..content.len()).step_by(256 << 10).skip(1).chain([content.len()]) {
        most = most.max(known - covered);
        covered += framer.feed(&content.as_bytes()[covered..known], known == content.len(), &mut records);
    }
    assert_eq!(records.len(), count);
    assert!(records.iter().all(|record| record.text as usize == element.len()));
    assert!(most <= 2 * MAX_TEXT, "{most} bytes were held");
}

#[test]
fn hostile_json_is_cut_in_linear_time() {
    for line in ["{\"a\":[\n", "[{},\n", "{\"a\":{\"b\":\n", "{\"a\":1}{", "\\\"[{\"", "[1,\n"] {
        let content = line.repeat((4 << 20) / line.len());
        cut(Framing::Json, MAX_TEXT, content.as_bytes(), 1 << 20);
    }
}

/// Content made of what the grammar cares about.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        4 => proptest::sample::select(vec![
            "\n", "\r\n", "\r", " ", "\t", "\0", "a", "line", "{", "}", "[", "]", ",", ":", "\"", "\\", "1", "true",
            "\u{1e}", "\u{feff}", "é",
        ]),
        2 => proptest::sample::select(vec![
            "{\"a\":1}", "{\"Records\":[", "{\"a\":1},", "[{\"a\":[{}]},", "]}\n", "\"Records\":", "{\n \"b\": [\n", "  x\n",
            "{\"items\":[{}],\"next\":1}", "0123456789abcdefghij",
        ]),
    ];
    proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn records_partition_the_content_and_do_not_depend_on_the_pieces(
        content in prop_oneof![soup(), proptest::collection::vec(any::<u8>(), 0..60)],
        framing in proptest::sample::select(vec![Framing::Lines, Framing::Json, Framing::Binary]),
        limit in prop_oneof![4usize..40, Just(MAX_TEXT)],
        piece in 1usize..12,
    ) {
        let whole = cut(framing, limit, &content, content.len());
        prop_assert_eq!(&cut(framing, limit, &content, 1), &whole);
        prop_assert_eq!(&cut(framing, limit, &content, piece), &whole);
        let mut at = 0;
        for record in &whole {
            let text = &content[at + record.lead as usize..][..record.text as usize];
            prop_assert!(record.length() > 0);
            prop_assert!(record.text as usize <= limit.max(4));
            let counted = record.event_bytes + record.continuation_bytes + record.blank_bytes;
            prop_assert!(counted as usize <= record.length());
            prop_assert_eq!(record.rejected_bytes() > 0, framing == Framing::Binary);
            prop_assert_eq!(record.text == 0, record.rejected && framing != Framing::Binary);
            prop_assert!(!text.ends_with(b"\n") || framing == Framing::Binary);
            at += record.length();
        }
        prop_assert_eq!(at, content.len());
        if framing != Framing::Binary && limit == MAX_TEXT {
            let lines: u32 = whole.iter().map(|record| record.lines).sum();
            let mut ends = crate::parse::framing::line_endings::LineEndings::default();
            ends.decide(&content, Lookahead { last: true, limit });
            prop_assert_eq!(lines, ends.count(&content));
        }
    }
}
