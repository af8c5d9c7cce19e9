//! Redaction against values that hide: odd places, odd spellings, odd people.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::bundle::{export, files, verify_proofs, verify_sh, vestigo};
use crate::env::TestEnv;

/// Gives every file of a bundle, by name.
fn contents(bundle: &Path) -> BTreeMap<String, Vec<u8>> {
    files(bundle).into_iter().map(|(name, path)| (name, std::fs::read(path).expect("it is there"))).collect()
}

/// Gives a bundle's files in lower case, with what HTML and JSON escape undone.
fn decoded(bundle: &Path) -> String {
    let all = contents(bundle);
    let texts = all.iter().map(|(name, bytes)| format!("{name}\n{}\n", String::from_utf8_lossy(bytes)));
    let text = texts.collect::<String>().to_lowercase().replace("\\\\", "\\").replace("\\\"", "\"");
    text.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"")
}

/// Demands that the program and both scripts accept a bundle.
fn sound(test: &str, env: &TestEnv, name: &str) {
    let bundle = env.path(name);
    let (status, said) = vestigo(env, &bundle, &["--require", "signed"]);
    assert_eq!(status, 0, "{said}");
    for (sound, said) in
        [verify_proofs(test, &[&bundle]), verify_sh(test, &bundle, &[])].into_iter().flatten()
    {
        assert!(sound, "{said}");
    }
}

/// Writes a JSON log with one event for each object, a second apart.
fn json_log(events: &[Value]) -> String {
    let line = |(n, event): (usize, &Value)| {
        let mut event = event.clone();
        event["@timestamp"] = format!("2026-03-02T10:{:02}:{:02}Z", n / 60, n % 60).into();
        format!("{event}\n")
    };
    events.iter().enumerate().map(line).collect()
}

fn seeds() -> Vec<Value> {
    let seed = |(name, ip): (&str, &str)| json!({ "message": "seed", "user.name": name, "source.ip": ip });
    [
        ("alicewonder", "192.0.2.77"),
        ("Zoë", "2001:db8::beef"),
        ("ali", "::ffff:198.51.100.44"),
        ("liceverylong", "198.18.0.2"),
        ("Erika Muster", "198.18.0.3"),
    ]
    .map(seed)
    .to_vec()
}

/// Ways to write the seeds, each of which the bundle must lose.
const SPELLINGS: [&str; 47] = [
    "ALICEWONDER",
    "alice%77onder",
    "%61%6c%69%63%65%77%6f%6e%64%65%72",
    "alice%2577onder",
    "&#97;licewonder",
    "&#x61;licewonder",
    "\\u0061licewonder",
    "ａｌｉｃｅｗｏｎｄｅｒ",
    "alice\u{200b}wonder",
    "u=Erika+Muster",
    "erika%20muster",
    "ZOË",
    "zo%C3%ab",
    "zo&#235;",
    "aliceverylong",
    "peer:2001:0DB8:0:0:0:0:0:BEEF",
    "src:2001:db8:0000:0000:0000:0000:0000:beef.",
    "[2001:db8:0:0::beef]:443",
    "2001:db8:0::beef%eth0",
    "2001%3Adb8%3A%3Abeef",
    "2001:db8:0:0:0:0:0:beef-2001:da8::1",
    "::ffff:192.0.2.77",
    "::ffff:c000:24d",
    "198.51.100.44",
    "::ffff:c633:642c",
    "ip-192-0-2-77.ec2.internal",
    "77.2.0.192.in-addr.arpa",
    "f.e.e.b.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    "192_0_2_77",
    "hxxp://192[.]0[.]2[.]77/",
    "192(.)0(.)2(.)77",
    "192 . 0 . 2 . 77",
    "192.000.002.077",
    "0xc000024d",
    "3221226061",
    "::ffff:c000:024d",
    "192%252E0%252E2%252E77",
    "77.2.0.192.list.example",
    "corp\\alicewonder",
    "alicewonder@host",
    "Basic YWxpY2V3b25kZXI6c2VjcmV0",
    "YWxpY2V3b25kZXI",
    "acct=616C696365776F6E646572",
    "zoe\u{308}",
    "zo&euml;",
    "%u0061licewonder",
    "\\141licewonder",
];

#[test]
fn no_spelling_of_a_redacted_value_is_left() {
    const TEST: &str = "no_spelling_of_a_redacted_value_is_left";
    let env = TestEnv::new();
    let mut events = seeds();
    for spelling in SPELLINGS {
        events.push(json!({ "message": format!("seen {spelling} there") }));
    }
    events.push(json!({ "message": "a clean line" }));
    env.import(&env.write("app.ndjson", json_log(&events)), &[]);
    export(&env, "bundle", &["--all", "--redact", "user.name,source.ip"]);
    let whole = decoded(&env.path("bundle"));
    for spelling in SPELLINGS {
        assert!(!whole.contains(&format!("seen {} there", spelling.to_lowercase())), "{spelling}");
    }
    for seed in ["alicewonder", "zoë", "liceverylong", "erika muster", "192.0.2.77", "2001:db8"] {
        assert!(!whole.contains(seed), "{seed}");
    }
    let raw = String::from_utf8(contents(&env.path("bundle"))["data/raw/0001.log"].clone()).expect("UTF-8");
    assert!(raw.contains("a clean line") && raw.lines().count() == 1, "{raw}");
    sound(TEST, &env, "bundle");
}

