//! The window of loaded rows over any number of events.

use proptest::prelude::*;

use crate::app::Order;
use crate::tui::model::{EventList, Model};
use crate::tui::protocol::{Effect, EventPage, Lane, PagePosition, UiEvent, WorkerRequest, WorkerResponse};
use crate::tui::update::update;

use super::kit::*;

fn place(effects: &[Effect]) -> PagePosition {
    match asked(effects, Lane::Page).1 {
        WorkerRequest::Page { place, .. } => place,
        other => panic!("{other:?}"),
    }
}

fn give(model: &mut Model, effects: &[Effect], page: EventPage) -> Vec<Effect> {
    let (ticket, _) = asked(effects, Lane::Page);
    update(model, UiEvent::Response { ticket, took: None, response: WorkerResponse::Page(page) })
}

#[test]
fn more_rows_are_asked_for_once_before_they_are_needed() {
    let mut model = opened(80, 24);
    let mut effects = Vec::new();
    while lanes(&effects).iter().all(|lane| *lane != Lane::Page) {
        effects = press(&mut model, "j");
    }
    assert_eq!(place(&effects), PagePosition::After(hit(59)));
    assert!(model.list.selected < 59);
    assert!(!lanes(&press(&mut model, "j")).contains(&Lane::Page));
    give(&mut model, &effects, EventPage { start: None, ..page(60, 100) });
    assert_eq!((model.list.rows.len(), model.list.last, model.list.start), (100, true, Some(0)));
}

#[test]
fn rows_put_before_leave_the_selection_where_it_was() {
    let mut model = opened(80, 24);
    let effects = press(&mut model, "b");
    let at = EventPage { at: 3, ..page(40, 70) };
    let effects = give(&mut model, &effects, at);
    assert_eq!(model.list.position(), Some(44));
    assert_eq!(place(&effects), PagePosition::Before(hit(40)));
    let (selected, top) = (model.list.row().cloned(), model.list.selected - model.list.top);
    give(&mut model, &effects, EventPage { start: None, ..page(10, 40) });
    assert_eq!((model.list.row().cloned(), model.list.selected - model.list.top), (selected, top));
    assert_eq!((model.list.position(), model.list.start), (Some(44), Some(10)));
}

#[test]
fn the_end_is_reached_at_once() {
    let mut model = opened(80, 24);
    let effects = press(&mut model, "G");
    assert_eq!(place(&effects), PagePosition::Last);
    let last = EventPage { at: 29, start: Some(70), first: false, ..page(70, 100) };
    give(&mut model, &effects, last);
    assert_eq!(model.list.position(), Some(100));
    let effects = press(&mut model, "g");
    assert_eq!(place(&effects), PagePosition::First);
}

#[test]
fn however_far_one_goes_the_loaded_rows_are_bounded() {
    let mut model = opened(80, 24);
    for turn in 0..200 {
        let effects = press(&mut model, "pagedown");
        if lanes(&effects).contains(&Lane::Page) {
            let more = EventPage { start: None, first: false, last: false, ..page(0, 60) };
            give(&mut model, &effects, more);
        }
        assert!(model.list.rows.len() <= EventList::LOADED + 60, "turn {turn}");
        assert!(model.list.top <= model.list.selected && model.list.selected < model.list.rows.len());
    }
    assert!(!model.list.first && model.list.start > Some(0));
}

#[test]
fn turning_the_list_round_keeps_the_event() {
    let mut model = opened(80, 24);
    let effects = press(&mut model, "j j r");
    assert_eq!(
        (model.search.order, place(&effects)),
        (Order::Oldest, PagePosition::At(hit(2).time.unwrap()))
    );
    let mut page = page(0, 10);
    page.rows.reverse();
    give(&mut model, &effects, page);
    assert_eq!(model.list.row().map(|row| row.hit), Some(hit(2)));
}

#[test]
fn the_selected_event_is_read_in_full_once() {
    let mut model = opened(80, 24);
    let effects = press(&mut model, "j");
    assert_eq!(asked(&effects, Lane::Entry).1, WorkerRequest::Entry(hit(1)));
    assert_eq!(lanes(&press(&mut model, "enter")), []);
}

#[test]
fn next_event_works_from_every_pane() {
    let mut model = opened(80, 24);
    press(&mut model, "enter n n N");
    assert_eq!(model.list.selected, 1);
}

proptest! {
    #[test]
    fn the_selected_row_is_always_on_screen(
        keys in prop::collection::vec(prop::sample::select(vec!["j", "k", "pagedown", "pageup", "ctrl-d", "ctrl-u", "G", "g", "enter", "esc", "f"]), 1..60),
        height in 10u16..60, width in 40u16..160,
    ) {
        let mut model = opened(width, height);
        for key in keys {
            let effects = press(&mut model, key);
            settle(&mut model, effects);
            let panes = crate::tui::layout::panes(model.size, &model).unwrap();
            let rows = panes.rows.map_or(1, |rows| usize::from(rows.height));
            prop_assert!(model.list.selected >= model.list.top && model.list.selected < model.list.top + rows);
        }
    }
}
