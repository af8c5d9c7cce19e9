//! Ring 2: the whole interface on a test backend, driven by actions.
//!
//! Effects are carried out on the test's own thread, so that idle is trivially
//! true. An action is looked up in the loaded keymap and its keys are pressed,
//! which proves the binding too. What a notice says must be read by the test;
//! when a test fails, screen and action log are printed.

mod cases;
mod pane;
mod styles;

pub use cases::{beside, demo, hostile, of};
pub use pane::PaneView;

use std::collections::VecDeque;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use vestigo::app::{ConfigFolder, Session};
use vestigo::case::Case;
use vestigo::index::CancelToken;
use vestigo::journal::Actor;
use vestigo::record::{Clock, FixedClock, Timestamp, Zone};
use vestigo::tui::{
    self, Action, CaseInfo, Chord, CurrentCase, Effect, Model, Notice, Pane, Screen, StyleRole, Theme,
    Ticket, UiEvent, WorkerRequest, carry_out,
};

/// The present, as far as robots know: 2026-03-10T00:00:00Z.
const NOW: Timestamp = Timestamp::from_secs(1_773_100_800);

/// An investigator's hands and eyes.
pub struct Robot {
    case: Case,
    current: CurrentCase,
    session: Session,
    model: Model,
    theme: Theme,
    terminal: Terminal<TestBackend>,
    log: Vec<String>,
    keys: usize,
    copied: Vec<String>,
    left: bool,
    unread: Option<Notice>,
}

/// Returns who acts on a case of the tests: without keys or choices of their own.
pub fn session(folder: &std::path::Path, clock: Arc<dyn Clock>) -> Session {
    let actor = Actor::new("robot", "test");
    Session { folder: folder.to_owned(), actor, clock, config: ConfigFolder::default(), stop: Arc::default() }
}

impl Robot {
    /// Opens a case on a screen of this size.
    pub fn open(case: Case, width: u16, height: u16) -> Robot {
        Robot::open_with(case, width, height, Theme::builtin("default").expect("it is built in"), None)
    }

    /// Opens a case with a theme and in a zone.
    pub fn open_with(case: Case, width: u16, height: u16, theme: Theme, zone: Option<Zone>) -> Robot {
        let mut facts = CaseInfo::from_case(&case, zone, NOW);
        for source in &mut facts.sources {
            // The temporary folder's name differs from run to run and machine to machine.
            let inside = source.path.rfind("/logs/").map_or(0, |at| at + 1);
            source.path.drain(..inside);
        }
        let keymap = tui::keymap("default").expect("it is built in");
        let model = Model::new(facts, keymap, Size { width, height });
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("a test backend cannot fail");
        let session = session(case.folder(), Arc::new(FixedClock(NOW)));
        let mut robot = Robot {
            current: CurrentCase::new(case.clone()),
            case,
            session,
            model,
            theme,
            terminal,
            log: Vec::new(),
            keys: 0,
            copied: Vec::new(),
            left: false,
            unread: None,
        };
        let effects = tui::start(&mut robot.model);
        robot.carry_out(effects);
        robot.draw();
        robot
    }

    /// Takes keys and choices from this folder of configuration.
    pub fn configured(&mut self, folder: &std::path::Path) -> &mut Robot {
        self.session.config = ConfigFolder(Some(folder.to_owned()));
        self
    }

    /// Stops the next export as it begins, as its investigator may at any time.
    pub fn stopped(&mut self) -> &mut Robot {
        self.session.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        self
    }

    /// Presses the first keys of an action.
    #[track_caller]
    pub fn act(&mut self, action: Action) -> &mut Robot {
        let context = self.model.context();
        let chords = self.model.keys.map.chords_of(action, context).first().map(|chords| chords.to_vec());
        let Some(chords) = chords else { panic!("no key does {action:?} in {context:?}") };
        self.log.push(format!("{action:?} in {context:?}"));
        for chord in chords {
            self.key(chord);
        }
        self
    }

    /// Presses keys as they are written in a keymap.
    #[track_caller]
    pub fn press(&mut self, keys: &str) -> &mut Robot {
        self.log.push(format!("press {keys}"));
        for word in keys.split(' ') {
            self.key(word.parse().expect("a test presses keys that exist"));
        }
        self
    }

    /// Types text.
    #[track_caller]
    pub fn write(&mut self, text: &str) -> &mut Robot {
        self.log.push(format!("write {text:?}"));
        for c in text.chars() {
            self.key(Chord::char(c));
        }
        self
    }

