//! A world of its own for each test: no environment, no clock, no home.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use vestigo::cli::{Runtime, run};
use vestigo::record::{FixedClock, Timestamp};

/// 2026-03-10T00:00:00Z: the present, as far as tests know.
pub const NOW: i64 = 1_773_100_800;

/// A folder and a world in which the program runs.
pub struct TestEnv {
    folder: tempfile::TempDir,
    width: usize,
    now: AtomicI64,
}

/// What a run printed, and how it ended.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The exit status.
    pub status: u8,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

impl TestEnv {
    /// Makes an empty folder and a world around it.
    pub fn new() -> TestEnv {
        TestEnv {
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            width: 120,
            now: NOW.into(),
        }
    }

    /// Prints on lines so long that no table is cut because of the folder's name.
    pub fn wide(self) -> TestEnv {
        TestEnv { width: 400, ..self }
    }

    /// Lets the present be another moment (RFC 3339).
    pub fn set_now(&self, moment: &str) {
        let now: Timestamp = moment.parse().expect("it is a moment");
        self.now.store(now.nanos() / 1_000_000_000, Ordering::Relaxed);
    }

    /// Gives a path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, last changed at a moment (seconds since the epoch).
    pub fn write_at(&self, name: &str, content: impl AsRef<[u8]>, changed: u64) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        std::fs::write(&path, content).expect("it can be written");
        let file = std::fs::File::options().write(true).open(&path).expect("it was just written");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(changed)).expect("it is ours");
        path
    }

    /// Writes a file, last changed now.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        self.write_at(name, content, NOW as u64)
    }

    /// Runs the program with these words on the case `case` in the folder.
    pub fn run(&self, words: &[&str]) -> Output {
        let case = self.path("case").to_string_lossy().into_owned();
        let mut all = vec!["vestigo", "--case", &case];
        all.extend(words);
        self.run_bare(&all)
    }

    /// Runs the program on the case as somebody else.
    pub fn run_as(&self, user: &str, words: &[&str]) -> Output {
        let case = self.path("case").to_string_lossy().into_owned();
        self.run_by(user, &[&["vestigo", "--case", &case], words].concat())
    }

    /// Runs the program with exactly these words.
    pub fn run_bare(&self, words: &[&str]) -> Output {
        self.run_by("tester", words)
    }

    fn run_by(&self, user: &str, words: &[&str]) -> Output {
        let (out, err) = (Shared::default(), Shared::default());
        let config = self.path("config").to_string_lossy().into_owned();
        let data = self.path("data").to_string_lossy().into_owned();
        let user = user.to_owned();
        let mut runtime = Runtime {
            clock: Arc::new(FixedClock(Timestamp::from_secs(self.now.load(Ordering::Relaxed)))),
            var: Box::new(move |name| match name {
                "VESTIGO_DATA" => Some(data.clone()),
                "VESTIGO_CONFIG" => Some(config.clone()),
                "USER" => Some(user.clone()),
                _ => None,
            }),
            login: None,
            typed: None,
            out: Box::new(out.clone()),
            err: Box::new(err.clone()),
            width: Some(self.width),
            out_is_terminal: false,
            err_is_terminal: false,
            stop: Arc::new(AtomicBool::new(false)),
            signals: false,
            printed: false,
            closed: false,
        };
        let status = run(words.iter().map(OsString::from), &mut runtime);
        drop(runtime);
        let err = String::from_utf8(err.take()).expect("diagnostics are UTF-8");
        Output { status, out: out.take(), err }
    }

    /// Imports a file into the case and gives its rows as JSON, the total last.
    pub fn import(&self, path: &Path, words: &[&str]) -> Vec<serde_json::Value> {
        let path = path.to_string_lossy().into_owned();
        let mut all = vec!["--json", "import", &path];
        all.extend(words);
        let output = self.run(&all);
        assert!(matches!(output.status, 0 | 3), "import failed: {output:?}");
        output.json()
    }

    /// Gives every event of the case in JSON, oldest first.
    pub fn events(&self, query: &str) -> Vec<serde_json::Value> {
        self.run(&["--json", "search", "--all", "--order", "oldest", query]).json()
    }
}

impl Output {
    /// Gives standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("results are UTF-8")
    }

    /// Gives each line of standard output as JSON.
    pub fn json(&self) -> Vec<serde_json::Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
    }

    /// Demands an exit status, and nothing more.
    #[track_caller]
    pub fn exits(self, status: u8) {
        let _ = self.ends(status);
    }

    /// Demands an exit status.
    #[track_caller]
    pub fn ends(self, status: u8) -> Output {
        assert_eq!(self.status, status, "{}\n{}", self.text(), self.err);
        self
    }
}

/// Says that a test, or a part of one, did not run, for want of a tool; where
/// `VESTIGO_REQUIRE_ALL=1`, that is a failure.
#[track_caller]
pub fn skipped(test: &str, why: impl std::fmt::Display) {
    let all = std::env::var_os("VESTIGO_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!all, "{test} is required, and was not run: {why}");
    tell_skipped(test, why);
}

/// Says it straight to standard error, since the test runner keeps to itself what
/// a passing test prints.
fn tell_skipped(test: &str, why: impl std::fmt::Display) {
    let said = format!("SKIPPED {test}: {why}\n");
    std::io::stderr().write_all(said.as_bytes()).expect("standard error is open");
}

/// The corpus of real logs beside the checkout, where it is; says so where not.
pub fn corpus(test: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    tell_skipped(test, "there is no corpus of real logs at ../shared/corpus");
    None
}

/// Bytes that a stream shares with the test.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().expect("no writer panicked"))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
