//! The index of a case is a tantivy index: tantivy-py opens it and agrees with us.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bundle::tool;
use crate::env::{TestEnv, skipped};

/// A million lines of an access log would do; these have every kind of column.
fn logs(env: &TestEnv) {
    let line = |n: u32| {
        let status = [200, 304, 404, 500][(n % 4) as usize];
        let query = if n.is_multiple_of(5) { "?q=1" } else { "" };
        let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
        format!(
            "198.51.100.{} - {} [02/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /{n}{query} HTTP/1.1\" {status} {} \"-\" \"curl/8\"\n",
            n % 7,
            if n.is_multiple_of(3) { "alice" } else { "-" },
            n % 1000,
        )
    };
    env.write("logs/access.log", (0..20_000).map(line).collect::<String>());
    let line = |n: u32| {
        format!(
            "Mar  2 03:{:02}:{:02} web sshd[{n}]: Failed password for root from 203.0.113.9 port 4 ssh2\n",
            n / 60,
            n % 60
        )
    };
    env.write("logs/auth.log", (0..900).map(line).collect::<String>());
}

/// Returns how many events match, as the command line says it.
fn count(env: &TestEnv, query: &str) -> u64 {
    env.run(&["search", "--count", query]).ends(0).text().trim().parse().expect("it is a number")
}

/// Returns every value of a field and how many events have it.
fn top(env: &TestEnv, field: &str) -> BTreeMap<String, u64> {
    let output = env.run(&["--json", "top", field, "-n", "10000"]).ends(0);
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("it is JSON");
        (line["value"].as_str().expect("a value").to_owned(), line["count"].as_u64().expect("a count"))
    };
    output.text().lines().map(line).collect()
}

#[test]
fn tantivy_in_python_opens_the_index_and_agrees() {
    const TEST: &str = "tantivy_in_python_opens_the_index_and_agrees";
    let env = TestEnv::new();
    logs(&env);
    env.run(&["import", "--year", "2026", env.path("logs").to_str().expect("UTF-8")]).exits(0);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/tantivy_reader.py");
    let index = env.path("case/index");
    let said = match tool(TEST, Command::new("python3").arg(script).arg(&index)) {
        Some((false, said)) if said.contains("No module named 'tantivy'") => {
            return skipped(TEST, "tantivy-py is not there (pip install tantivy==0.27.0)");
        }
        Some((true, said)) => said,
        Some((false, said)) => panic!("{said}"),
        None => return,
    };
    let theirs: Value = serde_json::from_str(&said).expect("it is JSON");
    let queries = [
        "*",
        "status:404",
        "status>=400",
        "bytes<=500",
        "ip:198.51.100.3",
        "@timestamp>=2026-03-02T03:10:00Z",
        "user:*",
        "query:*",
        "ip:*",
        "pid:*",
    ];
    for (query, found) in queries.iter().zip(theirs["queries"].as_array().expect("a list")) {
        assert_eq!(found.as_u64(), Some(count(&env, query)), "{query}");
    }
    for (field, found) in theirs["terms"].as_object().expect("by field") {
        let found: BTreeMap<String, u64> = serde_json::from_value(found.clone()).expect("counts");
        assert_eq!(found, top(&env, field), "{field}");
    }
    assert_eq!(theirs["sources"], serde_json::to_value(top(&env, "vestigo.source")).expect("JSON"));
    let hours = env.run(&["--json", "timeline", "--interval", "1h"]).ends(0);
    let hours = hours
        .text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["count"].clone())
        .collect::<Vec<_>>();
    assert_eq!(theirs["hours"], Value::from(hours));
}