    /// Makes the terminal another size.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Robot {
        self.log.push(format!("resize to {width}x{height}"));
        self.terminal.backend_mut().resize(width, height);
        self.tell(UiEvent::Resize(Size { width, height }));
        self
    }

    #[track_caller]
    fn key(&mut self, chord: Chord) {
        if let Some(notice) = self.unread.take() {
            panic!("nobody read the notice {:?}", notice.text);
        }
        assert!(!self.left, "vestigo was left, and a key was pressed");
        self.keys += 1;
        self.tell(UiEvent::Key(chord));
        self.unread = self.model.notice.clone();
    }

    fn tell(&mut self, event: UiEvent) {
        let effects = tui::update(&mut self.model, event);
        self.carry_out(effects);
        self.draw();
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut left = VecDeque::from(effects);
        while let Some(effect) = left.pop_front() {
            match effect {
                Effect::Request(ticket, request) => left.extend(self.response(ticket, &request)),
                Effect::Copy(text) => self.copied.push(text),
                Effect::Quit => self.left = true,
                Effect::StopExport | Effect::StopDetection | Effect::Redraw | Effect::Suspend => {}
            }
        }
    }

    fn response(&mut self, ticket: Ticket, request: &WorkerRequest) -> Vec<Effect> {
        let mut responses = Vec::new();
        carry_out(&self.current, &self.session, request, &CancelToken::new(), &mut |response| {
            responses.push(response)
        });
        let model = &mut self.model;
        responses
            .into_iter()
            .flat_map(|response| tui::update(model, UiEvent::Response { ticket, took: None, response }))
            .collect()
    }

    fn draw(&mut self) {
        let (model, theme) = (&self.model, &self.theme);
        let drawn = self.terminal.draw(|frame| {
            let area = frame.area();
            tui::draw(model, theme, area, frame.buffer_mut());
        });
        drawn.expect("a test backend cannot fail");
    }

    /// Returns the screen as text, a line per row.
    pub fn text(&self) -> String {
        text_of(self.terminal.backend().buffer())
    }

    /// Returns the screen as text as it is with another theme.
    pub fn text_in(&self, theme: &Theme) -> String {
        let mut buffer = Buffer::empty(self.terminal.backend().buffer().area);
        tui::draw(&self.model, theme, buffer.area, &mut buffer);
        text_of(&buffer)
    }

    /// Asserts that the screen, its text and its styles, is as the snapshot of this name
    /// has it, and reads the notice, which the snapshot holds whole.
    #[track_caller]
    pub fn screen(&mut self, name: &str) -> &mut Robot {
        let notice = self.unread.take().map(|notice| format!("--- notice\n{}\n", notice.text));
        let styles = styles::styles(self.terminal.backend().buffer(), self.theme[StyleRole::Text]);
        let screen = repeatable(&format!("{}{}{styles}", self.text(), notice.unwrap_or_default()));
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, screen);
        });
        self
    }

    /// Reads the notice, whatever it says.
    #[track_caller]
    pub fn reads_notice(&mut self) -> &mut Robot {
        assert!(self.unread.take().is_some(), "there is no notice");
        self
    }

    /// Demands that the screen holds a text.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Robot {
        assert!(self.text().contains(text), "{text:?} is not on the screen");
        self
    }

    /// Demands that the screen does not hold a text.
    #[track_caller]
    pub fn sees_no(&mut self, text: &str) -> &mut Robot {
        assert!(!self.text().contains(text), "{text:?} is on the screen");
        self
    }

    /// Reads the notice, and demands that it says this.
    #[track_caller]
    pub fn reads(&mut self, text: &str) -> &mut Robot {
        let notice = self.unread.take();
        let said = notice.as_ref().map_or("", |notice| notice.text.as_str());
        assert!(said.contains(text), "the notice says {said:?} and not {text:?}");
        self
    }

    /// Looks at a pane.
    pub fn pane(&mut self, pane: Pane) -> PaneView<'_> {
        PaneView { robot: self, pane }
    }

    /// Gives the case, as it was when it was opened.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// Lets the case be looked at, as happens every second.
    pub fn look(&mut self) -> &mut Robot {
        self.log.push("look at the case".to_owned());
        self.tell(UiEvent::CaseTouched);
        self.unread = self.model.notice.clone();
        self
    }

    /// Gives the model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Gives the screen that is shown.
    pub fn shown(&self) -> Screen {
        self.model.focus.screen
    }

    /// Gives how many keys were pressed.
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// Gives what was copied last.
    pub fn copied(&self) -> Option<&str> {
        self.copied.last().map(String::as_str)
    }

    /// Tells whether vestigo was left.
    pub fn left(&self) -> bool {
        self.left
    }
}

fn text_of(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut covered = 0;
        for x in 0..buffer.area.width {
            if x >= covered {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                covered = x + unicode_width::UnicodeWidthStr::width(symbol).max(1) as u16;
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Leaves out of a snapshot what differs from run to run: ids and keys are random, and
/// the leaves of roots are salted with a secret.
fn repeatable(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, word) in [
        (r"(root of its records:\s+|Root\s+)[0-9a-f]{64}", "${1}(the root)"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        (r"SHA256:([A-Za-z0-9+/]{43}|[A-Za-z0-9+/]*…)", "SHA256:KEY"),
        (r"/\S*/\.tmp[A-Za-z0-9]{6}/", "FOLDER/"),
        (r"[A-Za-z0-9+/]{43}=", "ROOT"),
        (r"\btester@[A-Za-z0-9._-]+", "tester@vm"),
    ] {
        let pattern = regex::Regex::new(pattern).expect("the expression is valid");
        text = pattern.replace_all(&text, word).into_owned();
    }
    text
}

impl Drop for Robot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- what was done ---\n{}\n--- the screen ---\n{}", self.log.join("\n"), self.text());
        } else if let Some(notice) = self.unread.take() {
            panic!("nobody read the notice {:?}", notice.text);
        }
    }
}
