//! From log file to answers, timed: `cargo bench`, or with sizes of your own,
//! `cargo bench --bench spine -- 1000000 5000000`.
//!
//! Makes nginx combined lines, imports them with the very program, asks the
//! questions an investigator asks, and prints figures. Only ratios within one
//! run are worth quoting: machines differ, and so do their hours.

mod floor;
mod lines;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use vestigo::case::Case;
use vestigo::index::{CancelToken, Order, Request, TermOrder};
use vestigo::journal::{Actor, Home};
use vestigo::query::{QueryContext, parse};
use vestigo::record::{TimeRange, Timestamp as Moment, Zone};

/// How often each question is asked; the median counts.
const ASKED: usize = 7;

fn main() {
    let sizes: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    // `cargo test --benches` and the like run it without measuring.
    if std::env::args().any(|word| word == "--test") {
        return;
    }
    for lines in if sizes.is_empty() { vec![1_000_000, 5_000_000] } else { sizes } {
        measure(lines);
    }
}

fn measure(lines: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("access.log");
    lines::write(&log, lines).expect("the log can be written");
    let raw = std::fs::metadata(&log).expect("it was just written").len();
    println!("{lines} lines, {:.0} MB", raw as f64 / 1e6);
    let floor = floor::seconds(&log);
    println!("  floor (read, hash, compress, parse; nothing written)  {floor:.2} s");
    let case = folder.path().join("case");
    let (seconds, peak) = import(&log, &case);
    println!(
        "  import  {seconds:.2} s = {:.3} M lines/s = {:.2} x floor; peak memory {:.0} MB",
        lines as f64 / seconds / 1e6,
        seconds / floor,
        peak as f64 / 1e6
    );
    let (evidence, index) = (size(&case.join("evidence")), size(&case.join("index")));
    println!(
        "  case    evidence {:.0} MB + index {:.0} MB = {:.2} x raw",
        evidence as f64 / 1e6,
        index as f64 / 1e6,
        (evidence + index) as f64 / raw as f64
    );
    ask(&case);
    hand_over(&case, raw, seconds);
}

/// Whoever works in the world of a case: all of theirs lies beside it.
fn who(case: &Path) -> Actor {
    let data = case.with_file_name("data");
    let home = Home { cache: Some(data.join("cache")), state: Some(data.join("state")) };
    Actor { home, ..Actor::new("bench", "here") }
}

/// Times what an auditor waits for, with the very program: every byte read and
/// checked, and a bundle of the first 100,000 events.
fn hand_over(folder: &Path, raw: u64, import: f64) {
    let case = Case::open(folder, &who(folder)).expect("it was just made");
    let all = Request { expr: vestigo::query::Expr::All, window: TimeRange::ALL };
    let hits =
        case.index().page(&all, Order::Oldest, None, 100_000, &CancelToken::new()).expect("it answers");
    let last = hits.last().and_then(|hit| hit.time).expect("there are events");
    let run = |words: &[&str]| {
        let started = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestigo"));
        command.env("VESTIGO_DATA", folder.with_file_name("data"));
        let output = command.args(["--quiet", "--json", "--case"]).arg(folder).args(words).output();
        let output = output.expect("the program is built");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        started.elapsed().as_secs_f64()
    };
    let deep = (0..3).map(|_| run(&["verify", "--deep"])).fold(f64::INFINITY, f64::min);
    println!("  verify --deep {deep:.2} s = {:.2} GB/s", raw as f64 / 1e9 / deep);
    let out = folder.with_extension("bundle").to_string_lossy().into_owned();
    let until = last.plus(1).to_string();
    let export = run(&["export", "--query", "*", "--to", &until, "--out", &out]);
    let ratio = export / import;
    println!("  export of {} events, all derived again {export:.2} s = {ratio:.2} x import", hits.len());
}

/// Runs the program's import; gives seconds and the peak of its resident memory in bytes.
fn import(log: &Path, case: &Path) -> (f64, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vestigo"))
        .env("VESTIGO_DATA", case.with_file_name("data"))
        .args(["--quiet", "--json", "--case"])
        .arg(case)
        .arg("import")
        .arg(log)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program is built");
    let peak = watch(&mut child);
    (started.elapsed().as_secs_f64(), peak)
}

/// Waits for a process and gives the largest resident size seen (Linux; 0 elsewhere).
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = std::fs::read_to_string(&status) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
            peak = peak.max(kilobytes.unwrap_or(0) * 1024);
        }
        if let Some(status) = child.try_wait().expect("it is our child") {
            assert!(status.success(), "the import failed: {status}");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ask(folder: &Path) {
    let mut cold = None;
    let open = median(|| cold = Some(Case::open(folder, &who(folder)).expect("it was just made")));
    println!("  open    {open}");
    let case = cold.expect("it was opened");
    let index = case.index();
    let (window, cancel) = (TimeRange::ALL, CancelToken::new());
    let context = QueryContext { zone: Zone::UTC, now: Moment::from_secs(0), fields: &[] };
    let request = |text: &str| Request { expr: parse(text, &context).expect("it is a query"), window };
    let (from, to) = index.span(&request("*"), &cancel).expect("it answers").expect("there are events");
    let edge = |n: i64| Moment::from_nanos(from.nanos() + (to.nanos() - from.nanos()) / 200 * n);
    let edges: Vec<Moment> = (0..=200).map(edge).collect();
    let say = |what: &str, took: Took| println!("  {what:<44} {took}");
    say(
        "histogram, 200 buckets, all",
        median(|| drop(index.histogram(&request("*"), &edges, None, 0, &cancel))),
    );
    let by = Some("event.outcome");
    say(
        "histogram, 200 buckets, by outcome",
        median(|| drop(index.histogram(&request("*"), &edges, by, 4, &cancel))),
    );
    say(
        "top 20 addresses, all",
        median(|| drop(index.top(&request("*"), "source.ip", TermOrder::Most, 20, &cancel))),
    );
    let newest = || index.page(&request("*"), Order::Newest, None, 100, &cancel).expect("it answers");
    say("newest 100", median(|| drop(newest())));
    let lines = || newest().iter().for_each(|hit| drop(case.entry(hit).expect("it is sealed")));
    say("newest 100 with raw lines, checked", median(lines));
    for text in
        ["status:404 AND method:POST", "*admin*", "sqlmap", "source.ip:185.220.0.0/16", "NOT status:200"]
    {
        let request = request(text);
        let count = index.count(&request, &cancel).expect("it answers");
        say(&format!("count {text} ({count})"), median(|| drop(index.count(&request, &cancel))));
    }
}

/// How long something took: the first time, and the median of the times after.
struct Took {
    first: Duration,
    median: Duration,
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
        write!(f, "{:9.2} ms  (first {:.2} ms)", millis(self.median), millis(self.first))
    }
}

fn median(mut act: impl FnMut()) -> Took {
    let mut time = || {
        let started = Instant::now();
        act();
        started.elapsed()
    };
    let first = time();
    let mut times: Vec<Duration> = (0..ASKED).map(|_| time()).collect();
    times.sort();
    Took { first, median: times[ASKED / 2] }
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("the case is there").flatten();
    entries
        .map(|entry| {
            let meta = entry.metadata().expect("it is there");
            if meta.is_dir() { size(&entry.path()) } else { meta.len() }
        })
        .sum()
}

/// Opens a file for writing through a large buffer.
fn writer(path: &Path) -> std::io::Result<impl Write> {
    Ok(std::io::BufWriter::with_capacity(1 << 20, File::create(path)?))
}
