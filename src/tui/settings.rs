//! What a caller chooses before the interface starts.

use std::path::PathBuf;

use crate::app::{ImportRequest, Session};
use crate::error::Result;
use crate::record::Zone;
use crate::tui::keymap::Keymap;
use crate::tui::theme::Theme;

use super::keymap;

/// Whether colors are used: the terminal's own sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMode {
    /// Colors of the theme.
    #[default]
    Themed,
    /// No colors: `NO_COLOR`, `--color never`.
    Never,
}

/// Which characters are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// Unicode.
    #[default]
    Unicode,
    /// ASCII only.
    Ascii,
}

/// What a caller chooses before the interface starts.
#[derive(Clone)]
pub struct Settings {
    /// The built-in keymap: `default`, `vim` or `emacs`.
    pub keymap: String,
    /// The user's own keymap, laid over it.
    pub overlay: Option<PathBuf>,
    /// The theme: `default`, `high-contrast`, `light`, `mono`, or the path of a `.toml` file.
    pub theme: String,
    /// Whether colors are used.
    pub color: ColorMode,
    /// Which characters are drawn.
    pub charset: Charset,
    /// The zone in which times are shown; `None` for the case's own.
    pub zone: Option<Zone>,
    /// What is imported behind the screen.
    pub import: Option<ImportRequest>,
    /// Who acts, by which clock, and with whose keys and choices.
    pub session: Session,
}

impl Settings {
    /// Returns the defaults.
    pub fn new(session: Session) -> Settings {
        Settings {
            keymap: "default".to_owned(),
            overlay: None,
            theme: "default".to_owned(),
            color: ColorMode::default(),
            charset: Charset::default(),
            zone: None,
            import: None,
            session,
        }
    }

    /// Loads the keymap.
    pub fn keymap(&self) -> Result<Keymap> {
        let base = keymap::builtin(&self.keymap)?;
        match &self.overlay {
            Some(path) => base.overlaid_by(path),
            None => Ok(base),
        }
    }

    /// Loads the theme.
    pub fn theme(&self) -> Result<Theme> {
        let theme = Theme::named(&self.theme)?;
        let theme = match self.color {
            ColorMode::Themed => theme,
            ColorMode::Never => theme.without_color(),
        };
        Ok(match self.charset {
            Charset::Unicode => theme,
            Charset::Ascii => theme.in_ascii(),
        })
    }
}
