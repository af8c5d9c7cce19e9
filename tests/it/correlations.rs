//! Correlations of all types and windows, and what other engines got wrong.

use serde_json::{Value, json};

use crate::env::TestEnv;

/// The rules that correlations here are made of: one for each of three actions.
const BASES: &str = "
title: Action a
name: action_a
logsource: {product: test}
detection: {selection: {event.action: a}, condition: selection}
---
title: Action b
name: action_b
logsource: {product: test}
detection: {selection: {event.action: b}, condition: selection}
---
title: Action c
name: action_c
logsource: {product: test}
detection: {selection: {event.action: c}, condition: selection}
---
";

/// An event: seconds since 03:00 on 2 March, action, user, and a number of bytes.
type Row = (u32, &'static str, &'static str, u64);

/// A line of JSON with ECS names.
fn line((second, action, user, bytes): Row) -> String {
    let time = format!("2026-03-02T{:02}:{:02}:{:02}Z", 3 + second / 3600, second / 60 % 60, second % 60);
    let event = json!({
        "@timestamp": time, "event.action": action, "user.name": user, "source.bytes": bytes,
        "url.path": format!("/{bytes}"), "message": "something was done",
    });
    format!("{event}\n")
}

/// What a correlation finds in events that were imported in this order, each file by itself.
fn found_in(correlation: &str, files: &[&[Row]]) -> Vec<Value> {
    let env = TestEnv::new();
    let rules = format!("{BASES}title: Tested\nid: tested\nlevel: medium\ncorrelation:\n{correlation}");
    let rules = env.write("rules.yml", rules).to_string_lossy().into_owned();
    for (number, rows) in files.iter().enumerate() {
        let text: String = rows.iter().copied().map(line).collect();
        env.import(&env.write(&format!("{number}.json"), text), &[]);
    }
    let output = env.run(&["--json", "detect", "--rules", &rules, "--only", "sigma:tested"]).ends(0);
    assert!(!output.err.contains("warning"), "{}", output.err);
    output.json()
}

fn found(correlation: &str, rows: &[Row]) -> Vec<Value> {
    found_in(correlation, &[rows])
}

/// How many events what was found has.
fn events(found: &[Value]) -> Vec<u64> {
    found.iter().map(|finding| finding["events"].as_u64().expect("a number")).collect()
}

/// Whom what was found is about.
fn users(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|finding| finding["entity"]["user.name"].as_str()).collect()
}

const COUNT: &str = "  type: event_count\n  rules: [action_a]\n  group-by: [user.name]\n  timespan: 60s\n  condition: {gte: 3}\n";

#[test]
fn events_are_counted_within_the_window_and_by_group() {
    assert_eq!(
        users(&found(COUNT, &[(0, "a", "ann", 1), (30, "a", "ann", 1), (60, "a", "ann", 1)])),
        ["ann"]
    );
    let far = [(0, "a", "ann", 1), (30, "a", "ann", 1), (61, "a", "ann", 1)];
    assert!(found(COUNT, &far).is_empty(), "a second beyond the window does not count");
    let others = [(0, "a", "ann", 1), (10, "a", "bob", 1), (20, "a", "ann", 1), (30, "b", "ann", 1)];
    assert!(found(COUNT, &others).is_empty(), "another user, another action");
}

#[test]
fn distinct_values_are_counted_within_the_window_only() {
    let count = "  type: value_count\n  rules: [action_a]\n  group-by: [user.name]\n  timespan: 60s\n  condition: {field: url.path, gte: 3}\n";
    assert_eq!(found(count, &[(0, "a", "ann", 1), (1, "a", "ann", 2), (2, "a", "ann", 3)]).len(), 1);
    assert!(found(count, &[(0, "a", "ann", 1), (1, "a", "ann", 2), (2, "a", "ann", 2)]).is_empty());
    // A value that was seen before the window is not one of it.
    let late = [(0, "a", "ann", 1), (100, "a", "ann", 2), (101, "a", "ann", 3), (102, "a", "ann", 2)];
    assert!(found(count, &late).is_empty());
    let many: Vec<Row> = (0..500).map(|number| (number, "a", "ann", u64::from(number % 2))).collect();
    assert!(found(count, &many).is_empty(), "two values, however often");
}

