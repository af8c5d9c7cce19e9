//! Forged bundles: records and events that never were, or are not where it is said.

use serde_json::{Value, json};

use crate::bundle::{export, handed_over, verify_proofs, vestigo};
use crate::env::TestEnv;
use crate::forgery::Forgery;

/// A case whose bundle has everything of the demo's logs.
fn everything() -> TestEnv {
    handed_over(&["--all"])
}

fn known(frame: &mut Value) -> &mut Vec<Value> {
    frame["known"].as_array_mut().expect("a list")
}

#[test]
fn changed_bytes_are_not_proved_by_the_leaf_of_the_true_ones() {
    let env = everything();
    Forgery::of(&env, "bundle").is_sound();
    let forgery = Forgery::of(&env, "bundle");
    let (record, leaf) = forgery.change_a_record();
    let genuine = forgery.read("data/proofs/0001.jsonl");
    let both = |lines: &mut Vec<Value>| known(&mut lines[0])[0]["leaf"] = leaf.as_str().into();
    let alone = |lines: &mut Vec<Value>| known(&mut lines[0])[0] = json!({ "record": record, "leaf": leaf });
    let counted_again = |lines: &mut Vec<Value>| {
        alone(lines);
        let again = known(&mut lines[0])[1].clone();
        known(&mut lines[0]).insert(1, again);
    };
    for (change, why) in [
        (&both as &dyn Fn(&mut Vec<Value>), "its proof has a salt and no leaf"),
        (&alone, "its proof has a salt and no leaf"),
        (&counted_again, "its proof has a salt and no leaf"),
    ] {
        forgery.put("data/proofs/0001.jsonl", &genuine);
        forgery.edit("data/proofs/0001.jsonl", change);
        forgery.seal();
        forgery.is_refused_by_both(why);
    }
}

#[test]
fn a_record_a_frame_and_a_source_are_proved_once() {
    let env = everything();
    let forgery = Forgery::of(&env, "bundle");
    let genuine = forgery.read("data/proofs/0001.jsonl");
    let twice = |n: usize| move |lines: &mut Vec<Value>| lines.insert(n, lines[n].clone());
    let record = |lines: &mut Vec<Value>| {
        let again = known(&mut lines[0])[0].clone();
        known(&mut lines[0]).insert(0, again);
    };
    for (change, why) in [
        (&record as &dyn Fn(&mut Vec<Value>), "there twice"),
        (&twice(0), "does not follow the frame before"),
        (&twice(1), "something follows its end"),
    ] {
        forgery.put("data/proofs/0001.jsonl", &genuine);
        forgery.edit("data/proofs/0001.jsonl", change);
        forgery.seal();
        forgery.is_refused_by_both(why);
    }
    let forgery = Forgery::of(&env, "bundle");
    forgery.put("data/proofs/0009.jsonl", genuine);
    forgery.put("data/raw/0009.log", "");
    forgery.seal();
    forgery.is_refused_by_both("data/proofs/0009.jsonl");
}

#[test]
fn a_proof_file_proves_the_record_that_it_shows() {
    const TEST: &str = "a_proof_file_proves_the_record_that_it_shows";
    let env = handed_over(&[]);
    let id = env.events("user.name:deploy AND \"Accepted password\"")[0]["id"].clone();
    let proof: Value = env.run(&["show", id.as_str().expect("an id"), "--proof"]).ends(0).json().remove(0);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut forged = proof.clone();
        change(&mut forged);
        assert_ne!(forged, proof);
        let path = env.write("forged.json", forged.to_string());
        if let Some((sound, said)) = verify_proofs(TEST, &[&path]) {
            assert!(!sound && !said.contains("is a part of"), "{said}");
        }
    };
    let leaf = "00".repeat(32);
    refused(&|proof| {
        known(&mut proof["proof"][0])[0] = json!({ "record": proof["record"]["record"], "leaf": leaf })
    });
    refused(&|proof| known(&mut proof["proof"][0])[0]["leaf"] = leaf.as_str().into());
    refused(&|proof| proof["record"]["record"] = 777.into());
    refused(&|proof| proof["proof"][0]["source"] = leaf.as_str().into());
    refused(&|proof| proof["event"] = "deadbeef:1".into());
    refused(&|proof| {
        let again = known(&mut proof["proof"][0])[0].clone();
        known(&mut proof["proof"][0]).push(again);
    });
}

