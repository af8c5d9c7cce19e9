//! Ring 4: a handful of runs in a real pseudo-terminal.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vestigo::case::Case;
use vestigo::record::{Clock, Timestamp};
use vestigo::tui;

use crate::robot;

/// How long a run may keep a test waiting before it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a pseudo-terminal, and what its screen shows.
pub struct Run {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    hear: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has rows and columns")
}

impl Run {
    pub fn start(mut command: CommandBuilder, rows: u16, cols: u16, env: &[(&str, &str)]) -> Run {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("this system has pseudo-terminals");
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("COLORFGBG", "15;0");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program can be started");
        let keys = pair.master.take_writer().expect("it is taken once");
        let mut reader = pair.master.try_clone_reader().expect("it can be read");
        let (tell, hear) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if tell.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(cells(rows), cells(cols), 0);
        Run { child, master: pair.master, keys, hear, screen, bytes: Vec::new() }
    }

    /// Opens a case with the program itself.
    fn open(case: &Case, rows: u16, cols: u16, env: &[(&str, &str)]) -> Run {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_vestigo"));
        command.args(["--case", &case.folder().to_string_lossy(), "open"]);
        let data = case.folder().join("..").join("data").to_string_lossy().into_owned();
        let mut all = vec![("VESTIGO_DATA", data.as_str()), ("USER", "tester")];
        all.extend(env);
        Run::start(command, rows, cols, &all)
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub fn until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) -> &mut Run {
        let deadline = Instant::now() + PATIENCE;
        while !wanted(self.screen.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.hear.recv_timeout(left) {
                Ok(bytes) => {
                    self.screen.process(&bytes);
                    self.bytes.extend(bytes);
                }
                Err(_) => {
                    panic!("waited in vain for {what}; the screen:\n{}", self.screen.screen().contents())
                }
            }
        }
        self
    }

    #[track_caller]
    pub fn until_shown(&mut self, text: &str) -> &mut Run {
        let text = text.to_owned();
        self.until(&text, |screen| screen.contents().contains(&text))
    }

    pub fn press(&mut self, keys: &str) -> &mut Run {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("the program listens");
        self
    }

    /// Waits for the end, and gives the exit status.
    pub fn end(&mut self) -> u32 {
        while let Ok(bytes) = self.hear.recv_timeout(PATIENCE) {
            self.screen.process(&bytes);
            self.bytes.extend(bytes);
        }
        self.child.wait().expect("it was started here").exit_code()
    }

    /// Demands that the terminal is as it was.
    #[track_caller]
    pub fn given_back(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
    }
}

#[test]
fn it_opens_and_leaves_the_terminal_as_it_was() {
    let mut run = Run::open(&robot::demo(), 24, 80, &[]);
    run.until_shown("1 of 2,759").until_shown("all keys").press("q");
    assert_eq!(run.end(), 0);
    run.given_back();
}

#[test]
fn a_terminal_that_changes_its_size_is_drawn_anew() {
    let mut run = Run::open(&robot::demo(), 24, 80, &[]);
    run.until_shown("1 of 2,759");
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    run.screen.screen_mut().set_size(cells(40), cells(120));
    run.master.resize(size).expect("it can be resized");
    run.until_shown("Timeline").until_shown("4 Evidence").until_shown("newest first").press("q");
    assert_eq!(run.end(), 0);
}

#[test]
fn without_colour_no_colour_is_sent() {
    let mut run = Run::open(&robot::demo(), 24, 80, &[("NO_COLOR", "1")]);
    run.until_shown("1 of 2,759").press("jjf").until_shown("event.outcome").press("qq");
    assert_eq!(run.end(), 0);
    let text = String::from_utf8_lossy(&run.bytes);
    let hues = regex::Regex::new("\x1b\\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|38|48|9[0-7]|10[0-7])(?:;[0-9;]*)?m");
    let found = hues.expect("the expression is right").find(&text).map(|found| found.as_str().to_owned());
    assert_eq!(found, None);
}

#[test]
fn control_c_leaves_and_gives_the_terminal_back() {
    let mut run = Run::open(&robot::demo(), 24, 80, &[]);
    run.until_shown("1 of 2,759").press("\x03");
    assert_eq!(run.end(), 0);
    run.given_back();
}

#[test]
fn the_whole_screen_is_drawn_again_on_demand() {
    let mut run = Run::open(&robot::demo(), 24, 80, &[]);
    run.until_shown("1 of 2,759").until_shown("all keys");
    run.screen = vt100::Parser::new(cells(24), cells(80), 0);
    run.press("\x0c").until_shown("1 of 2,759").until_shown("all keys").press("q");
    assert_eq!(run.end(), 0);
}

