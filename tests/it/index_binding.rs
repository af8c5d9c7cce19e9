//! Whatever stands in `index/`: the answers are those of the evidence, and
//! nobody who only reads changes a byte of the case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::custody::copy_folder;
use crate::env::{Output, TestEnv};

/// Every file of a folder, by name.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn access(lines: u32) -> String {
    let line = |n: u32| {
        let (minute, second) = (n / 60, n % 60);
        format!(
            "198.51.100.{} - - [02/Mar/2026:03:{minute:02}:{second:02} +0000] \"GET /{n} HTTP/1.1\" 200 17 \"-\" \"curl/8\"\n",
            n % 7
        )
    };
    (0..lines).map(line).collect()
}

const AUTH: &str = "\
Mar  2 03:10:01 web sshd[7]: Failed password for root from 203.0.113.9 port 40000 ssh2
Mar  2 03:10:02 web sshd[7]: Failed password for root from 203.0.113.9 port 40001 ssh2
Mar  2 03:10:03 web sshd[7]: Accepted password for deploy from 203.0.113.9 port 40002 ssh2
";

/// A case with two batches: access.log and auth.log, then more.log. Beside it
/// stand other cases of the same user, whose indexes are put in its place.
struct Scene {
    env: TestEnv,
    /// What the case answers, and the bundles of it, while nobody has touched its index.
    honest: Vec<(u8, String)>,
    bundles: Vec<Tree>,
}

/// What is exported of it.
const EXPORTS: [&[&str]; 2] = [&["--query", "Accepted"], &["--all", "--redact", "user.name"]];

impl Scene {
    fn new() -> Scene {
        let mut scene = Scene { env: TestEnv::new(), honest: Vec::new(), bundles: Vec::new() };
        let env = &scene.env;
        let both = env.write("both/access.log", access(40));
        env.write("both/auth.log", AUTH);
        let more = env.write("more.log", access(70).replace("GET", "PUT"));
        let foreign =
            env.write("foreign.log", AUTH.replace("deploy", "alexandra").replace("root", "charlotte"));
        let logs = both.parent().expect("it has one").to_owned();
        scene.import("case", &logs, &[]);
        copy_folder(&env.path("case/index"), &env.path("aged"));
        scene.import("case", &more, &[]);
        scene.import("part", &both, &[]);
        scene.import("part", &more, &[]);
        scene.import("other", &foreign, &[]);
        scene.import("other", &more, &[]);
        scene.import("json", &logs, &["--format", "json"]);
        scene.import("json", &more, &["--format", "json"]);
        scene.honest = scene.answers("case");
        copy_folder(&scene.env.path("case"), &scene.env.path("trial/case"));
        scene.bundles = EXPORTS.iter().map(|words| scene.bundle("trial/case", words)).collect();
        std::fs::remove_dir_all(scene.env.path("trial")).expect("it is ours");
        scene
    }

    /// Runs the program on a case. What the machine remembers of cases is forgotten first: these
    /// take the place of one another, which is another test's matter.
    fn on(&self, case: &str, words: &[&str]) -> Output {
        let _ = std::fs::remove_dir_all(self.env.path("data/state/known"));
        let case = self.env.path(case).to_string_lossy().into_owned();
        self.env.run_bare(&[&["vestigo", "--case", &case], words].concat())
    }

    fn import(&self, case: &str, logs: &Path, words: &[&str]) {
        let logs = logs.to_string_lossy().into_owned();
        self.on(case, &[&["import", &logs], words].concat()).exits(0);
    }

    /// What somebody who only reads a case is told.
    fn answers(&self, case: &str) -> Vec<(u8, String)> {
        let ask = |words: &[&str]| {
            let output = self.on(case, words);
            (output.status, output.text().replace("trial/case", "case"))
        };
        vec![
            ask(&["--json", "search", "*", "--all"]),
            ask(&["search", "Accepted", "--count"]),
            ask(&["search", "*", "--count"]),
            ask(&["top", "user.name"]),
            ask(&["timeline", "*"]),
            ask(&["--json", "status"]),
        ]
    }

