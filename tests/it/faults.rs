//! The quick part of the fault tests, which live in `tests/faults`.

use std::path::Path;
use std::process::Command;

use crate::env::skipped;

/// The parts that every commit runs.
const PARTS: &[&str] = &[
    "kill",
    "errors",
    "random",
    "torn",
    "disk",
    "readonly",
    "damage",
    "script",
    "index",
    "crowd",
    "sources",
    "opponents",
    "rounds",
    "memory",
    "before",
];

#[test]
fn nothing_acknowledged_is_lost_whatever_fails() {
    const TEST: &str = "nothing_acknowledged_is_lost_whatever_fails";
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/run");
    for needed in ["python3", "strace"] {
        if Command::new(needed).arg("--version").output().is_err() {
            skipped(TEST, format!("there is no {needed}"));
            return;
        }
    }
    let output = Command::new("python3")
        .arg(script)
        .args(["--quick", "--vestigo", env!("CARGO_BIN_EXE_vestigo")])
        .args(PARTS.iter().flat_map(|part| ["--only", part]))
        .output()
        .expect("python3 ran before");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let parts = said.lines().filter_map(|line| line.strip_prefix("SKIPPED: "));
    parts.for_each(|part| skipped(TEST, part));
    assert!(output.status.success(), "{said}");
}
