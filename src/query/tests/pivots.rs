//! Queries narrowed by a value.

use super::*;

fn included(text: &str, field: &str, value: &str) -> String {
    include(text, field, value, &context()).unwrap_or_else(|wrong| panic!("{}", wrong.render(text)))
}

fn excluded(text: &str, field: &str, value: &str) -> String {
    exclude(text, field, value, &context()).unwrap_or_else(|wrong| panic!("{}", wrong.render(text)))
}

#[test]
fn a_value_is_added_to_what_is_asked() {
    assert_eq!(included("", "source.ip", "203.0.113.7"), "source.ip:203.0.113.7");
    assert_eq!(included("*", "ip", "2001:db8::7"), "source.ip:2001:db8::7");
    assert_eq!(included("a OR b", "url.path", "/x y"), "(a OR b) AND url.path:\"/x y\"");
    assert_eq!(included("a b", "url.path", "/wp-login.php"), "a AND b AND url.path:/wp-login.php");
    assert_eq!(
        excluded("* status:200", "user.name", "NOT"),
        "http.response.status_code:200 AND NOT user.name:\"NOT\""
    );
    assert_eq!(only("user.name", "a*b", &context()).expect("it can"), "user.name:\"a*b\"");
}

#[test]
fn a_value_that_is_asked_for_already_is_not_repeated() {
    let text = "user.name:Alice AND x";
    assert_eq!(included(text, "user.name", "alice"), "user.name:alice AND x");
    assert_eq!(included("user:\"alice\"", "user.name", "alice"), "user.name:alice");
    assert_eq!(included("user:alice x -user:alice", "user.name", "alice"), "user.name:alice AND x");
    assert_eq!(included("user:al* x", "user.name", "alice"), "user.name:al* AND x AND user.name:alice");
}

#[test]
fn the_opposite_takes_the_place_of_what_was_asked() {
    assert_eq!(excluded("user:alice AND x", "user.name", "alice"), "NOT user.name:alice AND x");
    assert_eq!(
        included("x -status:200", "http.response.status_code", "200"),
        "x AND http.response.status_code:200"
    );
    assert_eq!(
        excluded("-status:200", "status", "404"),
        "NOT http.response.status_code:200 AND NOT http.response.status_code:404"
    );
}

#[test]
fn values_of_every_kind_mean_themselves() {
    assert_eq!(included("", "labels.peer_ip", "10.0.0.0/8"), "labels.peer_ip:\"10.0.0.0/8\"");
    assert_eq!(included("", "user", "\u{1b}[31m"), r#"user.name:"\u{1b}[31m""#);
    assert_eq!(
        included("", "@timestamp", "2026-03-01T10:00:00.000000000Z"),
        "@timestamp:[2026-03-01T10:00:00.000000000Z TO 2026-03-01T10:00:00.000000000Z]"
            .replace("[2026-03-01T10:00:00.000000000Z", "[2026-03-01T10:00:00Z")
    );
    assert_eq!(included("", "vestigo.format", "nginx.access"), "format:nginx.access");
}

#[test]
fn what_cannot_be_asked_is_said() {
    assert!(include("(", "user.name", "x", &context()).is_err());
    assert!(include("", "status", "x", &context()).is_err());
    let empty = only("user.name", "", &context()).expect_err("it is empty");
    assert_eq!(empty.hint.as_deref(), Some("Search for NOT user.name:* to see the events without one."));
}

#[test]
fn simple_values_stand_bare_and_others_in_quotes() {
    let bare = ["alice", "203.0.113.7", "2001:db8::1", "/wp-login.php", "a@b.example", "Zoë", "北京", "404"];
    for value in bare {
        assert_eq!(quote(value), value);
    }
    let quoted = [
        "",
        "a b",
        "AND",
        "or",
        "-x",
        "+x",
        "!x",
        "a*",
        "10.0.0.0/8",
        "/x/",
        "[1",
        "{",
        "<b>",
        "user:x",
        "a\\b",
        "(",
        "\"",
        "é\u{202e}",
        "a|b",
        "&&",
        "“x”",
    ];
    for value in quoted {
        assert!(quote(value).starts_with('"') && quote(value).ends_with('"'), "{value}");
    }
}
