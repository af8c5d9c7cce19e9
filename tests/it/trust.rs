//! What a signature covers, and what no rung says.

use std::path::Path;

use serde_json::{Value, json};
use vestigo::journal::{self, CHECKPOINT_NAMESPACE, Checkpoint, Keyring, Signer};

use crate::authority::Authority;
use crate::custody::{copy_folder, forge};
use crate::env::{Output, TestEnv};

const LOG: &str = "\
203.0.113.7 - alice [02/Mar/2026:03:12:07 +0000] \"GET /a HTTP/1.1\" 200 17 \"-\" \"curl/8\"
203.0.113.7 - bob [02/Mar/2026:03:12:08 +0000] \"GET /b HTTP/1.1\" 404 19 \"-\" \"curl/8\"
";

/// The name of a key that is not the case's.
const STRANGER: &str = "0d9d6b4e-3f52-4c4e-9f6e-0a8f3c1c2b11";

/// A case of five entries, signed to its end.
pub fn small() -> TestEnv {
    let env = TestEnv::new();
    env.import(&env.write("access.log", LOG), &[]);
    mark(&env, "bob").exits(0);
    env.run(&["finding", "add", "Somebody looked around", "--severity", "high"]).exits(0);
    env
}

pub fn mark(env: &TestEnv, user: &str) -> Output {
    let id = env.events(&format!("user.name:{user}"))[0]["id"].as_str().expect("an id").to_owned();
    env.run(&["bookmark", "add", &id])
}

pub fn verify(env: &TestEnv, words: &[&str]) -> (u8, Value) {
    let output = env.run(&[&["--json", "verify", "--deep"], words].concat());
    (output.status, output.json().pop().unwrap_or_default())
}

/// Appends an entry in another's name, correctly chained.
pub fn append(case: &Path, by: &str, act: &str, what: &Value) {
    forge(case, |lines| {
        let mut line = lines.last().expect("a case has entries").clone();
        (line["by"], line["do"], line["what"]) = (by.into(), act.into(), what.clone());
        lines.push(line);
    });
}

pub fn finding(title: &str) -> Value {
    json!({ "title": title, "severity": "low", "salt": "00" })
}

pub fn forget(env: &TestEnv) {
    std::fs::remove_dir_all(env.path("data/state")).expect("it is ours");
}

fn remove_anchors(case: &Path) {
    std::fs::remove_dir_all(case.join("anchors")).expect("it is ours");
}

fn stranger(env: &TestEnv) -> Signer {
    Keyring::new(env.path("strange")).find_or_create(STRANGER).expect("a key can be made")
}

/// Signs the journal's end as somebody who minds no rule.
fn sealed_by(case: &Path, id: &str, signer: &Signer) {
    let dir = vestigo::fs::Dir::open(case).expect("a folder");
    let journal = journal::read(&dir).expect("it reads");
    let checkpoint = Checkpoint::from_journal(&journal, id);
    let anchors = case.join(journal::ANCHORS);
    std::fs::create_dir_all(&anchors).expect("it can be made");
    let name = journal::checkpoint_name(checkpoint.size);
    let text = checkpoint.text();
    let signature = signer.sign(CHECKPOINT_NAMESPACE, text.as_bytes()).expect("it signs");
    std::fs::write(anchors.join(&name), text).expect("it can be written");
    std::fs::write(anchors.join(format!("{name}.sig")), signature).expect("it can be written");
}