#[test]
fn a_redacted_value_is_left_in_no_place() {
    const TEST: &str = "a_redacted_value_is_left_in_no_place";
    let env = TestEnv::new();
    let mut events = seeds();
    let all = ["kind", "category", "type", "outcome", "dataset", "action"];
    for name in all.map(|name| format!("event.{name}")).iter().map(String::as_str).chain([
        "http.request.method",
        "http.version",
        "labels.x",
        "user.email",
    ]) {
        events.push(json!({ "message": "placed", name: "alicewonder" }));
    }
    events.push(json!({ "message": "placed", "labels.alicewonder": "x", "y": [1, { "alicewonder": 2 }] }));
    env.import(&env.write("alicewonder/app.ndjson", json_log(&events)), &[]);
    let access = "9.9.9.9 - - [01/Mar/2026:11:00:01 +0000] \"alicewonder / HTTP/1.1\" 200 5 \"-\" \"x\"\n\
        9.9.9.9 - - [01/Mar/2026:11:00:02 +0000] \"GET /plain alicewonder\" 200 5 \"-\" \"x\"\n\
        9.9.9.9 - - [01/Mar/2026:11:00:03 +0000] \"GET /clean HTTP/1.1\" 200 5 \"-\" \"x\"\n";
    env.run_as("alicewonder", &["import", &env.write("access.log", access).to_string_lossy()]).exits(0);
    let id = env.events("\"/clean\"")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id, "--tag", "alicewonder", "--tag", "from-192.0.2.77"]).exits(0);
    let words = ["--all", "--bookmarks", "--redact", "user.name,source.ip", "--redact-reason"];
    let seeded = env.path("app").to_string_lossy().into_owned();
    let only = ["export", "--out", &seeded, "--query", "NOT \"/clean\" AND format:json"];
    env.run(&[&only[..], &["--redact", "user.name", "--redact-reason", "alicewonder asked"]].concat())
        .exits(0);
    // Nothing in this bundle rests on the import by that name, so that entry is withheld.
    let whole = decoded(&env.path("app"));
    assert!(!whole.contains("alicewonder"), "{whole}");
    sound(TEST, &env, "app");
    // In this one something does, and that is said.
    let out = env.path("all").to_string_lossy().into_owned();
    let made = env.run(&[&["export", "--out", &out], &words[..], &["for 192.0.2.77"]].concat()).ends(0);
    let told = "contains a redacted value of user.name in `by` and of user.name in `what.session`";
    assert!(made.err.contains(told), "{}", made.err);
    assert!(made.err.contains("base64") && !made.err.contains("alicewonder"), "{}", made.err);
    let mut left = contents(&env.path("all"));
    let journal = left.remove("data/journal.jsonl").expect("it is there");
    let journal = String::from_utf8(journal).expect("UTF-8");
    let telling: Vec<&str> = journal.lines().filter(|line| line.contains("alicewonder")).collect();
    assert!(matches!(telling[..], [line] if line.contains("evidence.import")), "{journal}");
    for (name, bytes) in left {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("alicewonder") && !text.contains("192.0.2.77"), "{name}: {text}");
    }
    sound(TEST, &env, "all");
}

#[test]
fn a_name_of_the_case_that_tells_is_warned_of() {
    let env = TestEnv::new();
    let log = json_log(&[json!({ "message": "seed", "user.name": "case" })]);
    env.import(&env.write("app.ndjson", log), &[]);
    let out = env.path("bundle").to_string_lossy().into_owned();
    let made = env.run(&["export", "--out", &out, "--all", "--redact", "user.name"]).ends(0);
    assert!(
        made.err.contains("the name of the bundle contains a redacted value of user.name"),
        "{}",
        made.err
    );
}

#[test]
fn a_redacted_bundle_is_the_same_whoever_exported_since() {
    let env = TestEnv::new();
    env.import(&env.write("app.ndjson", json_log(&seeds())), &[]);
    let words = ["--all", "--redact", "user.name,source.ip", "--redact-reason", "privacy"];
    export(&env, "first", &words);
    let out = env.path("between").to_string_lossy().into_owned();
    env.run_as("grace", &[&["export", "--out", &out], &words[..]].concat()).exits(0);
    export(&env, "last", &words);
    assert_eq!(contents(&env.path("first")), contents(&env.path("last")));
}

