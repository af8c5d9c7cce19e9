//! The source tree as a graph: files, what each names of the others, and how
//! long its functions are. Reads `use` trees and paths that begin with `crate`,
//! `self` or `super`; names that a `mod.rs` exports lead to the file that has them.

mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use paths::paths_in;

/// One source file without its tests.
pub struct SourceFile {
    /// Its path below `src`, with `/`.
    pub name: String,
    /// Its modules: `["export", "verify", "journal"]`.
    pub modules: Vec<String>,
    /// Its code: no comments, no `#[cfg(test)]` module.
    pub code: String,
}

/// All source files below `src`.
pub struct Tree {
    /// By path below `src`.
    pub files: BTreeMap<String, SourceFile>,
    by_module: BTreeMap<Vec<String>, String>,
}

impl SourceFile {
    /// Returns the names behind `crate::`: the rooms that the file uses, by their doors.
    pub fn rooms_named(&self) -> BTreeSet<String> {
        let mut paths = paths_in(&self.code, false);
        paths.extend(paths_in(&self.code, true));
        let behind = |path: Vec<String>| (path.first()? == "crate").then(|| path.get(1).cloned())?;
        paths.into_iter().filter_map(behind).collect()
    }
}

/// Returns the root of the checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Lists the Rust files below a folder.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is in the checkout").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

impl Tree {
    /// Reads `src`.
    pub fn read() -> Tree {
        let source = root().join("src");
        let mut tree = Tree { files: BTreeMap::new(), by_module: BTreeMap::new() };
        for path in rust_files(&source) {
            let name = path.strip_prefix(&source).expect("it is below").to_string_lossy().replace('\\', "/");
            if is_test(&name) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let modules = modules_of(&name);
            tree.by_module.insert(modules.clone(), name.clone());
            tree.files.insert(name.clone(), SourceFile { name, modules, code: code_of(&text) });
        }
        tree
    }

    /// Returns the rooms: the folders of `src`.
    pub fn rooms(&self) -> BTreeSet<&str> {
        self.files.values().filter(|file| file.name.contains('/')).map(|file| &file.modules[0][..]).collect()
    }

    /// Returns which files each file uses, itself left out. What a front page exports
    /// is no use of its own.
    pub fn uses(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut uses = BTreeMap::new();
        for file in self.files.values() {
            let used: BTreeSet<&str> = paths_in(&file.code, false)
                .iter()
                .filter_map(|path| self.resolve(&file.modules, path, 0))
                .filter(|used| *used != file.name)
                .collect();
            uses.insert(&file.name[..], used);
        }
        uses
    }

    /// Finds the file that has what a path names.
    fn resolve(&self, from: &[String], path: &[String], depth: u8) -> Option<&str> {
        let (mut at, mut rest) = match path.first()?.as_str() {
            "crate" => (Vec::new(), &path[1..]),
            "self" => (from.to_vec(), &path[1..]),
            "super" => (from.to_vec(), path),
            _ => {
                let mut below = from.to_vec();
                below.push(path[0].clone());
                if !self.by_module.contains_key(&below) {
                    return None;
                }
                (below, &path[1..])
            }
        };
        while rest.first().is_some_and(|name| name == "super") {
            at.pop();
            rest = &rest[1..];
        }
        while let Some((name, behind)) = rest.split_first() {
            let mut deeper = at.clone();
            deeper.push(name.clone());
            if !self.by_module.contains_key(&deeper) {
                break;
            }
            (at, rest) = (deeper, behind);
        }
        let file = self.by_module.get(&at)?;
        let Some(item) = rest.first() else { return Some(file) };
        if depth < 8
            && let Some(exported) = self.exported(&self.files[file], item, depth)
        {
            return Some(exported);
        }
        Some(file)
    }

    /// Finds the file from which a front page exports a name.
    fn exported(&self, page: &SourceFile, item: &str, depth: u8) -> Option<&str> {
        let exports = paths_in(&page.code, true);
        let path = exports.iter().find(|path| path.last().is_some_and(|last| last == item))?;
        self.resolve(&page.modules, path, depth + 1)
    }
}

/// Reports whether a file holds tests only.
pub fn is_test(name: &str) -> bool {
    let stem = name.trim_end_matches(".rs");
    stem.split('/').any(|part| part == "tests" || part.ends_with("_tests"))
}

fn modules_of(name: &str) -> Vec<String> {
    let stem = name.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    match stem {
        "lib" => Vec::new(),
        stem => stem.split('/').map(str::to_owned).collect(),
    }
}

/// Returns a file's code without comments and without its tests, which stand last.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let tests = line == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.ends_with('{'));
        if tests {
            break;
        }
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// Returns the functions of a text that are longer than `most` lines, from `fn` to
/// the closing brace, as rustfmt sets them.
pub fn long_functions(text: &str, most: usize) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut long = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(name) = function_name(line.trim_start()) else { continue };
        let end = format!("{}}}", " ".repeat(indent));
        let body = lines[start..].iter().position(|line| *line == end).map_or(1, |length| length + 1);
        let declared = lines[start..].iter().position(|line| line.trim_end().ends_with(';'));
        let open = lines[start..].iter().position(|line| line.trim_end().ends_with('{'));
        if open.is_some() && (declared > open || declared.is_none()) && body > most {
            long.push((name.to_owned(), body));
        }
    }
    long
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line;
    for word in ["pub ", "pub(super) ", "pub(crate) ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    if let Some(inside) = rest.strip_prefix("pub(in ") {
        rest = inside.split_once(") ")?.1;
    }
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// Returns the names of types in a text that others can see.
pub fn visible_types(code: &str) -> Vec<String> {
    let kinds = ["struct ", "enum ", "trait ", "type ", "union "];
    let mut names = Vec::new();
    for line in code.lines().map(str::trim_start).filter(|line| line.starts_with("pub")) {
        let rest = line.trim_start_matches("pub").trim_start_matches(|c: char| c != ' ');
        let rest = rest.trim_start();
        let Some(kind) = kinds.iter().find(|kind| rest.starts_with(**kind)) else { continue };
        let name: String = rest[kind.len()..].chars().take_while(|c| c.is_alphanumeric()).collect();
        names.push(name);
    }
    names
}

/// Returns the circles of a graph: each as the nodes that reach one another.
pub fn circles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    for node in graph.keys() {
        if found.iter().any(|circle| circle.contains(node)) {
            continue;
        }
        let reached = reach(graph, node);
        let circle: BTreeSet<&str> =
            reached.iter().filter(|other| reach(graph, other).contains(node)).copied().collect();
        if circle.contains(node) && circle.len() > 1 {
            found.push(circle);
        }
    }
    found
}

fn reach<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = graph.get(from).into_iter().flatten().copied().collect();
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(graph.get(node).into_iter().flatten());
        }
    }
    reached
}
