use super::*;
use crate::parse::format::Format;
use crate::parse::formats::access::{ApacheAccess, NginxAccess};
use crate::record::{CivilDateTime, FieldId, Precision};

fn read<'a>(format: &dyn Format, text: &'a str) -> Option<Event<'a>> {
    let mut event = Event::default();
    format.read(text, &mut event).then_some(event)
}

/// Reads a line and returns the fields that differ from line to line, as `name=value`.
fn rendered(format: &dyn Format, text: &str) -> Vec<String> {
    let event = read(format, text).unwrap_or_else(|| panic!("not read: {text}"));
    let constant = ["event.dataset", "event.kind", "event.category", "event.type", "event.action"];
    let pairs = event.fields().iter().filter(|(key, _)| !constant.contains(&key.name()));
    pairs.map(|(key, value)| format!("{}={}", key.name(), value.text())).collect()
}

#[test]
fn a_combined_line_is_read_whole() {
    let line = r#"192.0.2.1 - alice [10/Oct/2000:13:55:36 -0700] "GET /a.php?b=c HTTP/1.1" 404 2326 "http://example.com/" "Mozilla/5.0 (X11)""#;
    assert_eq!(
        rendered(&NginxAccess, line),
        [
            "source.address=192.0.2.1",
            "source.ip=192.0.2.1",
            "user.name=alice",
            "http.request.method=GET",
            "url.extension=php",
            "url.path=/a.php",
            "url.query=b=c",
            "url.original=/a.php?b=c",
            "http.version=1.1",
            "http.response.status_code=404",
            "event.outcome=failure",
            "http.response.body.bytes=2326",
            "http.request.referrer=http://example.com/",
            "user_agent.original=Mozilla/5.0 (X11)",
        ]
    );
    let event = read(&NginxAccess, line).expect("it was read above");
    let civil = CivilDateTime {
        year: Some(2000),
        date: Some((10, 10)),
        hour: 13,
        minute: 55,
        second: 36,
        nanos: 0,
        offset: Some(-25_200),
    };
    assert_eq!(event.parsed_time, Some(ParsedTime::Civil(civil, Precision::Second)));
    assert_eq!(event.time_text.as_deref(), Some("10/Oct/2000:13:55:36 -0700"));
}

#[test]
fn what_nginx_cannot_have_written_is_apaches() {
    let rows = [
        r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5"#,
        r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 304 - "-" "x""#,
        r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "-" 408 0 "-" "-""#,
        r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /\"x HTTP/1.1" 200 5 "-" "x""#,
        r#"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 - "x""#,
        r#"192.0.2.1 id - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "x""#,
        r#"www.example.com:80 192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5 "-" "x""#,
    ];
    for line in rows {
        assert_eq!(read(&NginxAccess, line), None, "{line}");
        assert!(read(&ApacheAccess, line).is_some(), "{line}");
    }
}

