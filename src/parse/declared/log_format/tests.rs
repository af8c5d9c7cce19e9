use std::collections::BTreeMap;

use super::server_config::named_log_formats;
use super::*;
use crate::parse::declared::{DeclaredFormat, find};
use crate::parse::format::Format;
use crate::record::Event;

/// Returns the fields of a line that was written by a log format.
fn read(log_format: &str, line: &str) -> BTreeMap<String, String> {
    let file = definition_text(log_format).expect(log_format);
    let format = DeclaredFormat::parse(&file, &find).expect(log_format);
    let mut event = Event::default();
    let furthest = format.furthest(line);
    assert!(format.read(line, &mut event), "{log_format}\n{line}\n{furthest:?}");
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    if let Some(time) = &event.parsed_time {
        fields.insert("@timestamp".to_owned(), format!("{time:?}"));
    }
    for (key, value) in event.fields() {
        fields.entry(key.name().to_owned()).or_insert_with(|| value.text().into_owned());
    }
    fields
}

fn mistake(log_format: &str) -> String {
    definition_text(log_format).map(|_| String::new()).unwrap_or_else(|error| error)
}

#[track_caller]
fn has(fields: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    for (field, value) in expected {
        assert_eq!(fields.get(*field).map(String::as_str), Some(*value), "{field} in {fields:#?}");
    }
}

#[test]
fn apache_directives_fill_their_fields() {
    let log_format = r#"%v:%p %h %l %u %t \"%r\" %>s %b %O %I %D \"%{Referer}i\" \"%{User-Agent}i\" \"%{X-Forwarded-For}i\" %{c}a %A %P %{X-Cache}o %{tracking}C %L %k"#;
    let line = r#"shop.example.com:443 192.0.2.10 - alice [01/Mar/2026:10:00:00 +0100] "GET /list?q=1 HTTP/1.1" 200 5120 5500 312 1500 "https://www.example.com/" "Mozilla/5.0 (\"X\")" "203.0.113.9, 10.0.0.2" 198.51.100.7 10.0.0.1 4711 HIT - Zq1 3"#;
    let fields = read(log_format, line);
    has(
        &fields,
        &[
            ("source.ip", "192.0.2.10"),
            ("user.name", "alice"),
            ("url.domain", "shop.example.com"),
            ("destination.port", "443"),
            ("destination.ip", "10.0.0.1"),
            ("http.request.method", "GET"),
            ("url.path", "/list"),
            ("http.version", "1.1"),
            ("http.response.status_code", "200"),
            ("http.response.body.bytes", "5120"),
            ("http.response.bytes", "5500"),
            ("http.request.bytes", "312"),
            ("event.duration", "1500000"),
            ("http.request.referrer", "https://www.example.com/"),
            ("user_agent.original", "Mozilla/5.0 (\"X\")"),
            ("network.forwarded_ip", "203.0.113.9"),
            ("apache.access.remote_addresses", "198.51.100.7"),
            ("process.pid", "4711"),
            ("http.request.id", "Zq1"),
            ("apache.access.sent_http_x_cache", "HIT"),
            ("event.outcome", "success"),
            ("event.dataset", "apache.access"),
        ],
    );
    assert!(fields["@timestamp"].contains("2026"), "{fields:?}");
    assert!(!fields.contains_key("apache.access.cookie_tracking"), "{fields:?}");
}

#[test]
fn apache_times_and_parts_of_requests_are_read() {
    let log_format = r#"%{%Y-%m-%d %T}t.%{msec_frac}t %{%z}t %a %m %U%q %H %s %{ms}T"#;
    let fields = read(log_format, "2026-03-01 10:00:00.123 +0100 2001:db8::7 POST /a/b?x=1 HTTP/2.0 503 12");
    has(
        &fields,
        &[
            ("source.ip", "2001:db8::7"),
            ("http.request.method", "POST"),
            ("url.path", "/a/b"),
            ("url.query", "x=1"),
            ("http.version", "2.0"),
            ("event.outcome", "failure"),
            ("event.duration", "12000000"),
        ],
    );
    assert!(
        fields["@timestamp"].contains("123000000") && fields["@timestamp"].contains("3600"),
        "{fields:?}"
    );
    let fields = read(
        "%{sec}t.%{usec_frac}t %h \"%r\" %400,501{User-agent}i",
        "1772355600.000250 192.0.2.1 \"-\" curl",
    );
    has(&fields, &[("source.ip", "192.0.2.1"), ("user_agent.original", "curl")]);
    assert!(fields["@timestamp"].contains("1772355600000250000"), "{fields:?}");
}

#[test]
fn nginx_variables_fill_their_fields() {
    let log_format = r#"log_format main '$remote_addr - $remote_user [$time_local] "$request" '
        '$status $body_bytes_sent "$http_referer" '
        '"$http_user_agent" rt=$request_time ua=$upstream_addr us=$upstream_status $ssl_protocol/${ssl_cipher} $request_id';"#;
    let line = r#"192.0.2.10 - - [01/Mar/2026:10:00:00 +0000] "POST /api HTTP/1.1" 502 0 "-" "curl/8.5.0" rt=0.142 ua=10.0.0.1:80, 10.0.0.2:80 us=502, 502 TLSv1.3/TLS_AES_256_GCM_SHA384 0a1b"#;
    let fields = read(log_format, line);
    has(
        &fields,
        &[
            ("source.ip", "192.0.2.10"),
            ("url.path", "/api"),
            ("http.response.status_code", "502"),
            ("event.duration", "142000000"),
            ("nginx.access.upstream.address", "10.0.0.1:80, 10.0.0.2:80"),
            ("tls.version", "1.3"),
            ("tls.cipher", "TLS_AES_256_GCM_SHA384"),
            ("http.request.id", "0a1b"),
            ("event.outcome", "failure"),
            ("event.dataset", "nginx.access"),
        ],
    );
    assert!(!fields.contains_key("user.name") && !fields.contains_key("http.request.referrer"), "{fields:?}");
}

