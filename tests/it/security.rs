//! What SECURITY.md says is tied to tests by their names.

use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns everything in back-ticks that is written like the name of a test.
fn named(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let is_test = |name: &&str| {
        name.matches('_').count() >= 2
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    quoted.filter(is_test).collect()
}

/// Returns the text of every Rust file below a folder.
fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&std::fs::read_to_string(&path).expect("it is text"));
        }
    }
}

fn security() -> String {
    std::fs::read_to_string(Path::new(ROOT).join("SECURITY.md")).expect("it is there")
}

#[test]
fn every_test_that_security_names_exists() {
    let mut code = String::new();
    for folder in ["src", "tests/it"] {
        sources(&Path::new(ROOT).join(folder), &mut code);
    }
    let text = security();
    let tests = named(&text);
    assert!(!tests.is_empty(), "SECURITY.md names no test at all");
    let absent: Vec<&&str> = tests.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(absent.is_empty(), "SECURITY.md names tests that are not there: {absent:?}");
}

#[test]
fn every_statement_in_security_names_its_test() {
    let text = security();
    let rows = text.lines().filter(|line| line.starts_with("- "));
    let bare: Vec<&str> =
        rows.filter(|row| named(row).is_empty() && !row.contains("tests/faults/run")).collect();
    assert!(
        bare.is_empty(),
        "these statements name neither a test nor a part of tests/faults:\n{}",
        bare.join("\n")
    );
}
