//! What is handed over besides: redaction, one proof, replay, transfer.

use std::path::Path;
use std::process::Command;

use crate::authority::Authority;
use crate::bundle::{export, files, handed_over, tool, verify_proofs, verify_sh, vestigo};
use crate::env::TestEnv;

/// Addresses of the log, as they are written there or elsewhere, and whether they stand
/// in a bundle in which only names are redacted.
const SEEDED: [(&str, bool); 4] =
    [("203.0.113.99", true), ("2001:db8::77", true), ("2001:db8:0:0:0::77", true), ("198.51.100.3", true)];

#[test]
fn nothing_redacted_is_left_anywhere() {
    const TEST: &str = "nothing_redacted_is_left_anywhere";
    let env = TestEnv::new();
    let line = |user: &str, ip: &str, path: &str| {
        format!(
            "{ip} - {user} [02/Mar/2026:03:12:07 +0000] \"GET {path} HTTP/1.1\" 200 17 \"-\" \"curl/8\"\n"
        )
    };
    let log = [
        line("mallory", "203.0.113.99", "/home/mallory/x?u=mallor%79&from=203.0.113.99"),
        line("-", "2001:DB8:0:0:0::77", "/about-Mallory"),
        line("-", "198.51.100.3", "/plain"),
        line("wendy", "198.51.100.4", "/w"),
    ]
    .concat();
    env.import(&env.write("mallory/access.log", log), &[]);
    let id = env.events("user.name:mallory")[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id, "--note", "mallory again, from 2001:db8::77"]).exits(0);
    env.run(&["finding", "add", "Mallory was here", "--query", "user.name:mallory", "--event", &id]).exits(0);
    let words = ["--query", "NOT user.name:mallory OR *", "--finding", "1", "--redact", "user.name"];
    export(&env, "bundle", &words);
    export(&env, "both", &["--all", "--finding", "1", "--redact", "user,ip", "--redact-reason", "privacy"]);
    let decoded = |name: &str| -> String {
        let all = files(&env.path(name));
        all.iter()
            .map(|(name, path)| {
                format!("{name}\n{}\n", String::from_utf8_lossy(&std::fs::read(path).expect("there")))
            })
            .collect::<String>()
            .to_lowercase()
    };
    let (one, both) = (decoded("bundle"), decoded("both"));
    for seeded in ["mallory", "mallor%79", "wendy"] {
        assert!(!one.contains(seeded) && !both.contains(seeded), "{seeded}");
    }
    for (seeded, stands) in SEEDED {
        assert_eq!(one.contains(seeded), stands, "{seeded}");
        assert!(!both.contains(seeded), "{seeded}");
    }
    // Without addresses redacted, the lines without a name stand whole and are proved.
    assert!(one.contains("/plain"));
    for name in ["bundle", "both"] {
        assert_eq!(vestigo(&env, &env.path(name), &["--require", "signed"]).0, 0, "{name}");
        if let Some((sound, said)) = verify_proofs(TEST, &[&env.path(name)]) {
            assert!(sound, "{said}");
        }
        if let Some((sound, said)) = verify_sh(TEST, &env.path(name), &[]) {
            assert!(sound, "{said}");
        }
    }
    let text = std::fs::read_to_string(env.path("both/data/redactions.jsonl")).expect("it is there");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    let token =
        rows.iter().find(|row| row["field"] == "user.name").expect("a name")["token"].as_str().expect("text");
    assert!(both.matches(token).count() > 3, "{token} stands for the same value everywhere");
    assert!(rows.iter().all(|row| row["why"] == "privacy"));
}

#[test]
fn one_line_is_proved_without_its_neighbours() {
    const TEST: &str = "one_line_is_proved_without_its_neighbours";
    let env = handed_over(&[]);
    let id = env.events("user.name:deploy AND \"Accepted password\"")[0]["id"].clone();
    let proof = env.run(&["show", id.as_str().expect("an id"), "--proof"]).ends(0);
    let json: serde_json::Value = proof.json().remove(0);
    let bytes = json["record"]["bytes_base64"].as_str().expect("bytes").to_owned();
    let path = env.write("proof.json", proof.out.clone());
    let Some((sound, said)) = verify_proofs(TEST, &[&path]) else { return };
    assert!(sound && said.contains("is a part of the sealed original"), "{said}");
    for (from, to) in
        [(bytes.as_str(), "aGVsbG8K"), ("\"place\":1", "\"place\":0"), ("vestigo/", "vestigo/x\\n1\\n")]
    {
        let changed = proof.text().replacen(from, to, 1);
        assert_ne!(changed, proof.text(), "{from}");
        let path = env.write("changed.json", changed);
        let (sound, said) = verify_proofs(TEST, &[&path]).expect("it ran before");
        assert!(!sound, "{from}: {said}");
    }
}

