//! What the commands print that write into a case.

use std::io::Write;

use super::{LOGIN, demo, snapshot, transcript};
use crate::env::TestEnv;
use crate::whole::demo_logs;

/// Annotating, correcting, taking back: each with and without `--json`.
const ANNOTATING: &str = "
    show LOGIN
    bookmark add LOGIN 6d0925ca:669 --note 'a guessed password' --tag entry
    bookmark list
    bookmark remove 6d0925ca:669
    finding add Break-in --severity critical --query ip:203.0.113.77
    finding add 'Marked by hand' --bookmarks --note 'see the ticket'
    finding list
    finding list --state closed
    finding set 1 --owner ada --due 2026-04-01 --state acknowledged --tag exfil
    finding set 1 --untag exfil --event LOGIN
    finding note 1 'told the owner'
    finding set 1 --verdict true-positive --state fix-claimed --fixed-at 2026-03-03 --remedy harden --link https://tickets.example/7
    finding verify 1 --dry-run
    finding verify 1
    finding accept 1 --by grace --until 2026-12-31 --reason 'blocked and reset'
    finding show 1
    finding reopen 1 --reason 'seen again'
    finding close 2 --reason 'a test of ours' --verdict legitimate
    finding sla pci
    finding sla
    undo
    redo
    source reread auth.log --zone Europe/Berlin
    source reread auth.log --year 2025 --host web-02
    source reread auth.log --format nginx.access
    undo
    source set-clock auth.log +37s
    source list
    undo
    @bob undo
    @bob undo --any
    checkpoint
    journal
    status
";

#[test]
fn what_writing_commands_print() {
    snapshot("writes", &transcript(&demo(), &ANNOTATING.replace("LOGIN", LOGIN)));
}

#[test]
fn what_writing_commands_print_in_json() {
    let commands = ANNOTATING.replace("LOGIN", LOGIN);
    let lines = commands.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "journal");
    let script: String = lines
        .map(|line| match line.strip_prefix("@bob ") {
            Some(line) => format!("@bob --json {line}\n"),
            None => format!("--json {line}\n"),
        })
        .collect();
    snapshot("writes_json", &transcript(&demo(), &script));
}

/// Creates files of every kind that an import treats in its own way.
fn mixed() -> TestEnv {
    let env = TestEnv::new().wide();
    demo_logs(&env);
    let line = "192.0.2.1 - - [01/Mar/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"a\"\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(line.repeat(5000).as_bytes()).expect("memory suffices");
    let whole = gzip.finish().expect("memory suffices");
    env.write("mixed/whole.log.gz", &whole);
    env.write("mixed/cut.log.gz", &whole[..whole.len() / 2]);
    env.write("mixed/empty.log", "");
    env.write("mixed/blank.log", "\n\n   \n\t\n");
    env.write("mixed/picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0");
    env.write("mixed/unknown.txt", "no format reads this\nnor this\n");
    env.write("mixed/nul.log", b"Mar  1 00:00:00 a b: c\0d\0\nMar  1 00:00:01 a b: \xff\xfe\n");
    env.write("mixed/copy.log", std::fs::read(env.path("logs/auth.log")).expect("it was written"));
    env
}

const IMPORTING: &str = "
    new FOLDER/case --title 'Shop break-in' --examiner 'Ada'
    import FOLDER/logs --dry-run
    import FOLDER/logs --host web-01 --label ticket=4711
    import FOLDER/logs
    import FOLDER/mixed
    import FOLDER/mixed FOLDER/none.log
    import FOLDER/logs/auth.log --format nginx.access
    source list
    reindex
    verify --deep
";

#[test]
fn what_an_import_prints() {
    snapshot("imports", &transcript(&mixed(), IMPORTING));
}

#[test]
fn what_an_import_prints_in_json() {
    let lines = IMPORTING.lines().map(str::trim).filter(|line| !line.is_empty());
    let script: String = lines.map(|line| format!("--json {line}\n")).collect();
    snapshot("imports_json", &transcript(&mixed(), &script));
}

#[test]
fn what_an_import_prints_with_less_and_with_more_words() {
    let script = "
        --quiet import FOLDER/mixed
        -v import FOLDER/mixed
    ";
    snapshot("imports_quiet_and_verbose", &transcript(&mixed(), script));
}