#[cfg(unix)]
#[test]
fn going_to_the_background_and_coming_back_draws_everything_again() {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
    let mut run = Run::open(&robot::demo(), 24, 80, &[]);
    run.until_shown("1 of 2,759").press("\x1a").until("the shell", |screen| !screen.alternate_screen());
    let id = run.child.process_id().and_then(|id| Pid::from_raw(id as i32)).expect("it runs");
    let status = waitpid(Some(id), WaitOptions::UNTRACED).expect("it is our child").expect("it stopped").1;
    assert!(status.stopped());
    run.given_back();
    kill_process(id, Signal::CONT).expect("it is our child");
    run.until_shown("1 of 2,759").until_shown("all keys").press("j").until_shown("2 of 2,759").press("q");
    assert_eq!(run.end(), 0);
    run.given_back();
}

#[test]
fn evidence_of_another_process_comes_into_an_open_screen() {
    let case = robot::of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))]);
    let more = case.folder().with_file_name("nginx-access.log");
    std::fs::write(&more, include_bytes!("../../fixtures/nginx-access.log")).expect("the folder is ours");
    let mut run = Run::open(&case, 24, 80, &[]);
    run.until_shown("all keys");
    assert!(robot::beside(&case, &["import", &more.to_string_lossy()]).status.success());
    // Without a key: the screen looks by itself.
    run.until_shown("the case has grown: 1 source").until_shown("2,648 events");
    run.press("/status:200\r").until("events", |screen| !screen.contents().contains("No event"));
    run.press("q");
    assert_eq!(run.end(), 0);
}

#[test]
fn a_word_that_is_typed_outside_the_search_line_writes_nothing() {
    let case = robot::of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))]);
    let journal = case.folder().join("journal.jsonl");
    let before = std::fs::read(&journal).expect("it is there");
    let mut run = Run::open(&case, 24, 80, &[]);
    run.until_shown("all keys").press("summer").until_shown("looks like a word");
    assert_eq!(std::fs::read(&journal).expect("it is there"), before);
    // A key behind a word is none of its letters, and a key by itself is one.
    run.press("summer4").until_shown("Evidence").press("1").until_shown("1 of 927");
    run.press("m").until_shown("marked").press("q");
    assert_eq!(run.end(), 0);
    assert!(std::fs::read(&journal).expect("it is there").len() > before.len());
}

#[test]
fn no_byte_of_a_log_acts_on_the_terminal() {
    let mut run = Run::open(&robot::hostile(), 24, 80, &[]);
    run.until_shown("1 of 3")
        .press("\r")
        .until_shown("Event")
        .press("p")
        .until_shown("Provenance")
        .press("qqq");
    assert_eq!(run.end(), 0);
    let text = String::from_utf8_lossy(&run.bytes);
    assert!(text.contains("␛]0;owned␇") && !text.contains("\x1b]0;") && !text.contains("\x1b]52;"));
}

#[test]
fn moving_the_cursor_costs_little_on_the_wire() {
    let mut run = Run::open(&robot::demo(), 40, 120, &[]);
    run.until_shown("1 of 2,759").until_shown("sha-256 checked");
    let before = run.bytes.len();
    run.press("j").until_shown("2 of 2,759").press("q");
    run.end();
    let spent = run.bytes.len() - before;
    assert!(spent <= 2_048 + 64, "{spent} bytes for one step and the way out");
}

/// A clock that breaks when it is asked a second time.
struct BrokenClock(AtomicUsize);

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        assert!(self.0.fetch_add(1, Ordering::Relaxed) == 0, "the clock is broken");
        Timestamp::from_secs(1_773_100_800)
    }
}

