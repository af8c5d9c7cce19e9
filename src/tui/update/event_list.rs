//! The event list: moving the selection, and loading rows where it goes.

use crate::app::Hit;
use crate::tui::keymap::{Action, KeyContext};
use crate::tui::layout;
use crate::tui::model::{EventList, Load, Model, Screen, Tone};
use crate::tui::protocol::{Effect, EventColumn, EventPage, Lane, PagePosition, WorkerRequest};

/// How far a selection moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Movement {
    /// This many lines down; negative is up.
    Lines(isize),
    /// This many halves of a page down; negative is up.
    Halves(isize),
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Movement {
    /// Returns the position it leads to among `len` lines; a page has `page` lines.
    pub(super) fn apply(self, at: usize, page: usize, len: usize) -> usize {
        let last = len.saturating_sub(1);
        let half = isize::try_from((page / 2).max(1)).unwrap_or(1);
        match self {
            Movement::Lines(by) => at.saturating_add_signed(by).min(last),
            Movement::Halves(by) => at.saturating_add_signed(by.saturating_mul(half)).min(last),
            Movement::First => 0,
            Movement::Last => last,
        }
    }
}

/// Moves the selected event.
pub(super) fn go(model: &mut Model, by: Movement) -> Vec<Effect> {
    model.timeline.cursor = None;
    match by {
        Movement::First if !model.list.first => return load(model, PagePosition::First),
        Movement::Last => return last(model),
        Movement::First | Movement::Lines(_) | Movement::Halves(_) => {}
    }
    let (page, len) = (height(model), model.list.rows.len());
    model.list.selected = by.apply(model.list.selected, page, len);
    follow_selection(model)
}

/// Goes to the last event that has a time; from there, to the last of all.
fn last(model: &mut Model) -> Vec<Effect> {
    let list = &mut model.list;
    let undated = |at: usize| list.rows.get(at).is_some_and(|row| row.hit.time.is_none());
    let place = match undated(list.selected) || undated(list.selected + 1) {
        true => PagePosition::End,
        false => PagePosition::Last,
    };
    if !list.last {
        return load(model, place);
    }
    let dated = list.rows.iter().rposition(|row| row.hit.time.is_some());
    let end = list.rows.len().saturating_sub(1);
    list.selected = dated.filter(|_| place == PagePosition::Last).unwrap_or(end);
    announce_undated(model);
    follow_selection(model)
}

/// Announces that events without a time come after the selected one, which has one.
fn announce_undated(model: &mut Model) {
    let list = &model.list;
    let dated = |at: usize| list.rows.get(at).map(|row| row.hit.time.is_some());
    if dated(list.selected) == Some(true) && dated(list.selected + 1) == Some(false) {
        let key =
            model.keys.map.key_of(Action::Last, KeyContext::Events).unwrap_or_else(|| ":last".to_owned());
        let text = format!("the last event with a time; {key} again goes to those without one");
        model.say(Tone::Done, text);
    }
}

/// Moves the highlighted column.
pub(super) fn column(model: &mut Model, by: isize) -> Vec<Effect> {
    let mut at = model.list.column as usize;
    loop {
        let next = at.saturating_add_signed(by).min(EventColumn::ALL.len() - 1);
        if next == at {
            return Vec::new();
        }
        at = next;
        if EventColumn::ALL[at].fits_screen(model.size.width) {
            model.list.column = EventColumn::ALL[at];
            return Vec::new();
        }
    }
}

/// Asks for another page of the same list, which replaces the loaded rows.
pub(super) fn load(model: &mut Model, position: PagePosition) -> Vec<Effect> {
    let stale = model.list.is_stale();
    vec![replace_with(model, Load::Replace { position, select: None, stale }, position)]
}

/// Asks for a page of another list: the search or its order has changed. `select` is the
/// event to be selected if the page has it.
pub(super) fn reload(model: &mut Model, position: PagePosition, select: Option<Hit>) -> Vec<Effect> {
    vec![replace_with(model, Load::Replace { position, select, stale: true }, position)]
}

fn replace_with(model: &mut Model, load: Load, position: PagePosition) -> Effect {
    model.list.load = load;
    page(model, position)
}

fn page(model: &mut Model, place: PagePosition) -> Effect {
    let limit = (height(model) * 3).max(60);
    let (scope, order) = (model.search.scope.clone(), model.search.order);
    model.ask(WorkerRequest::Page { scope, order, place, limit })
}