#[test]
fn formats_that_write_json_are_read_as_json() {
    let nginx = r#"{"t":"$time_iso8601","client":{"ip":"$remote_addr"},"req":"$request_method $request_uri","status":$status,"took":$request_time,"ua":"$http_user_agent","app":"shop","x-b3":"$http_x_b3_traceid"}"#;
    let line = r#"{"t":"2026-03-01T10:00:00+01:00","client":{"ip":"192.0.2.9"},"req":"GET /x?y=1","status":404,"took":0.5,"ua":"a \"b\"","app":"shop","x-b3":"77"}"#;
    let fields = read(nginx, line);
    has(
        &fields,
        &[
            ("source.ip", "192.0.2.9"),
            ("http.request.method", "GET"),
            ("url.path", "/x"),
            ("http.response.status_code", "404"),
            ("event.duration", "500000000"),
            ("user_agent.original", "a \"b\""),
            ("nginx.access.app", "shop"),
            ("event.outcome", "failure"),
        ],
    );
    assert!(fields.values().any(|value| value == "77"), "{fields:?}");
    let apache =
        r#"{ \"time\":\"%t\", \"at\":\"%{%Y-%m-%dT%H:%M:%S%z}t\", \"ip\":\"%a\", \"r\":\"%r\", \"s\":%>s }"#;
    let line = r#"{ "time":"[01/Mar/2026:10:00:00 +0100]", "at":"2026-03-01T10:00:00+0100", "ip":"192.0.2.9", "r":"GET / HTTP/1.1", "s":200 }"#;
    let fields = read(apache, line);
    has(&fields, &[("source.ip", "192.0.2.9"), ("url.path", "/"), ("event.outcome", "success")]);
    assert!(fields["@timestamp"].contains("2026"), "{fields:?}");
}

#[test]
fn what_is_not_known_becomes_a_field_of_its_own() {
    let fields = read(
        "$remote_addr $my_var [$time_local] $status",
        "192.0.2.1 seven [01/Mar/2026:10:00:00 +0000] 200",
    );
    has(&fields, &[("nginx.access.my_var", "seven")]);
    let fields = read("%h %t %{Foo}^to %Z", "192.0.2.1 [01/Mar/2026:10:00:00 +0000] a b");
    has(&fields, &[("apache.access.directive_Z", "b"), ("apache.access.sent_trailer_foo", "a")]);
}

#[test]
fn a_text_that_cannot_be_read_is_refused_with_the_reason() {
    assert!(mistake("").contains("empty"));
    assert!(mistake("no directive at all").contains("no directive"));
    assert!(mistake("%h %{Referer").contains("not closed"));
    assert!(mistake("%h %i").contains("argument"));
    assert!(mistake("%h%u").contains("nothing says where it ends"));
    assert!(mistake("%h %{%Q}t").contains("%Q"));
    assert!(mistake("$remote_addr ${status").contains("not closed"));
    assert!(mistake("LogFormat combined").contains("no text in quotes"));
    assert!(mistake(r#"{"a":"$remote_addr","#).contains("nothing") || !mistake(r#"{"a":$a,}"#).is_empty());
}

#[test]
fn a_file_of_the_user_may_have_a_log_format_and_more() {
    let file = r#"
name = "acme.access"
about = "our gateway"
log_format = '%h %u %t "%r" %>s %{X-Tenant}i'
[fields]
"organization.name" = "http_x_tenant"
"#;
    let format = DeclaredFormat::parse(file, &find).expect("it is sound");
    let mut event = Event::default();
    assert!(
        format.read(r#"192.0.2.1 ann [01/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 blue"#, &mut event)
    );
    assert_eq!(
        event.values("organization.name").next().map(|value| value.text().into_owned()).as_deref(),
        Some("blue")
    );
    assert_eq!(
        event.values("user.name").next().map(|value| value.text().into_owned()).as_deref(),
        Some("ann")
    );
}

#[test]
fn configurations_state_named_formats() {
    let apache =
        "# LogFormat \"no\" no\nLogFormat \"%h \\\"%r\\\" %>s\" short\n  LogFormat \"%a\" \\\n  other\n";
    let found: Vec<(String, String)> =
        named_log_formats(apache).into_iter().map(|format| (format.name, format.text)).collect();
    assert_eq!(
        found,
        [("short".to_owned(), "%h \"%r\" %>s".to_owned()), ("other".to_owned(), "%a".to_owned()),]
    );
    let nginx = "http {\n  log_format main '$remote_addr '\n    '\"$request\"';\n  log_format j escape=json '{\"a\":\"$host\"}';\n  access_log x main;\n}\n";
    let found: Vec<(String, String)> =
        named_log_formats(nginx).into_iter().map(|format| (format.name, format.text)).collect();
    assert_eq!(
        found,
        [
            ("main".to_owned(), "$remote_addr \"$request\"".to_owned()),
            ("j".to_owned(), "{\"a\":\"$host\"}".to_owned()),
        ]
    );
}