#[test]
#[ignore = "run by the test below, in a terminal of its own"]
#[expect(
    clippy::disallowed_methods,
    reason = "the test below tells it by the environment which case is meant"
)]
fn break_in_the_middle() {
    let folder = PathBuf::from(std::env::var("BROKEN_CASE").expect("the test below sets it"));
    let session = robot::session(&folder, Arc::new(BrokenClock(AtomicUsize::new(0))));
    let opened = Case::open(&session.folder, &session.actor).expect("it was just made");
    let _ = tui::run(opened, tui::Settings::new(session));
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let case = robot::demo();
    let mut command = CommandBuilder::new(std::env::current_exe().expect("a test is a program"));
    command.args([
        "--exact",
        "terminal::break_in_the_middle",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    let folder = case.folder().to_string_lossy().into_owned();
    let mut run = Run::start(command, 24, 80, &[("BROKEN_CASE", &folder)]);
    run.until_shown("1 of 2,759").press("j");
    assert_ne!(run.end(), 0);
    run.given_back();
    let text = String::from_utf8_lossy(&run.bytes);
    let (told, back) = (text.find("the clock is broken"), text.find("\x1b[?1049l"));
    assert!(told.is_some() && back < told, "told at {told:?}, given back at {back:?}");
}

/// A case of its own, since something is written into its journal.
fn fresh() -> Case {
    robot::of(&[("auth.log", include_bytes!("../../fixtures/auth.log"))])
}

#[test]
fn what_was_marked_is_in_the_case_however_fast_one_leaves() {
    let case = fresh();
    let mut run = Run::open(&case, 24, 80, &[]);
    run.until_shown("1 of 927").until_shown("all keys").press("mjmjmq");
    assert_eq!(run.end(), 0);
    run.given_back();
    let case = case.reread().expect("its journal is whole");
    assert_eq!(case.journal().iter().filter(|line| line.kind == "bookmark.add").count(), 3);
}

/// The ground on which the first cell of a row stands, once the screen is drawn.
fn ground(run: &mut Run) -> vt100::Color {
    run.until_shown("all keys");
    run.screen.screen().cell(3, 0).expect("the screen has it").bgcolor()
}

#[cfg(unix)]
#[test]
fn the_terminal_is_asked_for_its_ground_and_a_light_one_gets_the_light_theme() {
    let case = fresh();
    let light = ground(&mut Run::open(&case, 24, 80, &[("VESTIGO_THEME", "light")]));
    let dark = ground(&mut Run::open(&case, 24, 80, &[]));
    assert_ne!(light, dark);
    assert_eq!(ground(&mut Run::open(&case, 24, 80, &[("COLORFGBG", "0;15")])), light);
    for (answer, wanted) in [("ffff/ffff/e0e0", light), ("1e1e/1e1e/1e1e", dark)] {
        let mut run = Run::open(&case, 24, 80, &[("COLORFGBG", "")]);
        while !run.bytes.windows(5).any(|bytes| bytes == b"\x1b]11;") {
            let bytes = run.hear.recv_timeout(PATIENCE).expect("it asks");
            run.bytes.extend(bytes);
        }
        // Its own answer, and the one to the question behind it (DA1).
        run.press(&format!("\x1b]11;rgb:{answer}\x1b\\\x1b[?62;c"));
        assert_eq!(ground(&mut run), wanted);
        run.press("q");
        assert_eq!(run.end(), 0);
    }
}

/// Marks two events on the screen, and ends it in some way as soon as the third is chosen.
#[cfg(unix)]
fn marked_and_ended(end: impl FnOnce(Box<dyn Child + Send + Sync>, [Box<dyn std::any::Any>; 2])) {
    let case = fresh();
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("this system has pseudo-terminals");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_vestigo"));
    command.env_clear();
    command.env("TERM", "xterm-256color");
    command.env("COLORFGBG", "15;0");
    command.env("USER", "tester");
    command.env("VESTIGO_DATA", case.folder().join("..").join("data"));
    command.args(["--case", &case.folder().to_string_lossy(), "open"]);
    let child = pair.slave.spawn_command(command).expect("the program can be started");
    drop(pair.slave);
    let mut keys = pair.master.take_writer().expect("it is taken once");
    let mut reader = pair.master.try_clone_reader().expect("it can be read");
    let (mut screen, mut buffer) = (vt100::Parser::new(cells(24), cells(80), 0), [0; 8192]);
    let mut until = |text: &str| {
        while !screen.screen().contents().contains(text) {
            let count = reader.read(&mut buffer).expect("it draws");
            screen.process(&buffer[..count]);
        }
    };
    until("1 of 927");
    until("all keys");
    keys.write_all(b"mjmj").and_then(|()| keys.flush()).expect("the program listens");
    until("3 of 927");
    drop(keys);
    end(child, [Box::new(reader), Box::new(pair.master)]);
    let case = case.reread().expect("its journal is whole");
    assert_eq!(case.journal().iter().filter(|line| line.kind == "bookmark.add").count(), 2);
}

#[cfg(unix)]
#[test]
fn a_closed_terminal_ends_the_screen_and_what_was_marked_is_in_the_case() {
    use rustix::process::{Pid, Signal, kill_process};
    marked_and_ended(|mut child, terminal| {
        drop(terminal);
        assert_eq!(child.wait().expect("it was started here").signal(), None);
    });
    marked_and_ended(|mut child, terminal| {
        let id = child.process_id().and_then(|id| Pid::from_raw(id as i32)).expect("it runs");
        kill_process(id, Signal::HUP).expect("it is our child");
        drop(terminal);
        assert_eq!(child.wait().expect("it was started here").signal(), None);
    });
}

#[test]
fn what_could_not_be_written_is_told_on_leaving() {
    let case = fresh();
    let who = vestigo::journal::Actor::new("ada", "elsewhere");
    let clock = vestigo::record::FixedClock(Timestamp::from_secs(1_773_100_900));
    let held = vestigo::case::CaseWriter::open(case.folder(), &who, &clock).expect("nobody else writes");
    let mut run = Run::open(&case, 24, 80, &[]);
    run.until_shown("1 of 927").until_shown("all keys").press("mq");
    assert_eq!(run.end(), 3);
    run.given_back();
    let said = run.screen.screen().contents();
    assert!(said.contains("the last write is not in the case"), "{said}");
    assert!(said.contains("another vestigo is writing"), "{said}");
    drop(held);
}
