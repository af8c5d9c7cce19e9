//! Access logs that are written by a log format of their own.

use serde_json::{Value, json};

use crate::env::TestEnv;

const APACHE: &str = r#"%a %u %{%Y-%m-%d %T}t.%{msec_frac}t %{%z}t \"%r\" %>s %D %{X-Tenant}i"#;

/// Lines that this format writes, a minute apart.
fn lines() -> String {
    let line = |minute: u32| {
        format!(
            "192.0.2.{} ann 2026-03-01 10:{minute:02}:00.250 +0100 \"GET /p/{minute} HTTP/1.1\" {} 1500 blue\n",
            minute % 5 + 1,
            if minute.is_multiple_of(7) { 404 } else { 200 }
        )
    };
    (0..30).map(line).collect()
}

#[track_caller]
fn check(events: &[Value]) {
    assert_eq!(events.len(), 30);
    let first = &events[0];
    let expected = json!({
        "@timestamp": "2026-03-01T09:00:00.250000000Z", "source.ip": "192.0.2.1", "user.name": "ann",
        "url.path": "/p/0", "event.outcome": "failure", "event.duration": 1_500_000,
        "apache.access.http_x_tenant": "blue", "event.dataset": "apache.access",
    });
    for (field, value) in expected.as_object().expect("an object") {
        assert_eq!(&first[field], value, "{field} in {first}");
    }
}

#[test]
fn a_log_format_is_given_as_text() {
    let env = TestEnv::new();
    let path = env.write("odd.log", lines());
    let rows = env.import(&path, &["--log-format", APACHE]);
    assert_eq!((&rows[0]["format"], &rows[0]["unparsed"]), (&"custom.access".into(), &0.into()));
    check(&env.events("*"));
    // How it is read is kept with the evidence.
    env.run(&["reindex"]).exits(0);
    check(&env.events("*"));
    env.run(&["verify", "--deep"]).exits(0);
    let path = path.to_string_lossy().into_owned();
    check(&env.run_bare(&["vestigo", "normalize", "--log-format", APACHE, &path]).ends(0).json());
}

#[test]
fn a_log_that_grew_is_read_by_the_same_log_format() {
    let env = TestEnv::new();
    let whole = lines().repeat(20);
    let half = whole.len() / 2;
    let half = half + whole[half..].find('\n').expect("a line end") + 1;
    env.import(&env.write("odd.log", &whole[..half]), &["--log-format", APACHE]);
    let rows = env.import(&env.write("odd.log", &whole), &[]);
    assert_eq!((&rows[0]["status"], &rows[0]["unparsed"]), (&"extended".into(), &0.into()), "{rows:?}");
}

#[test]
fn a_source_is_reread_by_a_log_format_and_a_named_format_that_reads_little_says_so() {
    let env = TestEnv::new();
    let path = env.write("odd.log", lines());
    let wrong = APACHE.replace(" %D", " %D %P");
    let rows = env.import(&path, &["--log-format", &wrong]);
    let reason = rows[0]["reason"].as_str().expect("a reason");
    assert_eq!(reason, "the format custom.access, which was named, reads 0 of 30 events");
    env.run(&["source", "reread", "odd.log", "--log-format", APACHE]).exits(0);
    check(&env.events("*"));
    env.run(&["verify", "--deep"]).exits(0);
    env.run(&["undo"]).exits(0);
    assert_eq!(env.run(&["--json", "source", "list"]).json()[0]["unparsed"], 30);
}

#[test]
fn formats_explain_tries_it_and_a_mistake_is_named() {
    let env = TestEnv::new();
    let path = env.write("odd.log", lines()).to_string_lossy().into_owned();
    let rows = env.run(&["--json", "formats", "explain", &path, "--log-format", APACHE]).ends(0).json();
    assert_eq!(rows[0], json!({ "format": "custom.access", "understood": 30, "records": 30 }));
    let other = APACHE.replace(" %D", " %D %P");
    let words = ["--json", "formats", "explain", &path, "2", "--log-format", &other];
    let rows = env.run(&words).ends(0).json();
    let own = rows.iter().find(|row| row["format"] == "custom.access").expect("it is tried");
    assert_eq!((&own["read"], own["matched"].as_u64() > Some(60)), (&false.into(), true), "{own}");
    for wrong in ["", "plain", "%h%u", "%{Referer", "%{%Q}t"] {
        let output = env.run(&["import", &path, "--log-format", wrong]).ends(2);
        assert!(output.err.contains("is not a log format") && output.err.contains("hint"), "{}", output.err);
    }
    env.run(&["import", &path, "--log-format", APACHE, "--format", "json"]).exits(2);
}

#[test]
fn a_collection_brings_the_log_format_of_its_server() {
    let env = TestEnv::new();
    let config = format!("Listen 80\nLogFormat \"{APACHE}\" odd\nCustomLog logs/access_log odd\n");
    env.write("copy/etc/httpd/conf/httpd.conf", config);
    env.write("copy/etc/hostname", "web-01\n");
    env.write("copy/var/log/httpd/access_log", lines());
    let rows = env.import(&env.path("copy"), &[]);
    check(&env.events("host.name:web-01"));
    let stated = rows[0]["stated"].as_array().expect("a list");
    let format = stated.iter().find(|stated| stated["what"] == "log format").expect("it is stated");
    assert_eq!((&format["value"], &format["from"]), (&"odd".into(), &"etc/httpd/conf/httpd.conf".into()));
}
