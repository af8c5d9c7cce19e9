//! The shape of the tree: arrows between rooms, no circles, sizes, front pages, names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::tree::{Tree, circles, is_test, long_functions, root, rust_files, visible_types};

/// Which rooms a room may use (DESIGN: the pipeline and its rooms). A room that it
/// does not use is not in its list.
const ARROWS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("fs", &["error"]),
    ("record", &["error"]),
    ("source", &["error", "record"]),
    ("journal", &["error", "fs", "record"]),
    ("verify", &["error", "record", "journal"]),
    ("evidence", &["error", "fs", "record", "verify"]),
    ("parse", &["error", "record"]),
    ("query", &["error", "record"]),
    ("index", &["error", "fs", "record", "query"]),
    ("case", &["error", "fs", "record", "journal", "verify", "evidence", "parse", "query", "index"]),
    ("import", &["error", "fs", "record", "source", "journal", "evidence", "parse", "index", "case"]),
    ("analyse", &["error", "record", "index", "case"]),
    (
        "export",
        &["error", "fs", "record", "journal", "verify", "evidence", "parse", "query", "index", "case"],
    ),
    (
        "app",
        &[
            "error", "fs", "record", "journal", "verify", "parse", "query", "index", "case", "import",
            "analyse", "export",
        ],
    ),
    ("tui", &["error", "record", "query", "app"]),
    ("cli", &["error", "record", "query", "app", "tui"]),
];

/// Rooms that everything stands on: what failed, and what an event is.
const GROUND: [&str; 2] = ["error", "record"];

/// What the front ends may use besides the ground: the use cases, and the query language.
const FRONT_ENDS: [(&str, &[&str]); 2] = [("cli", &["app", "query", "tui"]), ("tui", &["app", "query"])];

/// Most arrows between rooms.
const MOST_ARROWS: usize = 45;

/// Most lines of a file.
const MOST_LINES: usize = 400;

/// Most lines of a function.
const MOST_OF_FUNCTION: usize = 60;

/// Returns which rooms each room uses.
fn arrows(tree: &Tree) -> BTreeMap<&str, BTreeSet<&str>> {
    let rooms = tree.rooms();
    let mut arrows: BTreeMap<&str, BTreeSet<&str>> =
        rooms.iter().map(|room| (*room, BTreeSet::new())).collect();
    for file in tree.files.values() {
        let Some((room, _)) = file.name.split_once('/') else { continue };
        let named = file.rooms_named();
        let others = rooms.iter().filter(|other| **other != room && named.contains(**other));
        arrows.entry(room).or_default().extend(others.copied());
    }
    arrows
}

