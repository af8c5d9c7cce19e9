//! The clipboard of the investigator's own terminal.

use crate::error::visible;
use crate::tui::model::{Model, Tone};
use crate::tui::protocol::Effect;

/// Most bytes of text that are copied: terminals take about 100,000 of base64.
const COPIED: usize = 72_000;

/// Copies text to the clipboard, escaped, so that nothing in it acts where it is pasted.
pub(super) fn copy(model: &mut Model, what: &str, text: &str) -> Vec<Effect> {
    let mut shown = visible(text);
    let whole = shown.len();
    let end = (0..=whole.min(COPIED)).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
    shown.truncate(end);
    let cut = if end < whole { format!(", cut to {end} of {whole} bytes") } else { String::new() };
    // No terminal says whether it took the text.
    model.say(
        Tone::Done,
        format!("copied to the clipboard, if the terminal allows it: {}{cut}", visible(what)),
    );
    vec![Effect::Copy(shown)]
}