/// Gives the events of a bundle.
fn events(bundle: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(bundle.join("data/events.jsonl")).expect("it is there");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_redacted_bundle_tells_no_length_of_what_it_withholds() {
    const TEST: &str = "a_redacted_bundle_tells_no_length_of_what_it_withholds";
    let env = TestEnv::new();
    let named = json!({ "message": "order 17 for benjamin shipped", "user.name": "benjamin" });
    let log = [json!({ "message": "first" }), named, json!({ "message": "last" })];
    env.import(&env.write("app.ndjson", json_log(&log)), &[]);
    export(&env, "bundle", &["--all", "--redact", "user.name"]);
    let events = events(&env.path("bundle"));
    assert_eq!(events.len(), 3);
    for event in &events {
        let withheld = event.get("vestigo.withheld").is_some();
        assert_eq!(event.get("vestigo.length").is_none(), withheld, "{event}");
        assert!(event.get("vestigo.offset").is_none(), "{event}");
    }
    let rows = std::fs::read_to_string(env.path("bundle/data/records.csv")).expect("it is there");
    for row in rows.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[7], "\"\"", "{row}");
    }
    let sketch = std::fs::read_to_string(env.path("bundle/data/timesketch.jsonl")).expect("it is there");
    assert!(!sketch.contains("vestigo.offset") && sketch.matches("vestigo.length").count() == 2, "{sketch}");
    sound(TEST, &env, "bundle");
    export(&env, "whole", &["--all"]);
    assert!(self::events(&env.path("whole")).iter().all(|event| event.get("vestigo.offset").is_some()));
    sound(TEST, &env, "whole");
}

#[test]
fn a_value_that_no_parser_took_apart_is_found_behind_its_key_or_when_it_is_named() {
    const TEST: &str = "a_value_that_no_parser_took_apart_is_found";
    let env = TestEnv::new();
    let lines = "user=benjamin logged in\nwe spoke to benjamin\nthe door of mallory and 192.0.2.9\n\
        client: 198.51.100.23 gone\n198.51.100.23 is back\nProject Nightfall begins\nan ordinary line\n";
    env.import(&env.write("app.log", lines), &[]);
    let file = env.write("names.txt", "Mallory\r\n\nNightfall\n").to_string_lossy().into_owned();
    let words = ["--redact", "user.name,source.ip", "--redact-value", "192.0.2.9", "--redact-values", &file];
    let out = env.path("bundle").to_string_lossy().into_owned();
    let made =
        env.run(&[&["export", "--out", &out, "--all", "--redact-reason", "x"], &words[..]].concat()).ends(0);
    assert!(made.err.contains("follow a key with such a name"), "{}", made.err);
    let whole = decoded(&env.path("bundle"));
    for value in ["benjamin", "mallory", "192.0.2.9", "198.51.100.23", "nightfall"] {
        assert!(!whole.contains(value), "{value}: {whole}");
    }
    assert!(whole.contains("an ordinary line"), "{whole}");
    sound(TEST, &env, "bundle");
    let ledger = std::fs::read_to_string(env.path("bundle/data/redactions.jsonl")).expect("it is there");
    let rows: Vec<Value> = ledger.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let fields: Vec<&str> = rows.iter().filter_map(|row| row["field"].as_str()).collect();
    assert_eq!(fields.iter().filter(|field| **field == "named").count(), 3, "{fields:?}");
    for row in &rows {
        let token = row["token"].as_str().expect("a token");
        let revealed = match row["field"].as_str() {
            Some("named") => ["Mallory", "Nightfall", "192.0.2.9"]
                .map(|value| env.run(&["reveal", &out, token, "--value", value]).status == 0)
                .contains(&true),
            _ => env.run(&["reveal", &out, token]).status == 0,
        };
        assert!(revealed, "{row}");
    }
    let words = ["export", "--all", "--originals", "--redact-value", "x", "--out", &file];
    env.run(&words).exits(2);
}

#[test]
fn values_of_signs_only_are_taken_out_where_they_are_the_value() {
    const TEST: &str = "values_of_signs_only_are_taken_out_where_they_are_the_value";
    let env = TestEnv::new();
    let log = ["***", "…", "x", "benjamin"].map(|name| json!({ "message": "a - b x c", "user.name": name }));
    env.import(&env.write("app.ndjson", json_log(&log)), &[]);
    let out = env.path("bundle").to_string_lossy().into_owned();
    let made = env.run(&["export", "--out", &out, "--all", "--redact", "user.name"]).ends(0);
    assert!(made.err.contains("2 values of user.name are so short"), "{}", made.err);
    for event in events(&env.path("bundle")) {
        let name = event["user.name"].as_str().expect("a name");
        assert!(name.starts_with("[user.name:") && event["message"] == "a - b x c", "{event}");
    }
    sound(TEST, &env, "bundle");
}
