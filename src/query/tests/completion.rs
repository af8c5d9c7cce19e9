//! What is offered where.

use super::*;

/// Completes at the `^` in a text; returns the text that would be replaced and what is completed.
fn at(marked: &str, context: &QueryContext<'_>) -> (String, CompletionKind) {
    let cursor = marked.find('^').expect("the text marks the cursor");
    let text = marked.replacen('^', "", 1);
    let completion = complete(&text, cursor, context);
    (text[completion.span].to_owned(), completion.kind)
}

fn value(field: &str, prefix: &str) -> CompletionKind {
    CompletionKind::Value { field: field.to_owned(), prefix: prefix.to_owned() }
}

#[test]
fn values_are_offered_after_a_field() {
    let table = [
        ("user:al^", "al", value("user.name", "al")),
        ("user:^", "", value("user.name", "")),
        ("user: ^", "", value("user.name", "")),
        ("user:al^ice AND x", "alice", value("user.name", "al")),
        ("user:^alice", "alice", value("user.name", "")),
        ("x (user:al^)", "al", value("user.name", "al")),
        ("status:200 user:(alice OR b^", "b", value("user.name", "b")),
        ("user:(alice OR ^", "", value("user.name", "")),
        ("user:(a (b OR c^) d", "c", value("user.name", "c")),
        ("user:(alice ^", "", value("user.name", "")),
        ("user:(-^", "", value("user.name", "")),
        ("ua:\"Mozilla fi^", "\"Mozilla fi", value("user_agent.original", "Mozilla fi")),
        ("ua:\"Mozilla fi^refox\" x", "\"Mozilla firefox\"", value("user_agent.original", "Mozilla fi")),
        ("ua:\"Moz^ AND host:\"web\"", "\"Moz", value("user_agent.original", "Moz")),
        ("user:ro\\ o^", "ro\\ o", value("user.name", "ro o")),
        ("path:/wp^", "/wp", value("url.path", "/wp")),
        ("status>=^", "", value("http.response.status_code", "")),
        ("status:>=4^", "4", value("http.response.status_code", "4")),
        ("FORMAT:ng^", "ng", value("vestigo.format", "ng")),
        ("tag:^", "", value("tag", "")),
        ("aws.cloudtrail.x:^", "", value("aws.cloudtrail.x", "")),
    ];
    for (text, replaced, wanted) in table {
        assert_eq!(at(text, &context()), (replaced.to_owned(), wanted), "{text}");
    }
}

#[test]
fn nothing_is_offered_where_nothing_can_be_completed() {
    for text in [
        r"ua:/cur^l\/7/",
        "\"failed pa^",
        "\"failed\"^",
        "user:\"alice\"^",
        "bytes:[1 ^",
        "(a)^",
        "x | cou^",
        "id:a1b2^",
        "finding:^",
        "stauts:^",
        "user:al*^",
        "x AND^",
        "x and^",
        "not^",
    ] {
        assert_eq!(at(text, &context()).1, CompletionKind::Nothing, "{text}");
    }
}

#[test]
fn fields_are_offered_where_a_term_begins() {
    let first = |text: &str| match at(text, &context()) {
        (replaced, CompletionKind::Field(names)) => (replaced, names.first().cloned().unwrap_or_default()),
        other => panic!("{text}: {other:?}"),
    };
    let table = [
        ("^", "", "ip"),
        ("x AND ^", "", "ip"),
        ("x or ^", "", "ip"),
        ("not sta^", "sta", "status"),
        ("x AND sta^", "sta", "status"),
        ("sta^ AND x", "sta", "status"),
        ("(a OR us^", "us", "user"),
        ("user:alice ho^", "ho", "host"),
        ("NOT me^", "me", "method"),
        ("-me^", "me", "method"),
        ("-^", "", "ip"),
        ("sta^tus:404", "status:", "status"),
        ("st^atus>=404", "status", "status"),
        ("user.eff^", "user.eff", "user.effective.name"),
        ("user.name^", "user.name", "user.name"),
        ("effective^", "effective", "user.effective.name"),
        ("tus_co^", "tus_co", "http.response.status_code"),
        ("UsEr^", "UsEr", "user"),
        ("北京 sta^", "sta", "status"),
    ];
    for (text, replaced, name) in table {
        assert_eq!(first(text), (replaced.to_owned(), name.to_owned()), "{text}");
    }
}

#[test]
fn a_field_is_offered_once_and_the_cases_own_fields_too() {
    let names = vec!["aws.cloudtrail.read_only".to_owned(), "labels.a b".to_owned(), "user.name".to_owned()];
    let context = QueryContext { fields: &names, ..context() };
    let offered = |text: &str| match at(text, &context).1 {
        CompletionKind::Field(names) => names,
        other => panic!("{other:?}"),
    };
    assert_eq!(offered("read^")[0], "aws.cloudtrail.read_only");
    assert_eq!(offered("labels^"), [r"labels.a\ b"]);
    let users = offered("user^");
    assert!(users.contains(&"user".to_owned()) && !users.contains(&"user.name".to_owned()), "{users:?}");
    assert!(offered("^").len() <= 50);
}

#[test]
fn a_cursor_inside_a_character_or_after_the_end_is_adjusted() {
    let completion = complete("user:é", 6, &context());
    assert_eq!((completion.span, completion.kind), (5..7, value("user.name", "")));
    assert_eq!(complete("user:a", 99, &context()).kind, value("user.name", "a"));
}
