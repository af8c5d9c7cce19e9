use super::*;

fn read(pattern: &str, text: &str) -> Option<Vec<String>> {
    let pattern = LinePattern::with_one_capture(pattern).expect("a test writes patterns");
    let mut found = Vec::new();
    pattern.matches(text, &mut found).ok()?;
    Some(found.into_iter().map(|(_, datum)| datum.written().into_owned()).collect())
}

fn texts(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn captures_end_at_the_text_that_follows() {
    let rows: &[(&str, &str, &[&str])] = &[
        ("{a}|{b}", "x|y|z", &["x", "y|z"]),
        ("{a:last}|{b}", "x|y|z", &["x|y", "z"]),
        ("{a} {b}", "x   y z", &["x", "y z"]),
        ("{a:word}/{b:int} {c}", "TCP_MISS/200 rest of it", &["TCP_MISS", "200", "rest of it"]),
        ("{a:word}:{b:int}", "192.0.2.1:80", &["192.0.2.1", "80"]),
        ("[{a:ip}]", "[2001:db8::1]", &["2001:db8::1"]),
        ("\"{a}\" {b:quoted}", "\"x\" \"y \\\"z\\\"\"", &["x", "y \"z\""]),
        ("{a}{? from {b:ip}}: {c}", "alice from 192.0.2.1: hi", &["alice", "192.0.2.1", "hi"]),
        ("{a}{? from {b:ip}}: {c}", "alice: hi", &["alice", "hi"]),
        ("{a:one INFO,WARN,WARNING} {b}", "WARNING x", &["WARNING", "x"]),
        ("{{{a}}}", "{x}", &["x"]),
        ("{@timestamp} {a}", "2026-03-01 10:00:00,123 x", &["2026-03-01 10:00:00,123", "x"]),
        ("{@timestamp:%d/%m/%Y} {a}", "01/03/2026 x", &["01/03/2026", "x"]),
        ("{a:int}{?.{b:int}}", "12", &["12"]),
        ("{a:int}{?.{b:int}}", "12.5", &["12", "5"]),
        ("{}: {a}", "ü é: x", &["x"]),
    ];
    for (pattern, text, wanted) in rows {
        assert_eq!(read(pattern, text), texts(wanted), "{pattern}: {text}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let rows = [
        ("{a:int} x", "y x"),
        ("{a:ip}", "300.1.1.1"),
        ("a {b:word}", "a "),
        ("{a:upper} x", "Ab x"),
        ("{a}|b", "x|c"),
    ];
    for (pattern, text) in rows {
        assert_eq!(read(pattern, text), None, "{pattern}: {text}");
    }
}

#[test]
fn patterns_that_cannot_be_matched_are_refused() {
    for pattern in ["{a}{b}", "{a", "a}", "{?x", "{a:nokind}"] {
        assert!(LinePattern::parse(pattern).is_err(), "{pattern}");
    }
}

proptest::proptest! {
    #[test]
    fn captures_and_texts_tile_the_text(a in "[a-zé0-9]{1,8}", b in "[a-zé |]{0,12}") {
        let text = format!("{a}|{b}");
        let wanted = texts(&[&a, &b]);
        proptest::prop_assert_eq!(read("{a}|{b}", text.trim_end()), wanted.map(|mut list| {
            list[1] = list[1].trim_end().to_owned();
            list
        }));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,40}") {
        for pattern in ["{a} [{b:last}] {c:word}", "{?{a:int}}{b}é{c}", "{@timestamp} {a:quoted}", "{a:ip}{? {b:number}}"] {
            read(pattern, &text);
        }
    }
}
