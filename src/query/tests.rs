//! The language as a table, and its laws.

use proptest::prelude::*;

use super::*;
use crate::record::{FieldId, fields};

fn context() -> Context<'static> {
    Context { zone: Zone::UTC, now: Instant::from_secs(1_772_582_400), fields: &[] }
}

fn printed(text: &str) -> String {
    match parse(text, &context()) {
        Ok(expr) => expr.to_string(),
        Err(diagnostic) => panic!("{text}\n{}", diagnostic.render(text)),
    }
}

#[test]
fn queries_mean_what_fingers_know() {
    let table = [
        ("", "*"),
        ("*", "*"),
        (
            "user.name:alice AND NOT http.response.status_code:200",
            "user.name:alice AND NOT http.response.status_code:200",
        ),
        ("user:alice status:404", "user.name:alice AND http.response.status_code:404"),
        ("status>=500", "http.response.status_code>=500"),
        ("status:>=500", "http.response.status_code>=500"),
        ("source.ip:10.0.0.0/8", "source.ip:10.0.0.0/8"),
        ("ip:2001:db8::1", r"source.ip:2001\:db8\:\:1"),
        ("ip:\"2001:db8::1\"", "source.ip:\"2001:db8::1\""),
        ("url.path:/wp-*", r"url.path:\/wp-*"),
        ("\"failed password\"", "\"failed password\""),
        (r"ua:/curl\/7\..*/", r"user_agent.original:/curl\/7\..*/"),
        ("user:(alice OR bob)", "user.name:alice OR user.name:bob"),
        (
            "user:(alice OR bob) status:200",
            "(user.name:alice OR user.name:bob) AND http.response.status_code:200",
        ),
        ("user:*", "user.name:*"),
        ("bytes:[1000 TO *]", "http.response.body.bytes:[1000 TO *]"),
        ("bytes:{1 TO 5]", "http.response.body.bytes:{1 TO 5]"),
        ("@timestamp>=2026-03-01T10:00", "@timestamp>=\"2026-03-01T10:00:00.000000000Z\""),
        (
            "@timestamp:2026-03-01",
            "@timestamp:[\"2026-03-01T00:00:00.000000000Z\" TO \"2026-03-02T00:00:00.000000000Z\"}",
        ),
        ("id:a1b2c3d4:17", r"id:a1b2c3d4\:17"),
        ("tag:exfil finding:3 format:nginx.access", "tag:exfil AND finding:3 AND format:nginx.access"),
        ("a OR b c", "a OR b AND c"),
        ("(a OR b) c", "(a OR b) AND c"),
        ("-user:root !status:200", "NOT user.name:root AND NOT http.response.status_code:200"),
        ("NOT (a b)", "NOT (a AND b)"),
        ("a && b || c", "a AND b OR c"),
        ("https://evil.example/x", r"https\://evil.example/x"),
        ("12:34:56", r"12\:34\:56"),
        ("/etc/passwd", r"\/etc/passwd"),
        ("and or", "and AND or"),
        ("say\\ so", r"say\ so"),
        (
            "aws.cloudtrail.request_parameters.bucketName:shop-*",
            "aws.cloudtrail.request_parameters.bucketName:shop-*",
        ),
        ("co-operate", "co-operate"),
        ("\"\"", "\"\""),
    ];
    for (text, wanted) in table {
        assert_eq!(printed(text), wanted, "{text}");
    }
}

#[test]
fn mistakes_are_pointed_at_with_a_hint() {
    let table = [
        ("stauts:404", 0..6, "no field", "status"),
        ("sorce.ip:1.2.3.4", 0..8, "no field", "source.ip"),
        ("user:", 0..5, "missing", "user:*"),
        ("\"open", 0..1, "not closed", "Add"),
        ("(a b", 0..1, "not closed", ")"),
        ("a )", 2..3, "not opened", ""),
        ("a AND", 5..5, "missing", ""),
        ("status:abc", 7..10, "not a number", ""),
        ("ip:nowhere", 3..10, "not an address", "10.0"),
        ("user:/(/", 5..8, "no regular expression", "regex"),
        ("a | count", 2..9, "pipes", "top"),
        ("user=alice", 4..5, "joined by `:`", "user:VALUE"),
        ("bytes:[1 5]", 9..10, "`TO`", "FROM TO"),
        ("@timestamp>soon", 11..15, "not a time", "2026"),
        ("id:17", 3..5, "event id", "a1b2c3d4:17"),
    ];
    for (text, span, message, hint) in table {
        let diagnostic = parse(text, &context()).expect_err(text);
        assert_eq!(diagnostic.span, span, "{text}: {diagnostic:?}");
        assert!(diagnostic.message.contains(message), "{text}: {diagnostic:?}");
        assert!(diagnostic.hint.clone().unwrap_or_default().contains(hint), "{text}: {diagnostic:?}");
    }
}

#[test]
fn the_caret_stands_under_wide_characters() {
    let text = "北京 stauts:1";
    let shown = parse(text, &context()).expect_err("it is a slip").render(text);
    assert_eq!(shown.lines().nth(1).map(|line| line.find('^')), Some(Some(7)));
}

