//! What the commands print that only read a case.

use regex::Regex;

use super::{LOGIN, demo, snapshot, transcript};
use crate::env::TestEnv;

#[test]
fn what_asking_commands_print() {
    let script = "
        status
        source list
        search '203.0.113.77 AND success' --limit 3
        search 'user.name : deploy AND success' --limit 2 --explain
        search nobody-is-called-so
        search failure --count
        search status:404 --limit 1 --order oldest --utc
        search status:404 --limit 1 --zone Europe/Berlin --fields @timestamp,source.ip
        timeline failure --interval 12h
        timeline --buckets 3 --by event.outcome
        timeline nobody-is-called-so --buckets 3
        top source.ip failure -n 3
        top source.ip failure -n 3 --rare
        top user.name nobody-is-called-so
        show LOGIN --context 1
        formats list
        formats show nginx.access
        formats test FOLDER/logs/auth.log
        bookmark list
        finding list
        keys list
        journal
        verify
        verify --deep
    ";
    let env = demo();
    let text = transcript(&env, &script.replace("LOGIN", LOGIN));
    // How many values a field has is an upper bound that depends on which worker read what.
    let values = Regex::new(r"(?m)^(  \S+  )[\d,]+$").expect("the expression is valid");
    let fields = transcript(&env, "status -v");
    snapshot("asks", &(text + &values.replace_all(&fields, "${1}N")));
}

#[test]
fn what_asking_commands_print_in_json() {
    let script = "
        --json status
        --json source list
        --json search status:404 --limit 1
        --json search status:404 --limit 1 --fields source.ip,url.path
        --json search status:404 --limit 1 --explain
        --json search nobody-is-called-so
        --json search failure --count
        --json timeline failure --buckets 2
        --json timeline --buckets 2 --by event.outcome
        --json top user.name -n 2
        --json show LOGIN
        --json show LOGIN --context 1
        --json formats list
        --json formats test FOLDER/logs/auth.log
        --json bookmark list
        --json finding list
        --json keys list
        --json journal
        --json verify
        --json verify --deep
    ";
    snapshot("asks_json", &transcript(&demo(), &script.replace("LOGIN", LOGIN)));
}

#[test]
fn what_the_demo_prints_where_there_is_no_terminal() {
    snapshot("demo", &transcript(&TestEnv::new(), "demo\ndemo"));
}

#[test]
fn the_forms_in_which_events_are_printed() {
    let script = "
        search status:404 --limit 1 --format table
        search status:404 --limit 1 --format json
        search status:404 --limit 1 --format csv
        search status:404 --limit 1 --format raw
        search status:404 --limit 1 --format timesketch-csv
        search status:404 --limit 1 --format timesketch-jsonl
        search status:404 --limit 1 --format csv --fields source.ip,url.path
        normalize FOLDER/one.log
        --json normalize FOLDER/one.log FOLDER/none.log
    ";
    let env = demo();
    env.write("one.log", "203.0.113.7 - alice [02/Mar/2026:03:12:07 +0000] \"GET /a HTTP/1.1\" 200 17\n");
    snapshot("forms", &transcript(&env, script));
}

#[test]
fn the_tables_that_queries_with_pipes_make() {
    let script = "
        search 'failure | count by user.name, event.outcome | sort -count | head 3'
        search 'status:* | stats count, sum(bytes), avg(bytes), p99(bytes), dc(ip), min(time) by format'
        search 'failure | timechart 12h by event.outcome' --utc
        search 'status:404 | top 3 ip'
        search '* | rare 2 format'
        search 'user:* | first by outcome' --limit 2
        search 'bytes:* | sort -bytes | head 2' --fields @timestamp,bytes
        search 'failure | count by user | where count > 100' --explain
        search 'failure | count by user' --count
        search 'failure | count by user' --limit 1
        search 'nobody-is-called-so | count by user'
        search 'nobody-is-called-so | count'
        search '* | stats sum(vestigo.time)'
        --json search 'failure | count by user.name, event.outcome | sort -count | head 2'
        --json search 'status:* | stats avg(bytes), max(time) as latest by format'
        --json search 'nobody-is-called-so | count by user'
        search 'failure | count by user | sort -count | head 3' --format csv
        search 'failure | count by user | sort -cuont'
        search 'failure | count by user | where count > many'
        search 'failure | count by tag'
        search 'failure | count by labels.nope'
        search 'failure | count by user' --fields user
        search 'failure | count by user' --order oldest
        search 'failure | count by user' --format raw
        timeline 'failure | count'
    ";
    snapshot("tables", &transcript(&demo(), script));
}

#[test]
fn top_and_a_query_with_a_pipe_agree() {
    let env = demo();
    let rows = |words: &[&str]| -> Vec<serde_json::Value> {
        let output = env.run_as("tester", words);
        output.text().lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect()
    };
    let top = rows(&["--json", "top", "ip", "status:404"]);
    let piped = rows(&["--json", "search", "status:404 | top ip"]);
    let pairs = |rows: &[serde_json::Value], name: &str| -> Vec<(String, String)> {
        rows.iter().map(|row| (row[name].to_string(), row["count"].to_string())).collect()
    };
    assert!(!top.is_empty());
    assert_eq!(pairs(&top, "value"), pairs(&piped, "source.ip"));
}

#[test]
fn the_keys_that_the_program_lists() {
    let script = "
        generate keys
        --json generate keys
    ";
    let text = transcript(&demo(), script);
    let (table, json) = text.split_once("$ vestigo --json").expect("both were run");
    let first: String = json.lines().take(8).map(|line| format!("{line}\n")).collect();
    snapshot("keys", &format!("{table}$ vestigo --json{first}"));
}
