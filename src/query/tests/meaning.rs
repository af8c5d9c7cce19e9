//! What queries mean.

use super::*;
use crate::record::fields;

#[test]
fn terms_are_joined_as_fingers_know() {
    check(&[
        ("", "*"),
        (" \t ", "*"),
        ("*", "*"),
        ("*:*", "*"),
        ("a b", "a AND b"),
        ("a OR b c", "a OR (b AND c)"),
        ("(a OR b) c", "(a OR b) AND c"),
        ("a AND (b AND (c))", "a AND b AND c"),
        ("a && b || c", "(a AND b) OR c"),
        ("a||b", "a OR b"),
        ("NOT (a b)", "NOT (a AND b)"),
        ("NOT(a OR b)", "NOT (a OR b)"),
        ("NOT NOT a", "NOT NOT a"),
        ("-a !b +c", "NOT a AND NOT b AND c"),
        ("-(a OR b) -\"c d\"", "NOT (a OR b) AND NOT \"c d\""),
        ("-user:root !status:200", "NOT user.name:root AND NOT http.response.status_code:200"),
        ("(a)(b)", "a AND b"),
        ("NOT *", "NOT *"),
    ]);
}

#[test]
fn fields_are_known_by_alias_and_without_case() {
    check(&[
        ("user:alice status:404", "user.name:alice AND http.response.status_code:404"),
        ("USER.Name:Alice", "user.name:Alice"),
        ("User: alice", "user.name:alice"),
        ("id:a1b2c3d4:17", "id:a1b2c3d4:17"),
        ("tag:exfil finding:3 format:nginx.access", "tag:exfil AND finding:3 AND format:nginx.access"),
        ("vestigo.source:a1b2 source:C0FFEE", "source:a1b2 AND source:C0FFEE"),
        ("user:*", "user.name:*"),
        ("user:**", "user.name:*"),
        ("user.name : \"root\"", "user.name:\"root\""),
        ("user.name :root and not status : 404", "user.name:root AND NOT http.response.status_code:404"),
        ("src_ip:10.0.0.1 ClientIP:10.0.0.2", "source.ip:10.0.0.1 AND source.ip:10.0.0.2"),
        ("source:auth.log", "source:auth.log"),
        ("_exists_:user NOT _exists_:ip", "user.name:* AND NOT source.ip:*"),
        (
            "aws.cloudtrail.request_parameters.bucketName:shop-*",
            "aws.cloudtrail.request_parameters.bucketName:shop-*",
        ),
        (r"labels.a\ b\:c:x", r"labels.a\ b\:c:x"),
        ("labels.time:12:34", "labels.time:12:34"),
    ]);
}

#[test]
fn values_are_words_phrases_expressions_and_groups() {
    check(&[
        ("\"failed password\"", "\"failed password\""),
        ("\"\"", "\"\""),
        ("url.path:/wp-*", "url.path:/wp-*"),
        ("path:/etc/passwd /etc/shadow", "url.path:/etc/passwd AND /etc/shadow"),
        (r"ua:/curl\/7\..*/", r"user_agent.original:/curl\/7\..*/"),
        ("ua:/Mozilla 5.*/", "user_agent.original:/Mozilla 5.*/"),
        ("/a\tb/", r"/a\u{9}b/"),
        ("/sess(ion)?/ x", "/sess(ion)?/ AND x"),
        ("path:/a OR path:/", "url.path:(/a OR /)"),
        ("path:/a ref:x/", "url.path:/a AND http.request.referrer:x/"),
        ("user:(alice OR bob)", "user.name:(alice OR bob)"),
        ("user:(alice \"b c\")", "user.name:alice AND user.name:\"b c\""),
        ("user:(alice OR bob NOT carol)", "user.name:alice OR (user.name:bob AND NOT user.name:carol)"),
        ("user:((a OR b) -c)", "user.name:(a OR b) AND NOT user.name:c"),
        ("status:(>=400 <500)", "http.response.status_code>=400 AND http.response.status_code<500"),
        ("status:([1 TO 5] OR 404)", "http.response.status_code:[1 TO 5] OR http.response.status_code:404"),
        ("user:(alice OR bob) 200", "user.name:(alice OR bob) AND 200"),
        ("user:AND", r"user.name:\AND"),
        (r"user:\*", r"user.name:\*"),
        ("user:-x", "user.name:-x"),
        ("url:(http://a/ OR ftp://b/)", r"url.original:(http://a/ OR ftp://b/)"),
    ]);
}