#[test]
fn a_withheld_event_is_in_the_tree_and_shows_no_bytes() {
    let env = everything();
    export(&env, "redacted", &["--all", "--redact", "source.ip"]);
    Forgery::of(&env, "redacted").is_sound();
    // One that never was.
    let forgery = Forgery::of(&env, "redacted");
    let invented = |row: &mut Vec<String>| {
        let source = row[0].split(':').next().expect("a source").to_owned();
        (row[0], row[9]) = (format!("{source}:99999"), "99999".to_owned());
        (1..6).chain([8]).for_each(|n| row[n].clear());
    };
    forgery.edit_rows(|rows| {
        let mut row = rows[0].clone();
        invented(&mut row);
        rows.push(row);
    });
    forgery.edit("data/events.jsonl", |events| {
        let mut event = events.iter().find(|event| event["vestigo.withheld"] == true).expect("one").clone();
        event["vestigo.record"] = 99999.into();
        event["id"] = format!("{}:99999", &event["vestigo.source"].as_str().expect("a source")[..8]).into();
        events.push(event);
    });
    forgery.seal();
    forgery.is_refused_by_both("1 of its records have no proof");
    // Two that say of their bytes what is not so.
    for (change, why) in [
        (
            &(|event: &mut Value| event["event.original"] = "forged".into()) as &dyn Fn(&mut Value),
            "it has an original",
        ),
        (&|event: &mut Value| event["vestigo.original_base64"] = "AAAA".into(), "it has an original"),
        (&|event: &mut Value| event["vestigo.withheld"] = false.into(), "not said plainly"),
    ] {
        let forgery = Forgery::of(&env, "redacted");
        forgery.edit("data/events.jsonl", |events| {
            change(events.iter_mut().find(|event| event["vestigo.withheld"] == true).expect("one"));
        });
        forgery.seal();
        forgery.is_refused_by_both(why);
    }
    let forgery = Forgery::of(&env, "bundle");
    forgery.edit("data/events.jsonl", |events| {
        events[3]["vestigo.withheld"] = true.into();
        events[3]["event.original"] = "forged".into();
    });
    forgery.seal();
    forgery.is_refused_by_both("and they are in the bundle");
    // A ledger that does not tell what the tokens stand for.
    let forgery = Forgery::of(&env, "redacted");
    forgery.put("data/redactions.jsonl", "");
    forgery.seal();
    forgery.is_refused_by_both("its tokens are not in redactions.jsonl");
}

#[test]
fn a_record_is_of_its_source_and_has_its_number() {
    let env = everything();
    let forgery = Forgery::of(&env, "bundle");
    let other = "ab".repeat(32);
    forgery.edit("data/proofs/0001.jsonl", |lines| lines[0]["source"] = other.as_str().into());
    forgery.seal();
    forgery.is_refused_by_both("data/proofs/0001.jsonl");
    let forgery = Forgery::of(&env, "bundle");
    let source = sha_source(&forgery);
    forgery.edit("data/proofs/0001.jsonl", |lines| {
        let first = lines[0]["first_record"].as_u64().expect("a number");
        lines[0]["first_record"] = (first + 1000).into();
        for row in known(&mut lines[0]) {
            row["record"] = (row["record"].as_u64().expect("a number") + 1000).into();
        }
    });
    let moved = |record: &str| (record.parse::<u64>().expect("a number") + 1000).to_string();
    forgery.edit_rows(|rows| {
        for row in rows.iter_mut().filter(|row| row[0].starts_with(&source)) {
            row[9] = moved(&row[9]);
            row[0] = format!("{source}:{}", row[9]);
        }
    });
    forgery.edit("data/events.jsonl", |events| {
        for event in events.iter_mut().filter(|event| event["vestigo.source"] == source.as_str()) {
            event["vestigo.record"] = (event["vestigo.record"].as_u64().expect("a number") + 1000).into();
            event["id"] = format!("{}:{}", &source[..8], event["vestigo.record"]).into();
        }
    });
    forgery.seal();
    forgery.is_refused_by_both("are not where they can be");
    for (column, why) in
        [(6, "line and offset"), (7, "line and offset"), (9, "its record is not that of its event")]
    {
        let forgery = Forgery::of(&env, "bundle");
        forgery.edit_rows(|rows| rows[0][column] = "424242".to_owned());
        forgery.seal();
        forgery.is_refused_by_both(why);
    }
}

fn sha_source(forgery: &Forgery<'_>) -> String {
    let text = String::from_utf8(forgery.read("data/proofs/0001.jsonl")).expect("text");
    let frame: Value = serde_json::from_str(text.lines().next().expect("a frame")).expect("JSON");
    frame["source"].as_str().expect("a source").to_owned()
}

#[test]
fn of_several_frames_the_order_is_bound_and_that_is_said() {
    let env = TestEnv::new();
    let line = |n: usize| {
        let (hour, minute, second) = (n / 3600, n / 60 % 60, n % 60);
        format!(
            "192.0.2.1 - u{n} [02/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /{n} HTTP/1.1\" 200 1\n"
        )
    };
    env.import(&env.write("long.log", (0..20_000).map(line).collect::<String>()), &[]);
    export(&env, "bundle", &["--query", "user.name:(u5 OR u12000 OR u19999)"]);
    let forgery = Forgery::of(&env, "bundle");
    forgery.is_sound();
    let (_, said) = vestigo(&env, &forgery.path, &[]);
    assert!(said.contains("not how many come before"), "{said}");
    for (field, value, why) in [
        ("first_record", 1u64, "frame 0 are not where"),
        ("records", 19_000, "frame 0 does not lead to its root"),
        ("frame", 1, "are not where they can be"),
    ] {
        let forgery = Forgery::of(&env, "bundle");
        forgery.edit("data/proofs/0001.jsonl", |lines| lines[0][field] = value.into());
        forgery.seal();
        forgery.is_refused(why);
    }
}
