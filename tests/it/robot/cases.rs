//! Cases for robots, each imported once.

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use vestigo::case::Case;
use vestigo::journal::{Actor, Home};

use crate::env::TestEnv;

/// When the demo's logs were last written: 2026-03-04T00:00:00Z.
const WRITTEN: u64 = 1_772_582_400;

/// Keeps the folders until the process ends.
static FOLDERS: Mutex<Vec<TestEnv>> = Mutex::new(Vec::new());

/// Imports files into a case and opens it.
pub fn of(files: &[(&str, &[u8])]) -> Case {
    let env = TestEnv::new();
    assert_eq!(env.run(&["new", &env.path("case").to_string_lossy()]).status, 0);
    if files.is_empty() {
        return kept(env);
    }
    for (name, content) in files {
        env.write_at(&format!("logs/{name}"), content, WRITTEN);
    }
    let logs = env.path("logs").to_string_lossy().into_owned();
    let output = env.run(&["import", &logs]);
    assert_eq!(output.status, 0, "the import failed: {}", output.err);
    kept(env)
}

/// Lets another process do something with a case.
pub fn beside(case: &Case, words: &[&str]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_vestigo"))
        .args(["--case", &case.folder().to_string_lossy()])
        .args(words)
        .env_clear()
        .env("VESTIGO_DATA", case.folder().with_file_name("data"))
        .env("VESTIGO_CONFIG", case.folder().with_file_name("config"))
        .env("USER", "tester")
        .output()
        .expect("the program can be started")
}

/// Opens the case of an environment, and keeps its folder.
fn kept(env: TestEnv) -> Case {
    let case = open(&env.path("case"));
    FOLDERS.lock().expect("no test panics while it holds this").push(env);
    case
}

fn open(folder: &Path) -> Case {
    let data = folder.with_file_name("data");
    let home = Home { cache: Some(data.join("cache")), state: Some(data.join("state")) };
    Case::open(folder, &Actor { home, ..Actor::new("robot", "test") }).expect("it was just made")
}

/// The demo case: three days of a web shop, and one intrusion.
pub fn demo() -> Case {
    static CASE: LazyLock<Case> = LazyLock::new(|| {
        of(&[
            ("nginx-access.log", include_bytes!("../../../fixtures/nginx-access.log")),
            ("auth.log", include_bytes!("../../../fixtures/auth.log")),
            ("cloudtrail.json", include_bytes!("../../../fixtures/cloudtrail.json")),
        ])
    });
    CASE.clone()
}

/// A case whose lines try to take the terminal over.
pub fn hostile() -> Case {
    static CASE: LazyLock<Case> = LazyLock::new(|| {
        let title = "\x1b]0;owned\x07";
        let clip = "\x1b]52;c;aGFja2Vk\x07";
        let lines = format!(
            "203.0.113.9 - - [01/Mar/2026:10:00:00 +0000] \"GET /{title} HTTP/1.1\" 404 12 \"-\" \"{clip}\"\n\
             203.0.113.9 - \u{202e}toor [01/Mar/2026:10:00:01 +0000] \"GET /\u{200b}a HTTP/1.1\" 200 12 \"-\" \"\u{9b}31m\"\n\
             203.0.113.9 - 北京市朝阳区 [01/Mar/2026:10:00:02 +0000] \"GET /{} HTTP/1.1\" 200 12 \"-\" \"-\"\n",
            "長".repeat(300)
        );
        of(&[("access.log", lines.as_bytes())])
    });
    CASE.clone()
}