#[test]
fn values_are_read_by_what_the_field_holds() {
    check(&[
        ("source.ip:10.0.0.0/8", "source.ip:10.0.0.0/8"),
        ("ip:\"10.0.0.0/8\"", "source.ip:10.0.0.0/8"),
        ("ip:2001:db8::1", "source.ip:2001:db8::1"),
        ("ip:::1", "source.ip:::1"),
        ("ip:2001:db8::/32", "source.ip:2001:db8::/32"),
        ("ip:10.0.*", "source.ip:10.0.*"),
        ("ip:(10.0.0.1 OR ::1)", "source.ip:(10.0.0.1 OR ::1)"),
        ("source.address:10.0.0.0/8", "source.address:10.0.0.0/8"),
        ("winlog.event_data.IpAddress:10.0.0.0/8", "winlog.event_data.IpAddress:10.0.0.0/8"),
        ("status:4*", "http.response.status_code:4*"),
        ("status:/[45]../", "http.response.status_code:/[45]../"),
        ("bytes:-1", "http.response.body.bytes:-1"),
        ("file:C:\\Windows\\System32\\*.exe", r"file.path:C:\\Windows\\System32\*.exe"),
        ("user:CORP\\alice", r"user.name:CORP\\alice"),
        (r#"msg:"a\n b""#, r#"message:"a\\n b""#),
        ("url:<b", "url.original<\"b\""),
    ]);
    let networks =
        |text: &str| matches!(parse(text, &context()), Ok(Expr::Leaf(Leaf { test: Test::Cidr(..), .. })));
    assert!(networks("source.address:10.0.0.0/8") && networks("winlog.event_data.IpAddress:10.0.0.0/8"));
    assert!(!networks("url.path:10.0.0.0/8") && !networks("source.address:\"10.0.0.0/8\""));
    assert!(!networks(r"source.address:10.0.0.0\/8"));
}

#[test]
fn comparisons_and_ranges_take_every_spelling() {
    check(&[
        ("status>=500", "http.response.status_code>=500"),
        ("status:>=500", "http.response.status_code>=500"),
        ("status >= 500", "http.response.status_code>=500"),
        ("status> 500", "http.response.status_code>500"),
        ("status:< 500", "http.response.status_code<500"),
        ("bytes>-0.5", "http.response.body.bytes>-0.5"),
        ("bytes:[1000 TO *]", "http.response.body.bytes:[1000 TO *]"),
        ("bytes:{1 to 5]", "http.response.body.bytes:{1 TO 5]"),
        ("bytes:[ 1 TO 5 }", "http.response.body.bytes:[1 TO 5}"),
        ("ip:[10.0.0.1 TO 10.0.0.9]", "source.ip:[10.0.0.1 TO 10.0.0.9]"),
        ("user:[\"a ]\" TO m]", "user.name:[\"a ]\" TO \"m\"]"),
        ("event.code>=4624", "event.code>=4624"),
        ("event.code>=\"4624\"", "event.code>=\"4624\""),
        ("labels.size>1e3", "labels.size>1000"),
        ("labels.peer<10.0.0.9", "labels.peer<10.0.0.9"),
        ("labels.when>=2026-03-01", "labels.when>=2026-03-01T00:00:00Z"),
    ]);
}

#[test]
fn a_time_that_lasts_is_compared_as_a_whole() {
    check(&[
        ("@timestamp:2026-03-01", "@timestamp:[2026-03-01T00:00:00Z TO 2026-03-02T00:00:00Z}"),
        ("@timestamp:2026-03", "@timestamp:[2026-03-01T00:00:00Z TO 2026-04-01T00:00:00Z}"),
        ("time:2026-03-01T10:00:05", "@timestamp:[2026-03-01T10:00:05Z TO 2026-03-01T10:00:06Z}"),
        ("time:now-1d/d", "@timestamp:[2026-03-03T00:00:00Z TO 2026-03-04T00:00:00Z}"),
        (
            "time:2026-03-01T10:00:00.000000001Z",
            "@timestamp:[2026-03-01T10:00:00.000000001Z TO 2026-03-01T10:00:00.000000001Z]",
        ),
        ("@timestamp>=2026-03-01T10:00", "@timestamp>=2026-03-01T10:00:00Z"),
        ("@timestamp>2026-03-01", "@timestamp>=2026-03-02T00:00:00Z"),
        ("@timestamp<=2026-03-01", "@timestamp<2026-03-02T00:00:00Z"),
        ("@timestamp<2026-03-01", "@timestamp<2026-03-01T00:00:00Z"),
        ("@timestamp >= now-2h", "@timestamp>=2026-03-03T22:00:00Z"),
        ("@timestamp<=now", "@timestamp<=2026-03-04T00:00:00.000000000Z"),
        ("@timestamp>-90m", "@timestamp>2026-03-03T22:30:00.000000000Z"),
        (
            "@timestamp:[2026-03-01 TO 2026-03-02]",
            "@timestamp:[2026-03-01T00:00:00Z TO 2026-03-03T00:00:00Z}",
        ),
        (
            "@timestamp:{2026-03-01 TO 2026-03-02}",
            "@timestamp:[2026-03-02T00:00:00Z TO 2026-03-02T00:00:00Z}",
        ),
        ("@timestamp:[-2h TO now}", "@timestamp:[2026-03-03T22:00:00Z TO 2026-03-04T00:00:00Z}"),
    ]);
}

#[test]
fn a_colon_makes_a_field_only_behind_what_may_be_one() {
    check(&[
        ("https://evil.example/x?a=1&b=2", "https://evil.example/x?a=1&b=2"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("12:34:56", "12:34:56"),
        ("::1 fe80::1", "::1 AND fe80::1"),
        ("dead:beef:0:0:0:0:0:1", "dead:beef:0:0:0:0:0:1"),
        ("aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff"),
        ("10.0.0.1:443", "10.0.0.1:443"),
        ("arn:aws:iam::123456789012:user/deploy", "arn:aws:iam::123456789012:user/deploy"),
        ("C:\\Windows std::io", r"C:\\Windows AND std::io"),
        ("root@web-01:/etc", "root@web-01:/etc"),
        ("pam_unix(sshd:session)", r"pam_unix\(sshd\:session\)"),
        ("[error] sshd[812]", r"\[error] AND sshd[812]"),
        ("<script> a<b", r"\<script\> AND a\<b"),
        ("path:*<script>*", "url.path:*<script>*"),
        ("co-operate a=b --force", r"co-operate AND a=b AND \--force"),
        (r"user\:alice", r"user\:alice"),
    ]);
}

#[test]
fn operators_are_read_in_any_case_and_are_words_in_quotes() {
    check(&[
        ("search and rescue", "search AND rescue"),
        ("a or b And not c", "a OR (b AND NOT c)"),
        ("user:(alice or bob)", "user.name:(alice OR bob)"),
        ("user:alice and status:200", "user.name:alice AND http.response.status_code:200"),
        ("not user:alice", "NOT user.name:alice"),
        ("not(a b) or\"c\"", "NOT (a AND b) OR \"c\""),
        ("\"and\" \\or \\not", "\"and\" AND \\or AND \\not"),
        ("/a and b/ path:/a and path:/b", "/a and b/ AND url.path:/a AND url.path:/b"),
        ("android order notice", "android AND order AND notice"),
        (r"\NOT \AND", r"\NOT AND \AND"),
        ("user:or", r"user.name:\or"),
        ("ANDROID NOTE", "ANDROID AND NOTE"),
    ]);
}

#[test]
fn names_of_the_case_are_fields_too() {
    let names = ["labels.Tier".to_owned(), "app".to_owned()];
    let context = QueryContext { fields: &names, ..context() };
    let read = |text: &str| parse(text, &context).expect(text).to_string();
    assert_eq!(read("LABELS.tier:gold app:shop"), "labels.Tier:gold AND app:shop");
    assert_eq!(read("app:\\:x"), "app:\\u{3a}x", "and not the word app::x");
    assert_eq!(parse("app:\\:x", &context), parse("app:\\u{3a}x", &context));
}

#[test]
fn wildcards_are_resolved_and_phrases_have_none() {
    let star = Pattern { text: format!("a{}b{}", Pattern::ANY, Pattern::ONE), quoted: false };
    let leaf = |field, pattern| Ok(Expr::Leaf(Leaf { field, test: Test::Is(pattern) }));
    assert_eq!(parse("a***b?", &context()), leaf(None, star));
    let literal = Pattern { text: "a*b".to_owned(), quoted: true };
    assert_eq!(parse("user:\"a*b\"", &context()), leaf(Some(FieldRef::Core(fields::USER_NAME)), literal));
    let code = Pattern { text: "\u{1b}[".to_owned(), quoted: false };
    assert_eq!(parse(r"\u{1b}[", &context()), leaf(None, code));
}
