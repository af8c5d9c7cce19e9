//! The case on the screen: what the environment says of looks and keys.

use std::path::PathBuf;

use terminal_colorsaurus::QueryOptions;

use crate::app::ImportRequest;
use crate::cli::args::{ColorChoice, Globals};
use crate::cli::context::CommandContext;
use crate::cli::folders::config_folder;
use crate::cli::outcome::ExitReason;
use crate::cli::runtime::Runtime;
use crate::error::Result;
use crate::tui::{self, Charset, ColorMode as Hues, Settings};

/// Terminals whose fonts have no more than ASCII and some lines.
const POOR: [&str; 4] = ["linux", "vt100", "vt220", "dumb"];

/// Shows a case until the investigator leaves; evidence is imported behind it.
///
/// `$VESTIGO_KEYMAP` (`default`, `vim`, `emacs`), `$VESTIGO_THEME` (a name or a
/// `.toml` file; else by the terminal's ground) and `$VESTIGO_ASCII` choose looks and keys; `keys.toml` in the
/// platform's configuration folder is laid over the keymap.
pub fn show(
    context: CommandContext,
    import: Option<ImportRequest>,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    runtime.flush()?;
    let var = |name: &str| (runtime.var)(name);
    let mut settings = Settings::new(context.session.clone());
    settings.keymap = var("VESTIGO_KEYMAP").unwrap_or(settings.keymap);
    settings.theme = match var("VESTIGO_THEME") {
        Some(theme) => theme,
        None if is_light(var("COLORFGBG").as_deref()) => "light".to_owned(),
        None => settings.theme,
    };
    settings.overlay = overlay(runtime);
    settings.import = import;
    settings.zone = globals.zone();
    let plain = match globals.color {
        ColorChoice::Auto => var("NO_COLOR").is_some(),
        ColorChoice::Always => false,
        ColorChoice::Never => true,
    };
    settings.color = if plain { Hues::Never } else { Hues::Themed };
    let poor = var("TERM").is_some_and(|term| POOR.contains(&term.as_str()));
    settings.charset = if poor || var("VESTIGO_ASCII").is_some() { Charset::Ascii } else { Charset::Unicode };
    tui::run(context.case, settings)?;
    Ok(ExitReason::Done)
}

/// Tells whether the terminal's ground is light. Some say so in `$COLORFGBG` (the
/// foreground's and the ground's number among the 16 colours); others are asked
/// (OSC 11, with a question behind it that every terminal answers, so that one
/// which does not know the first is waited for no longer than for any answer).
fn is_light(colours: Option<&str>) -> bool {
    let ground = colours.and_then(|colours| colours.rsplit(';').next()?.parse::<u8>().ok());
    match ground {
        Some(ground) => matches!(ground, 7 | 9..=15),
        None => {
            let asked = terminal_colorsaurus::background_color(QueryOptions::default());
            asked.is_ok_and(|ground| ground.perceived_lightness() > 0.5)
        }
    }
}

/// Finds the user's own keymap, where there is one.
fn overlay(runtime: &Runtime) -> Option<PathBuf> {
    Some(config_folder(&runtime.var)?.join("keys.toml")).filter(|path| path.exists())
}
