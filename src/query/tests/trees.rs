//! Arbitrary trees in normal form.

use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::record::{FieldId, fields};

/// Words and phrases that look like something else.
pub fn text() -> impl Strategy<Value = String> {
    let weird = select(vec![
        "AND",
        "or",
        "Not",
        "TO",
        "-a",
        "--a",
        "+a",
        "!a",
        "!=a",
        "a b",
        "\"q\"",
        "\\",
        "a\\",
        "\\n",
        "\\\\",
        "\\u{41}",
        "a:b",
        "user:b",
        "user.*:x",
        "*:*",
        "user=b",
        "user!=b",
        "status>5",
        "http://x/",
        "file://x",
        "C:\\x",
        "::1",
        "(x)",
        "a(b",
        "é",
        "北",
        "*",
        "?",
        "**",
        "a*b",
        "/x/",
        "/",
        "/a b/",
        "//",
        "[1",
        "[1 TO 2]",
        "{",
        "1}",
        "<",
        "<b>",
        "=",
        "==",
        "&&",
        "a&&b",
        "||",
        "a|b",
        "\n",
        "\t",
        "\u{7}",
        "\u{a0}",
        "\u{202e}",
        "\u{feff}",
        "“x”",
        "10.0.0.0/8",
        "now",
        "2026-03-01",
        "_exists_:x",
        "\u{3000}",
        "'",
        "~",
        "a^2",
        "-",
        "+",
        "!",
    ]);
    prop_oneof![
        4 => weird.prop_map(str::to_owned),
        2 => "[a-z0-9./:\\-]{1,8}",
        2 => "[ -~]{1,10}",
        1 => "\\PC{1,6}",
        1 => prop::collection::vec(any::<char>(), 1..6).prop_map(|chars| chars.into_iter().collect::<String>()),
        1 => Just(String::new()),
    ]
}

fn wild(text: &str) -> String {
    let any = Pattern::ANY.to_string();
    let mut wild = text.replace('*', &any).replace('?', &Pattern::ONE.to_string());
    while wild.contains(&any.repeat(2)) {
        wild = wild.replace(&any.repeat(2), &any);
    }
    wild
}

/// A pattern that asks for something: not empty, and not everything.
pub fn pattern() -> impl Strategy<Value = Pattern> {
    let reserved = [Pattern::ANY, Pattern::ONE];
    let quoted = text().prop_map(|text| Pattern { text, quoted: true });
    let literal = text().prop_map(|text| Pattern { text, quoted: false });
    let wild = text().prop_map(|text| Pattern { text: wild(&text), quoted: false });
    prop_oneof![
        quoted,
        literal.prop_filter("reserved", move |pattern| !pattern.text.contains(reserved)),
        wild
    ]
    .prop_filter("empty or everything", |pattern| {
        pattern.quoted || !pattern.text.is_empty() && !pattern.text.chars().eq([Pattern::ANY])
    })
}

fn regex() -> impl Strategy<Value = String> {
    let whole = select(vec![
        "a",
        "curl/7\\..*",
        "a b",
        "a AND b",
        " a",
        "a ",
        "a user:b",
        "a -b:",
        "/",
        "//",
        "(a|b) OR",
        "[ \"]",
        "\\\\",
        "\\d+ \\s",
        "a \\(",
        "^$",
        "a\\u{9}b",
        "a && b",
        "é (x)",
    ]);
    prop_oneof![whole.prop_map(str::to_owned), "[a-z/. :]{1,8}"]
}

pub fn scalars(kind: u8) -> BoxedStrategy<Scalar> {
    match kind {
        0 => prop_oneof![
            (-1000i32..1000).prop_map(|n| f64::from(n) / 4.0),
            any::<f64>().prop_filter("finite", |n| n.is_finite())
        ]
        .prop_map(Scalar::Number)
        .boxed(),
        1 => prop_oneof![
            (0i64..2_000_000_000).prop_map(Timestamp::from_secs),
            (0i64..i64::MAX).prop_map(Timestamp::from_nanos),
            (-9_000_000_000i64..9_000_000_000).prop_map(|secs| Timestamp::from_secs(secs).plus(120_000_000)),
        ]
        .prop_map(Scalar::Timestamp)
        .boxed(),
        2 => any::<IpAddr>().prop_map(Scalar::Ip).boxed(),
        _ => text().prop_map(Scalar::Text).boxed(),
    }
}

fn measured(kind: u8) -> BoxedStrategy<Test> {
    let op = select(vec![Op::Less, Op::AtMost, Op::Greater, Op::AtLeast]);
    let side = || {
        (scalars(kind), 0..3).prop_map(|(scalar, n)| match n {
            0 => Side::Open,
            1 => Side::Included(scalar),
            _ => Side::Excluded(scalar),
        })
    };
    prop_oneof![
        (op, scalars(kind)).prop_map(|(op, scalar)| Test::Compare(op, scalar)),
        (side(), side()).prop_map(|(from, to)| Test::Range(from, to)),
    ]
    .boxed()
}

