//! From an action to its handler.

use crate::app::{Depth, FindingVerdict};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Overlay, Pane, Screen, TextPage, Tone};
use crate::tui::protocol::{Annotations, Effect};
use crate::tui::{layout, pages};

use super::{
    annotations, anomalies, confirmed, event_list, evidence, export, fields, findings, form, history, import,
    palette, pivot, remediation, screens, search, search_input, timeline, verification, zoom,
};

/// Carries out an action.
type Handler = fn(&mut Model) -> Vec<Effect>;

/// Writes [`handler`]: a match with an arm per action, so that an action without a row does not compile.
macro_rules! handlers {
    ($($action:ident => $handler:expr;)*) => {
        /// Returns the handler of an action.
        fn handler(action: Action) -> Handler {
            match action { $(Action::$action => $handler),* }
        }
    };
}

handlers! {
    SearchOpen => search_input::open;
    Include => pivot::include;
    Exclude => pivot::exclude;
    Only => pivot::only;
    Copy => pivot::copy;
    CopyLine => pivot::copy_line;
    More => fields::more;
    ZoomIn => zoom::zoom_in;
    ZoomOut => zoom::zoom_out;
    ZoomSelection => zoom::zoom_selection;
    ZoomReset => zoom::zoom_reset;
    BucketPrevious => |model| timeline::to_bucket(model, timeline::Direction::Earlier);
    BucketNext => |model| timeline::to_bucket(model, timeline::Direction::Later);
    Busiest => timeline::to_busiest;
    Mark => timeline::mark;
    Down => |model| step(model, event_list::Movement::Lines(1));
    Up => |model| step(model, event_list::Movement::Lines(-1));
    PageDown => |model| step(model, event_list::Movement::Halves(2));
    PageUp => |model| step(model, event_list::Movement::Halves(-2));
    HalfDown => |model| step(model, event_list::Movement::Halves(1));
    HalfUp => |model| step(model, event_list::Movement::Halves(-1));
    First => |model| step(model, event_list::Movement::First);
    Last => |model| step(model, event_list::Movement::Last);
    Left => |model| event_list::column(model, -1);
    Right => |model| event_list::column(model, 1);
    NextField => |model| fields::next_field(model, 1);
    PreviousField => |model| fields::next_field(model, -1);
    NextEvent => |model| event_list::go(model, event_list::Movement::Lines(1));
    PreviousEvent => |model| event_list::go(model, event_list::Movement::Lines(-1));
    Verify => |model| verification::verify(model, Depth::Quick);
    VerifyDeep => |model| verification::verify(model, Depth::Deep);
    Anchor => verification::anchor;
    Bookmark => annotations::bookmark;
    Note => annotations::note;
    NewFinding => findings::new_finding;
    Undo => annotations::undo;
    Redo => annotations::redo;
    ShowEvents => |model| match model.focus.screen {
        Screen::Evidence => evidence::show_events(model),
        Screen::Investigate | Screen::Anomalies | Screen::Findings | Screen::Audit => annotations::show_events(model),
    };
    Reread => evidence::reread;
    NextState => remediation::next_state;
    Edit => findings::edit;
    CloseFinding => remediation::close;
    FilterFalse => remediation::filter;
    TruePositive => |model| anomalies::judge(model, FindingVerdict::TrueWithImpact);
    FalsePositive => |model| anomalies::judge(model, FindingVerdict::FalsePositive);
    Benign => |model| anomalies::judge(model, FindingVerdict::Legitimate);
    Remediate => findings::remediate;
    Detect => anomalies::detect;
    NotEvaluated => anomalies::not_evaluated;
    AnomalyPrevious => |model| anomalies::to_neighbor(model, timeline::Direction::Earlier);
    AnomalyNext => |model| anomalies::to_neighbor(model, timeline::Direction::Later);
    RemoveMark => annotations::remove_mark;
    Export => export::open;
    Open => open;
    NextPane => |model| screens::next_pane(model, 1);
    PreviousPane => |model| screens::next_pane(model, -1);
    Fields => |model| screens::show_pane(model, Pane::Fields);
    Provenance => provenance;
    TrailBack => history::back;
    TrailForward => history::forward;
    ClearSearch => search::clear;
    Explain => search::explained;
    FlipOrder => search::flip_order;
    FlipZone => timeline::flip_zone;
    Investigate => |model| screens::show_screen(model, Screen::Investigate);
    Anomalies => anomalies::show;
    Findings => |model| screens::show_screen(model, Screen::Findings);
    Evidence => |model| screens::show_screen(model, Screen::Evidence);
    Audit => |model| screens::show_screen(model, Screen::Audit);
    Palette => palette::open;
    Help => |model| read(model, TextPage::Help);
    Back => back;
    Escape => |model| anomalies::stop(model).unwrap_or_else(|| escape(model));
    Confirm => confirm;
    Cancel => cancel;
    NextRow => |model| form::row(model, 1);
    PreviousRow => |model| form::row(model, -1);
    Complete => search_input::complete;
    SuggestionNext => |model| search_input::suggestion(model, 1);
    SuggestionPrevious => |model| search_input::suggestion(model, -1);
    CursorLeft => |model| edit(model, tui_input::InputRequest::GoToPrevChar);
    CursorRight => |model| edit(model, tui_input::InputRequest::GoToNextChar);
    WordLeft => |model| edit(model, tui_input::InputRequest::GoToPrevWord);
    WordRight => |model| edit(model, tui_input::InputRequest::GoToNextWord);
    CursorStart => |model| edit(model, tui_input::InputRequest::GoToStart);
    CursorEnd => |model| edit(model, tui_input::InputRequest::GoToEnd);
    DeleteLeft => |model| edit(model, tui_input::InputRequest::DeletePrevChar);
    DeleteRight => |model| edit(model, tui_input::InputRequest::DeleteNextChar);
    DeleteWord => |model| edit(model, tui_input::InputRequest::DeletePrevWord);
    DeleteToStart => |model| edit(model, tui_input::InputRequest::DeleteFromStart);
    DeleteToEnd => |model| edit(model, tui_input::InputRequest::DeleteTillEnd);
    Redraw => |_| vec![Effect::Redraw];
    Suspend => |_| vec![Effect::Suspend];
    Quit => |model| anomalies::stop(model).unwrap_or_else(|| import::quit(model));
}