#[test]
fn a_changed_proof_is_refused_by_both_though_hashes_are_made_anew() {
    const TEST: &str = "a_changed_proof_is_refused";
    let env = handed_over(&[]);
    let bundle = env.path("bundle");
    for (name, from, to) in [
        ("data/raw/0001.log", "Failed", "Passed"),
        ("data/events.jsonl", "event.original\":\"Mar", "event.original\":\"May"),
        ("data/journal.jsonl", "Break-in", "Break-up"),
        ("data/proofs/0001.jsonl", "\"salt\":\"", "\"salt\":\"00"),
    ] {
        let path = bundle.join(name);
        let whole = std::fs::read(&path).expect("it is there");
        let text = String::from_utf8_lossy(&whole).replacen(from, to, 1);
        assert_ne!(text.as_bytes(), whole, "{name}");
        std::fs::write(&path, text).expect("it can be written");
        let (status, said) = vestigo(&env, &bundle, &[]);
        assert!(status == 4 && said.matches("\"file\"").count() > 1, "{name}: {said}");
        if let Some((sound, said)) = verify_proofs(TEST, &[&bundle]) {
            assert!(!sound, "{name}: {said}");
        }
        std::fs::write(&path, whole).expect("it can be written");
    }
}

#[test]
fn one_value_is_revealed_and_checked() {
    const TEST: &str = "one_value_is_revealed_and_checked";
    let env = handed_over(&[]);
    export(&env, "redacted", &["--finding", "1", "--redact", "user.name,source.ip"]);
    let bundle = env.path("redacted");
    let ledger = std::fs::read_to_string(bundle.join("data/redactions.jsonl")).expect("it is there");
    let rows: Vec<serde_json::Value> =
        ledger.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    let token = rows.iter().find(|row| row["field"] == "source.ip").expect("an address")["token"].clone();
    let token = token.as_str().expect("text").to_owned();
    let name = bundle.to_string_lossy().into_owned();
    let revealed = env.run(&["reveal", &name, &token]).ends(0);
    assert_eq!(revealed.json()[0]["value"], "203.0.113.77");
    env.run(&["reveal", &name, "[source.ip:0000000000000000]"]).exits(2);
    let path = env.write("revealed.json", revealed.out.clone());
    let Some((sound, said)) = verify_proofs(TEST, &[Path::new("--reveal"), &path, &bundle]) else { return };
    assert!(sound && said.contains("203.0.113.77"), "{said}");
    let path = env.write("lie.json", revealed.text().replace("203.0.113.77", "203.0.113.78"));
    let (sound, said) = verify_proofs(TEST, &[Path::new("--reveal"), &path, &bundle]).expect("it ran before");
    assert!(!sound, "{said}");
}

#[test]
fn a_query_asked_again_gives_the_same_or_says_what_differs_and_why() {
    let env = handed_over(&[]);
    let bundle = env.path("bundle").to_string_lossy().into_owned();
    assert_eq!(env.run(&["--json", "replay", &bundle]).ends(0).json()[0]["same"], true);
    let more =
        "203.0.113.77 - - [03/Mar/2026:10:00:00 +0000] \"GET /again HTTP/1.1\" 200 1 \"-\" \"curl/8\"\n";
    env.import(&env.write("more.log", more), &[]);
    let replayed = env.run(&["--json", "replay", &bundle]).ends(1).json().remove(0);
    assert_eq!((&replayed["same"], replayed["added"].as_array().map(Vec::len)), (&false.into(), Some(1)));
    assert!(
        replayed["why"].to_string().contains("more.log was imported since then: 1 event from it"),
        "{replayed}"
    );
    let query = env.path("bundle/data/query.json").to_string_lossy().into_owned();
    env.run(&["replay", &query]).exits(1);
}