#[test]
fn requests_that_are_none_are_still_events() {
    let line =
        |request: &str| format!(r#"192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "{request}" 400 0 "-" "-""#);
    let rows = [
        ("", None, "no request, 400"),
        ("-", None, "no request, 400"),
        (r"\x16\x03\x01", Some(r"\x16\x03\x01"), r"malformed request \x16\x03\x01, 400"),
        ("hello", Some("hello"), "malformed request hello, 400"),
        ("GET  HTTP", Some("GET  HTTP"), "malformed request GET  HTTP, 400"),
        (
            "\u{fffd}\u{fffd} x HTTP/1.1",
            Some("\u{fffd}\u{fffd} x HTTP/1.1"),
            "malformed request \u{fffd}\u{fffd} x HTTP/1.1, 400",
        ),
        (r#"a" b"#, Some(r#"a" b"#), r#"malformed request a" b, 400"#),
    ];
    for (request, original, message) in rows {
        let line = line(request);
        let event = read(&ApacheAccess, &line).unwrap_or_else(|| panic!("not read: {line}"));
        assert_eq!(event.get(fields::HTTP_METHOD), None, "{line}");
        assert_eq!(event.text(fields::URL_ORIGINAL), original, "{line}");
        assert_eq!(event.text(fields::MESSAGE), Some(message), "{line}");
        assert_eq!(event.text(fields::EVENT_OUTCOME), Some("failure"), "{line}");
    }
}

#[test]
fn odd_requests_keep_their_parts() {
    let request = |text: &str| {
        let line = format!(r#"192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "{text}" 200 1"#);
        let event = read(&ApacheAccess, &line).expect(text);
        let part = |id: FieldId| event.text(id).unwrap_or("").to_owned();
        [part(fields::HTTP_METHOD), part(fields::URL_ORIGINAL), part(fields::HTTP_VERSION)]
    };
    assert_eq!(request("GET /a b c HTTP/1.0"), ["GET", "/a b c", "1.0"]);
    assert_eq!(request("GET /old"), ["GET", "/old", ""]);
    assert_eq!(request("CONNECT example.com:443 HTTP/1.1"), ["CONNECT", "example.com:443", "1.1"]);
    assert_eq!(request("PATCHp /x HTTP/2.0"), ["PATCHp", "/x", "2.0"]);
    assert_eq!(request(r#"GET /\"q\" HTTP/1.1"#), ["GET", r#"/\"q\""#, "1.1"]);
    assert_eq!(request(r"GET /end\ HTTP/1.1"), ["GET", r"/end\", "1.1"]);
    assert_eq!(request(r"GET /\"), ["GET", r"/\", ""]);
    let unescaped = r#"192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET /\" 200 1 "-" "x""#;
    let event = read(&ApacheAccess, unescaped).expect("it is a line");
    assert_eq!((event.text(fields::URL_PATH), event.text(fields::USER_AGENT)), (Some(r"/\"), Some("x")));
}

#[test]
fn a_user_name_cannot_fake_a_line() {
    let line = r#"203.0.113.9 - x [10/Oct/2000:13:55:36 +0000] \"GET /fake HTTP/1.1\" 200 1 [11/Oct/2000:13:55:36 +0000] "GET /true HTTP/1.1" 401 2"#;
    let event = read(&ApacheAccess, line).expect("it is a line");
    assert_eq!(event.time_text.as_deref(), Some("11/Oct/2000:13:55:36 +0000"));
    assert_eq!(event.text(fields::URL_PATH), Some("/true"));
    assert_eq!(
        event.text(fields::USER_NAME),
        Some(r#"x [10/Oct/2000:13:55:36 +0000] \"GET /fake HTTP/1.1\" 200 1"#)
    );
}

#[test]
fn lines_with_pieces_missing_are_read_as_far_as_they_go() {
    let time = "[10/Oct/2000:13:55:36 +0000]";
    assert_eq!(
        rendered(&ApacheAccess, &format!(r#"192.0.2.1 {time} "GET /x HTTP/1.0" 404 46210 "-" "gPXE""#))[..2],
        ["source.address=192.0.2.1", "source.ip=192.0.2.1"]
    );
    assert!(read(&ApacheAccess, &format!(r#"h - - {time} "GET / HTTP/1.0""#)).is_some());
    assert!(read(&ApacheAccess, &format!(r#"h - - {time} "GET / HTTP/1.0" 200"#)).is_some());
    let open = read(
        &ApacheAccess,
        r#"h - - [10/Oct/2000:13:55:36] "GET / HTTP/1.0" 200 1 "-" "Mozilla/5.0 (no end"#,
    )
    .map(|event| event.text(fields::USER_AGENT).map(str::to_owned));
    assert_eq!(open, Some(Some("Mozilla/5.0 (no end".to_owned())));
}

#[test]
fn what_stands_behind_the_line_finds_its_field() {
    let line = r#"192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "x""#;
    let tail = |format: &dyn Format, text: &str| {
        let whole = format!("{line} {text}");
        rendered(format, &whole).split_off(rendered(format, line).len())
    };
    assert_eq!(
        tail(&NginxAccess, r#""203.0.113.9, 10.0.0.1" 0.012 10.0.0.5:8080 0.010 200"#),
        [
            "nginx.access.forwarded_for=203.0.113.9, 10.0.0.1",
            "network.forwarded_ip=203.0.113.9",
            "event.duration=12000000",
            "nginx.access.upstream.address=10.0.0.5:8080",
            "nginx.access.upstream.response_time=0.01",
            "nginx.access.extra=200",
        ]
    );
    assert_eq!(tail(&NginxAccess, r#""-""#), Vec::<String>::new());
    assert_eq!(
        tail(&NginxAccess, r#"rt=1.500 uct="0.001" host="example.com:8443" sid=-"#),
        ["event.duration=1500000000", "nginx.access.uct=0.001", "url.domain=example.com", "url.port=8443",]
    );
    assert_eq!(
        tail(&ApacheAccess, r#"X-Forwarded-For="192.0.2.77" 116075 [pool a] "quoted \" word""#),
        [
            "apache.access.forwarded_for=192.0.2.77",
            "network.forwarded_ip=192.0.2.77",
            "apache.access.extra=116075",
            "apache.access.extra=pool a",
            r#"apache.access.extra=quoted \" word"#,
        ]
    );
    assert_eq!(
        tail(
            &NginxAccess,
            "80 0.013 [shop-web-80] [] 10.0.0.1:80, 10.0.0.2:80 13, 0 0.010, 0.003 502, 200 abcdef"
        ),
        [
            "http.request.bytes=80",
            "event.duration=13000000",
            "http.request.id=abcdef",
            "nginx.ingress_controller.upstream.name=shop-web-80",
            "nginx.ingress_controller.upstream.address=10.0.0.1:80, 10.0.0.2:80",
            "nginx.ingress_controller.upstream.response.length=13, 0",
            "nginx.ingress_controller.upstream.response.time=0.010, 0.003",
            "nginx.ingress_controller.upstream.response.status_code=502, 200",
        ]
    );
}

#[test]
fn traefik_and_tomcat_put_other_things_between() {
    let time = "[10/Oct/2000:13:55:36 +0000]";
    let traefik = format!(
        r#"192.0.2.1 - - {time} "GET / HTTP/2.0" 200 5 - "ua" 13 "web@file" "http://10.0.0.4:80" 247ms"#
    );
    assert_eq!(
        rendered(&ApacheAccess, &traefik)[8..],
        [
            "http.response.body.bytes=5",
            "user_agent.original=ua",
            "traefik.access.request_count=13",
            "traefik.access.router=web@file",
            "traefik.access.server=http://10.0.0.4:80",
            "event.duration=247000000",
        ]
    );
    let tomcat = format!(
        r#"192.0.2.1 - admin {time} "GET / HTTP/1.1" 200 5 192.0.2.2 + "http://h/" "ua" X-Forwarded-For=""#
    );
    assert_eq!(
        rendered(&ApacheAccess, &tomcat)[9..],
        [
            "http.response.body.bytes=5",
            "apache.access.extra=192.0.2.2",
            "http.request.referrer=http://h/",
            "user_agent.original=ua",
            "apache.access.forwarded_for=",
        ][..4]
    );
}

#[test]
fn other_lines_are_not_claimed() {
    for line in [
        "",
        "[",
        "hello [world] \"quote\" 200",
        "Mar  1 10:00:00 web-01 sshd[42]: Failed password for root from 192.0.2.1 port 22 ssh2",
        "[10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0\" 200 1",
        "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0",
        "192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] GET / 200",
    ] {
        assert_eq!(read(&ApacheAccess, line), None, "{line}");
    }
}

proptest::proptest! {
    #[test]
    fn what_nginx_may_have_written_is_read_as_apaches_too_and_names_no_address_of_its_own(text in ".{0,60}", tail in "[-\\[\\]\"\\\\= a1.,é:]{0,60}") {
        let line = format!("192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] \"{text}\" 200 5{tail}");
        let odd = format!("{tail} [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0\" 200 {text}");
        for line in [&text, &line, &odd] {
            let (nginx, apache) = (read(&NginxAccess, line), read(&ApacheAccess, line));
            proptest::prop_assert!(nginx.is_none() || apache.is_some(), "{}", line);
            for event in nginx.iter().chain(&apache) {
                let address = event.text(fields::SOURCE_ADDRESS).unwrap_or_default();
                proptest::prop_assert!(line.contains(address), "{} is not in {}", address, line);
            }
        }
    }
}