#[test]
fn temporal_needs_all_rules_in_any_order_of_one_group() {
    let temporal =
        "  type: temporal\n  rules: [action_a, action_b]\n  group-by: [user.name]\n  timespan: 60s\n";
    assert_eq!(users(&found(temporal, &[(0, "b", "ann", 1), (9, "a", "ann", 1)])), ["ann"]);
    assert!(found(temporal, &[(0, "a", "ann", 1), (9, "b", "bob", 1)]).is_empty(), "of two users");
    assert!(found(temporal, &[(0, "a", "ann", 1), (9, "a", "ann", 1)]).is_empty(), "one rule twice");
    assert!(found(temporal, &[(0, "a", "ann", 1), (61, "b", "ann", 1)]).is_empty(), "too far apart");
}

#[test]
fn an_order_is_the_order_of_the_rules() {
    let ordered = "  type: temporal_ordered\n  rules: [action_a, action_b, action_c]\n  group-by: [user.name]\n  timespan: 60s\n";
    let in_order = |actions: [&'static str; 3]| {
        let rows: Vec<Row> = (0..3).map(|place| (10 * place, actions[place as usize], "ann", 1)).collect();
        found(ordered, &rows).len()
    };
    assert_eq!(in_order(["a", "b", "c"]), 1);
    for wrong in [["a", "c", "b"], ["b", "a", "c"], ["b", "c", "a"], ["c", "a", "b"], ["c", "b", "a"]] {
        assert_eq!(in_order(wrong), 0, "{wrong:?}");
    }
    let between = [(0, "a", "ann", 1), (1, "b", "bob", 1), (2, "c", "ann", 1), (3, "b", "ann", 1)];
    assert!(found(ordered, &between).is_empty(), "what another does is not a step");
}

#[test]
fn sums_averages_percentiles_and_medians_are_computed() {
    let of = |kind: &str, condition: &str| {
        format!(
            "  type: {kind}\n  rules: [action_a]\n  group-by: [user.name]\n  timespan: 60s\n  condition: {{field: source.bytes, {condition}}}\n"
        )
    };
    let rows = [(0, "a", "ann", 10), (1, "a", "ann", 20), (2, "a", "ann", 90)];
    let holds = |kind: &str, condition: &str| !found(&of(kind, condition), &rows).is_empty();
    for (kind, holding, not) in [
        ("value_sum", "gte: 120", "gte: 121"),
        ("value_avg", "gte: 40", "gte: 41"),
        ("value_median", "gte: 20", "gt: 20"),
        ("value_percentile", "percentile: 99, gte: 80", "percentile: 99, gt: 90"),
    ] {
        assert!(holds(kind, holding), "{kind} {holding}");
        assert!(!holds(kind, not), "{kind} {not}");
    }
}

#[test]
fn windows_slide_tumble_and_last_while_events_follow_one_another() {
    let counted = |window: &str| format!("{COUNT}  window: {window}\n");
    // On both sides of a full minute: one sliding window, two tumbling ones.
    let across = [(50, "a", "ann", 1), (59, "a", "ann", 1), (62, "a", "ann", 1)];
    assert_eq!(found(&counted("sliding"), &across).len(), 1);
    assert!(found(&counted("tumbling"), &across).is_empty());
    let within = [(61, "a", "ann", 1), (80, "a", "ann", 1), (119, "a", "ann", 1)];
    assert_eq!(found(&counted("tumbling"), &within).len(), 1);
    let session = "  type: event_count\n  rules: [action_a]\n  group-by: [user.name]\n  timespan: 1h\n  window: session\n  gap: 30s\n  condition: {gte: 3}\n";
    assert_eq!(found(session, &[(0, "a", "ann", 1), (29, "a", "ann", 1), (58, "a", "ann", 1)]).len(), 1);
    assert!(found(session, &[(0, "a", "ann", 1), (29, "a", "ann", 1), (61, "a", "ann", 1)]).is_empty());
}

#[test]
fn an_event_that_is_imported_late_counts_in_its_window() {
    let all: &[&[Row]] = &[&[(0, "a", "ann", 1), (50, "a", "ann", 1)], &[(25, "a", "ann", 1)]];
    for window in ["sliding", "tumbling"] {
        let found = found_in(&format!("{COUNT}  window: {window}\n"), all);
        assert_eq!(events(&found), [3], "{window}");
    }
}