/// Carries out an action.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if !matches!(action, Action::AnomalyPrevious | Action::AnomalyNext) {
        model.anomalies.visited = None;
    }
    handler(action)(model)
}

/// Confirms what is typed or chosen.
fn confirm(model: &mut Model) -> Vec<Effect> {
    match model.overlay {
        Overlay::Palette(_) => palette::chosen(model).map_or_else(Vec::new, |action| act(model, action)),
        Overlay::Form(_) => confirmed::confirm(model),
        Overlay::SearchInput(_) | Overlay::None | Overlay::Page(..) => search_input::confirm(model),
    }
}

fn cancel(model: &mut Model) -> Vec<Effect> {
    if form::exports(model) {
        return export::stop(model);
    }
    model.overlay = Overlay::None;
    Vec::new()
}

/// Opens a page of text at its top.
fn read(model: &mut Model, page: TextPage) -> Vec<Effect> {
    model.overlay = Overlay::Page(page, 0);
    Vec::new()
}

/// Shows what is selected in full.
fn open(model: &mut Model) -> Vec<Effect> {
    match model.focus.screen {
        Screen::Anomalies => anomalies::open(model),
        Screen::Findings => annotations::open(model),
        Screen::Evidence => read(model, TextPage::Source),
        Screen::Investigate | Screen::Audit => screens::show_pane(model, Pane::Detail),
    }
}

/// Edits the line that is being typed.
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

/// Moves the selection, or scrolls the page, that has the focus.
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
        (Screen::Anomalies, _) => anomalies::go(model, by),
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
        (Screen::Investigate, Pane::Timeline) | (Screen::Audit, _) => Vec::new(),
    }
}

fn provenance(model: &mut Model) -> Vec<Effect> {
    let hit = model.list.row().map(|row| row.hit);
    if model.detail.event_of(hit).is_some() {
        model.overlay = Overlay::Page(TextPage::Provenance, 0);
    } else {
        model.say(Tone::Refused, "no event is selected, or it is still loading");
    }
    Vec::new()
}

/// Closes what is open; from the event list, quits.
fn back(model: &mut Model) -> Vec<Effect> {
    let home = model.overlay == Overlay::None
        && model.focus.screen == Screen::Investigate
        && model.focus.pane == Pane::Events;
    if home { import::quit(model) } else { escape(model) }
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
