//! The shape of the tree: arrows between rooms, no cycles, sizes, front pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may use (DESIGN: the pipeline and its rooms).
const ARROWS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("fs", &["error"]),
    ("record", &["error"]),
    ("source", &["error", "fs"]),
    ("evidence", &["error", "fs", "record", "source"]),
    ("journal", &["error", "fs", "record"]),
    ("parse", &["error", "record"]),
    ("query", &["error", "record"]),
    ("index", &["error", "fs", "record", "query"]),
    ("case", &["error", "fs", "record", "evidence", "journal", "parse", "query", "index"]),
    ("import", &["error", "fs", "record", "source", "evidence", "journal", "parse", "index", "case"]),
    ("export", &["error", "fs", "record", "evidence", "parse", "query", "index", "journal", "case"]),
    (
        "app",
        &[
            "error", "fs", "record", "source", "query", "index", "journal", "evidence", "parse", "case",
            "import", "export",
        ],
    ),
    (
        "tui",
        &["error", "fs", "record", "query", "index", "journal", "evidence", "parse", "case", "export", "app"],
    ),
    // `fs` for the memory of the case used last, and the demo's logs.
    ("cli", &["error", "fs", "record", "query", "app", "tui"]),
];

/// Most lines of a file.
const BUDGET: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is in the checkout").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Gives the rooms that a text names behind `crate::`, in code (not comments).
fn rooms_used(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut rooms = Vec::new();
    for line in code {
        for behind in line.split("crate::").skip(1) {
            let inside = behind.strip_prefix('{').unwrap_or(behind);
            let names = if behind.starts_with('{') {
                inside
            } else {
                inside.split([':', ';', ' ']).next().unwrap_or("")
            };
            let names = names
                .split(',')
                .map(|name| name.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next());
            rooms.extend(names.flatten().filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    rooms
}

#[test]
fn arrows_between_rooms_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for path in sources(&root().join("src")) {
        let relative = path.strip_prefix(root().join("src")).expect("it was found there");
        let Some(room) = relative.components().next().and_then(|part| part.as_os_str().to_str()) else {
            continue;
        };
        let Some(may) = allowed.get(room) else { continue };
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        for used in rooms_used(&text) {
            if allowed.contains_key(used.as_str()) && used != room && !may.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "upward arrows:\n{}", wrong.join("\n"));
}

#[test]
fn the_arrows_have_no_cycle() {
    let mut left: BTreeMap<&str, Vec<&str>> =
        ARROWS.iter().map(|(room, may)| (*room, may.to_vec())).collect();
    while let Some(room) = left.iter().find(|(_, may)| may.is_empty()).map(|(room, _)| *room) {
        left.remove(room);
        left.values_mut().for_each(|may| may.retain(|other| *other != room));
    }
    assert!(left.is_empty(), "these use one another in a circle: {:?}", left.keys());
}

#[test]
fn every_room_is_in_the_table_of_arrows() {
    let known: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    for entry in fs::read_dir(root().join("src")).expect("the checkout has src").flatten() {
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(known.contains(&name.as_str()), "src/{name} is a room without arrows");
        }
    }
}

#[test]
fn no_file_outgrows_its_budget() {
    let mut large = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in sources(&root().join(folder)) {
            let lines = fs::read_to_string(&path).expect("sources are UTF-8").lines().count();
            if lines > BUDGET {
                large.push(format!(
                    "{} has {lines} lines",
                    path.strip_prefix(root()).expect("inside").display()
                ));
            }
        }
    }
    assert!(large.is_empty(), "two ideas live in each of these:\n{}", large.join("\n"));
}

#[test]
fn every_folder_of_sources_has_a_front_page() {
    let mut bare = Vec::new();
    for path in sources(&root().join("src")) {
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let prose: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            if prose.len() < 3 {
                bare.push(path.strip_prefix(root()).expect("inside").display().to_string());
            }
        }
    }
    assert!(bare.is_empty(), "front pages say too little:\n{}", bare.join("\n"));
}

#[test]
fn only_the_screens_know_ratatui_and_only_the_index_knows_tantivy() {
    for path in sources(&root().join("src")) {
        let relative = path.strip_prefix(root().join("src")).expect("inside").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        assert!(relative.starts_with("tui/") || !code.contains("ratatui::"), "{relative} knows ratatui");
        assert!(relative.starts_with("index/") || !code.contains("tantivy::"), "{relative} knows tantivy");
        assert!(relative.starts_with("cli/") || !code.contains("clap::"), "{relative} knows clap");
        let prints = ["println!", "eprintln!", "print!(", "dbg!"].iter().any(|word| code.contains(word));
        assert!(!prints, "{relative} prints past its streams");
    }
}

#[test]
fn the_program_is_a_door_and_no_room() {
    let lines = fs::read_to_string(root().join("src/main.rs")).expect("it is there").lines().count();
    assert!(lines <= 40, "main.rs has {lines} lines");
}