    /// Everything in a bundle of a case.
    fn bundle(&self, case: &str, words: &[&str]) -> Tree {
        let out = self.env.path("bundle");
        let place = out.to_string_lossy().into_owned();
        self.on(case, &[&["export", "--out", &place], words].concat()).exits(0);
        let files = tree(&out);
        std::fs::remove_dir_all(out).expect("it is ours");
        files
    }

    /// Does something to the index of a copy of the case, and demands that
    /// nobody notices.
    #[track_caller]
    fn survives(&self, what: &str, spoil: impl FnOnce(&Path)) {
        let trial = self.env.path("trial/case");
        copy_folder(&self.env.path("case"), &trial);
        spoil(&trial.join("index"));
        let before = tree(&trial);
        assert_eq!(self.answers("trial/case"), self.honest, "{what}");
        assert!(tree(&trial) == before, "{what}: a reader changed the case");
        for (words, honest) in EXPORTS.iter().zip(&self.bundles) {
            let bundle = self.bundle("trial/case", words);
            let names = |files: &Tree| files.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&bundle), names(honest), "{what}");
            let differing = honest.iter().filter(|(name, bytes)| bundle[*name] != **bytes);
            let differing: Vec<_> = differing.map(|(name, _)| name).collect();
            assert!(differing.is_empty(), "{what}: {differing:?}");
        }
        std::fs::remove_dir_all(self.env.path("trial")).expect("it is ours");
    }

    fn in_place_of(&self, index: &Path, other: &str) {
        std::fs::remove_dir_all(index).expect("it is there");
        copy_folder(&self.env.path(other), index);
    }
}

fn tree(folder: &Path) -> Tree {
    let mut files = Tree::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder").flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("it is there"));
            if kind.is_dir() {
                left.push(path);
            } else {
                let bytes =
                    if kind.is_file() { std::fs::read(&path).expect("it is there") } else { Vec::new() };
                files.insert(path.strip_prefix(folder).expect("it is inside").to_owned(), bytes);
            }
        }
    }
    files
}

fn files(folder: &Path) -> Vec<PathBuf> {
    tree(folder).into_keys().map(|name| folder.join(name)).collect()
}

#[test]
fn an_index_of_less_of_other_logs_or_read_otherwise_changes_no_answer() {
    let scene = Scene::new();
    let accepted = scene.on("case", &["search", "Accepted", "--count"]).ends(0);
    assert_eq!(accepted.text().trim(), "1");
    for other in ["part/index", "other/index", "json/index", "aged"] {
        scene.survives(other, |index| scene.in_place_of(index, other));
    }
}

#[test]
fn an_index_that_claims_to_be_of_this_evidence_changes_no_answer() {
    let scene = Scene::new();
    let read = |path: &Path| -> Value {
        serde_json::from_slice(&std::fs::read(path).expect("it is there")).expect("it is JSON")
    };
    // What tantivy does not know stands in a text of its file.
    let ours = |file: &Value| -> Value {
        serde_json::from_str(file["payload"].as_str().expect("it is there")).expect("it is JSON")
    };
    let honest = ours(&read(&scene.env.path("case/index/meta.json")));
    for (other, sealed) in [("part", true), ("other", true), ("json", false)] {
        scene.survives(other, |index| {
            scene.in_place_of(index, &format!("{other}/index"));
            let mut file = read(&index.join("meta.json"));
            let mut meta = ours(&file);
            meta["case"] = honest["case"].clone();
            for n in 0..2 {
                for name in ["manifest", "readings", "events"] {
                    meta["batches"][n][name] = honest["batches"][n][name].clone();
                }
            }
            meta["seal"] = if sealed { honest["seal"].clone() } else { json!("0".repeat(64)) };
            file["payload"] = json!(meta.to_string());
            std::fs::write(index.join("meta.json"), file.to_string()).expect("it is ours");
        });
    }
}

