//! The terminal: taken over, and always restored.

use std::io::{self, BufWriter, Stdout, Write};
use std::panic;
use std::sync::Once;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};

use crate::error::{Context, Result};
use crate::tui::model::Model;
use crate::tui::theme::Theme;

use super::view;

/// Size of the write buffer: a whole screen in one write.
const GATHERED: usize = 64 * 1024;

/// The terminal while vestigo has it; dropping it restores it.
pub(super) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
}

impl Terminal {
    /// Takes the terminal over.
    pub(super) fn take_over() -> Result<Terminal> {
        give_back_on_panic();
        enter().context(|| "cannot take over the terminal".to_owned())?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(GATHERED, io::stdout()));
        match ratatui::Terminal::new(backend) {
            Ok(inner) => Ok(Terminal { inner }),
            Err(error) => {
                give_back();
                Err(error).context(|| "cannot draw on the terminal".to_owned())
            }
        }
    }

    /// Returns the terminal's size.
    pub(super) fn size(&self) -> Result<Size> {
        self.inner.size().context(|| "cannot determine the terminal's size".to_owned())
    }

    /// Draws the model, as one update on terminals that can.
    pub(super) fn draw(&mut self, model: &Model, theme: &Theme) -> Result<()> {
        let mut frame = || -> io::Result<()> {
            queue!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
            self.inner.draw(|frame| {
                let area: Rect = frame.area();
                view::draw(model, theme, area, frame.buffer_mut());
                if let Some(Position { x, y }) = view::cursor(model, area) {
                    frame.set_cursor_position((x, y));
                }
            })?;
            queue!(self.inner.backend_mut(), EndSynchronizedUpdate)?;
            self.inner.backend_mut().flush()
        };
        frame().context(|| "cannot draw on the terminal".to_owned())
    }

    /// Forgets what is on the screen, so that all of it is redrawn.
    pub(super) fn clear(&mut self) -> Result<()> {
        // ratatui's own `clear` asks the terminal where its cursor is, and the
        // answer would be read by the thread that waits for keys.
        let cleared =
            self.inner.size().and_then(|size| self.inner.resize(Rect::from((Position::ORIGIN, size))));
        cleared.context(|| "cannot clear the terminal".to_owned())
    }

    /// Copies text to the clipboard of the terminal's own machine (OSC 52).
    pub(super) fn copy(&mut self, text: &str) -> Result<()> {
        let backend = self.inner.backend_mut();
        write!(backend, "\x1b]52;c;{}\x07", STANDARD.encode(text))
            .and_then(|()| backend.flush())
            .context(|| "cannot write to the terminal".to_owned())
    }

    /// Restores the terminal, stops until the shell continues us, takes it again.
    pub(super) fn suspend(&mut self) -> Result<()> {
        give_back();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
            .context(|| "cannot suspend".to_owned())?;
        self.resume()
    }

    /// Takes the terminal over again after the process was stopped.
    pub(super) fn resume(&mut self) -> Result<()> {
        // Whoever stopped us may have changed the mode after crossterm's back.
        let _ = disable_raw_mode();
        enter().context(|| "cannot take over the terminal".to_owned())?;
        self.clear()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
}

/// Restores the terminal; if that fails there is nobody left to tell.
fn give_back() {
    let _ = execute!(io::stdout(), EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// Makes a panic of this thread restore the terminal before it is reported; one of
/// the workers' threads is reported on the screen instead.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let drawing = thread::current().id();
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == drawing {
                give_back();
                tell(info);
            }
        }));
    });
}
