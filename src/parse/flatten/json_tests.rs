use super::*;
use crate::parse::flatten::leaves::{MAX_LEAVES, MAX_NAME};

fn read(text: &str) -> Option<Vec<(String, LeafValue<'_>)>> {
    let leaves = json_object(text)?;
    Some(leaves.iter().map(|(name, leaf)| (name.to_owned(), leaf.clone())).collect())
}

fn text(text: &str) -> LeafValue<'_> {
    LeafValue::Text(Cow::Borrowed(text))
}

fn named<'a>(pairs: &[(&str, LeafValue<'a>)]) -> Option<Vec<(String, LeafValue<'a>)>> {
    Some(pairs.iter().map(|(name, leaf)| ((*name).to_owned(), leaf.clone())).collect())
}

#[test]
fn objects_become_dotted_names_and_arrays_several_values() {
    assert_eq!(
        read(
            " {\"a\" : {\"b\":1,\n\"c\":[true,\"x\",{\"d\":-2.5e1}] ,\"e\":null,\"f\":{},\"h\":[]},\"g.h\":\"y\"} \n"
        ),
        named(&[
            ("a.b", LeafValue::Int(1)),
            ("a.c", LeafValue::Bool(true)),
            ("a.c", text("x")),
            ("a.c.d", LeafValue::Float(-25.0, "-2.5e1")),
            ("g.h", text("y")),
        ])
    );
}

#[test]
fn a_member_named_twice_keeps_both_values() {
    assert_eq!(
        read(r#"{"a":1,"b":2,"a":{"b":3}}"#),
        named(&[("a", LeafValue::Int(1)), ("b", LeafValue::Int(2)), ("a.b", LeafValue::Int(3))])
    );
    assert_eq!(read(r#"{"a":1,"a":"x"}"#), named(&[("a", LeafValue::Int(1)), ("a", text("x"))]));
}

#[test]
fn numbers_keep_their_digits() {
    assert_eq!(
        read(r#"{"n":[9223372036854775807,18446744073709551615,123456789012345678901234,1e400,-0,0.10]}"#),
        named(&[
            ("n", LeafValue::Int(i64::MAX)),
            ("n", text("18446744073709551615")),
            ("n", text("123456789012345678901234")),
            ("n", text("1e400")),
            ("n", LeafValue::Int(0)),
            ("n", LeafValue::Float(0.1, "0.10")),
        ])
    );
}

#[test]
fn escapes_are_undone_and_broken_ones_hide_nothing() {
    let value = |inside: &str| {
        let json = format!("{{\"a\":\"{inside}\"}}");
        let leaves = json_object(&json).unwrap_or_else(|| panic!("not read: {json}"));
        leaves.text("a").expect("it has one").to_owned()
    };
    assert_eq!(value(r#"\"\\\/\b\f\n\r\tA\u00e9é"#), "\"\\/\u{8}\u{c}\n\r\tAéé");
    assert_eq!(value(r"\ud83d\ude00"), "😀");
    assert_eq!(value(r"x\ud800y\udc00\ud83d\ud83d\ude00"), "x\u{fffd}y\u{fffd}\u{fffd}😀");
    assert_eq!(value(r"\x22\u12\uzzzz\u"), r"\x22\u12\uzzzz\u");
    assert_eq!(value("tab\tand\u{1b}[0m"), "tab\tand\u{1b}[0m");
}

#[test]
fn what_is_no_object_is_refused() {
    for bad in [
        "",
        "[1]",
        "1",
        "{",
        "{\"a\":}",
        "{\"a\":1} x",
        "{\"a\":1}{\"b\":2}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":\"x}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\" 1}",
        "{\"a\":nul}",
        "{\"a\":1]",
        "{\"a\":--1}",
        "{\"a\":[1 2]}",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[test]
fn what_lies_too_deep_is_kept_as_json() {
    let wrap = |inside: &str| format!("{}{inside}{}", "{\"a\":".repeat(MAX_DEPTH), "}".repeat(MAX_DEPTH));
    let name = vec!["a"; MAX_DEPTH].join(".");
    let deep = wrap(r#"{"x":"}\"","y":[7]}"#);
    assert_eq!(read(&deep), named(&[(&name, LeafValue::Json(r#"{"x":"}\"","y":[7]}"#))]));
    assert_eq!(read(&wrap("7")), named(&[(&name, LeafValue::Int(7))]));
    assert_eq!(read(&wrap("[}")), None);
    assert_eq!(read(&format!("{{\"a\":{}", "[".repeat(300_000))), None);
    let closed = format!("{{\"a\":{}1{}}}", "[".repeat(300_000), "]".repeat(300_000));
    assert!(matches!(read(&closed).as_deref(), Some([(_, LeafValue::Json(_))])));
}

#[test]
fn what_is_too_much_is_kept_together() {
    let many: Vec<String> = (0..MAX_LEAVES + 2).map(|n| format!("\"k{n}\":\"v\\t{n}\"")).collect();
    let json = format!("{{{}}}", many.join(","));
    let leaves = json_object(&json).expect("it is an object");
    assert_eq!(leaves.iter().count(), MAX_LEAVES);
    assert_eq!(leaves.rest().as_deref(), Some(r#"{"k512":"v\t512","k513":"v\t513"}"#));

    let long = format!("{{\"{}\":1,\"b\":2}}", "n".repeat(MAX_NAME + 1));
    let leaves = json_object(&long).expect("it is an object");
    assert_eq!(leaves.iter().collect::<Vec<_>>(), [("b", &LeafValue::Int(2))]);
    assert!(leaves.rest().expect("one was too long").ends_with("nn\":1}"));
}

proptest::proptest! {
    #[test]
    fn every_object_that_serde_reads_is_read(text in "[\\[\\]{}\":,0-9a\\\\eu.+-é]{0,60}") {
        for json in [format!("{{{text}"), format!("{{\"a\":\"{text}\"}}"), format!("{{\"a\":[{text}]}}")] {
            let by_serde = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&json);
            proptest::prop_assert!(by_serde.is_err() || json_object(&json).is_some(), "{}", json);
        }
    }

    #[test]
    fn what_serde_reads_is_read_alike(key in "[a-c.]{0,3}", value in ".{0,20}", number in proptest::num::i64::ANY) {
        let json = serde_json::json!({ "k": { key.as_str(): [value.as_str(), number] } }).to_string();
        let name = format!("k.{key}");
        let want = named(&[(&name, text(&value)), (&name, LeafValue::Int(number))]);
        proptest::prop_assert_eq!(read(&json), want);
    }
}