#[test]
fn arrows_between_rooms_are_those_of_the_table() {
    let tree = Tree::read();
    let found = arrows(&tree);
    let count: usize = found.values().map(BTreeSet::len).sum();
    let ground = found.values().flatten().filter(|room| GROUND.contains(room)).count();
    println!("arrows between rooms: {count}, of them {ground} to {}", GROUND.join(" and "));
    let table: BTreeMap<&str, BTreeSet<&str>> =
        ARROWS.iter().map(|(room, may)| (*room, may.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for (room, used) in &found {
        let may = table.get(room).cloned().unwrap_or_default();
        wrong.extend(used.difference(&may).map(|other| format!("{room} uses {other}")));
        wrong.extend(
            may.difference(used).map(|other| format!("{room} does not use {other}: not in the table")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count - ground <= MOST_ARROWS, "{} arrows above the ground", count - ground);
}

#[test]
fn arrows_point_down_the_table() {
    let mut above: BTreeSet<&str> = BTreeSet::new();
    for (room, may) in ARROWS {
        let upward: Vec<&&str> = may.iter().filter(|other| !above.contains(**other)).collect();
        assert!(upward.is_empty(), "{room} uses {upward:?}, which the table lists later");
        above.insert(room);
    }
}

#[test]
fn no_circle_is_inside_a_room() {
    let tree = Tree::read();
    let uses = tree.uses();
    let mut found = Vec::new();
    for room in tree.rooms() {
        let inside = |file: &str| file.split_once('/').is_some_and(|(its, _)| its == room);
        let graph: BTreeMap<&str, BTreeSet<&str>> = uses
            .iter()
            .filter(|(file, _)| inside(file))
            .map(|(file, used)| (*file, used.iter().copied().filter(|other| inside(other)).collect()))
            .collect();
        found.extend(circles(&graph));
        found.extend(circles(&of_folders(&graph)));
    }
    println!("circles inside rooms: {}", found.len());
    let shown: Vec<String> = found.iter().map(|circle| format!("{circle:?}")).collect();
    assert!(found.is_empty(), "{}", shown.join("\n"));
}

/// Returns which sub-folders of a room use which others.
fn of_folders<'a>(files: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let folder = |file: &'a str| file.rsplit_once('/').map_or(file, |(folder, _)| folder);
    let of_room = |folder: &str| folder.split('/').nth(1).is_some();
    let sub = |file: &'a str| {
        let folder = folder(file);
        let depth = folder.match_indices('/').nth(1).map_or(folder.len(), |(at, _)| at);
        &folder[..depth]
    };
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, used) in files {
        let own = sub(file);
        let others = used.iter().map(|file| sub(file)).filter(|other| *other != own && of_room(other));
        if of_room(own) {
            graph.entry(own).or_default().extend(others);
        }
    }
    graph
}

#[test]
fn front_ends_call_the_use_cases() {
    let tree = Tree::read();
    let found = arrows(&tree);
    for (room, may) in FRONT_ENDS {
        let past: Vec<&&str> =
            found[room].iter().filter(|other| !may.contains(other) && !GROUND.contains(other)).collect();
        assert!(past.is_empty(), "{room} reaches past the use cases: {past:?}");
    }
}

#[test]
fn every_room_is_in_the_table_of_arrows() {
    let known: BTreeSet<&str> = ARROWS.iter().map(|(room, _)| *room).collect();
    assert_eq!(Tree::read().rooms(), known);
}

#[test]
fn no_file_and_no_function_outgrows_its_budget() {
    let mut large = Vec::new();
    let (mut files, mut functions) = (0, 0);
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(&root().join(folder)) {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let name = path.strip_prefix(root()).expect("it is below").display().to_string();
            let lines = text.lines().count();
            if lines > MOST_LINES {
                files += 1;
                large.push(format!("{name} has {lines} lines"));
            }
            let counts = folder == "src" && !is_test(&name);
            let long = if counts { long_functions(&text, MOST_OF_FUNCTION) } else { Vec::new() };
            functions += long.len();
            large
                .extend(long.iter().map(|(function, lines)| format!("{name}: {function} has {lines} lines")));
        }
    }
    println!("files over {MOST_LINES} lines: {files}; functions over {MOST_OF_FUNCTION} lines: {functions}");
    assert!(large.is_empty(), "two ideas live in each of these:\n{}", large.join("\n"));
}

#[test]
fn no_two_types_that_others_see_have_one_name() {
    let tree = Tree::read();
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    // Of `fs`, one of two files is compiled, by platform.
    for file in tree.files.values().filter(|file| file.name != "fs/other.rs") {
        for name in visible_types(&file.code) {
            places.entry(name).or_default().push(&file.name);
        }
    }
    places.retain(|_, places| places.len() > 1);
    println!("type names declared twice: {}", places.len());
    let shown: Vec<String> =
        places.iter().map(|(name, places)| format!("{name}: {}", places.join(", "))).collect();
    assert!(places.is_empty(), "{}", shown.join("\n"));
}

#[test]
fn every_folder_of_sources_has_a_front_page() {
    let mut bare = Vec::new();
    for path in rust_files(&root().join("src")) {
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let prose: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            let name = path.strip_prefix(root()).expect("it is below").display().to_string();
            if prose.len() < 3 {
                bare.push(format!("{name} says too little"));
            }
            if prose.iter().any(|line| line.contains("may call")) {
                bare.push(format!("{name} says who may call, which the table of arrows does"));
            }
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[test]
fn only_the_screens_know_ratatui_and_only_the_index_knows_tantivy() {
    for file in Tree::read().files.values() {
        let (name, code) = (&file.name, &file.code);
        assert!(name.starts_with("tui/") || !code.contains("ratatui::"), "{name} knows ratatui");
        assert!(name.starts_with("index/") || !code.contains("tantivy::"), "{name} knows tantivy");
        assert!(name.starts_with("cli/") || !code.contains("clap::"), "{name} knows clap");
        let prints = ["println!", "eprintln!", "print!(", "dbg!"].iter().any(|word| code.contains(word));
        assert!(!prints, "{name} prints past its streams");
    }
}

#[test]
fn the_kinds_of_journal_entries_are_spelt_in_the_journal_alone() {
    for file in Tree::read().files.values().filter(|file| !file.name.starts_with("journal/")) {
        assert!(!file.code.contains("what[\""), "{} reads an entry's particulars by key", file.name);
    }
}

#[test]
fn the_program_is_a_door_and_no_room() {
    let lines = fs::read_to_string(root().join("src/main.rs")).expect("it is there").lines().count();
    assert!(lines <= 40, "main.rs has {lines} lines");
}
