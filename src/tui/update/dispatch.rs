//! From an action to what it changes.

use crate::evidence::Depth;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Overlay, Pane, Screen, TextPage, Tone};
use crate::tui::protocol::{Annotations, Effect};
use crate::tui::{layout, pages};

use super::{
    annotations, confirmed, event_list, evidence, export, fields, findings, form, history, palette, pivot,
    screens, search, search_input, timeline, verification, zoom,
};

/// Carries out an action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::SearchOpen => search_input::open(model),
        Action::Include => pivot::include(model),
        Action::Exclude => pivot::exclude(model),
        Action::Only => pivot::only(model),
        Action::Copy => pivot::copy(model),
        Action::CopyLine => pivot::copy_line(model),
        Action::More => fields::more(model),

        Action::ZoomIn => zoom::zoom_in(model),
        Action::ZoomOut => zoom::zoom_out(model),
        Action::ZoomSelection => zoom::zoom_selection(model),
        Action::ZoomReset => zoom::zoom_reset(model),
        Action::BucketPrevious => timeline::to_bucket(model, timeline::Direction::Earlier),
        Action::BucketNext => timeline::to_bucket(model, timeline::Direction::Later),
        Action::Busiest => timeline::to_busiest(model),
        Action::Mark => timeline::mark(model),

        Action::Down => step(model, event_list::Movement::Lines(1)),
        Action::Up => step(model, event_list::Movement::Lines(-1)),
        Action::PageDown => step(model, event_list::Movement::Halves(2)),
        Action::PageUp => step(model, event_list::Movement::Halves(-2)),
        Action::HalfDown => step(model, event_list::Movement::Halves(1)),
        Action::HalfUp => step(model, event_list::Movement::Halves(-1)),
        Action::First => step(model, event_list::Movement::First),
        Action::Last => step(model, event_list::Movement::Last),
        Action::Left => event_list::column(model, -1),
        Action::Right => event_list::column(model, 1),
        Action::NextField => fields::next_field(model, 1),
        Action::PreviousField => fields::next_field(model, -1),
        Action::NextEvent => event_list::go(model, event_list::Movement::Lines(1)),
        Action::PreviousEvent => event_list::go(model, event_list::Movement::Lines(-1)),

        Action::Verify => verification::verify(model, Depth::Quick),
        Action::VerifyDeep => verification::verify(model, Depth::Deep),
        Action::Anchor => verification::anchor(model),
        Action::Bookmark => annotations::bookmark(model),
        Action::Note => annotations::note(model),
        Action::NewFinding => findings::new_finding(model),
        Action::Undo => annotations::undo(model),
        Action::Redo => annotations::redo(model),
        Action::ShowEvents if model.focus.screen == Screen::Evidence => evidence::show_events(model),
        Action::ShowEvents => annotations::show_events(model),
        Action::Reread => evidence::reread(model),
        Action::NextState => findings::next_state(model),
        Action::Edit => findings::edit(model),
        Action::CloseFinding => findings::close(model),
        Action::RemoveMark => annotations::remove_mark(model),
        Action::Export => export::open(model),
        Action::Open if model.focus.screen == Screen::Findings => annotations::open(model),
        Action::Open if model.focus.screen == Screen::Evidence => {
            model.overlay = Overlay::Page(TextPage::Source, 0);
            Vec::new()
        }
        Action::Open => screens::show_pane(model, Pane::Detail),
        Action::NextPane => screens::next_pane(model, 1),
        Action::PreviousPane => screens::next_pane(model, -1),
        Action::Fields => screens::show_pane(model, Pane::Fields),
        Action::Provenance => provenance(model),

        Action::TrailBack => history::back(model),
        Action::TrailForward => history::forward(model),
        Action::ClearSearch => search::clear(model),
        Action::Explain => search::explained(model),
        Action::FlipOrder => search::flip_order(model),
        Action::FlipZone => timeline::flip_zone(model),

        Action::Investigate => screens::show_screen(model, Screen::Investigate),
        Action::Anomalies => screens::show_screen(model, Screen::Anomalies),
        Action::Findings => screens::show_screen(model, Screen::Findings),
        Action::Evidence => screens::show_screen(model, Screen::Evidence),
        Action::Audit => screens::show_screen(model, Screen::Audit),

        Action::Palette => palette::open(model),
        Action::Help => {
            model.overlay = Overlay::Page(TextPage::Help, 0);
            Vec::new()
        }
        Action::Back => back(model),
        Action::Escape => escape(model),
        Action::Confirm => match model.overlay {
            Overlay::Palette(_) => match palette::chosen(model) {
                Some(action) => act(model, action),
                None => Vec::new(),
            },
            Overlay::Form(_) => confirmed::confirm(model),
            Overlay::SearchInput(_) | Overlay::None | Overlay::Page(..) => search_input::confirm(model),
        },
        Action::Cancel => {
            model.overlay = Overlay::None;
            Vec::new()
        }
        Action::NextRow => form::row(model, 1),
        Action::PreviousRow => form::row(model, -1),
        Action::Complete => search_input::complete(model),
        Action::SuggestionNext => search_input::suggestion(model, 1),
        Action::SuggestionPrevious => search_input::suggestion(model, -1),
        Action::CursorLeft => edit(model, tui_input::InputRequest::GoToPrevChar),
        Action::CursorRight => edit(model, tui_input::InputRequest::GoToNextChar),
        Action::WordLeft => edit(model, tui_input::InputRequest::GoToPrevWord),
        Action::WordRight => edit(model, tui_input::InputRequest::GoToNextWord),
        Action::CursorStart => edit(model, tui_input::InputRequest::GoToStart),
        Action::CursorEnd => edit(model, tui_input::InputRequest::GoToEnd),
        Action::DeleteLeft => edit(model, tui_input::InputRequest::DeletePrevChar),
        Action::DeleteRight => edit(model, tui_input::InputRequest::DeleteNextChar),
        Action::DeleteWord => edit(model, tui_input::InputRequest::DeletePrevWord),
        Action::DeleteToStart => edit(model, tui_input::InputRequest::DeleteFromStart),
        Action::DeleteToEnd => edit(model, tui_input::InputRequest::DeleteTillEnd),

        Action::Redraw => vec![Effect::Redraw],
        Action::Suspend => vec![Effect::Suspend],
        Action::Quit => vec![Effect::Quit],
    }
}