/// How many events a count of three within a minute names, of events at these times.
fn counted_at(times: [&str; 3]) -> Vec<u64> {
    let env = TestEnv::new();
    let rules = env.write("rules.yml", format!("{BASES}title: Tested\nid: tested\ncorrelation:\n{COUNT}"));
    let event = |time| json!({"@timestamp": time, "event.action": "a", "user.name": "ann"});
    let lines = times.iter().map(|time| format!("{}\n", event(time))).collect::<String>();
    env.import(&env.write("a.json", lines), &[]);
    let rules = rules.to_string_lossy().into_owned();
    events(&env.run(&["--json", "detect", "--rules", &rules, "--only", "sigma:tested"]).ends(0).json())
}

#[test]
fn a_window_ends_when_it_says_whatever_zone_a_time_is_in() {
    let zones = ["2026-03-02T03:00:00+00:00", "2026-03-02T04:00:20+01:00", "2026-03-01T22:00:40-05:00"];
    assert_eq!(counted_at(zones), [3], "a minute, as clocks in three zones show it");
    let at = |last| ["2026-03-02T03:00:00.000Z", "2026-03-02T03:00:30Z", last];
    assert_eq!(counted_at(at("2026-03-02T03:01:00.000Z")), [3]);
    assert!(counted_at(at("2026-03-02T03:01:00.900Z")).is_empty(), "a part of a second beyond");
}

/// Whether a rule with one item matches an event with this path.
fn matches(item: &str, path: &str) -> bool {
    let env = TestEnv::new();
    let rule = format!(
        "title: Tested\nid: tested\nlogsource: {{product: test}}\ndetection:\n  selection:\n    {item}\n  condition: selection\n"
    );
    let rules = env.write("rules.yml", rule).to_string_lossy().into_owned();
    let event =
        json!({"@timestamp": "2026-03-02T03:00:00Z", "file.path": path, "source.ip": "2001:4860:4860::8888"});
    env.import(&env.write("a.json", format!("{event}\n")), &[]);
    !env.run(&["--json", "detect", "--rules", &rules, "--only", "sigma:tested"]).ends(0).json().is_empty()
}

#[test]
fn wildcards_are_anchored() {
    assert!(matches("file.path: '*/shadow'", "/etc/shadow"));
    assert!(!matches("file.path: '*/shadow'", "/etc/shadow.bak"));
    assert!(!matches("file.path: '/etc/*'", "/srv/etc/passwd"));
    assert!(!matches("file.path: 'shadow'", "/etc/shadow"));
    assert!(matches("file.path|contains: 'shadow'", "/etc/shadow.bak"));
    assert!(!matches("file.path: '/etc/sh?dow'", "/etc/shdow"));
}

#[test]
fn a_public_address_of_version_6_is_not_private() {
    assert!(!matches("source.ip|cidr: ['fc00::/7', 'fe80::/10', '::1/128']", "/x"));
    assert!(matches("source.ip|cidr: '2000::/3'", "/x"));
}

#[test]
fn texts_of_several_bytes_a_character_are_shown_and_cut_whole() {
    let env = TestEnv::new();
    let path = "/データ/".to_owned() + &"é".repeat(300) + "/../../etc/passwd";
    let rule = "title: Größe ändern 文字 文字 文字 文字 文字 文字 文字 文字 文字 文字 文字 文字 文字 文字 文字\nid: tested\nlogsource: {product: test}\ndetection: {selection: {file.path|contains: '/データ/'}, condition: selection}\n";
    let rules = env.write("rules.yml", rule).to_string_lossy().into_owned();
    let event = json!({"@timestamp": "2026-03-02T03:00:00Z", "file.path": path, "user.name": "ユーザー"});
    env.import(&env.write("a.json", format!("{event}\n")), &[]);
    let shown = env.run(&["detect", "--rules", &rules, "--only", "sigma:tested"]).ends(0);
    assert!(shown.text().contains("Größe"), "{}", shown.text());
    assert_eq!(env.run(&["finding", "list"]).ends(0).text().lines().count(), 2);
}