fn cidr() -> impl Strategy<Value = Test> {
    (any::<IpAddr>(), 0u8..=128)
        .prop_map(|(ip, bits)| Test::Cidr(ip, bits % if ip.is_ipv4() { 33 } else { 129 }))
}

fn on(field: FieldRef, test: impl Strategy<Value = Test> + 'static) -> BoxedStrategy<Leaf> {
    test.prop_map(move |test| Leaf { field: Some(field.clone()), test }).boxed()
}

fn core(id: FieldId, test: impl Strategy<Value = Test> + 'static) -> BoxedStrategy<Leaf> {
    on(FieldRef::Core(id), test)
}

fn free() -> impl Strategy<Value = Test> {
    prop_oneof![3 => pattern().prop_map(Test::Is), 1 => Just(Test::Exists), 1 => regex().prop_map(Test::Regex)]
}

pub fn own() -> impl Strategy<Value = FieldRef> {
    select(vec![
        "labels.tier",
        "labels.a b",
        "labels.a:b",
        "labels.x-",
        "7zip.run",
        "aws.cloudtrail.requestParameters.x-amz-acl",
        "winlog.event_data.IpAddress",
        "labels.Ünï",
        "labels.app/name",
        "labels.a*b",
        "labels.\u{202e}x",
        "labels.@x",
        "labels.(x)",
        "labels.\"x\"",
        "labels.a=b",
        "labels.a<b",
        "labels.\\x",
        "labels.",
    ])
    .prop_map(|name| FieldRef::Custom(name.to_owned()))
}

pub fn leaf() -> impl Strategy<Value = Leaf> {
    let is = |texts: &'static [&'static str]| {
        select(texts).prop_map(|text| Test::Is(Pattern { text: wild(text), quoted: false }))
    };
    let keyword = select(vec![fields::USER_NAME, fields::URL_PATH, fields::SOURCE_ADDRESS, fields::MESSAGE]);
    let own_tests = prop_oneof![3 => free(), 1 => (0u8..4).prop_flat_map(measured)];
    let named = |names: Vec<FieldRef>, test: BoxedStrategy<Test>| {
        (select(names), test).prop_map(|(field, test)| Leaf { field: Some(field), test })
    };
    prop_oneof![
        4 => prop_oneof![3 => pattern().prop_map(Test::Is), 1 => regex().prop_map(Test::Regex)]
            .prop_map(|test| Leaf { field: None, test }),
        4 => (keyword, free()).prop_map(|(id, test)| Leaf { field: Some(FieldRef::Core(id)), test }),
        3 => (own(), own_tests).prop_map(|(field, test)| Leaf { field: Some(field), test }),
        1 => core(fields::EVENT_CODE, (0u8..4).prop_flat_map(measured)),
        1 => core(fields::HTTP_STATUS, prop_oneof![
            is(&["404", "4*", "?04", "-1", "1.5"]), measured(0), regex().prop_map(Test::Regex), Just(Test::Exists),
        ]),
        1 => core(fields::SOURCE_IP, prop_oneof![
            is(&["10.0.0.1", "::1", "2001:DB8::1", "10.0.*", "fe80::*"]), cidr(), measured(2), Just(Test::Exists),
        ]),
        1 => core(fields::TIMESTAMP, prop_oneof![measured(1), Just(Test::Exists)]),
        1 => on(FieldRef::Custom("winlog.event_data.IpAddress".to_owned()), cidr()),
        1 => on(FieldRef::Id, is(&["a1b2c3d4:17", "A1B2C3D4E5:0"])),
        1 => on(FieldRef::Source, is(&["a1b2", "A*", "0123456789abcdef"])),
        1 => named(vec![FieldRef::Tag], prop_oneof![pattern().prop_map(Test::Is), Just(Test::Exists)].boxed()),
        1 => on(FieldRef::Finding, prop_oneof![is(&["3", "17"]), Just(Test::Exists)]),
        1 => on(FieldRef::Format, free()),
    ]
}

pub fn expr() -> impl Strategy<Value = Expr> {
    let atom = prop_oneof![12 => leaf().prop_map(Expr::Leaf), 1 => Just(Expr::All)];
    atom.prop_recursive(5, 32, 4, |inner| {
        let members = || prop::collection::vec(inner.clone(), 2..5);
        let alternatives = prop::collection::vec(pattern().prop_map(Test::Is), 2..5).prop_map(|tests| {
            let field = || Some(FieldRef::Core(fields::URL_PATH));
            Expr::Or(tests.into_iter().map(|test| Expr::Leaf(Leaf { field: field(), test })).collect())
        });
        prop_oneof![
            members().prop_map(|members| normalize::join(members, Expr::And)),
            members().prop_map(|members| normalize::join(members, Expr::Or)),
            alternatives,
            inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}