/// Edits whichever line is typed.
fn edit(model: &mut Model, request: tui_input::InputRequest) -> Vec<Effect> {
    match model.overlay {
        Overlay::SearchInput(_) => search_input::edit(model, request),
        Overlay::Palette(_) => palette::edit(model, request),
        Overlay::Form(_) => {
            form::edit(model, request);
            export::follow_choice(model);
            Vec::new()
        }
        Overlay::None | Overlay::Page(..) => Vec::new(),
    }
}

/// Moves the selection of whatever is in front.
fn step(model: &mut Model, by: event_list::Movement) -> Vec<Effect> {
    let page = usize::from(layout::popup_lines(model.size)).max(1);
    let lines = pages::open_page_lines(model);
    match &mut model.overlay {
        Overlay::Page(_, top) => {
            *top = by.apply(*top, page, (lines + 1).saturating_sub(page));
            return Vec::new();
        }
        Overlay::Palette(palette) => {
            palette.chosen = by.apply(palette.chosen, page, palette.fitting.len());
            return Vec::new();
        }
        Overlay::None | Overlay::SearchInput(_) | Overlay::Form(_) => {}
    }
    match (model.focus.screen, model.focus.pane) {
        (Screen::Evidence, _) => {
            model.focus.source = by.apply(model.focus.source, page, model.case.sources.len());
            Vec::new()
        }
        (Screen::Findings, _) => {
            let places = model.annotations.loaded.as_ref().map_or(0, Annotations::len);
            model.annotations.selected = by.apply(model.annotations.selected, page, places);
            model.annotations.chosen = true;
            Vec::new()
        }
        (Screen::Investigate, Pane::Events) => event_list::go(model, by),
        (Screen::Investigate, Pane::Fields) => fields::go(model, by),
        (Screen::Investigate, Pane::Detail) => {
            let fields = model.detail.event.as_ref().map_or(0, |event| event.fields.len());
            model.detail.selected = by.apply(model.detail.selected, page / 2, fields);
            Vec::new()
        }
        (Screen::Investigate, Pane::Timeline) | (Screen::Anomalies | Screen::Audit, _) => Vec::new(),
    }
}

fn provenance(model: &mut Model) -> Vec<Effect> {
    let hit = model.list.row().map(|row| row.hit);
    if model.detail.event_of(hit).is_some() {
        model.overlay = Overlay::Page(TextPage::Provenance, 0);
    } else {
        model.say(Tone::Refused, "no event is selected, or it was not read yet");
    }
    Vec::new()
}

/// Closes what is in front; from the event list, leaves.
fn back(model: &mut Model) -> Vec<Effect> {
    let home = model.overlay == Overlay::None
        && model.focus.screen == Screen::Investigate
        && model.focus.pane == Pane::Events;
    if home { vec![Effect::Quit] } else { escape(model) }
}

fn escape(model: &mut Model) -> Vec<Effect> {
    if model.overlay != Overlay::None {
        model.overlay = Overlay::None;
        return Vec::new();
    }
    if model.focus.screen != Screen::Investigate {
        return screens::show_screen(model, Screen::Investigate);
    }
    if model.timeline.mark.take().is_some() {
        return Vec::new();
    }
    screens::show_pane(model, Pane::Events)
}