#[test]
fn a_bound_of_time_that_is_no_time_is_refused_and_drops_nothing() {
    let env = TestEnv::new();
    env.import(&env.write("a.json", line((0, "a", "ann", 1))), &[]);
    env.run(&["search", "--from", "2026-13-02", "*"]).exits(2);
    env.run(&["search", "--from", "yesterdayish", "*"]).exits(2);
    assert_eq!(env.run(&["--json", "search", "--from", "2026-03-02", "*"]).ends(0).json().len(), 1);
}

#[test]
fn the_first_and_the_last_of_each_entity_are_its_own() {
    let env = TestEnv::new();
    let rows = [(5, "a", "bob", 1), (0, "a", "ann", 2), (9, "a", "ann", 3), (7, "a", "bob", 4)];
    env.import(&env.write("a.json", rows.into_iter().map(line).collect::<String>()), &[]);
    let of = |verb: &str| {
        let query = format!("* | {verb} by user.name");
        let rows = env.run(&["--json", "search", &query]).ends(0).json();
        rows.iter().map(|row| row["url.path"].as_str().unwrap_or("?").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("first"), of("last")),
        (vec!["/2".to_owned(), "/1".to_owned()], vec!["/4".to_owned(), "/3".to_owned()])
    );
}

#[test]
fn what_spreadsheets_would_take_for_a_formula_is_not_one_in_csv() {
    let env = TestEnv::new();
    let event = json!({"@timestamp": "2026-03-02T03:00:00Z", "user.name": "=cmd|' /C calc'!A0", "event.action": "+1", "url.path": "@x"});
    env.import(&env.write("a.json", format!("{event}\n")), &[]);
    let csv = env.run(&["search", "--format", "csv", "*"]).ends(0);
    let cells = csv.text().lines().nth(1).expect("a row").split(',').collect::<Vec<_>>();
    for cell in cells {
        let cell = cell.trim_start_matches('"');
        assert!(!cell.starts_with(['=', '+', '@']), "{cell}");
    }
}

#[test]
fn an_event_is_explained_by_the_parts_of_a_rule() {
    let env = TestEnv::new();
    let rule = "title: Tested\nid: tested\nlogsource: {product: test}\ndetection:\n  selection: {event.action: a, user.name|startswith: an}\n  filter: {url.path: /7}\n  condition: selection and not filter\n";
    let rules = env.write("rules.yml", rule).to_string_lossy().into_owned();
    let rows = [(0, "a", "ann", 1), (1, "a", "bob", 1), (2, "a", "ann", 7)];
    env.import(&env.write("a.json", rows.into_iter().map(line).collect::<String>()), &[]);
    let ids: Vec<String> =
        env.events("*").iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect();
    let explain = |id: &str, status| {
        env.run(&["--json", "detect", "--explain", id, "--only", "tested", "--rules", &rules])
            .ends(status)
            .json()
            .remove(0)
    };
    let wrong = |explained: &Value| -> Vec<String> {
        let steps = explained["rules"][0]["steps"].as_array().expect("steps").clone();
        let wrong = steps.iter().filter(|step| step["holds"] == false);
        wrong.map(|step| step["asks"].as_str().expect("a text").to_owned()).collect()
    };
    let first = explain(&ids[0], 0);
    assert_eq!(first["rules"][0]["matches"], true);
    let second = explain(&ids[1], 1);
    assert!(wrong(&second).iter().any(|asks| asks.starts_with("user.name starts with an")), "{second}");
    assert!(second.to_string().contains(r#""found":"bob""#), "{second}");
    let third = explain(&ids[2], 1);
    assert!(wrong(&third).contains(&"not".to_owned()), "{third}");
    let said = env.run(&["detect", "--explain", &ids[0], "--only", "tested", "--rules", &rules]).ends(0);
    assert!(said.text().contains("✓ user.name starts with an"), "{}", said.text());
    env.run(&["detect", "--rules", &rules, "--only", "tested"]).exits(0);
    let again = env.run(&["--json", "detect", "--explain", &ids[0]]).ends(0).json().remove(0);
    assert_eq!(again["findings"][0]["detector"], "sigma:tested");
    env.run(&["detect", "--explain", &ids[0], "--only", "nothing"]).exits(2);
    env.run(&["detect", "--explain", "ffffffff:9"]).exits(3);
}
