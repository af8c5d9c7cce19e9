//! Lists of indicators, and what detection makes of them.

use serde_json::Value;

use crate::env::TestEnv;

/// Requests of two clients, and one to a path.
const LOG: &str = "203.0.113.7 - - [02/Mar/2026:02:01:11 +0000] \"GET / HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n\
198.51.100.9 - - [02/Mar/2026:02:02:11 +0000] \"GET /a HTTP/1.1\" 200 512 \"https://x.evil.example/\" \"EvilBot/2\"\n\
192.0.2.1 - - [02/Mar/2026:02:03:11 +0000] \"GET /b HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\"\n";

/// The findings of the lists.
fn hits(env: &TestEnv) -> Vec<Value> {
    env.run(&["--json", "detect", "--only", "behaviour:indicator"]).ends(0).json()
}

fn add(env: &TestEnv, name: &str, text: &str, words: &[&str]) -> crate::env::Output {
    let file = env.write(name, text).to_string_lossy().into_owned();
    env.run(&[&["ioc", "add", &file], words].concat())
}

#[test]
fn what_was_imported_before_a_list_is_found_and_no_longer_when_it_is_gone() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", LOG), &[]);
    env.run(&["detect", "--only", "behaviour:indicator"]).exits(2);
    add(&env, "tor.txt", "# exits\n203.0.113[.]7\n198.51.100.0/24\n233.252.0.1\n", &[]).exits(0);
    add(&env, "agents.txt", "evilbot\n", &["--kind", "user-agent", "--name", "bots"]).exits(0);
    let found = hits(&env);
    let titles: Vec<&str> = found.iter().filter_map(|finding| finding["title"].as_str()).collect();
    assert_eq!(found.len(), 3, "{titles:?}");
    for finding in &found {
        let query = finding["query"].as_str().expect("a query");
        let shown = env.run(&["--json", "search", "--all", "--", query]).ends(0).json();
        assert_eq!(shown.len() as u64, finding["events"].as_u64().expect("a number"), "{finding}");
        let score = finding["numbers"]["weight"].as_f64().zip(finding["numbers"]["confidence"].as_f64());
        assert_eq!(
            score.map(|(weight, confidence)| weight * confidence),
            finding["numbers"]["score"].as_f64()
        );
    }
    assert!(found.iter().any(|finding| finding["entity"]["source.ip"] == "203.0.113.7"));
    assert!(found.iter().any(|finding| finding["entity"]["source.ip"] == "198.51.100.9"), "by its network");
    let lists = env.run(&["--json", "ioc", "list"]).ends(0).json();
    assert_eq!((lists.len(), &lists[1]["kinds"]["ip"]), (2, &3.into()));
    env.run(&["ioc", "remove", "tor"]).exits(0);
    assert_eq!(hits(&env).len(), 1);
    env.run(&["ioc", "remove", "bots"]).exits(0);
    assert!(hits(&env).is_empty());
    let open = env.run(&["--json", "finding", "list"]).json();
    assert!(open.iter().all(|finding| finding["state"] == "closed"), "{open:?}");
}

#[test]
fn a_list_without_an_indicator_is_refused_and_lines_that_are_none_are_named() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", LOG), &[]);
    let refused = add(&env, "none.txt", "nothing here\n", &[]).ends(2);
    assert!(
        refused.err.contains("there is no indicator in") && refused.err.contains("Line 1"),
        "{}",
        refused.err
    );
    let partly = add(&env, "some.csv", "indicator,type\n203.0.113.7,ip\n???,ip\n", &[]).ends(0);
    assert!(partly.err.contains("line 3 is not used"), "{}", partly.err);
    env.run(&["ioc", "remove", "other"]).exits(2);
    env.run(&["ioc", "add", "/nowhere/at/all"]).exits(3);
    let bundle =
        r#"{"type":"bundle","objects":[{"type":"indicator","pattern":"[ipv4-addr:value = '192.0.2.1']"}]}"#;
    add(&env, "bundle.json", bundle, &[]).exits(0);
    assert_eq!(hits(&env).len(), 2);
}
