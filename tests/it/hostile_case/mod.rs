//! A case that somebody else made is opened, and nothing outside it is touched:
//! every file of it is replaced by what should not be there, and whatever is done
//! with it ends, says so, and leaves the rest of the machine alone.

mod scene;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;

use crate::custody::forge;
use scene::{Scene, names, snapshot};

/// What takes the place of a file: none of these is a plain file.
const NOT_PLAIN: [&str; 6] = ["copy", "victim", "dangling", "fifo", "folder", "/dev/zero"];
/// … and these are, and hold something else.
const NOT_THE_SAME: [&str; 3] = ["huge", "empty", "foreign"];

fn replace(scene: &Scene, name: &str, by: &str) {
    let place = scene.case(name);
    let was_folder = place.is_dir();
    let elsewhere = scene.env.path("elsewhere");
    fs::rename(&place, &elsewhere).expect("it is ours");
    match by {
        "copy" => symlink(&elsewhere, &place),
        "victim" if was_folder => symlink(scene.outside("folder"), &place),
        "victim" => symlink(scene.outside("victim"), &place),
        "dangling" => symlink(scene.outside("absent"), &place),
        "/dev/zero" => symlink("/dev/zero", &place),
        "fifo" => mknodat(CWD, &place, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).map_err(Into::into),
        "folder" if was_folder => fs::write(&place, "a file"),
        "folder" => fs::create_dir(&place),
        "huge" => fs::File::create(&place).and_then(|file| file.set_len(10 << 30)),
        "empty" if was_folder => fs::create_dir(&place),
        "empty" => fs::write(&place, ""),
        _ => fs::write(&place, "\u{1b}]0;foreign\u{7} content that no program wrote here\n"),
    }
    .expect("it can be made");
}

#[test]
fn whatever_takes_the_place_of_a_file_nothing_outside_is_touched_and_no_verdict_is_good() {
    let mut scene = Scene::new();
    for name in names(&scene.env.path("received"), "") {
        for by in NOT_PLAIN.iter().chain(&NOT_THE_SAME) {
            let what = format!("{name} replaced by {by}");
            scene.again();
            replace(&scene, &name, by);
            scene.step.send(what.clone()).expect("the watchdog lives");
            for depth in [&[][..], &["--deep"]] {
                let (output, verdict) = scene.verify(depth);
                let good = output.status == 0 || verdict["checks"]["consistent"] == true;
                if NOT_PLAIN.contains(by) {
                    assert!(!good, "{what}: {verdict} {}", output.err);
                    assert!(output.text().contains(&name) || output.err.contains(&name), "{what}: {verdict}");
                }
            }
            if NOT_PLAIN.contains(by) {
                scene.use_it();
            } else {
                let _ = scene.run(&["bookmark", "add", &scene.id]);
                let _ = scene.run(&["search", "alice", "--count"]);
            }
            scene.nothing_outside_was_touched(&what);
        }
    }
}

fn append(path: &Path, bytes: &str) {
    use std::io::Write;
    let file = fs::File::options().append(true).open(path);
    file.and_then(|mut file| file.write_all(bytes.as_bytes())).expect("it can be written");
}

#[test]
fn a_cut_off_entry_is_set_aside_under_a_free_name_and_by_a_writer_only() {
    let scene = Scene::new();
    let journal = fs::read_to_string(scene.case("journal.jsonl")).expect("it is there");
    let torn = format!("journal.torn-{}", journal.lines().count());
    append(&scene.case("journal.jsonl"), "ATTACKER BYTES");
    symlink(scene.outside("victim"), scene.case(&torn)).expect("it is made");
    scene.run(&["verify"]).exits(0);
    assert_eq!(
        fs::read_to_string(scene.case("journal.jsonl")).expect("there"),
        format!("{journal}ATTACKER BYTES")
    );
    fs::remove_dir_all(scene.case("index")).expect("it is ours");
    let _ = scene.run(&["search", "alice", "--count"]);
    scene.nothing_outside_was_touched("search");
    scene.run(&["bookmark", "add", &scene.id]).exits(0);
    scene.nothing_outside_was_touched("bookmark");
    let aside = fs::read_to_string(scene.case(&format!("{torn}-1"))).expect("it was set aside");
    assert_eq!(aside, "ATTACKER BYTES");
    let (_, verdict) = scene.verify(&[]);
    assert!(
        verdict["notes"].to_string().contains(&format!("{torn} is nothing that vestigo writes")),
        "{verdict}"
    );
}