#[test]
fn a_hand_over_is_signed_by_both_sides() {
    let env = handed_over(&[]);
    let keys = env.path("keys");
    let id = "7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f";
    let key = vestigo::journal::Keyring::new(keys.clone()).create(id).map(|_| keys.join(id));
    let key = key.expect("it is made").to_string_lossy().into_owned();
    let bundle = env.path("bundle").to_string_lossy().into_owned();
    let words = ["transfer", "new", &bundle, "--released-by", "Ada", "--received-by", "Grace"];
    env.run(&[&words[..], &["--purpose", "review", "--place", "Berlin"]].concat()).exits(0);
    let file = format!("{bundle}.transfer.json");
    let half = env.run(&["transfer", "check", &file]).ends(4);
    assert!(half.text().contains("Grace has not signed it"), "{}", half.text());
    env.run(&["transfer", "receive", &file, "--sign", &key]).exits(0);
    env.run(&["transfer", "check", &file]).exits(0);
    let text = std::fs::read_to_string(&file).expect("it is there");
    std::fs::write(&file, text.replace("Berlin", "Boston")).expect("it can be written");
    env.run(&["transfer", "check", &file]).exits(4);
    let acts = env.run(&["--json", "journal"]).json();
    assert_eq!(acts.last().expect("entries")["do"], "transfer");
}

#[test]
fn keys_of_ssh_keygen_and_an_authority_of_openssl_are_understood() {
    const TEST: &str = "keys_of_ssh_keygen_are_understood";
    let env = handed_over(&[]);
    for (kind, name) in [("ed25519", "one"), ("ecdsa", "two"), ("rsa", "three")] {
        let key = env.path(name);
        let mut command = Command::new("ssh-keygen");
        let Some((made, said)) = tool(TEST, command.args(["-q", "-t", kind, "-N", "", "-f"]).arg(&key))
        else {
            return;
        };
        assert!(made, "{said}");
        let (key, out) = (key.to_string_lossy().into_owned(), format!("b-{kind}"));
        export(&env, &out, &["--finding", "1", "--sign", &key]);
        let bundle = env.path(&out);
        if kind != "rsa" {
            assert_eq!(vestigo(&env, &bundle, &["--require", "signed"]).0, 0, "{kind}");
        }
        let (sound, said) = verify_sh(TEST, &bundle, &[]).expect("there is an ssh-keygen");
        assert!(sound, "{kind}: {said}");
    }
}

#[test]
fn an_authority_stamps_checkpoints_and_bundles_and_openssl_agrees() {
    const TEST: &str = "an_authority_stamps_checkpoints_and_bundles_and_openssl_agrees";
    let env = handed_over(&[]);
    let Some(authority) = Authority::new(TEST) else { return };
    let ca = authority.certificate();
    let out = env.run(&["--json", "checkpoint", "--tsa", &authority.url]).ends(0);
    assert!(out.json()[0]["stamped"].is_string(), "{} {}", out.text(), out.err);
    env.run(&["verify", "--require", "anchored"]).exits(4);
    env.run(&["verify", "--tsa-ca", &ca, "--require", "signed,anchored"]).exits(0);
    export(&env, "stamped", &["--finding", "1", "--tsa", &authority.url]);
    let bundle = env.path("stamped");
    assert_eq!(vestigo(&env, &bundle, &["--tsa-ca", &ca, "--require", "signed,anchored"]).0, 0);
    for words in [&["-c", ca.as_str()][..], &[]] {
        if let Some((sound, said)) = verify_sh(TEST, &bundle, words) {
            assert!(sound && said.contains("Time stamp: "), "{said}");
        }
    }
    let token = bundle.join("tagmanifest-sha256.txt.tsr");
    let other = std::fs::read(bundle.join("data/checkpoint.txt.tsr")).unwrap_or_else(|_| {
        let anchors = std::fs::read_dir(env.path("case/anchors")).expect("a folder").flatten();
        let token =
            anchors.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|e| e == "tsr"));
        std::fs::read(token.expect("the checkpoint was stamped")).expect("it is there")
    });
    std::fs::write(&token, other).expect("it can be written");
    let (status, said) = vestigo(&env, &bundle, &[]);
    assert!(status == 4 && said.contains("tagmanifest-sha256.txt.tsr"), "{said}");
    if let Some((sound, said)) = verify_sh(TEST, &bundle, &[]) {
        assert!(!sound && said.contains("does not stamp"), "{said}");
    }
}