pub fn id_of(env: &TestEnv) -> String {
    env.run(&["--json", "status"]).json()[0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn an_entry_that_somebody_appended_is_no_part_of_what_is_signed() {
    let env = small();
    assert_eq!(verify(&env, &["--require", "signed"]).0, 0);
    append(&env.path("case"), "bob@forensics", "finding.add", &finding("planted"));
    let (status, verdict) = verify(&env, &["--require", "signed"]);
    assert_eq!((status, &verdict["checks"]["signed"]), (4, &Value::Null));
    assert_eq!(verdict["reach"]["signed"], 5);
    assert!(verdict["not_proven"].to_string().contains("The last 1 of 6 entries"), "{verdict}");
    let told = env.run(&["verify"]).ends(0);
    assert!(told.text().contains("– NOT signed completely; signed by SHA256:"), "{}", told.text());
    assert!(told.text().contains(": the first 5 of 6 entries"), "{}", told.text());
}

#[test]
fn the_owner_does_not_sign_what_somebody_else_appended_until_it_is_adopted() {
    let env = small();
    append(&env.path("case"), "bob@forensics", "finding.add", &finding("planted"));
    let marked = mark(&env, "alice").ends(0);
    assert!(marked.err.contains("NOT SIGNED: entry 5 stands under no signature"), "{}", marked.err);
    assert!(marked.err.contains("5 finding.add by bob@forensics") && marked.err.contains("--adopt"));
    assert_eq!(verify(&env, &["--require", "signed"]).0, 4);
    env.run(&["checkpoint"]).exits(4);
    let out = env.path("bundle").to_string_lossy().into_owned();
    env.run(&["export", "--all", "--out", &out]).exits(4);
    assert!(!env.path("bundle").exists());
    let adopted = env.run(&["--json", "checkpoint", "--adopt"]).ends(0);
    assert_eq!(adopted.json()[0]["adopted"], json!([5]));
    let entry = env.run(&["--json", "journal"]).json().pop().expect("entries");
    assert_eq!((&entry["do"], &entry["what"]["ranges"]), (&json!("checkpoint.adopt"), &json!([[5, 5]])));
    assert_eq!((&entry["what"]["count"], &entry["what"]["first"]), (&json!(1), &json!(5)));
    mark(&env, "alice").exits(0);
    let (status, verdict) = verify(&env, &["--require", "signed"]);
    assert_eq!(status, 0, "{verdict}");
    let said = verdict["not_proven"].to_string();
    assert!(
        said.contains("Entry 5 was adopted by tester@") && said.contains("not written under a key"),
        "{said}"
    );
    env.run(&["export", "--all", "--out", &out]).exits(0);
}

#[test]
fn a_rewritten_history_is_not_signed_by_the_owners_next_write() {
    let rewritten = || {
        let env = small();
        forge(&env.path("case"), |lines| lines[3]["by"] = "mallory@evil".into());
        remove_anchors(&env.path("case"));
        env
    };
    // This machine has seen another history in this folder.
    let env = rewritten();
    let refused = mark(&env, "alice").ends(4);
    assert!(
        refused.err.contains("another history") && refused.err.contains("--accept-history"),
        "{}",
        refused.err
    );
    // A machine that has seen nothing does not sign what it does not know.
    let env = rewritten();
    forget(&env);
    let marked = mark(&env, "alice").ends(0);
    assert!(marked.err.contains("NOT SIGNED: entries 0–4 stand under no signature"), "{}", marked.err);
    assert_eq!(verify(&env, &["--require", "signed"]).0, 4);
}

#[test]
fn a_history_that_signed_checkpoints_contradict_is_not_written_to() {
    let env = small();
    forget(&env);
    forge(&env.path("case"), |lines| lines[3]["by"] = "mallory@evil".into());
    let before = std::fs::read(env.path("case/journal.jsonl")).expect("it is there");
    for words in [&["checkpoint"][..], &["checkpoint", "--adopt"], &["finding", "add", "x"]] {
        let refused = env.run(words).ends(4);
        assert!(refused.err.contains("says otherwise"), "{}", refused.err);
    }
    assert_eq!(std::fs::read(env.path("case/journal.jsonl")).expect("it is there"), before);
    let accepted = env.run(&["checkpoint", "--accept-history", "--adopt"]);
    assert!(accepted.err.contains("gave up the history"), "{}", accepted.err);
    let acts = env.run(&["--json", "journal"]).json();
    let given_up = acts.iter().find(|line| line["do"] == "history.accept").expect("it is written down");
    assert!(given_up["what"]["given_up"][0]["checkpoint"].is_string(), "{given_up}");
    // What contradicts it is still there, and still told.
    assert_eq!(verify(&env, &[]).0, 4);
}

#[test]
fn a_case_whose_case_toml_is_not_the_journals_is_not_written_to() {
    let env = small();
    let path = env.path("case/case.toml");
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, format!("{text}\n")).expect("it is ours");
    let out = env.path("bundle").to_string_lossy().into_owned();
    for words in [&["finding", "add", "x"][..], &["checkpoint"], &["export", "--all", "--out", &out]] {
        env.run(words).exits(4);
    }
}

#[test]
fn what_a_forged_copy_says_is_not_merged_until_it_is_adopted_and_stays_marked() {
    let env = small();
    let copy = env.path("copy");
    copy_folder(&env.path("case"), &copy);
    append(&copy, "chief@hq", "finding.add", &finding("Case closed"));
    remove_anchors(&copy);
    let copied = copy.to_string_lossy().into_owned();
    let merged = env.run(&["--json", "journal", "merge", &copied]).ends(3).json().remove(0);
    assert_eq!((&merged["merged"], &merged["left"]), (&json!(0), &json!(1)));
    let told = env.run(&["journal", "merge", &copied]).ends(3);
    assert!(told.text().contains("1 annotations were NOT merged") && told.err.contains("--adopt"));
    let merged = env.run(&["--json", "journal", "merge", "--adopt", &copied]).ends(0).json().remove(0);
    assert_eq!((&merged["merged"], &merged["unsigned"]), (&json!(1), &json!(1)));
    let shown = env.run(&["finding", "show", "2"]).ends(0);
    assert!(shown.text().contains("chief@hq (unsigned copy)"), "{}", shown.text());
    assert!(env.run(&["journal"]).ends(0).text().contains("1 of them of an unsigned copy"));
    let listed = env.run(&["--json", "finding", "list"]).ends(0).json();
    assert_eq!(listed[1]["history"][0]["by"], "chief@hq (unsigned copy)");
    // What the next copy takes from here is marked there, too.
    let third = env.path("third");
    copy_folder(&env.path("case"), &third);
    forge(&third, |lines| lines.truncate(5));
    remove_anchors(&third);
    let third = third.to_string_lossy().into_owned();
    let there = |words: &[&str]| env.run_bare(&[&["vestigo", "--json", "--case", &third], words].concat());
    let here = env.path("case").to_string_lossy().into_owned();
    assert_eq!(there(&["journal", "merge", &here]).ends(3).json()[0]["left"], 1);
    assert_eq!(there(&["journal", "merge", "--adopt", &here]).ends(0).json()[0]["unsigned"], 1);
}

#[test]
fn a_strangers_signature_is_named_and_is_no_success() {
    let env = small();
    let id = id_of(&env);
    forget(&env);
    forge(&env.path("case"), |lines| lines[4]["what"]["title"] = "nothing".into());
    remove_anchors(&env.path("case"));
    let signer = stranger(&env);
    sealed_by(&env.path("case"), &id, &signer);
    let (status, verdict) = verify(&env, &["--require", "signed"]);
    assert_eq!((status, &verdict["checks"]["signed"]), (4, &Value::Null));
    let named = format!("signed by {}, which is NOT a key of this case", signer.identity().fingerprint);
    assert!(verdict["notes"].to_string().contains(&named), "{verdict}");
    let said = env.run(&["status"]).ends(0);
    assert!(said.text().contains("by no key of the case"), "{}", said.text());
}

#[test]
fn every_signature_is_judged_and_not_only_the_newest() {
    let env = small();
    let id = id_of(&env);
    let signer = stranger(&env);
    let copy = env.path("copy");
    copy_folder(&env.path("case"), &copy);
    forge(&copy, |lines| lines.truncate(3));
    remove_anchors(&copy);
    sealed_by(&copy, &id, &signer);
    let name = "checkpoint-000003.txt.sig";
    std::fs::copy(copy.join("anchors").join(name), env.path("case/anchors").join(name))
        .expect("it is copied");
    let (status, verdict) = verify(&env, &["--require", "signed"]);
    let named = format!("anchors/checkpoint-000003.txt: signed by {}", signer.identity().fingerprint);
    assert!(verdict["notes"].to_string().contains(&named), "{verdict}");
    assert_eq!(status, 0);
}

#[test]
fn a_case_whose_parts_name_different_keys_is_damaged() {
    let env = small();
    let other = stranger(&env).identity().fingerprint;
    forge(&env.path("case"), |lines| lines[0]["what"]["key"] = other.as_str().into());
    remove_anchors(&env.path("case"));
    let (status, verdict) = verify(&env, &[]);
    assert_eq!(status, 4);
    assert!(verdict["damage"].to_string().contains("the journal begins with the key"), "{verdict}");
}

#[test]
fn a_second_examiners_key_counts_once_an_earlier_key_signed_that_it_does() {
    let env = small();
    let [config, away] = ["config", "away"].map(|name| env.path(name));
    // Another user of another machine writes with a key of their own.
    std::fs::rename(&config, &away).expect("it can be moved");
    forget(&env);
    let bobs = env.run_as("bob", &["finding", "add", "By Bob"]).ends(0);
    assert!(!bobs.err.contains("NOT SIGNED"), "{}", bobs.err);
    let (status, verdict) = verify(&env, &["--require", "signed"]);
    assert_eq!(status, 4);
    assert!(verdict["notes"].to_string().contains("it is NOT a key of the case until one does"), "{verdict}");
    let bobs_config = env.path("bobs");
    std::fs::rename(&config, &bobs_config).expect("it can be moved");
    std::fs::rename(&away, &config).expect("it can be moved");
    forget(&env);
    let owners = mark(&env, "alice").ends(0);
    assert!(
        owners.err.contains("NOT SIGNED: entries 5–6") && owners.err.contains("key.add by bob@"),
        "{}",
        owners.err
    );
    env.run(&["checkpoint", "--adopt"]).exits(0);
    assert_eq!(verify(&env, &["--require", "signed"]).0, 0);
    // From now on what Bob signs counts.
    std::fs::rename(&config, &away).expect("it can be moved");
    std::fs::rename(&bobs_config, &config).expect("it can be moved");
    forget(&env);
    env.run_as("bob", &["finding", "add", "By Bob again"]).exits(0);
    assert_eq!(verify(&env, &["--require", "signed"]).0, 0);
}

#[test]
fn a_key_of_ones_own_is_vouched_for_by_the_cases_key() {
    let env = small();
    stranger(&env);
    let key = env.path("strange").join(STRANGER).to_string_lossy().into_owned();
    let signed = env.run(&["--json", "checkpoint", "--sign", &key]).ends(0).json().remove(0);
    assert_eq!(signed["signed"], stranger(&env).identity().fingerprint.as_str());
    assert_eq!(verify(&env, &["--require", "signed"]).1["checks"]["signed"], signed["signed"]);
}

#[test]
fn every_checkpoint_in_a_ticket_counts() {
    let env = TestEnv::new();
    env.import(&env.write("access.log", LOG), &[]);
    let old = env.path("old");
    let three = env.run(&["checkpoint"]).ends(0).text().to_owned();
    copy_folder(&env.path("case"), &old);
    mark(&env, "bob").exits(0);
    let four = env.run(&["checkpoint"]).ends(0).text().to_owned();
    let ticket = env.write("ticket.txt", format!("Monday: {three}\nTuesday: `{four}` (ada)\n"));
    let ticket = ticket.to_string_lossy().into_owned();
    env.run(&["verify", "--anchor", &ticket, "--require", "extends"]).exits(0);
    let old = old.to_string_lossy().into_owned();
    let back = env.run(&["verify", &old, "--anchor", &ticket, "--require", "extends"]).ends(4);
    assert!(back.text().contains("this case is older than your checkpoint"), "{}", back.text());
    let none = env.write("none.txt", "see vestigo/README\n").to_string_lossy().into_owned();
    env.run(&["verify", "--anchor", &none]).exits(2);
}

#[test]
fn a_stamp_says_how_much_it_covers_and_is_over_what_was_handed_out() {
    const TEST: &str = "a_stamp_says_how_much_it_covers_and_is_over_what_was_handed_out";
    let env = small();
    let Some(authority) = Authority::new(TEST) else { return };
    let ca = authority.certificate();
    let out = env.run(&["--json", "checkpoint", "--tsa", &authority.url]).ends(0).json().remove(0);
    assert_eq!((&out["size"], &out["entries"]), (&json!(5), &json!(6)));
    assert!(env.path("case/anchors/checkpoint-000005.txt.tsr").exists());
    mark(&env, "alice").exits(0);
    let words = ["verify", "--tsa-ca", &ca, "--require", "anchored,signed"];
    let told = env.run(&words).ends(0);
    assert!(told.text().contains(": the first 5 of 7 entries"), "{}", told.text());
    assert!(told.text().contains("covers 5 of 7 entries, and 2 came after it"), "{}", told.text());
    assert!(told.text().contains("cut off or rolled back"), "{}", told.text());
}

#[test]
fn nothing_is_called_consistent_of_which_not_every_byte_was_read() {
    let env = TestEnv::new();
    let line = |n: usize| {
        format!("192.0.2.1 - u{n} [02/Mar/2026:10:00:00 +0000] \"GET /{n} HTTP/1.1\" 200 {n}\n", n = n * 7919)
    };
    env.import(&env.write("long.log", (0..60_000).map(line).collect::<String>()), &[]);
    let path = env.path("case/evidence/0001/content.zst");
    let mut bytes = std::fs::read(&path).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("it can be written");
    let quick = env.run(&["verify"]).ends(0);
    assert!(!quick.text().contains("consistent"), "{}", quick.text());
    assert!(quick.text().contains("bytes of evidence were read (--deep reads all)"), "{}", quick.text());
    let verdict = env.run(&["--json", "verify"]).ends(0).json().remove(0);
    assert!(verdict["checks"]["consistent"] == false && verdict["reach"]["whole"] == false, "{verdict}");
    assert!(verdict["reach"]["read"].as_u64() < verdict["reach"]["bytes"].as_u64(), "{verdict}");
    let required = env.run(&["verify", "--require", "consistent"]).ends(4);
    assert!(required.text().contains("NOT consistent: 1 place is damaged"), "{}", required.text());
}

#[test]
fn a_sound_case_is_never_called_damaged_beside_a_writer() {
    let env = small();
    let done = std::sync::atomic::AtomicBool::new(false);
    let (mut wrong, mut ran) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                env.run(&["finding", "add", "beside"]).exits(0);
            }
        });
        for _ in 0..200 {
            let verified = env.run(&["verify"]);
            ran += 1;
            if verified.status != 0 {
                wrong.push(verified.text().to_owned());
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!((ran, wrong.len()), (200, 0), "{:?}", wrong.first());
}

#[test]
fn a_hand_over_that_names_somebody_else_than_its_signer_is_pointed_at() {
    let env = small();
    let out = env.path("bundle").to_string_lossy().into_owned();
    env.run(&["export", "--all", "--out", &out]).exits(0);
    stranger(&env);
    let key = env.path("strange").join(STRANGER).to_string_lossy().into_owned();
    let words = ["transfer", "new", &out, "--released-by", "Judge Smith", "--received-by", "Grace"];
    env.run(&[&words[..], &["--purpose", "review", "--place", "Berlin"]].concat()).exits(0);
    let file = format!("{out}.transfer.json");
    env.run(&["transfer", "receive", &file, "--sign", &key]).exits(0);
    let grace = format!("grace@example.org {}\n", stranger(&env).identity().public);
    let row = |name: &str| env.run(&["keys", "allow", name]).ends(0).text().to_owned() + &grace;
    let liar = env.write("liar", row("mallory@evil")).to_string_lossy().into_owned();
    let checked = env.run(&["transfer", "check", &file, "--allowed-signers", &liar]).ends(4);
    let said = "! It names Judge Smith, and was signed by the key of mallory@evil";
    assert!(checked.text().contains(said), "{}", checked.text());
    let true_name = env.write("true", row("judge.smith@court")).to_string_lossy().into_owned();
    env.run(&["transfer", "check", &file, "--allowed-signers", &true_name]).exits(0);
}