#[test]
fn a_lock_that_is_a_link_is_neither_emptied_nor_made() {
    let mut scene = Scene::new();
    let log = scene.env.path("more.log").to_string_lossy().into_owned();
    for target in ["victim", "absent"] {
        scene.again();
        fs::remove_file(scene.case("lock.import")).expect("it is ours");
        symlink(scene.outside(target), scene.case("lock.import")).expect("it is made");
        let refused = scene.run(&["import", &log]).ends(4);
        assert!(refused.err.contains("lock.import is a symbolic link"), "{}", refused.err);
        let _ = scene.run(&["search", "alice"]);
        scene.nothing_outside_was_touched(target);
        scene.again();
        fs::remove_file(scene.case("lock")).expect("it is ours");
        symlink(scene.outside(target), scene.case("lock")).expect("it is made");
        let refused = scene.run(&["bookmark", "add", &scene.id]).ends(4);
        assert!(refused.err.contains("lock is a symbolic link"), "{}", refused.err);
        fs::remove_dir_all(scene.case("index")).expect("it is ours");
        let _ = scene.run(&["search", "alice"]);
        scene.nothing_outside_was_touched(target);
    }
}

#[test]
fn folders_of_a_case_that_are_links_are_neither_swept_nor_written_to() {
    let mut scene = Scene::new();
    for name in ["index", "evidence", "anchors"] {
        scene.again();
        fs::remove_dir_all(scene.case(name)).expect("it is ours");
        symlink(scene.outside("folder"), scene.case(name)).expect("it is made");
        let (output, verdict) = scene.verify(&[]);
        assert_eq!(
            (output.status, &verdict["checks"]["consistent"]),
            (4, &Value::Bool(false)),
            "{name}: {verdict}"
        );
        scene.use_it();
        scene.nothing_outside_was_touched(name);
    }
}

#[test]
fn the_id_of_a_case_leads_to_no_key_outside_the_keyring() {
    let mut scene = Scene::new();
    let key = vestigo::journal::Keyring::new(scene.env.path("made"));
    let id = "7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f";
    key.create(id).expect("it is made");
    fs::copy(scene.env.path("made").join(id), scene.outside(".ssh/id_ed25519")).expect("it is copied");
    scene.before = snapshot(&scene.env.path("outside"));
    for target in ["id_ed25519", "other.x"] {
        scene.again();
        take_over(&scene, &format!("../../outside/.ssh/{target}"));
        let refused = scene.run(&["bookmark", "add", &scene.id]).ends(4);
        assert!(refused.err.contains("which is not a UUID"), "{}", refused.err);
        scene.verify(&["--deep"]).0.exits(4);
        scene.use_it();
        scene.nothing_outside_was_touched(target);
        assert!(!scene.case("anchors").exists(), "somebody's key signed");
    }
}

/// Gives the case another id, as somebody does who rewrites all of it.
fn take_over(scene: &Scene, id: &str) {
    use sha2::{Digest, Sha256};
    let about = fs::read_to_string(scene.case("case.toml")).expect("it is there");
    let own = about.lines().find_map(|line| line.strip_prefix("id = ")).expect("it has an id");
    let about = about.replace(own, &format!("\"{id}\""));
    fs::write(scene.case("case.toml"), &about).expect("it is ours");
    let sha256: String = Sha256::digest(&about).iter().map(|byte| format!("{byte:02x}")).collect();
    forge(&scene.env.path("case"), |lines| {
        lines[0]["what"]["id"] = id.into();
        lines[0]["what"]["case_toml_sha256"] = sha256.clone().into();
    });
    fs::remove_dir_all(scene.case("anchors")).expect("it is ours");
}

#[test]
fn a_key_of_the_keyring_that_is_a_link_signs_nothing() {
    let scene = Scene::new();
    let keys = scene.env.path("config/keys");
    for entry in fs::read_dir(&keys).expect("there are keys").flatten() {
        if entry.path().extension().is_none() {
            fs::rename(entry.path(), scene.env.path("moved")).expect("it is ours");
            symlink(scene.env.path("moved"), entry.path()).expect("it is made");
        }
    }
    let output = scene.run(&["bookmark", "add", &scene.id]).ends(0);
    assert!(output.err.contains("is not signed"), "{}", output.err);
}

#[test]
fn every_extra_file_of_a_case_is_named() {
    let scene = Scene::new();
    let extras = ["journal.torn-9", ".hidden", "notes.txt", "index/extra", "anchors/extra", "evidence/extra"];
    let damaging = ["evidence/0001/extra", "evidence/0001/.hidden", "evidence/0001/originals/extra"];
    for name in extras.iter().chain(&damaging).chain(&["index/foreign.fast"]) {
        fs::write(scene.case(name), "x").expect("it is ours");
    }
    let (output, verdict) = scene.verify(&[]);
    assert_eq!(output.status, 4);
    for name in extras {
        let said = format!("{name} is nothing that vestigo writes.");
        assert!(
            verdict["notes"].as_array().expect("notes").contains(&Value::from(said)),
            "{name}: {verdict}"
        );
    }
    let segment = "index/foreign.* is a segment that the index does not name; the next write sweeps it away.";
    assert!(verdict["notes"].as_array().expect("notes").contains(&Value::from(segment)), "{verdict}");
    let damaged: Vec<&str> = verdict["damage"]
        .as_array()
        .expect("damage")
        .iter()
        .filter_map(|each| each["file"].as_str())
        .collect();
    assert_eq!(damaged, ["evidence/0001/.hidden", "evidence/0001/extra", "evidence/0001/originals/extra"]);
}

