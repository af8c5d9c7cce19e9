//! The event loop: wait, handle every event, draw once.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use crossterm::event::{self, KeyEventKind};
use ratatui::layout::Size;

use crate::app::{CancelToken, Case};
use crate::error::{Context, Error, Result, visible};
use crate::tui::keymap::{Action, Chord, KeyContext, KeyMatch};
use crate::tui::model::{Model, Overlay, Tone};
use crate::tui::protocol::{CaseInfo, Effect, Lane, UiEvent, WorkerRequest, WorkerResponse};
use crate::tui::settings::Settings;
use crate::tui::terminal::Terminal;
use crate::tui::theme::Theme;
use crate::tui::update::{start, update};
use crate::tui::workers::{CurrentCase, Workers, carry_out};

/// How long a frame waits for responses that are on their way: what comes at once
/// is drawn together, and crosses a slow line once.
const GRACE: Duration = Duration::from_millis(12);

/// How often the case is checked for writes of other processes.
const LOOK: Duration = Duration::from_secs(1);

/// Letters that follow one another faster than this were pasted, or are a word
/// that was meant for the search line: none of them writes.
const WORD: Duration = Duration::from_millis(30);

/// Something that wakes the loop.
enum Wake {
    /// An event for update.
    Event(UiEvent),
    /// The process continues after it was stopped.
    Continued,
    /// The terminal is gone, or the process is asked to end.
    End,
}

/// Runs the interface on a case until the investigator leaves.
pub fn run(case: Case, settings: Settings) -> Result<()> {
    let (keymap, theme) = (settings.keymap()?, settings.theme()?);
    let facts = CaseInfo::from_case(&case, settings.zone, settings.session.clock.now());
    let mut terminal = Terminal::take_over()?;
    let mut model = Model::new(facts, keymap, terminal.size()?);
    model.import.wanted = settings.import.clone().map(Box::new);
    let (tell, hear) = unbounded();
    listen(tell.clone()).context(|| "cannot listen to the terminal".to_owned())?;
    let session = settings.session.clone();
    let current = CurrentCase::new(case);
    watch(&current, tell.clone()).context(|| "cannot watch the case".to_owned())?;
    let work = move |request: &WorkerRequest, cancel: &CancelToken, tell: &mut dyn FnMut(WorkerResponse)| {
        carry_out(&current, &session, request, cancel, tell);
    };
    let workers = Workers::start(work, move |event| {
        // Nobody hears when the loop has ended.
        let _ = tell.send(Wake::Event(event));
    });
    let mut running =
        EventLoop { model, theme, workers, settings, changed: true, letter: None, next: VecDeque::new() };
    running.run(&mut terminal, &hear)?;
    running.leave(&mut terminal, &hear)
}

struct EventLoop {
    model: Model,
    theme: Theme,
    workers: Workers,
    settings: Settings,
    /// Something changed since it was drawn.
    changed: bool,
    /// The letter that was pressed last, and when.
    letter: Option<(char, Instant)>,
    /// What was received and not handled yet.
    next: VecDeque<Wake>,
}

/// Whether the loop goes on.
#[derive(PartialEq)]
enum LoopFlow {
    Go,
    End,
}