#[test]
fn moments_are_read_in_every_notation() {
    let table = [
        ("2026-03-01", "2026-03-01T00:00:00.000000000Z"),
        ("2026-03-01T10:00", "2026-03-01T10:00:00.000000000Z"),
        ("2026-03-01T10:00:00.5+01:00", "2026-03-01T09:00:00.500000000Z"),
        ("2026-03-01 10:00:00Z", "2026-03-01T10:00:00.000000000Z"),
        ("now", "2026-03-04T00:00:00.000000000Z"),
        ("-2h", "2026-03-03T22:00:00.000000000Z"),
        ("now-1d/d", "2026-03-03T00:00:00.000000000Z"),
        ("now-90m/h", "2026-03-03T22:00:00.000000000Z"),
        ("1772582400", "2026-03-04T00:00:00.000000000Z"),
        ("1772582400123", "2026-03-04T00:00:00.123000000Z"),
    ];
    for (text, wanted) in table {
        assert_eq!(
            moment(text, &context()).map(|moment| moment.to_string()),
            Ok(wanted.to_owned()),
            "{text}"
        );
    }
    assert!(moment("tomorrow", &context()).is_err());
}

#[test]
fn a_day_in_a_zone_is_that_zones_day() {
    let berlin = Context { zone: "Europe/Berlin".parse().expect("known"), ..context() };
    let expr = parse("@timestamp:2026-03-29", &berlin).expect("a day");
    assert_eq!(
        expr.to_string(),
        "@timestamp:[\"2026-03-28T23:00:00.000000000Z\" TO \"2026-03-29T22:00:00.000000000Z\"}"
    );
}

#[test]
fn completion_knows_where_the_cursor_is() {
    let names = vec!["aws.cloudtrail.read_only".to_owned()];
    let context = Context { fields: &names, ..context() };
    let value =
        |field: &str, prefix: &str| Wanted::Value { field: field.to_owned(), prefix: prefix.to_owned() };
    assert_eq!(complete("user:al", 7, &context).wanted, value("user.name", "al"));
    assert_eq!(complete("status:200 user:(alice OR b", 27, &context).wanted, value("user.name", "b"));
    assert_eq!(complete("ua:\"Mozilla fi", 14, &context).wanted, value("user_agent.original", "Mozilla fi"));
    assert_eq!(complete("ua:/cur", 7, &context).wanted, Wanted::Nothing);
    let Wanted::Field(fields) = complete("x AND sta", 9, &context).wanted else {
        panic!("a field was wanted")
    };
    assert_eq!(fields[0], "status");
    let Wanted::Field(fields) = complete("read", 4, &context).wanted else { panic!("a field was wanted") };
    assert_eq!(fields[0], "aws.cloudtrail.read_only");
    assert_eq!(complete("x AND sta", 9, &context).span, 6..9);
}

#[test]
fn pivots_add_replace_and_do_not_repeat() {
    let context = context();
    let narrowed = include("*", "source.ip", "203.0.113.7", &context).expect("it can");
    assert_eq!(narrowed, "source.ip:203.0.113.7");
    assert_eq!(include(&narrowed, "source.ip", "203.0.113.7", &context).expect("it can"), narrowed);
    assert_eq!(
        exclude(&narrowed, "source.ip", "203.0.113.7", &context).expect("it can"),
        "NOT source.ip:203.0.113.7"
    );
    let both = include("a OR b", "url.path", "/x y", &context).expect("it can");
    assert_eq!(both, "(a OR b) AND url.path:\"/x y\"");
    assert_eq!(only("user.name", "NOT", &context).expect("it can"), "user.name:\"NOT\"");
    assert!(include("(", "user.name", "x", &context).is_err());
}

fn text() -> impl Strategy<Value = String> {
    let weird = prop::sample::select(vec![
        "AND",
        "OR",
        "NOT",
        "TO",
        "-a",
        "+a",
        "a b",
        "\"q\"",
        "\\",
        "a:b",
        "(x)",
        "é",
        "北",
        "*",
        "?",
        "a*b",
        "/x/",
        "[1",
        "1}",
        "<",
        "=",
        "!",
        "a!",
        "\n",
        "\u{7}",
        "10.0.0.0/8",
        "now",
        "||",
        "a|b",
        "&&",
    ]);
    prop_oneof![weird.prop_map(str::to_owned), "[a-z0-9./:-]{1,8}", "[ -~]{1,10}"]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    (text(), any::<bool>()).prop_map(|(text, quoted)| {
        let wild = text.replace('*', &Pattern::ANY.to_string()).replace('?', &Pattern::ONE.to_string());
        Pattern { text: if quoted { text } else { wild }, quoted }
    })
}