#[test]
fn an_index_that_is_gone_cut_or_flipped_changes_no_answer() {
    let scene = Scene::new();
    scene.survives("gone", |index| std::fs::remove_dir_all(index).expect("it is there"));
    scene.survives("empty", |index| {
        files(index).iter().for_each(|path| std::fs::remove_file(path).expect("it is ours"));
    });
    scene.survives("of the version before", |index| {
        std::fs::write(index.join("meta.json"), r#"{"version":1,"sum":0,"batches":[]}"#).expect("it is ours");
    });
    // One of each kind.
    let mut kinds = std::collections::BTreeMap::new();
    for (i, path) in files(&scene.env.path("case/index")).iter().enumerate() {
        kinds.insert(path.extension().map(std::ffi::OsStr::to_owned), i);
    }
    assert_eq!(kinds.len(), 8);
    for file in kinds.into_values() {
        for share in 1..4 {
            scene.survives(&format!("file {file} flipped at {share} of 4"), |index| {
                let path = &files(index)[file];
                let mut bytes = std::fs::read(path).expect("it is there");
                let at = bytes.len() * share / 4;
                bytes[at] ^= 1;
                std::fs::write(path, bytes).expect("it is ours");
            });
        }
        scene.survives(&format!("file {file} cut"), |index| {
            let path = &files(index)[file];
            let bytes = std::fs::read(path).expect("it is there");
            std::fs::write(path, &bytes[..bytes.len() / 2]).expect("it is ours");
        });
    }
}

#[cfg(unix)]
#[test]
fn an_index_that_leads_elsewhere_is_not_followed() {
    use std::os::unix::fs::symlink;
    let scene = Scene::new();
    let outside = scene.env.path("outside");
    copy_folder(&scene.env.path("other/index"), &outside);
    std::fs::write(outside.join("a.segment"), "not ours").expect("it is ours");
    let before = tree(&outside);
    // With a link for a folder the case can be read, and nothing is written into it.
    let honest = scene.answers("case");
    copy_folder(&scene.env.path("case"), &scene.env.path("trial/case"));
    let index = scene.env.path("trial/case/index");
    std::fs::remove_dir_all(&index).expect("it is there");
    symlink(&outside, &index).expect("a link");
    assert_eq!(scene.answers("trial/case"), honest);
    let out = scene.env.path("refused").to_string_lossy().into_owned();
    scene.on("trial/case", &["export", "--all", "--out", &out]).exits(4);
    std::fs::remove_dir_all(scene.env.path("trial")).expect("it is ours");
    scene.survives("its files are links", |index| {
        for path in files(index) {
            std::fs::remove_file(&path).expect("it is ours");
            symlink(outside.join("a.segment"), path).expect("a link");
        }
    });
    assert!(tree(&outside) == before, "something outside the case was changed");
}

#[test]
fn a_case_of_somebody_else_is_read_without_a_folder_of_ones_own() {
    let scene = Scene::new();
    let folder = scene.env.path("case");
    let before = tree(&folder);
    let who = vestigo::journal::Actor::new("somebody", "else");
    let case = vestigo::case::Case::open(&folder, &who).expect("it can be read");
    assert_eq!((case.index().len(), case.is_derived(), case.trouble()), (113, true, Vec::new()));
    drop(case);
    assert!(tree(&folder) == before, "a reader changed the case");
}

#[test]
fn a_reader_tells_once_that_it_builds_an_index_and_keeps_it_in_the_cache() {
    let scene = Scene::new();
    std::fs::remove_dir_all(scene.env.path("case/index")).expect("it is there");
    let told = |output: &Output| output.err.matches("building the index from the evidence").count();
    let first = scene.on("case", &["search", "*", "--count"]).ends(0);
    let second = scene.on("case", &["search", "*", "--count"]).ends(0);
    assert_eq!((told(&first), told(&second)), (1, 0));
    let cached = || tree(&scene.env.path("data/cache/index")).len();
    assert!(cached() > 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for name in ["data/cache/index", "data/state"] {
            let mode = std::fs::metadata(scene.env.path(name)).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}");
        }
    }
    // Whoever writes has the case's own made again, and needs the other no more.
    let more = scene.env.write("third.log", access(3).replace("GET", "HEAD"));
    scene.import("case", &more, &[]);
    assert_eq!(cached(), 0);
    let count = scene.on("case", &["search", "*", "--count"]).ends(0);
    assert_eq!((count.text().trim(), told(&count)), ("116", 0));
}

