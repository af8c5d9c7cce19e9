//! A case and a bundle that the version before made (see `tests/faults/before`).

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::env::TestEnv;

const ID: &str = "70fafaa7-75a3-48df-b0f0-6b353df00bcb";
const KEY: &str = "SHA256:cYm8jwbiRL+9+E4SxdxzccbeuDNKj2b6Vp7sj9l4crc";

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/before").join(name)
}

fn unpacked(name: &str) -> Vec<u8> {
    let packed = std::fs::File::open(kept(name)).expect("the fixture is there");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).expect("it is whole");
    bytes
}

/// What the version before answered, line by line.
fn answered(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(kept(name)).expect("the fixture is there");
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

/// Returns a world with the old case in it, and its key where a key of a case lies.
#[expect(clippy::disallowed_methods, reason = "the archive is a fixture of ours")]
fn with_case() -> TestEnv {
    let env = TestEnv::new();
    let packed = unpacked("case.tar.gz");
    let mut archive = tar::Archive::new(&*packed);
    archive.unpack(env.path("")).expect("it can be unpacked");
    for ending in ["", ".pub"] {
        let key = std::fs::read(kept(&format!("test-key-{ID}{ending}"))).expect("the fixture is there");
        let path = env.write(&format!("config/keys/{ID}{ending}"), key);
        private(&path);
    }
    env
}

/// Takes everybody else's rights on a key away, without which it is not used.
fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, mode).expect("it is ours");
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[test]
fn a_case_of_the_version_before_gives_the_same_answers() {
    let env = with_case();
    assert_eq!(env.events("*"), answered("events.jsonl"));
    assert_eq!(env.run(&["--json", "finding", "list"]).ends(0).json(), answered("findings.jsonl"));
    assert_eq!(env.run(&["--json", "bookmark", "list"]).ends(0).json(), answered("bookmarks.jsonl"));
}

#[test]
fn a_case_of_the_version_before_verifies() {
    let env = with_case();
    let said = &env.run(&["--json", "verify", "--deep", "--require", "consistent,signed"]).ends(0).json()[0];
    assert_eq!(said["damage"], json!([]));
    assert_eq!(said["checks"]["consistent"], json!(true));
    assert_eq!(said["checks"]["signed"], json!(KEY));
    // Nothing was wrong with it; its index is of another layout, which is true and is said.
    let notes = said["notes"].as_array().expect("notes are a list");
    assert!(
        notes.iter().all(|note| note.as_str().is_some_and(|note| note.starts_with("index/"))),
        "{notes:?}"
    );
}

#[test]
fn a_case_of_the_version_before_is_written_on() {
    let env = with_case();
    let event = answered("events.jsonl")[0]["id"].as_str().expect("an event has an id").to_owned();
    env.run(&["bookmark", "add", &event]).exits(0);
    let log = env.write(
        "more.log",
        "Mar  2 10:00:00 web-01 sshd[1]: Accepted password for root from 192.0.2.1 port 1 ssh2\n",
    );
    assert_eq!(env.import(&log, &[])[0]["events"], json!(1));
    assert_eq!(env.run(&["--json", "bookmark", "list"]).ends(0).json().len(), 2);
    assert_eq!(env.events("*").len(), answered("events.jsonl").len() + 1);
    let out = env.path("bundle").to_string_lossy().into_owned();
    env.run(&["export", "--query", "Accepted", "--out", &out]).exits(0);
    env.run(&["verify", &out, "--require", "consistent,signed"]).exits(0);
    env.run(&["verify", "--deep", "--require", "consistent,signed"]).exits(0);
}

#[test]
fn a_bundle_of_the_version_before_verifies() {
    let env = TestEnv::new();
    let bundle = env.write("bundle.tar", unpacked("bundle.tar.gz")).to_string_lossy().into_owned();
    let output = env.run_bare(&["vestigo", "--json", "verify", &bundle, "--require", "consistent,signed"]);
    let said = &output.ends(0).json()[0];
    assert_eq!(said["damage"], json!([]));
    assert_eq!(said["checks"]["consistent"], json!(true));
    assert_eq!(said["checks"]["signed"], json!(KEY));
}
