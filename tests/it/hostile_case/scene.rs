//! A received case, and a folder outside it that is watched.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use serde_json::Value;

use crate::env::{Output, TestEnv};

const LOG: &str = "\
203.0.113.7 - alice [02/Mar/2026:03:12:07 +0000] \"GET /a HTTP/1.1\" 200 17 \"-\" \"curl/8\"
203.0.113.7 - bob [02/Mar/2026:03:12:08 +0000] \"GET /b HTTP/1.1\" 404 19 \"-\" \"curl/8\"
";

/// Longer than anything takes that ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// A case with a batch, an original, a bookmark and checkpoints, and a folder
/// outside with what a user has.
pub struct Scene {
    pub env: TestEnv,
    pub id: String,
    pub before: Snapshot,
    /// Ends the run where nothing was done for too long; told of each step.
    pub step: Sender<String>,
}

pub type Snapshot = BTreeMap<PathBuf, (u32, u64, Vec<u8>)>;

/// Returns everything below a folder: kind and mode, links, content.
pub fn snapshot(folder: &Path) -> Snapshot {
    let mut found = Snapshot::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let (path, meta) = (entry.path(), entry.path().symlink_metadata().expect("it is there"));
        let content = match meta.file_type() {
            kind if kind.is_file() => fs::read(&path).expect("it can be read"),
            kind if kind.is_symlink() => {
                fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes()
            }
            _ => Vec::new(),
        };
        if meta.is_dir() {
            found.extend(snapshot(&path));
        }
        found.insert(path, (meta.mode(), meta.nlink(), content));
    }
    found
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("it can be copied");
        }
    }
}

fn remove(path: &Path) {
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        fs::remove_dir_all(path).expect("it is ours");
    } else {
        fs::remove_file(path).expect("it is ours");
    }
}

fn watchdog() -> Sender<String> {
    let (step, steps) = channel::<String>();
    std::thread::spawn(move || {
        let mut last = "the beginning".to_owned();
        loop {
            match steps.recv_timeout(PATIENCE) {
                Ok(step) => last = step,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    eprintln!("nothing ends after: {last}");
                    std::process::abort();
                }
            }
        }
    });
    step
}

impl Scene {
    pub fn new() -> Scene {
        let env = TestEnv::new();
        let log = env.write("access.log", LOG);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, LOG.replace("/a ", "/c ").as_bytes())
            .expect("memory takes it");
        let packed = env.write("other.log.gz", packed.finish().expect("it ends"));
        env.import(&log, &[&packed.to_string_lossy()]);
        let id = env.events("user.name:bob")[0]["id"].as_str().expect("an id").to_owned();
        env.run(&["bookmark", "add", &id, "--note", "odd"]).exits(0);
        fs::rename(env.path("case"), env.path("received")).expect("it is ours");
        env.write("more.log", LOG.replace("bob", "carol"));
        for (name, content) in [
            ("victim", "precious"),
            ("folder/.tmp-work/kept", "kept"),
            ("folder/2024/kept", "kept"),
            ("folder/a.segment", "kept"),
            ("folder/meta-x.tmp", "kept"),
            (".ssh/id_ed25519", "a private key"),
            (".ssh/other.pub", "a public key"),
        ] {
            env.write(&format!("outside/{name}"), content);
        }
        let before = snapshot(&env.path("outside"));
        let mut scene = Scene { env, id, before, step: watchdog() };
        scene.again();
        scene
    }

    /// Puts the case there as it was received.
    pub fn again(&mut self) {
        for name in ["case", "elsewhere", "out"] {
            if self.env.path(name).symlink_metadata().is_ok() {
                remove(&self.env.path(name));
            }
        }
        copy_all(&self.env.path("received"), &self.env.path("case"));
    }

    pub fn case(&self, name: &str) -> PathBuf {
        self.env.path("case").join(name)
    }

    pub fn outside(&self, name: &str) -> PathBuf {
        self.env.path("outside").join(name)
    }

    /// Runs a command on the case.
    pub fn run(&self, words: &[&str]) -> Output {
        self.step.send(words.join(" ")).expect("the watchdog lives");
        self.env.run(words)
    }

    pub fn verify(&self, words: &[&str]) -> (Output, Value) {
        let output = self.run(&[&["--json", "verify"], words].concat());
        let verdict = output.json().pop().unwrap_or_default();
        (output, verdict)
    }

    /// Does to the case what its new owner may do, whatever comes of it.
    pub fn use_it(&self) {
        let more = self.env.path("more.log").to_string_lossy().into_owned();
        let out = self.env.path("out").to_string_lossy().into_owned();
        for words in [
            &["status"][..],
            &["search", "alice", "--count"],
            &["bookmark", "add", &self.id, "--note", "mine"],
            &["export", "--all", "--out", &out],
            &["import", &more],
            &["reindex"],
            &["checkpoint"],
            &["search", "--all", "*"],
        ] {
            let _ = self.run(words);
        }
    }

    #[track_caller]
    pub fn nothing_outside_was_touched(&self, what: &str) {
        assert_eq!(snapshot(&self.env.path("outside")), self.before, "{what}");
    }
}

/// Returns the names of everything in a case, folders too.
pub fn names(case: &Path, below: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(case.join(below)).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            found.extend(names(case, &name));
        }
        found.push(name);
    }
    found.sort();
    found
}
