//! The last line: a notice, or the most helpful keys.

use ratatui::layout::Rect;

use crate::tui::keymap::{Action, footer};
use crate::tui::layout::Panes;
use crate::tui::model::{Model, Tone};
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Actions that are always in the footer.
const ALWAYS: [Action; 2] = [Action::Palette, Action::Help];

/// Draws the footer.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    let line = panes.footer;
    if let Some(notice) = &model.notice {
        let (glyph, role) = match notice.tone {
            Tone::Done => (canvas.theme.glyphs.success, StyleRole::Success),
            Tone::Refused => (canvas.theme.glyphs.trouble, StyleRole::Warning),
            Tone::Alarm => (canvas.theme.glyphs.trouble, StyleRole::Trouble),
        };
        // What has no room in one line stands in several, the last in the footer's place.
        let lines = wrap(&notice.text, usize::from(line.width.saturating_sub(4)).max(1));
        let most = usize::from(line.y / 2).max(1);
        let lines = &lines[..lines.len().min(most)];
        let top = line.y + 1 - u16::try_from(lines.len()).unwrap_or(1).max(1);
        canvas.clear(Rect { y: top, height: line.y + 1 - top, ..line });
        let x = canvas.text(line.x + 1, top, 2, glyph, role) + 1;
        for (y, text) in (top..).zip(lines) {
            canvas.text(x, y, line.width.saturating_sub(x + 1), text, role);
        }
        return;
    }
    let context = model.context();
    let label = |action: &Action| Some((model.keys.map.key_of(*action, context)?, action.info().label));
    let kept: Vec<_> = ALWAYS.iter().filter_map(label).collect();
    let gap = if line.width >= 100 { 3 } else { 2 };
    let cells = |key: &str, word: &str| canvas.width(key) + 1 + canvas.width(word) + gap;
    let reserved: u16 = kept.iter().map(|(key, word)| cells(key, word)).sum();
    let mut room = line.width.saturating_sub(reserved + 1);
    let mut shown = Vec::new();
    for (key, word) in footer(context).iter().filter_map(label) {
        let cells = cells(&key, word);
        if cells > room {
            break;
        }
        room -= cells;
        shown.push((key, word));
    }
    let mut x = line.x + 1;
    for (key, word) in shown.into_iter().chain(kept) {
        x = canvas.text(x, line.y, line.right().saturating_sub(x), &key, StyleRole::Key) + 1;
        x = canvas.text(x, line.y, line.right().saturating_sub(x), word, StyleRole::Text) + gap;
    }
}
