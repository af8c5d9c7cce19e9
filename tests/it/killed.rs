//! A case survives the death of the program.

use std::process::{Command, Stdio};

use crate::env::TestEnv;

/// How often the program is killed.
const KILLS: u64 = 10;

#[test]
fn a_killed_import_leaves_a_case_that_opens_and_verifies() {
    let env = TestEnv::new();
    let line = |n: u32| {
        let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
        format!(
            "192.0.2.{} - - [01/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /{n} HTTP/1.1\" 200 {n} \"-\" \"a\"\n",
            n % 250
        )
    };
    env.write("first.log", (200_000..201_000).map(line).collect::<String>());
    env.write("large.log", (0..120_000).map(line).collect::<String>());
    env.import(&env.path("first.log"), &[]);
    let acknowledged = env.run(&["--json", "search", "--all", "*"]).ends(0);
    let mut killed = 0;
    for kill in 0..KILLS {
        // Each time a little later: when so much of the batch has been written.
        let written = kill * 150_000;
        killed += u64::from(kill_import_when(&env, written));
        env.run(&["--json", "verify", "--deep"]).exits(0);
        env.run(&["--json", "search", "--all", "vestigo.source:*"]).exits(0);
        let count = env.run(&["search", "--count", "*"]).ends(0);
        match count.text().trim() {
            "1000" => assert_eq!(env.run(&["--json", "search", "--all", "*"]), acknowledged),
            // It was committed before it was killed: all of it is there.
            count => assert_eq!(count, "121000"),
        }
    }
    assert!(killed > 0, "every import was done before it was killed");
    env.import(&env.path("large.log"), &[]);
    let count = env.run(&["search", "--count", "*"]).ends(0);
    assert_eq!(count.text().trim(), "121000");
    env.run(&["verify", "--deep"]).exits(0);
}

/// Starts an import and kills it once the unfinished batch holds so many bytes;
/// returns whether it was killed before it was done.
fn kill_import_when(env: &TestEnv, written: u64) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vestigo"))
        .args(["--quiet", "--case"])
        .arg(env.path("case"))
        .arg("import")
        .arg(env.path("large.log"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program is built");
    while child.try_wait().expect("it is our child").is_none() {
        if unfinished_bytes(&env.path("case/evidence")) >= written {
            break;
        }
        std::thread::yield_now();
    }
    child.kill().expect("it is our child");
    !child.wait().expect("it is our child").success()
}

fn unfinished_bytes(evidence: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(evidence).into_iter().flatten().flatten();
    let unfinished = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(".tmp"));
    unfinished
        .filter_map(|entry| entry.path().join("content.zst").metadata().ok())
        .map(|meta| meta.len())
        .sum()
}
