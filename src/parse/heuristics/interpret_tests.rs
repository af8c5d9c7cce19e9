use super::*;
use crate::parse::flatten::json_object;
use crate::record::{CivilDateTime, ParsedTime, Precision, Timestamp};

fn read(json: &str) -> Event<'static> {
    let leaves = json_object(json).unwrap_or_else(|| panic!("no JSON: {json}"));
    let mut event = Event::default();
    interpret(&mut event, leaves, Namespace { prefix: "json.", dotted_stand: false });
    event.into_owned()
}

fn rendered(json: &str) -> Vec<String> {
    let event = read(json);
    let pairs = event.fields().iter().filter(|(key, _)| key.name() != "event.kind");
    pairs.map(|(key, value)| format!("{}={}", key.name(), value.text())).collect()
}

#[test]
fn the_usual_names_find_their_fields_and_others_keep_theirs() {
    assert_eq!(
        rendered(
            r#"{"ts":"2026-03-01T10:00:00Z","LVL":"WARN","msg":"hello\n","user":"alice","clientIp":"192.0.2.1:4711","free":7,"a":{"b":[1.5,true]}}"#
        ),
        [
            "log.level=WARN",
            "message=hello",
            "user.name=alice",
            "source.ip=192.0.2.1",
            "source.port=4711",
            "source.address=192.0.2.1:4711",
            "json.free=7",
            "json.a.b=1.5",
            "json.a.b=true",
        ]
    );
}

#[test]
fn a_web_request_makes_its_ambiguous_names_plain() {
    assert_eq!(
        rendered(
            r#"{"method":"GET","path":"/a?b=c","status":"404","host":"shop.example","size":12,"protocol":"HTTP/1.1","ua":"curl"}"#
        ),
        [
            "http.request.method=GET",
            "url.path=/a",
            "url.query=b=c",
            "url.original=/a?b=c",
            "http.response.status_code=404",
            "url.domain=shop.example",
            "http.response.body.bytes=12",
            "http.version=1.1",
            "user_agent.original=curl",
            "event.category=web",
            "event.type=access",
            "event.outcome=failure",
        ]
    );
    assert_eq!(
        rendered(r#"{"msg":"x","path":"/etc/passwd","status":"404","host":"web-01","size":12}"#),
        ["message=x", "json.path=/etc/passwd", "json.status=404", "host.name=web-01", "json.size=12"]
    );
    assert_eq!(
        rendered(r#"{"request":"GET /x HTTP/2.0","request_time":"0.005","status":200}"#)[..4],
        ["http.request.method=GET", "url.path=/x", "url.original=/x", "http.version=2.0"]
    );
}

#[test]
fn a_value_that_cannot_be_the_field_stays_under_its_own_name() {
    assert_eq!(
        rendered(
            r#"{"msg":"x","ip":"unknown","pid":"main","level":35,"method":"transfer","url":"n/a","source.ip":"nobody","user":{"x":1}}"#
        ),
        [
            "message=x",
            "json.ip=unknown",
            "json.pid=main",
            "json.level=35",
            "json.method=transfer",
            "json.url=n/a",
            "json.source.ip=nobody",
            "json.user.x=1",
        ]
    );
}

#[test]
fn two_names_do_not_share_a_field_but_a_list_fills_it() {
    assert_eq!(
        rendered(
            r#"{"msg":"x","user":"alice","username":"bob","tags":["a","b"],"text":"more","time":"soon"}"#
        ),
        [
            "message=x",
            "user.name=alice",
            "json.username=bob",
            "tags=a",
            "tags=b",
            "json.text=more",
            "json.time=soon"
        ]
    );
}

#[test]
fn times_are_found_by_rank_and_read_in_every_notation() {
    let moment = |nanos, precision| Some(ParsedTime::Timestamp(Timestamp::from_nanos(nanos), precision));
    let rows = [
        (r#"{"ts":1772359200}"#, moment(1_772_359_200_000_000_000, Precision::Second)),
        (r#"{"time":1772359200123}"#, moment(1_772_359_200_123_000_000, Precision::Milli)),
        (r#"{"ts":1772359200.1234567}"#, moment(1_772_359_200_123_456_700, Precision::Nano)),
        (r#"{"ts":1.7723592005e9}"#, moment(1_772_359_200_500_000_000, Precision::Milli)),
        (
            r#"{"__REALTIME_TIMESTAMP":"1772359200123456"}"#,
            moment(1_772_359_200_123_456_000, Precision::Micro),
        ),
        (r#"{"date":"1999-01-01","time":1772359200}"#, moment(1_772_359_200_000_000_000, Precision::Second)),
        (r#"{"t":5,"time":"12ms"}"#, None),
    ];
    for (json, when) in rows {
        assert_eq!(read(json).parsed_time, when, "{json}");
    }
    let event = read(r#"{"date":"2026-03-01","time":"10:00:07.5","a":1}"#);
    let civil = CivilDateTime {
        year: Some(2026),
        date: Some((3, 1)),
        hour: 10,
        minute: 0,
        second: 7,
        nanos: 500_000_000,
        offset: None,
    };
    assert_eq!(event.parsed_time, Some(ParsedTime::Civil(civil, Precision::Milli)));
    assert_eq!(event.time_text.as_deref(), Some("2026-03-01 10:00:07.5"));
    assert_eq!(event.values("json.time").count() + event.values("json.date").count(), 0);
}

#[test]
fn numbered_levels_are_named_and_errors_kept() {
    assert_eq!(
        rendered(r#"{"level":50,"name":"api","msg":"boom","err":"refused","stack":"at x","took_ms":1.5}"#),
        [
            "log.level=error",
            "json.name=api",
            "message=boom",
            "error.message=refused",
            "error.stack_trace=at x",
            "event.duration=1500000",
        ]
    );
}

#[test]
fn a_record_without_a_message_says_what_it_holds() {
    let event = read(r#"{"ts":1772359200,"component":"web","address":"[::]:9090","ready":true}"#);
    assert_eq!(event.text(fields::MESSAGE), Some("component=web address=[::]:9090 ready=true"));
    let long = format!("{{\"a\":\"{}\"}}", "é".repeat(200));
    assert!(read(&long).text(fields::MESSAGE).is_some_and(|text| text.len() < 170 && text.ends_with('…')));
}

#[test]
fn bounds_are_marked() {
    let many: Vec<String> = (0..600).map(|n| format!("\"k{n}\":{n}")).collect();
    let event = read(&format!("{{{}}}", many.join(",")));
    assert_eq!(event.text(fields::TAGS), Some("too_many_fields"));
    let rest = event.values("json._rest").next().map(|value| value.text().into_owned());
    assert!(rest.is_some_and(|rest| rest.starts_with("{\"k512\":512,") && rest.ends_with("\"k599\":599}")));
    let deep = format!("{}{{}}{}", "{\"a\":".repeat(40), "}".repeat(40));
    assert_eq!(read(&deep).text(fields::TAGS), Some("nested_too_deep"));
}
