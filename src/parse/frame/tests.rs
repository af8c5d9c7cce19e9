//! Records partition the content, however it is cut into pieces.

use proptest::prelude::*;

use super::*;

fn whole(framing: Framing, content: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    let covered = Framer::new(framing).feed(content, true, &mut records);
    assert_eq!(covered, content.len());
    records
}

fn pieces(framing: Framing, content: &[u8], piece: usize) -> Vec<Record> {
    let (mut framer, mut records, mut buffer) = (Framer::new(framing), Vec::new(), Vec::new());
    for chunk in content.chunks(piece.max(1)) {
        buffer.extend_from_slice(chunk);
        let covered = framer.feed(&buffer, false, &mut records);
        buffer.drain(..covered);
    }
    let covered = framer.feed(&buffer, true, &mut records);
    assert_eq!(covered, buffer.len());
    records
}

fn texts<'a>(content: &'a [u8], records: &[Record]) -> Vec<&'a str> {
    let mut at = 0;
    let mut texts = Vec::new();
    for record in records {
        let from = at + record.lead as usize;
        texts.push(
            std::str::from_utf8(&content[from..from + record.text as usize]).expect("tests write UTF-8"),
        );
        at += record.length();
    }
    texts
}

fn holds(content: &[u8], records: &[Record]) {
    assert_eq!(records.iter().map(Record::length).sum::<usize>(), content.len());
    let lines = memchr::memchr_iter(b'\n', content).count() as u32;
    assert_eq!(records.iter().map(|record| record.lines).sum::<u32>(), lines);
    for record in records.iter().filter(|record| !record.rejected) {
        let counted = record.event_bytes + record.continuation_bytes + record.blank_bytes;
        assert_eq!(counted as usize, record.length(), "{record:?}");
    }
}

#[test]
fn lines_continue_and_blank_lines_belong_to_the_line_before() {
    let content = b"\none\n  more\n\n\tstill\n\ntwo\r\nthree";
    let records = whole(Framing::Lines, content);
    assert_eq!(texts(content, &records), ["one\n  more\n\n\tstill", "two", "three"]);
    let first = records[0];
    assert_eq!((first.lead, first.lead_lines, first.continuations, first.blanks), (1, 1, 2, 3));
    holds(content, &records);
}

#[test]
fn an_old_macintosh_ends_lines_with_a_carriage_return() {
    let content = b"one\rtwo\r";
    let mut records = Vec::new();
    Framer::new(Framing::Cr).feed(content, true, &mut records);
    assert_eq!(texts(content, &records), ["one", "two"]);
}

#[test]
fn an_overlong_line_is_split_into_marked_parts() {
    let content = ["a\n".to_owned(), "é".repeat(MAX_TEXT + 10), "\nb\n".to_owned()].concat();
    let records = whole(Framing::Lines, content.as_bytes());
    assert_eq!(records.iter().map(|record| record.part).collect::<Vec<_>>(), [0, 1, 2, 3, 0]);
    texts(content.as_bytes(), &records);
    holds(content.as_bytes(), &records);
    assert_eq!(pieces(Framing::Lines, content.as_bytes(), 700_001), records);
}

#[test]
fn twenty_megabytes_without_a_line_end_lose_nothing() {
    let content = vec![b'x'; 20_000_000];
    let records = whole(Framing::Lines, &content);
    assert_eq!(records.len(), 20);
    holds(&content, &records);
}

#[test]
fn endless_continuation_lines_stay_bounded() {
    let content = ["start\n".to_owned(), " more\n".repeat(400_000), "next\n".to_owned()].concat();
    let records = whole(Framing::Lines, content.as_bytes());
    assert_eq!(records.iter().map(|record| record.part).collect::<Vec<_>>(), [0, 2, 3, 0]);
    holds(content.as_bytes(), &records);
    assert_eq!(pieces(Framing::Lines, content.as_bytes(), 999_983), records);
}

#[test]
fn nothing_but_blank_lines_is_no_event() {
    let content = b"\n\n   \n\t\n";
    let records = whole(Framing::Lines, content);
    assert_eq!(
        (records.len(), records[0].rejected, records[0].blank_bytes, records[0].blanks),
        (1, true, 8, 4)
    );
}

#[test]
fn every_element_of_an_envelope_is_a_record() {
    let content = br#"{"Records":[{"a":1}, {"b":"]}{"},
{"c":[{}]}]}
{"Records":[{"d":1}]}{"e":2}
"#;
    let records = whole(Framing::Json, content);
    let wanted = [r#"{"a":1}"#, r#"{"b":"]}{"}"#, r#"{"c":[{}]}"#, r#"{"d":1}"#, r#"{"e":2}"#];
    assert_eq!(texts(content, &records), wanted);
    holds(content, &records);
}

#[test]
fn documents_may_span_lines_and_text_between_them_is_lines() {
    let content =
        b"{\n  \"a\": 1\n}\nplain text\n[\n {\"b\":1}, {\"c\":2} ]\n{\"x\":1} and more\n{\"y\":1}\n";
    let records = whole(Framing::Json, content);
    let wanted =
        ["{\n  \"a\": 1\n}", "plain text", "{\"b\":1}", "{\"c\":2}", "{\"x\":1} and more", "{\"y\":1}"];
    assert_eq!(texts(content, &records), wanted);
    holds(content, &records);
}

#[test]
fn an_array_inside_an_event_is_no_envelope() {
    let content = b"{\"ts\":1,\"items\":[{\"a\":1},{\"b\":2}]}\n";
    let records = whole(Framing::Json, content);
    assert_eq!(texts(content, &records), ["{\"ts\":1,\"items\":[{\"a\":1},{\"b\":2}]}"]);
}

#[test]
fn a_document_that_never_ends_falls_back_to_lines() {
    let content = b"{\"a\":1}\n{\"cut\":\n{\"b\":2}\n{ not json\n";
    let records = whole(Framing::Json, content);
    assert_eq!(texts(content, &records), ["{\"a\":1}", "{\"cut\":", "{\"b\":2}", "{ not json"]);
    holds(content, &records);
}

#[test]
fn many_documents_that_never_end_take_no_longer_than_lines() {
    let content = "{\"a\n".repeat(300_000);
    let records = whole(Framing::Json, content.as_bytes());
    assert_eq!(records.len(), 300_000);
}

fn bits() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b"\\",
        b",",
        b":",
        b" ",
        b"\n",
        b"\r\n",
        b"\t",
        b"a",
        b"\"Records\"",
        b"{\"a\":1}",
        b"{\"Records\":[",
        b"]}",
        b"\0",
        b"\xff",
    ];
    prop::collection::vec(prop::sample::select(words), 0..60).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn records_do_not_depend_on_the_pieces(content in bits(), piece in 1usize..40) {
        for framing in [Framing::Lines, Framing::Json, Framing::Cr, Framing::Binary] {
            let records = whole(framing, &content);
            if matches!(framing, Framing::Lines | Framing::Json) {
                holds(&content, &records);
            }
            prop_assert_eq!(pieces(framing, &content, piece), records, "{:?} {:?}", framing, String::from_utf8_lossy(&content));
        }
    }
}
