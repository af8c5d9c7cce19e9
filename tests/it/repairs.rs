//! What a repair saves of a damaged case.

use crate::custody::{LOG, files};
use crate::env::TestEnv;

#[test]
fn a_repair_of_nothing_is_refused() {
    let env = TestEnv::new();
    let (from, out) = (env.path("nothing"), env.path("saved").to_string_lossy().into_owned());
    std::fs::create_dir(&from).expect("it can be made");
    let from = from.to_string_lossy().into_owned();
    env.run_bare(&["vestigo", "--case", &from, "repair", "--out", &out]).exits(3);
    assert!(!env.path("saved").exists());
}

#[test]
fn a_repair_saves_what_is_whole_and_says_what_was_lost() {
    let env = TestEnv::new();
    let line = |n: usize| {
        let (second, minute, hour) = (n % 60, n / 60 % 60, n / 3600 % 24);
        format!(
            "192.0.2.1 - u{n} [02/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /{n} HTTP/1.1\" 200 1\n"
        )
    };
    env.import(&env.write("long.log", (0..12_000).map(line).collect::<String>()), &[]);
    env.import(&env.write("short.log", LOG), &[]);
    let id = env.events("user.name:u11999")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id, "--note", "the last"]).exits(0);
    let path = env.path("case/evidence/0001/content.zst");
    let mut bytes = std::fs::read(&path).expect("it is there");
    bytes[40] ^= 1;
    std::fs::write(&path, &bytes).expect("it can be written");
    let before = files(&env.path("case")).len();
    let out = env.path("saved").to_string_lossy().into_owned();
    let repaired = env.run(&["--json", "repair", "--out", &out]).ends(3).json().remove(0);
    assert_eq!((&repaired["sources_intact"], &repaired["sources_damaged"]), (&1.into(), &1.into()));
    assert_eq!(repaired["lost"][0]["file"], "evidence/0001/content.zst");
    assert_eq!(files(&env.path("case")).len(), before, "nothing was written there");
    let saved = |words: &[&str]| env.run_bare(&[&["vestigo", "--json", "--case", &out], words].concat());
    saved(&["verify", "--roots", "--require", "signed"]).exits(0);
    let lost = repaired["lost"][0]["records"][1].as_u64().expect("a number") + 1;
    let count = saved(&["search", "--count", "*"]).ends(0).json().remove(0)["count"].as_u64();
    assert_eq!(count, Some(12_002 - lost));
    let marks = saved(&["bookmark", "list"]).ends(0).json();
    assert!(marks[0]["relocated"].is_string() && marks[0]["note"] == "the last", "{}", marks[0]);
    assert!(saved(&["journal"]).ends(0).text().contains("\"do\":\"repair\""));
    let bundle = env.path("bundle").to_string_lossy().into_owned();
    saved(&["export", "--query", "user.name:u119*", "--out", &bundle]).exits(0);
    let verdict = env.run_bare(&["vestigo", "--json", "verify", &bundle]).ends(0).json().remove(0);
    assert_eq!(verdict["damage"], serde_json::json!([]));
    assert!(!verdict["not_proven"].to_string().contains("does not say how it parsed"), "{verdict}");
}
