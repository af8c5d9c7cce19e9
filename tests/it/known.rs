//! What this machine remembers of cases: rolled back, restored, copied, moved.

use std::path::Path;

use serde_json::json;

use crate::custody::copy_folder;
use crate::trust::{append, finding, forget, id_of, mark, small, verify};

#[test]
fn a_snapshot_that_is_restored_is_found_and_accepted_only_on_demand() {
    let env = small();
    let (case, kept) = (env.path("case"), env.path("kept"));
    copy_folder(&case, &kept);
    mark(&env, "alice").exits(0);
    env.run(&["finding", "add", "More"]).exits(0);
    std::fs::remove_dir_all(&case).expect("it is ours");
    copy_folder(&kept, &case);
    let refused = mark(&env, "alice").ends(4);
    assert!(refused.err.contains("rolled back: 2 entries are missing that this machine saw on 2026-03-10"));
    let read = env.run(&["search", "--count", "*"]).ends(0);
    assert!(read.err.contains("warning: rolled back: 2 entries are missing"), "{}", read.err);
    let history = &env.run(&["--json", "status"]).ends(0).json()[0]["history"];
    assert_eq!((&history["extends"], &history["missing"]), (&json!(false), &json!(2)));
    let (status, verdict) = verify(&env, &[]);
    assert_eq!((status, &verdict["checks"]["extends"]), (4, &json!(false)));
    assert_eq!((&verdict["damage"], &verdict["history"]["missing"]), (&json!([]), &json!(2)));
    assert!(
        env.run(&["verify"])
            .ends(4)
            .text()
            .contains("does NOT extend what this machine saw before: rolled back")
    );
    let again = env.path("access.log").to_string_lossy().into_owned();
    env.run(&["import", &again]).exits(4);
    env.run(&["checkpoint", "--accept-history"]).exits(0);
    mark(&env, "alice").exits(0);
    let (status, verdict) = verify(&env, &["--require", "signed"]);
    assert_eq!(status, 0, "{verdict}");
    assert!(verdict["not_proven"].to_string().contains("gave up, on 2026-03-10"), "{verdict}");
}

#[test]
fn a_clock_that_was_set_back_hides_nothing() {
    let env = small();
    let kept = env.path("kept");
    copy_folder(&env.path("case"), &kept);
    mark(&env, "alice").exits(0);
    // The journal is rolled back, and one entry of an earlier time is added.
    std::fs::copy(kept.join("journal.jsonl"), env.path("case/journal.jsonl")).expect("it can be copied");
    append(&env.path("case"), "tester@host", "finding.add", &finding("earlier"));
    assert!(mark(&env, "alice").ends(4).err.contains("another history"));
}

#[test]
fn an_older_copy_in_another_folder_is_told_once_and_can_be_worked_in() {
    let env = small();
    let kept = env.path("kept");
    copy_folder(&env.path("case"), &kept);
    mark(&env, "alice").exits(0);
    let there = kept.to_string_lossy().into_owned();
    let read = |words: &[&str]| env.run_bare(&[&["vestigo", "--case", &there], words].concat());
    let first = read(&["search", "--count", "*"]).ends(0);
    assert!(first.err.contains("this machine saw 6 entries of this case in"), "{}", first.err);
    assert_eq!(read(&["search", "--count", "*"]).ends(0).err, "");
    read(&["finding", "add", "Here, too"]).exits(0);
    assert!(read(&["status"]).ends(0).text().contains("an older or another copy"));
}

#[test]
fn two_copies_on_one_machine_are_merged_both_ways_and_stay_usable() {
    let env = small();
    let copy = env.path("copy");
    copy_folder(&env.path("case"), &copy);
    let (here, there) =
        (env.path("case").to_string_lossy().into_owned(), copy.to_string_lossy().into_owned());
    let at =
        |case: &str, words: &[&str]| env.run_bare(&[&["vestigo", "--json", "--case", case], words].concat());
    for round in ["1", "2"] {
        at(&here, &["finding", "add", &format!("here {round}")]).exits(0);
        at(&there, &["finding", "add", &format!("there {round}")]).exits(0);
        for (into, from) in [(&here, &there), (&there, &here)] {
            let merged = at(into, &["journal", "merge", from]).ends(0);
            assert_eq!((&merged.json()[0]["left"], merged.err.as_str()), (&json!(0), ""));
        }
    }
    for case in [&here, &there] {
        at(case, &["verify", "--deep", "--require", "signed"]).exits(0);
        assert_eq!(at(case, &["finding", "list"]).ends(0).json().len(), 5);
    }
}

#[test]
fn a_program_that_died_between_an_entry_and_its_checkpoint_left_nothing_to_adopt() {
    let env = small();
    let rob = || {
        for name in ["checkpoint-000005.txt", "checkpoint-000005.txt.sig"] {
            std::fs::remove_file(env.path("case/anchors").join(name)).expect("it is ours");
        }
    };
    rob();
    assert_eq!(verify(&env, &["--require", "signed"]).0, 4);
    assert_eq!(mark(&env, "alice").ends(0).err, "");
    assert_eq!(verify(&env, &["--require", "signed"]).0, 0);
    // Nobody knows it where nothing is remembered.
    let env = small();
    for name in ["checkpoint-000005.txt", "checkpoint-000005.txt.sig"] {
        std::fs::remove_file(env.path("case/anchors").join(name)).expect("it is ours");
    }
    forget(&env);
    assert!(mark(&env, "alice").ends(0).err.contains("NOT SIGNED: entry 4"));
}

#[cfg(unix)]
#[test]
fn what_is_remembered_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let env = small();
    let folder = env.path("data/state/known");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join(id_of(&env))), 0o600);
    // Where nothing can be remembered, everything else still works.
    forget(&env);
    std::fs::write(env.path("data/state"), "").expect("it can be written");
    mark(&env, "alice").exits(0);
    assert_eq!(verify(&env, &["--require", "signed"]).0, 0);
}
