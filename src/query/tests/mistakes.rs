//! What is refused, at which position, and with which words.

use super::*;

#[test]
fn mistakes_are_pointed_at_with_a_hint() {
    let table = [
        ("stauts:404", 0..6, "no field `stauts`", "`status`"),
        ("x AND sorce.ip:1.2.3.4", 6..14, "no field", "`source.ip`"),
        ("user.nmae:root", 0..9, "no field", "`user.name`"),
        ("http.response.status_cod:1", 0..24, "no field", "`http.response.status_code`"),
        ("localhost:8080", 0..9, "no field", "\"localhost:8080\""),
        ("a1b2c3d4:17", 0..8, "no field", "id:a1b2c3d4:17"),
        ("foo > 5", 0..3, "no field", ""),
        ("event.original:x", 0..14, "not searched", "without a field"),
        ("user.*:alice", 0..6, "no wildcards", ""),
        ("user:", 0..5, "missing after `user:`", "user:*"),
        ("a user: AND b", 2..7, "missing", "user:*"),
        ("user: host:web", 0..5, "missing", "user:*"),
        ("(user:)", 1..6, "missing", "user:*"),
        ("status>=", 0..8, "missing", ""),
        ("status:>= ", 7..9, "missing", ""),
        (">= 500", 0..2, "needs a field", "status>=500"),
        ("\"open", 0..1, "not closed", "Add a \""),
        ("user:\"open", 5..6, "not closed", "Add a \""),
        ("(a b", 0..1, "not closed", ")"),
        ("user:(a", 5..6, "not closed", ")"),
        ("(", 0..1, "not closed", ")"),
        ("()", 1..2, "missing before this parenthesis", ""),
        ("a )", 2..3, "not opened", ""),
        ("a AND", 5..5, "missing", ""),
        ("a OR OR b", 5..7, "missing before", ""),
        ("NOT", 3..3, "missing", ""),
        ("a - b", 2..3, "right after", ""),
        ("a \\", 2..3, "backslash", "\\\\"),
        ("status:abc", 7..10, "`abc` is not a number", "status_code:4*"),
        ("status:4xx", 7..10, "not a number", "4*"),
        ("status>abc", 7..10, "not a number", ">=400"),
        ("status>4*", 7..9, "no wildcards", ""),
        ("bytes:inf", 6..9, "not a number", ""),
        ("ip:nowhere", 3..10, "not an address", "10.0.0.0/8"),
        ("ip:10.0.0.0/33", 3..14, "not a network", "32"),
        ("ip:/10[/", 3..8, "not a regular expression", ""),
        ("user:/(/", 5..8, "not a regular expression: unclosed group", "regex"),
        ("user:/(a{999}){999}/", 5..20, "too large", ""),
        ("time:/x/", 5..8, "does not accept a regular expression", ""),
        ("a | count by user", 2..17, "where a table can be shown", "`vestigo search`"),
        ("a|b", 1..3, "where a table can be shown", "in quotes"),
        ("(a|b)", 2..5, "inside parentheses", "OR between alternatives"),
        ("user=alice", 4..5, "joined by `:`", "user:alice"),
        ("status!=404", 6..8, "joined by `:`", "NOT status:404"),
        ("status = 404", 7..8, "not a comparison", "field:value"),
        ("bytes:[1 5]", 9..10, "FROM TO", "[1000 TO *]"),
        ("bytes:[1 TO]", 11..11, "FROM TO", ""),
        ("bytes:[1 TO 5", 6..7, "not closed", "]"),
        ("msg:[error]", 10..10, "FROM TO", "quotes"),
        ("msg>a", 4..5, "no order", ""),
        ("url:<script>", 4..12, "not a comparison", "quotes"),
        ("@timestamp>soon", 11..15, "not a time", "2026"),
        ("@timestamp:2026-02-30", 11..21, "not a time", "2026"),
        ("@timestamp:2026-*", 11..17, "no wildcards", "2026-03"),
        ("@timestamp:now-1h", 11..17, "single instant", "@timestamp>=now-1h"),
        ("id:17", 3..5, "not an event id", "a1b2c3d4:17"),
        ("SELECT * FROM auth WHERE user = 'x'", 0..6, "SQL", "outcome:failure"),
        ("last 24h", 0..4, "a comparison", "@timestamp>-24h"),
        (": root", 0..1, "needs a field", "user:root"),
        ("foo : bar", 0..3, "no field", ""),
        ("finding:first", 8..13, "not a finding's number", "finding:3"),
        ("user:(alice host:web)", 12..17, "is not allowed inside `user.name:( … )`", "parenthesis"),
        ("or", 0..2, "missing before this", "\"or\" in quotes"),
        ("a and", 5..5, "missing", "\"and\" in quotes"),
        ("a and or b", 6..8, "missing before this", "\"or\" in quotes"),
        ("a &&", 4..4, "missing", ""),
        ("foo\"bar\"", 3..4, "space is missing", "quotes"),
        ("\"a b\"~2", 5..6, "space is missing", "not supported"),
        ("\"user\":alice", 6..7, "space is missing", "without quotes"),
        ("open(a b)", 4..5, "space is missing", "quotes"),
        ("“failed password”", 0..3, "does not open", "\""),
        ("a\u{10fffe}b", 1..5, "not allowed", "quotes"),
    ];
    for (text, span, message, hint) in table {
        let diagnostic = match parse(text, &context()) {
            Err(diagnostic) => diagnostic,
            Ok(expr) => panic!("{text} is read as {expr}"),
        };
        assert_eq!(diagnostic.span, span, "{text}: {diagnostic:?}");
        assert!(diagnostic.message.contains(message), "{text}: {diagnostic:?}");
        assert!(diagnostic.hint.clone().unwrap_or_default().contains(hint), "{text}: {diagnostic:?}");
    }
}

