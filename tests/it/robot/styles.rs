//! The styles of a screen as text, so that a lost highlight is a visible diff.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};
use unicode_width::UnicodeWidthStr;

/// Longest text of a run that is repeated in full; the screen itself is above.
const LONGEST: usize = 24;

/// Adjacent cells of one row that look the same.
struct Run {
    column: u16,
    look: String,
    text: String,
}

impl Run {
    fn shown(&self) -> String {
        let text = self.text.trim_end();
        let shown = match text.chars().count() {
            0 => format!("{} blank", self.text.chars().count()),
            count if count > LONGEST => {
                format!("\"{}…\"", text.chars().take(LONGEST - 1).collect::<String>())
            }
            _ => format!("\"{text}\""),
        };
        format!("{} {} {shown}", self.column, self.look)
    }
}

/// Lists the runs of cells that do not look like plain text, row by row: the column,
/// the look, and the text where they begin.
pub fn styles(buffer: &Buffer, plain: Style) -> String {
    let plain = look(plain);
    let mut text = format!("--- styles other than {plain}\n");
    for y in 0..buffer.area.height {
        let runs = runs(buffer, y);
        let shown: Vec<String> = runs.iter().filter(|run| run.look != plain).map(Run::shown).collect();
        if !shown.is_empty() {
            text.push_str(&format!("{y:>2}: {}\n", shown.join(", ")));
        }
    }
    text
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut covered = 0;
    for x in (0..buffer.area.width).filter(|x| {
        // The second cell of a wide character shows nothing of its own.
        let shown = *x >= covered;
        if shown {
            covered = x + buffer[(*x, y)].symbol().width().max(1) as u16;
        }
        shown
    }) {
        let (cell, look) = (&buffer[(x, y)], look(buffer[(x, y)].style()));
        match runs.last_mut() {
            Some(run) if run.look == look => run.text.push_str(cell.symbol()),
            _ => runs.push(Run { column: x, look, text: cell.symbol().to_owned() }),
        }
    }
    runs
}

/// Describes a style: `bold red on white`.
fn look(style: Style) -> String {
    let mut words: Vec<String> =
        style.add_modifier.iter_names().map(|(name, _)| name.to_lowercase()).collect();
    let color = |color: Option<Color>| color.filter(|color| *color != Color::Reset).map(|c| c.to_string());
    words.extend(color(style.fg).map(|color| color.to_lowercase()));
    words.extend(color(style.bg).map(|color| format!("on {}", color.to_lowercase())));
    if words.is_empty() { "plain".to_owned() } else { words.join(" ") }
}