impl EventLoop {
    fn run(&mut self, terminal: &mut Terminal, hear: &Receiver<Wake>) -> Result<()> {
        let effects = start(&mut self.model);
        self.carry_out(effects, terminal)?;
        loop {
            let deadline = Instant::now() + GRACE;
            while self.model.tickets.awaits_any() {
                match self.next.pop_front().map_or_else(|| hear.recv_deadline(deadline), Ok) {
                    Ok(wake) => {
                        if self.handle(wake, hear, terminal)? == LoopFlow::End {
                            return Ok(());
                        }
                    }
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
            while let Some(wake) = self.next.pop_front().or_else(|| hear.try_recv().ok()) {
                if self.handle(wake, hear, terminal)? == LoopFlow::End {
                    return Ok(());
                }
            }
            if std::mem::take(&mut self.changed) {
                terminal.draw(&self.model, &self.theme)?;
            }
            let Ok(wake) = hear.recv() else { return Ok(()) };
            if self.handle(wake, hear, terminal)? == LoopFlow::End {
                return Ok(());
            }
        }
    }

    /// Gathers the word around a letter that writes at once, if the word was
    /// pasted or typed in one go: then none of its letters is a key. Keys that
    /// only arrived together over a slow line are handled one after another.
    fn word(&mut self, chord: Chord, hear: &Receiver<Wake>) -> Option<String> {
        let letter = |chord: &Chord| chord.writes().filter(|c| c.is_alphabetic());
        let c = letter(&chord)?;
        let before = self.letter.replace((c, Instant::now()));
        let map = &self.model.keys.map;
        let browses = self.model.overlay == Overlay::None && self.model.keys.pending.is_empty();
        match map.find(self.model.context(), &[chord]) {
            KeyMatch::Action(action) if browses && action.info().writes => {}
            KeyMatch::Action(_) | KeyMatch::Prefix(_) | KeyMatch::Nothing => return None,
        }
        let before = before.filter(|(last, at)| *last != c && at.elapsed() < WORD);
        let mut word: String = before.map(|(last, _)| last).into_iter().chain([c]).collect();
        let (mut keys, mut others) = (Vec::new(), Vec::new());
        while let Ok(wake) = hear.recv_timeout(WORD) {
            match &wake {
                Wake::Event(UiEvent::Key(next)) => {
                    let Some(next) = letter(next) else {
                        others.push(wake);
                        break;
                    };
                    word.push(next);
                    keys.push(wake);
                }
                _ => others.push(wake),
            }
        }
        let does_nothing = |c: char| map.find(self.model.context(), &[Chord::char(c)]) == KeyMatch::Nothing;
        let distinct: std::collections::BTreeSet<char> = word.chars().collect();
        let length = word.chars().count();
        // Keys that are pressed in a row repeat one another, and all of them do something.
        let is_word =
            length > 1 && (word.chars().any(does_nothing) || length > 3 && distinct.len() == length);
        if !is_word {
            self.next.extend(keys);
        }
        self.next.extend(others);
        is_word.then_some(word)
    }

    /// Handles one event, and carries out its effects.
    fn handle(&mut self, wake: Wake, hear: &Receiver<Wake>, terminal: &mut Terminal) -> Result<LoopFlow> {
        let event = match wake {
            Wake::Event(event) => event,
            Wake::Continued => {
                terminal.resume()?;
                self.changed = true;
                return Ok(LoopFlow::Go);
            }
            Wake::End => {
                self.stop_export(true);
                return Ok(LoopFlow::End);
            }
        };
        if matches!(event, UiEvent::Key(_)) {
            update(&mut self.model, UiEvent::Clock(self.settings.session.clock.now()));
        }
        if let UiEvent::Key(chord) = event
            && let Some(word) = self.word(chord, hear)
        {
            self.changed = true;
            let key =
                self.model.keys.map.key_of(Action::SearchOpen, self.model.context()).unwrap_or_default();
            let message = format!(
                "`{}` looks like a word and was not taken for keys: press {key} to search for it",
                visible(&word)
            );
            self.model.say(Tone::Refused, message);
            return Ok(LoopFlow::Go);
        }
        self.changed |= !matches!(
            event,
            UiEvent::CaseTouched | UiEvent::Response { response: WorkerResponse::Unchanged, .. }
        );
        let effects = update(&mut self.model, event);
        self.carry_out(effects, terminal)
    }

    /// Waits until pending writes are finished, and reports what failed. Quitting again
    /// stops an export; once more, whatever still runs is abandoned.
    fn leave(mut self, terminal: &mut Terminal, hear: &Receiver<Wake>) -> Result<()> {
        let (mut failed, mut asked) = (None, false);
        let quit = self.model.keys.map.key_of(Action::Quit, KeyContext::Always).unwrap_or_default();
        while self.model.tickets.awaits(Lane::Write) {
            self.model.say(Tone::Done, format!("finishing writes… (press {quit} again to abort)"));
            terminal.draw(&self.model, &self.theme)?;
            match hear.recv() {
                Ok(Wake::Event(UiEvent::Response { ticket, took, response })) => {
                    if let (Lane::Write, WorkerResponse::Failed(trouble)) = (ticket.lane, &response) {
                        failed = Some(trouble.clone());
                    }
                    update(&mut self.model, UiEvent::Response { ticket, took, response });
                }
                Ok(Wake::Event(UiEvent::Key(chord)))
                    if self.model.keys.map.find(KeyContext::Always, &[chord])
                        == KeyMatch::Action(Action::Quit) =>
                {
                    // An export can be stopped, and leaves nothing; another write that
                    // still does not end is abandoned.
                    if std::mem::replace(&mut asked, true) {
                        std::mem::forget(self.workers);
                        return Ok(());
                    }
                    self.stop_export(true);
                }
                Ok(Wake::Event(_) | Wake::Continued) => {}
                Ok(Wake::End) | Err(_) => break,
            }
        }
        match failed {
            None => Ok(()),
            Some(trouble) => {
                let error = Error::case(format!("the last write is not in the case: {}", trouble.what));
                Err(trouble.hint.into_iter().fold(error, Error::hint))
            }
        }
    }

    /// Has the export that is running stop, or the next one run.
    fn stop_export(&self, stop: bool) {
        self.settings.session.stop.store(stop, Ordering::Relaxed);
    }

    fn carry_out(&mut self, effects: Vec<Effect>, terminal: &mut Terminal) -> Result<LoopFlow> {
        for effect in effects {
            match effect {
                Effect::Request(ticket, request) => {
                    if matches!(request, WorkerRequest::Export { .. }) {
                        self.stop_export(false);
                    }
                    self.workers.ask(ticket, request);
                }
                Effect::StopExport => self.stop_export(true),
                Effect::StopDetection => self.workers.stop(Lane::Detect),
                Effect::Copy(text) => terminal.copy(&text)?,
                Effect::Redraw => terminal.clear()?,
                Effect::Suspend => terminal.suspend()?,
                Effect::Quit => return Ok(LoopFlow::End),
            }
        }
        Ok(LoopFlow::Go)
    }
}

/// Starts the thread that checks whether another process has written to the case.
fn watch(current: &CurrentCase, tell: Sender<Wake>) -> std::io::Result<()> {
    let has_moved = current.watched();
    let look = move || {
        loop {
            thread::sleep(LOOK);
            match has_moved() {
                Some(true) if tell.send(Wake::Event(UiEvent::CaseTouched)).is_err() => return,
                Some(_) => {}
                None => return,
            }
        }
    };
    thread::Builder::new().name("case".to_owned()).spawn(look).map(drop)
}

/// Starts the threads that listen to the terminal and to signals.
fn listen(tell: Sender<Wake>) -> std::io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    let of_signals = tell.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let wake = if signal == SIGCONT { Wake::Continued } else { Wake::End };
            if of_signals.send(wake).is_err() {
                return;
            }
        }
    })?;
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        loop {
            let wake = match event::read() {
                Ok(event) => convert(event),
                Err(_) => Some(Wake::End),
            };
            let last = matches!(wake, Some(Wake::End));
            if wake.is_some_and(|wake| tell.send(wake).is_err()) || last {
                return;
            }
        }
    })?;
    Ok(())
}

/// Converts a terminal event; most mean nothing.
fn convert(event: event::Event) -> Option<Wake> {
    let event = match event {
        event::Event::Key(key) if key.kind != KeyEventKind::Release => UiEvent::Key(Chord::from_event(&key)?),
        event::Event::Paste(text) => UiEvent::Paste(text),
        event::Event::Resize(width, height) => UiEvent::Resize(Size { width, height }),
        _ => return None,
    };
    Some(Wake::Event(event))
}