#[test]
fn the_caret_stands_under_wide_characters() {
    let text = "北京 stauts:1";
    let shown = parse(text, &context()).expect_err("it is a typo").render(text);
    assert_eq!(shown, "  北京 stauts:1\n       ^^^^^^ there is no field `stauts`\n  Did you mean `status`?");
}

#[test]
fn what_is_shown_of_a_mistake_does_not_act() {
    let text = "\u{1b}]0;x\u{7} \"\u{202e}";
    let shown = parse(text, &context()).expect_err("it is not closed").render(text);
    assert_eq!(
        shown.lines().take(2).collect::<Vec<_>>(),
        ["  ␛]0;x␇ \"<U+202E>", "         ^ this quote is not closed"]
    );
    let unknown = parse(r"a\u{202e}b:1", &context()).expect_err("it is no field");
    assert!(!unknown.message.contains('\u{202e}'), "{unknown:?}");
}

#[test]
fn of_a_long_query_the_place_of_the_mistake_is_shown() {
    let text = format!("{}stauts:1 {}", "word ".repeat(100), "more ".repeat(100));
    let shown = parse(&text, &context()).expect_err("it is a typo").render(&text);
    let lines: Vec<&str> = shown.lines().collect();
    let caret = lines[1].chars().position(|c| c == '^').expect("there is one");
    assert_eq!(lines[0].chars().skip(caret).take(6).collect::<String>(), "stauts");
    assert!(lines[0].chars().count() <= 78 && lines[0].contains("  …") && lines[0].ends_with('…'), "{shown}");
}

#[test]
fn a_place_outside_of_the_text_is_shown_at_its_end() {
    let shown = Diagnostic::at(7..90, "gone").render("äöü");
    assert_eq!(shown, "  äöü\n     ^ gone");
}

#[test]
fn a_query_has_a_longest_length() {
    let long = "é".repeat(40_000);
    let diagnostic = parse(&long, &context()).expect_err("it is too long");
    assert!(long.get(diagnostic.span.clone()).is_some_and(|rest| !rest.is_empty()), "{diagnostic:?}");
    assert!(parse(&"a".repeat(64 * 1024), &context()).is_ok());
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    for text in ["(", "NOT ", "-(", "!", "user:(", "(a OR b AND ", "user:((a OR b) "] {
        assert!(parse(&text.repeat(60_000 / text.len()), &context()).is_err(), "{text}");
    }
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(100), &context()).is_ok());
    let diagnostic = parse(&nested(101), &context()).expect_err("it is too deep");
    assert_eq!((diagnostic.span, diagnostic.message.contains("100 levels")), (100..101, true));
}

#[test]
fn what_can_be_read_can_be_printed_and_read_again_at_any_depth() {
    let nested = |depth: usize| format!("{}z{}", "(a AND b OR ".repeat(depth), ")".repeat(depth));
    for depth in [10, 50, 51, 60, 100] {
        if let Ok(expr) = parse(&nested(depth), &context()) {
            assert_eq!(parse(&expr.to_string(), &context()), Ok(expr), "{depth}");
        }
    }
    let alternating = |depth: usize| format!("{}z{}", "(a OR b AND ".repeat(depth), ")".repeat(depth));
    assert!(parse(&alternating(49), &context()).is_ok());
    assert!(parse(&alternating(60), &context()).is_err());
}