#[test]
fn a_line_of_zeros_without_end_is_refused_before_it_is_built() {
    let scene = Scene::new();
    let zeros = format!("{{\"seq\":9,\"what\":[{}0]}}\n", "0,".repeat(3_000_000));
    append(&scene.case("journal.jsonl"), &zeros);
    let (output, verdict) = scene.verify(&[]);
    assert_eq!(output.status, 4);
    assert!(verdict["damage"].to_string().contains("it holds too many values"), "{verdict}");
    scene.run(&["bookmark", "add", &scene.id]).exits(4);
}

#[test]
fn a_file_that_has_another_name_outside_is_not_written_to() {
    let mut scene = Scene::new();
    for name in ["lock", "lock.import", "journal.jsonl"] {
        scene.again();
        fs::copy(scene.case(name), scene.outside("victim")).expect("it is copied");
        fs::remove_file(scene.case(name)).expect("it is ours");
        fs::hard_link(scene.outside("victim"), scene.case(name)).expect("it is linked");
        scene.before = snapshot(&scene.env.path("outside"));
        let log = scene.env.path("more.log").to_string_lossy().into_owned();
        let words =
            if name == "lock.import" { vec!["import", &log] } else { vec!["bookmark", "add", &scene.id] };
        let refused = scene.run(&words).ends(4);
        assert!(refused.err.contains("another name elsewhere"), "{name}: {}", refused.err);
        scene.nothing_outside_was_touched(name);
        fs::remove_file(scene.outside("victim")).expect("it is ours");
    }
}

#[test]
fn a_case_made_in_a_prepared_folder_writes_nothing_elsewhere() {
    let scene = Scene::new();
    for (n, name) in
        ["lock", "lock.import", "journal.jsonl", ".case-x", "evidence", "index", "anchors"].iter().enumerate()
    {
        let prepared = scene.env.path(&format!("prepared-{n}"));
        fs::create_dir(&prepared).expect("it can be made");
        let target = if *name == "lock" || name.contains('.') { "victim" } else { "folder" };
        symlink(scene.outside(target), prepared.join(name)).expect("it is made");
        let log = scene.env.path("more.log").to_string_lossy().into_owned();
        let words = ["vestigo", "--case", &prepared.to_string_lossy(), "import", &log];
        scene.step.send(words.join(" ")).expect("the watchdog lives");
        scene.env.run_bare(&words).exits(3);
        scene.nothing_outside_was_touched(name);
        assert!(!prepared.join("case.toml").exists(), "{name}");
    }
}

#[test]
fn what_is_new_in_a_case_is_its_owners_alone() {
    let scene = Scene::new();
    let prepared = scene.env.path("prepared");
    fs::create_dir(&prepared).expect("it can be made");
    fs::set_permissions(&prepared, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let case = prepared.to_string_lossy().into_owned();
    let log = scene.env.path("other.log.gz").to_string_lossy().into_owned();
    let run = |words: &[&str]| scene.env.run_bare(&[&["vestigo", "--case", &case], words].concat());
    run(&["import", &log]).exits(0);
    run(&["reindex"]).exits(0);
    run(&["checkpoint"]).exits(0);
    let mode = |path: &Path| path.metadata().expect("it is there").mode() & 0o777;
    assert_eq!(mode(&prepared), 0o700);
    for name in names(&prepared, "") {
        let wanted = if prepared.join(&name).is_dir() { 0o700 } else { 0o600 };
        assert_eq!(format!("{:o}", mode(&prepared.join(&name))), format!("{wanted:o}"), "{name}");
    }
}

#[test]
fn files_that_the_user_names_are_plain_and_of_a_size_that_makes_sense() {
    let scene = Scene::new();
    let fifo = |name: &str| {
        let path = scene.env.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("it is made");
        path.to_string_lossy().into_owned()
    };
    let pipe = fifo("pipe");
    let zero = "/dev/zero".to_owned();
    for named in [&pipe, &zero] {
        scene.run(&["verify", "--anchor", named]).exits(3);
        scene.run(&["verify", "--allowed-signers", named]).exits(3);
        scene.run(&["verify", "--tsa-ca", named]).exits(2);
        scene.run(&["checkpoint", "--sign", named]).exits(3);
        scene.run(&["journal", "merge", named]).exits(3);
    }
    let _ = fifo("config/config.toml");
    let output = scene.run(&["checkpoint"]).ends(3);
    assert!(output.err.contains("config.toml"), "{}", output.err);
}

#[test]
fn a_folder_of_the_user_may_be_reached_through_a_link() {
    let scene = Scene::new();
    let link = scene.env.path("link");
    symlink(scene.env.path("case"), &link).expect("it is made");
    let link = link.to_string_lossy().into_owned();
    let run = |words: &[&str]| scene.env.run_bare(&[&["vestigo", "--case", &link], words].concat());
    run(&["bookmark", "add", &scene.id, "--note", "mine"]).exits(0);
    run(&["verify", "--deep"]).exits(0);
}