/// Returns how many rows are on screen.
fn height(model: &Model) -> usize {
    let rows = layout::panes(model.size, model).and_then(|panes| panes.rows);
    rows.map_or(1, |rows| usize::from(rows.height)).max(1)
}

/// Brings the selected row on screen, loads rows that will be needed soon, and
/// asks for the selected event in full.
pub(super) fn follow_selection(model: &mut Model) -> Vec<Effect> {
    if model.focus.screen != Screen::Investigate {
        return Vec::new();
    }
    let height = height(model);
    let list = &mut model.list;
    list.selected = list.selected.min(list.rows.len().saturating_sub(1));
    list.top = list.top.clamp((list.selected + 1).saturating_sub(height), list.selected);
    list.top = list.top.min(list.rows.len().saturating_sub(height.min(list.rows.len())));
    let mut effects: Vec<Effect> = more_rows(model, height).into_iter().collect();
    effects.extend(selected_in_full(model));
    effects
}

/// Asks for the rows after or before the loaded ones if the selection is near.
fn more_rows(model: &mut Model, height: usize) -> Option<Effect> {
    let list = &model.list;
    if matches!(list.load, Load::Replace { .. }) {
        return None;
    }
    let margin = height * 2;
    let (before, behind) = (list.selected, list.rows.len().checked_sub(list.selected + 1)?);
    let (few_before, few_behind) = (!list.first && before < margin, !list.last && behind < margin);
    let place = match (few_before, few_behind) {
        (false, false) => return None,
        (true, true) if before < behind => PagePosition::Before(list.rows.front()?.hit),
        (true, false) => PagePosition::Before(list.rows.front()?.hit),
        (_, true) => PagePosition::After(list.rows.back()?.hit),
    };
    if list.load == Load::Extend(place) {
        return None;
    }
    model.list.load = Load::Extend(place);
    Some(page(model, place))
}

fn selected_in_full(model: &mut Model) -> Option<Effect> {
    let hit = model.list.row()?.hit;
    if model.list.is_stale() || model.detail.asked == Some(hit) {
        return None;
    }
    model.detail.asked = Some(hit);
    model.detail.selected = 0;
    Some(model.ask(WorkerRequest::Entry(hit)))
}

/// Applies a page.
pub(super) fn apply_page(model: &mut Model, page: EventPage) -> Vec<Effect> {
    let height = height(model);
    let list = &mut model.list;
    match std::mem::take(&mut list.load) {
        Load::Extend(PagePosition::Before(_)) => prepend(list, page),
        Load::Extend(_) => append(list, page),
        Load::Replace { position, select, .. } => {
            replace(list, page, select, height);
            if position == PagePosition::Last {
                announce_undated(model);
            }
        }
        Load::Idle => replace(list, page, None, height),
    }
    if model.list.rows.is_empty() {
        model.tickets.invalidate(Lane::Entry);
        (model.detail.asked, model.detail.event, model.detail.trouble) = (None, None, None);
    }
    follow_selection(model)
}

fn replace(list: &mut EventList, page: EventPage, select: Option<Hit>, height: usize) {
    let sought = select.and_then(|hit| {
        page.rows.iter().position(|row| (row.hit.source, row.hit.record) == (hit.source, hit.record))
    });
    list.selected = sought.unwrap_or(page.at);
    list.top = list.selected.saturating_sub(height / 2);
    if page.last && page.at + 1 == page.rows.len() {
        list.top = page.rows.len().saturating_sub(height);
    }
    list.rows = page.rows.into();
    (list.start, list.first, list.last) = (page.start, page.first, page.last);
}

fn append(list: &mut EventList, page: EventPage) {
    list.rows.extend(page.rows);
    list.last = page.last;
    let over = list.rows.len().saturating_sub(EventList::LOADED).min(list.top);
    if over > 0 {
        list.rows.drain(..over);
        list.first = false;
        list.start = list.start.map(|start| start + over as u64);
        (list.selected, list.top) = (list.selected - over, list.top - over);
    }
}

fn prepend(list: &mut EventList, page: EventPage) {
    let added = page.rows.len();
    for row in page.rows.into_iter().rev() {
        list.rows.push_front(row);
    }
    list.first = page.first;
    list.start =
        if page.first { Some(0) } else { list.start.map(|start| start.saturating_sub(added as u64)) };
    (list.selected, list.top) = (list.selected + added, list.top + added);
    if list.rows.len() > EventList::LOADED {
        list.rows.truncate(EventList::LOADED.max(list.selected + 1));
        list.last = false;
    }
}