fn leaf() -> impl Strategy<Value = Expr> {
    let field = prop::sample::select(vec![
        FieldRef::Core(fields::USER_NAME),
        FieldRef::Core(fields::MESSAGE),
        FieldRef::Core(fields::URL_PATH),
        FieldRef::Format,
        FieldRef::Tag,
        FieldRef::Finding,
        FieldRef::Source,
    ]);
    let op = || prop::sample::select(vec![Op::Less, Op::AtMost, Op::Greater, Op::AtLeast]);
    let number = || (-1000i32..1000).prop_map(|n| Scalar::Number(f64::from(n) / 4.0));
    let time = || (0i64..2_000_000_000).prop_map(|secs| Scalar::Moment(Instant::from_secs(secs)));
    let side = |scalar: BoxedStrategy<Scalar>| {
        (scalar, 0..3).prop_map(|(scalar, n)| match n {
            0 => Side::Open,
            1 => Side::Included(scalar),
            _ => Side::Excluded(scalar),
        })
    };
    let on = |id: FieldId, test: BoxedStrategy<Test>| {
        test.prop_map(move |test| Leaf { field: Some(FieldRef::Core(id)), test }).boxed()
    };
    let not_all = |pattern: &Pattern| pattern.quoted || !pattern.text.chars().eq([Pattern::ANY]);
    prop_oneof![
        pattern()
            .prop_filter("a lone star is every event", not_all)
            .prop_map(|pattern| Leaf { field: None, test: Test::Is(pattern) }),
        (field.clone(), pattern().prop_filter("a lone star is Exists", not_all))
            .prop_map(|(field, pattern)| Leaf { field: Some(field), test: Test::Is(pattern) }),
        field.prop_map(|field| Leaf { field: Some(field), test: Test::Exists }),
        on(fields::USER_NAME, "[a-z./]{1,6}".prop_map(Test::Regex).boxed()),
        on(
            fields::SOURCE_IP,
            any::<(std::net::Ipv4Addr, u8)>().prop_map(|(ip, bits)| Test::Cidr(ip.into(), bits % 33)).boxed()
        ),
        on(fields::HTTP_STATUS, (op(), number()).prop_map(|(op, n)| Test::Compare(op, n)).boxed()),
        on(fields::TIMESTAMP, (op(), time()).prop_map(|(op, t)| Test::Compare(op, t)).boxed()),
        on(fields::USER_NAME, (op(), text()).prop_map(|(op, t)| Test::Compare(op, Scalar::Text(t))).boxed()),
        on(
            fields::HTTP_STATUS,
            (side(number().boxed()), side(number().boxed())).prop_map(|(a, b)| Test::Range(a, b)).boxed()
        ),
        on(
            fields::TIMESTAMP,
            (side(time().boxed()), side(time().boxed())).prop_map(|(a, b)| Test::Range(a, b)).boxed()
        ),
    ]
    .prop_map(Expr::Leaf)
}

fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let members = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            members().prop_map(|members| flat(members, true)),
            members().prop_map(|members| flat(members, false)),
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

/// Makes the normal form: no `And` directly in an `And`, no `Or` in an `Or`.
fn flat(members: Vec<Expr>, and: bool) -> Expr {
    let mut flat = Vec::new();
    for member in members {
        match (member, and) {
            (Expr::And(inner), true) | (Expr::Or(inner), false) => flat.extend(inner),
            (other, _) => flat.push(other),
        }
    }
    if and { Expr::And(flat) } else { Expr::Or(flat) }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(expr in expr()) {
        let text = expr.to_string();
        let again = parse(&text, &context());
        prop_assert_eq!(again.as_ref(), Ok(&expr), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_pointed_at(text in "\\PC{0,40}", cursor in 0usize..60) {
        if let Err(diagnostic) = parse(&text, &context()) {
            prop_assert!(text.get(diagnostic.span.clone()).is_some(), "{:?}", diagnostic);
            let _ = diagnostic.render(&text);
        }
        let completion = complete(&text, cursor, &context());
        prop_assert!(text.get(completion.span).is_some());
        let _ = moment(&text, &context());
    }

    #[test]
    fn signs_in_any_order_are_read_or_pointed_at(signs in prop::collection::vec(prop::sample::select(vec!["(", ")", "a", ":", "user:", "\"", "AND", " ", "NOT", "[", "]", "TO", "*", "/", ">", "=", "\\", "-", "|"]), 0..20)) {
        let text = signs.concat();
        if let Err(diagnostic) = parse(&text, &context()) {
            prop_assert!(text.get(diagnostic.span.clone()).is_some(), "{:?}", diagnostic);
        }
    }

    #[test]
    fn a_quoted_value_means_itself(value in text()) {
        prop_assume!(!value.is_empty());
        let expr = parse(&format!("user:{}", quote(&value)), &context()).expect("it was quoted");
        let Expr::Leaf(Leaf { test: Test::Is(pattern), .. }) = expr else { panic!("{expr:?}") };
        prop_assert_eq!(pattern.text, value);
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    for text in ["(".repeat(10_000), "NOT ".repeat(10_000) + "a", "user:(".repeat(10_000)] {
        assert!(parse(&text, &context()).is_err());
    }
}