#[test]
fn deep_verification_tells_of_an_index_that_differs_and_speaks_of_no_damage() {
    let scene = Scene::new();
    let notes = || {
        let output = scene.on("case", &["--json", "verify", "--deep"]).ends(0);
        let verdict = output.json().remove(0);
        assert_eq!((&verdict["checks"]["consistent"], &verdict["damage"]), (&json!(true), &json!([])));
        let notes = verdict["notes"].as_array().expect("a list").clone();
        notes.iter().filter_map(Value::as_str).filter(|note| note.starts_with("index/")).count()
    };
    assert_eq!(notes(), 0);
    for other in ["part/index", "json/index"] {
        scene.in_place_of(&scene.env.path("case/index"), other);
        assert_eq!(notes(), 1, "{other}");
    }
    scene.on("case", &["reindex"]).exits(0);
    assert_eq!(notes(), 0);
}

/// Demands that a bundle's journal imports just the evidence that it names.
#[track_caller]
fn of_one_moment(bundle: &Path) -> usize {
    let read = |name: &str| std::fs::read_to_string(bundle.join("data").join(name)).expect("it is there");
    let query: Value = serde_json::from_str(&read("query.json")).expect("it is JSON");
    let lines: Vec<Value> =
        read("journal.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let imports: Vec<&Value> = lines.iter().filter(|line| line["do"] == "evidence.import").collect();
    let sources = imports.iter().flat_map(|line| line["what"]["sources"].as_array().expect("a list"));
    let mut sources: Vec<&Value> = sources.map(|source| &source["source"]).collect();
    sources.sort_by_key(|source| source.to_string());
    let named: Vec<&Value> = query["evidence"].as_array().expect("a list").iter().collect();
    assert_eq!(sources, named);
    let batches: Vec<&Value> = imports.iter().map(|line| &line["what"]["batch"]).collect();
    assert_eq!(json!(batches), query["index"]["batches"]);
    assert_eq!((&query["answered_from"], &query["events"]), (&json!("evidence"), &query["index"]["events"]));
    sources.len()
}

#[test]
fn every_bundle_made_beside_imports_is_of_one_moment() {
    let scene = Scene::new();
    let imports = || {
        for n in 0..12 {
            let log = scene.env.write(&format!("late/{n}.log"), access(5).replace("GET", &format!("G{n}")));
            // Another writer may hold the case for too long: then this one is tried again.
            while scene.on("case", &["import", &log.to_string_lossy()]).status != 0 {}
        }
    };
    let mut known = Vec::new();
    std::thread::scope(|scope| {
        let work = scope.spawn(imports);
        for n in 0.. {
            let out = scene.env.path(&format!("bundle-{n}"));
            let place = out.to_string_lossy().into_owned();
            let over = work.is_finished();
            scene.on("case", &["export", "--all", "--out", &place]).exits(0);
            known.push(of_one_moment(&out));
            scene.env.run_bare(&["vestigo", "verify", &place, "--require", "signed"]).exits(0);
            if over {
                break;
            }
        }
    });
    assert_eq!(known.last(), Some(&15));
    assert!(known.is_sorted());
}

#[test]
fn while_another_process_imports_a_bundle_states_what_the_index_lacks() {
    let scene = Scene::new();
    scene.in_place_of(&scene.env.path("case/index"), "aged");
    let clock = vestigo::record::FixedClock(vestigo::record::Timestamp::from_secs(0));
    let other = vestigo::journal::Actor::new("other", "host");
    let held =
        vestigo::case::CaseWriter::open(&scene.env.path("case"), &other, &clock).expect("nobody writes");
    let search = scene.on("case", &["search", "*", "--count"]).ends(0);
    assert!(search.err.contains("1 committed batches are not in the index yet"), "{}", search.err);
    assert_eq!(search.text().trim(), "43");
    let out = scene.env.path("bundle").to_string_lossy().into_owned();
    let export = scene.on("case", &["export", "--all", "--out", &out]).ends(0);
    assert!(export.text().contains("113 events"), "{}", export.text());
    assert_eq!(of_one_moment(&scene.env.path("bundle")), 3);
    drop(held);
}