#[test]
fn an_authority_out_of_reach_is_no_failed_export() {
    let env = handed_over(&[]);
    let out = env.path("alone").to_string_lossy().into_owned();
    let words = ["export", "--finding", "1", "--out", &out, "--tsa", "http://127.0.0.1:9/tsr"];
    let output = env.run(&words).ends(0);
    assert!(output.err.contains("Unanchored"), "{}", output.err);
    assert_eq!(vestigo(&env, &env.path("alone"), &["--require", "signed"]).0, 0);
    let refused = env.run(&["--json", "checkpoint", "--tsa", "https://x/"]).ends(0);
    assert!(refused.err.contains("unanchored"), "{}", refused.err);
}

#[test]
fn hostile_text_acts_nowhere_in_a_bundle() {
    let env = TestEnv::new();
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>=cmd|'/C calc'!A0\u{202e}\u{9b}31m\x1b]52;c;aGk=\x07";
    let log = serde_json::json!({ "@timestamp": "2026-03-02T03:12:07Z", "user.name": evil, "message": evil,
        "source.ip": "203.0.113.7", evil: evil, "url.original": evil, "event.outcome": evil });
    env.import(&env.write("<b>evil.log", format!("{log}\n{evil}\n=1+1 {evil}\n")), &[]);
    let ids: Vec<String> =
        env.events("*").iter().map(|hit| hit["id"].as_str().expect("an id").to_owned()).collect();
    env.run(&["bookmark", "add", &ids[0], "--note", evil, "--tag", evil]).exits(0);
    env.run(&["finding", "add", evil, "--owner", evil, "--note", evil, "--tag", evil, "--event", &ids[0]])
        .exits(0);
    env.run(&["finding", "note", "1", evil]).exits(0);
    export(&env, "bundle", &["--all", "--finding", "1", "--bookmarks"]);
    let bundle = env.path("bundle");
    assert_eq!(vestigo(&env, &bundle, &["--require", "signed"]).0, 0);
    let read = |name: &str| std::fs::read_to_string(bundle.join(name)).expect("it is text");
    let page = read("data/report.html").to_lowercase();
    assert!(!page.contains("<script") && !page.contains("<img"));
    assert!(page.contains("&#60;script"), "it is shown, escaped");
    assert!(page.contains("default-src 'none'"));
    for name in [
        "data/report.html",
        "data/events.csv",
        "data/events.jsonl",
        "data/timesketch.jsonl",
        "data/coverage.json",
    ] {
        let text = read(name);
        let acts = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(acts, None, "{name}");
    }
    let csv = read("data/events.csv");
    assert!(!csv.contains("\"=") && csv.lines().count() == ids.len() + 1, "{csv}");
    for (words, status) in
        [(&["status"][..], 0), (&["finding", "show", "1"], 0), (&["bookmark", "list"], 0), (&["journal"], 0)]
    {
        let output = env.run(words).ends(status);
        let shown = format!("{}{}", output.text(), output.err);
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{202e}') && !shown.contains('\u{9b}'),
            "{words:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for() {
    const TEST: &str = "a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for";
    let env = handed_over(&[]);
    let pipe = env.path("pipe.json");
    let Some((true, _)) = tool(TEST, Command::new("mkfifo").arg(&pipe)) else { return };
    let pipe = pipe.to_string_lossy().into_owned();
    for words in [
        &["replay", &pipe][..],
        &["transfer", "check", &pipe],
        &["transfer", "receive", &pipe],
        &["journal", "merge", &pipe],
        &["verify", "--anchor", &pipe],
        &["verify", "--allowed-signers", &pipe],
        &["checkpoint", "--sign", &pipe],
    ] {
        let output = env.run(words);
        assert!(matches!(output.status, 2 | 3), "{words:?}: {} {}", output.status, output.err);
    }
}
