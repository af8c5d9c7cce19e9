//! "No results" is a statement: what was searched, over which time, with which gaps.

use ratatui::layout::Rect;

use crate::tui::keymap::Action;
use crate::tui::model::Model;
use crate::tui::pages::search_explained;
use crate::tui::protocol::Lane;
use crate::tui::text::wrap;
use crate::tui::theme::StyleRole;

use super::canvas::Canvas;

/// Explains, instead of rows, why there are none.
pub(super) fn draw(model: &Model, area: Rect, canvas: &mut Canvas<'_>) {
    let mut y = area.y;
    for sentence in sentences(model) {
        for line in wrap(&sentence, usize::from(area.width.saturating_sub(4))) {
            if y >= area.bottom() {
                return;
            }
            canvas.text(area.x + 2, y, area.width - 3, &line, StyleRole::Text);
            y += 1;
        }
    }
}

fn sentences(model: &Model) -> Vec<String> {
    let facts = &model.case;
    if model.list.is_stale() || model.tickets.awaits(Lane::Page) {
        return vec!["Searching…".to_owned()];
    }
    let key = |action| model.keys.map.key_of(action, model.context_beneath());
    if let (true, Some(import)) = (facts.sources.is_empty(), model.import.running) {
        return vec![
            format!("Importing: {}.", import.words(true)),
            "Events are listed as soon as the first files are sealed.".to_owned(),
        ];
    }
    if facts.sources.is_empty() {
        let quit = key(Action::Back).unwrap_or_default();
        return vec![
            "This case holds no evidence yet.".to_owned(),
            format!("Quit with {quit}, then import logs with: vestigo import PATH"),
        ];
    }
    if model.search.count != Some(0) {
        return vec!["The events could not be read.".to_owned()];
    }
    let mut message = vec!["No event matches.".to_owned()];
    message.extend(search_explained(model));
    if let Some(key) = key(Action::TrailBack) {
        message.push(format!("{key} goes back to the previous search."));
    }
    message
}
