//! Searching, pivoting, the trail.

use crate::app::Order;
use crate::query::Expr;
use crate::record::TimeRange;
use crate::tui::keymap::Chord;
use crate::tui::model::Load;
use crate::tui::model::{Overlay, Tone};
use crate::tui::protocol::{
    Effect, Failure, Lane, PagePosition, UiEvent, WorkProgress, WorkerRequest, WorkerResponse,
};
use crate::tui::update::update;

use super::kit::*;

#[test]
fn a_search_asks_for_everything_the_screen_shows() {
    let mut model = opened(120, 40);
    press(&mut model, "/");
    write(&mut model, "user:root");
    let effects = press(&mut model, "enter");
    assert_eq!(lanes(&effects), [Lane::Page, Lane::Count, Lane::Histogram, Lane::Facets]);
    assert_eq!((model.search.text.as_str(), model.search.count), ("user:root", None));
    assert_eq!(model.overlay, Overlay::None);
}

#[test]
fn stale_results_are_ignored() {
    let mut model = opened(120, 40);
    let first = press(&mut model, "i");
    let (old, _) = asked(&first, Lane::Count);
    let second = press(&mut model, "x");
    let (new, _) = asked(&second, Lane::Count);
    update(&mut model, UiEvent::Response { ticket: new, took: None, response: WorkerResponse::Count(7) });
    update(&mut model, UiEvent::Response { ticket: old, took: None, response: WorkerResponse::Count(99) });
    assert_eq!(model.search.count, Some(7));
}

#[test]
fn a_query_that_cannot_be_read_is_pointed_at_and_not_run() {
    let mut model = opened(120, 40);
    press(&mut model, "/");
    write(&mut model, "user:");
    let Overlay::SearchInput(typing) = &model.overlay else { panic!("nothing is typed") };
    assert_eq!(typing.problem.as_ref().map(|problem| problem.span.clone()), Some(0..5));
    assert_eq!(press(&mut model, "enter"), []);
    assert!(matches!(model.overlay, Overlay::SearchInput(_)));
    assert_eq!(model.search.scope.expr, Expr::All);
}

#[test]
fn a_chosen_suggestion_takes_the_place_of_what_is_typed() {
    let mut model = opened(120, 40);
    press(&mut model, "/");
    write(&mut model, "user.n");
    press(&mut model, "tab");
    let Overlay::SearchInput(typing) = &model.overlay else { panic!("nothing is typed") };
    assert_eq!(typing.input.value(), "user.name:");
    write(&mut model, "r");
    press(&mut model, "down down");
    let effects = press(&mut model, "enter");
    settle(&mut model, effects);
    let Overlay::SearchInput(typing) = &model.overlay else { panic!("nothing is typed") };
    assert_eq!(typing.input.value().trim_end(), "user.name:\"ro ot\"");
}

#[test]
fn including_a_value_keeps_the_time_and_the_event() {
    let mut model = opened(120, 40);
    let effects = press(&mut model, "j j");
    settle(&mut model, effects);
    let window = TimeRange { from: BEGIN, to: BEGIN.plus(i64::MAX / 4) };
    model.search.scope.window = window;
    let effects = press(&mut model, "i");
    assert_eq!((model.search.text.as_str(), model.search.scope.window), ("source.ip:203.0.113.7", window));
    let (_, request) = asked(&effects, Lane::Page);
    let WorkerRequest::Page { place, .. } = request else { panic!("{request:?}") };
    assert_eq!(place, PagePosition::At(hit(2).time.unwrap()));
    let load = Load::Replace { position: place, select: Some(hit(2)), stale: true };
    assert_eq!(model.list.load, load);
}

#[test]
fn excluding_what_was_included_turns_it_round() {
    let mut model = opened(120, 40);
    press(&mut model, "i");
    press(&mut model, "i");
    assert_eq!(said(&model), "already filtered by this");
    press(&mut model, "x");
    assert_eq!(model.search.text, "NOT source.ip:203.0.113.7");
    assert_eq!(model.search.past.len(), 2);
}

#[test]
fn a_column_without_a_value_says_so() {
    let mut model = opened(120, 40);
    assert_eq!(press(&mut model, "h i"), []);
    assert_eq!(said(&model), "this event has no user.name: choose another column");
}

#[test]
fn the_trail_leads_back_and_forward() {
    let mut model = opened(120, 40);
    let effects = press(&mut model, "i");
    settle(&mut model, effects);
    let effects = press(&mut model, "z");
    settle(&mut model, effects);
    let zoomed = model.search.scope.clone();
    press(&mut model, "ctrl-o");
    assert_eq!(
        (model.search.text.as_str(), model.search.scope.window),
        ("source.ip:203.0.113.7", TimeRange::ALL)
    );
    press(&mut model, "ctrl-o");
    assert_eq!(model.search.scope.expr, Expr::All);
    press(&mut model, "ctrl-o");
    assert_eq!(said(&model), "no earlier search");
    press(&mut model, "alt-right alt-right");
    assert_eq!(model.search.scope, zoomed);
}

#[test]
fn a_value_of_a_field_is_included_from_the_fields() {
    let mut model = opened(120, 40);
    press(&mut model, "f j enter");
    assert_eq!(
        model.search.scope.expr.to_string(),
        format!("event.outcome:{}", crate::query::quote("succ\u{9b}ess"))
    );
}

#[test]
fn the_line_after_the_values_asks_for_more() {
    let mut model = opened(120, 40);
    let effects = press(&mut model, "f j j enter");
    let (_, request) = asked(&effects, Lane::Facets);
    let WorkerRequest::Facets { fields, .. } = request else { panic!("{request:?}") };
    assert_eq!(fields[0], ("event.outcome".to_owned(), 51));
}

#[test]
fn what_is_copied_cannot_act_and_is_bounded() {
    let mut model = opened(120, 40);
    let effects = press(&mut model, "Y");
    assert_eq!(effects, [Effect::Copy("Mar  1 00:00:00 web-01 sshd[1]: Failed ␛[31m".to_owned())]);
    model.detail.event.as_mut().unwrap().raw = "ab\u{7}".repeat(40_000);
    let Some(Effect::Copy(text)) = press(&mut model, "Y").pop() else { panic!("nothing was copied") };
    assert!(text.len() <= 72_000 && text.ends_with(['a', 'b', '␇']));
    assert_eq!(
        said(&model),
        "copied to the clipboard, if the terminal allows it: the line, cut to 72000 of 200000 bytes"
    );
}

#[test]
fn what_cancels_the_form_of_a_running_export_stops_it() {
    let mut model = opened(120, 40);
    press(&mut model, "e");
    let Overlay::Form(form) = &mut model.overlay else { panic!("no form is open") };
    form.busy = Some(WorkProgress::default());
    assert_eq!(press(&mut model, "esc"), [Effect::StopExport]);
    assert!(matches!(model.overlay, Overlay::Form(_)), "it stays until the workers say so");
    let Overlay::Form(form) = &mut model.overlay else { panic!("no form is open") };
    form.busy = None;
    assert_eq!((press(&mut model, "esc"), model.overlay == Overlay::None), (vec![], true));
}

#[test]
fn escape_never_leaves_and_q_goes_back_before_it_leaves() {
    let mut model = opened(120, 40);
    assert_eq!(press(&mut model, "esc"), []);
    press(&mut model, "f");
    assert_eq!(press(&mut model, "q"), []);
    assert_eq!(press(&mut model, "q"), [Effect::Quit]);
}

#[test]
fn a_sequence_waits_for_its_end_and_says_when_it_has_none() {
    let mut model = opened(120, 40);
    press(&mut model, "space");
    assert_eq!(model.keys.pending, [Chord::char(' ')]);
    press(&mut model, "w");
    assert_eq!((model.keys.pending.len(), said(&model)), (0, "Space w does nothing here"));
    press(&mut model, "space esc");
    assert_eq!((model.keys.pending.len(), said(&model)), (0, ""));
    press(&mut model, "space r");
    assert_eq!(model.search.order, Order::Oldest);
}

#[test]
fn the_palette_runs_what_was_found() {
    let mut model = opened(120, 40);
    press(&mut model, ":");
    write(&mut model, "oldest");
    press(&mut model, "enter");
    assert_eq!((model.search.order, &model.overlay), (Order::Oldest, &Overlay::None));
}

#[test]
fn evidence_that_is_not_what_its_hash_says_raises_an_alarm_that_stays() {
    let mut model = opened(120, 40);
    let effects = press(&mut model, "j");
    let (ticket, _) = asked(&effects, Lane::Entry);
    let trouble = Failure { what: "frame 3 is damaged".to_owned(), hint: None, integrity: true };
    update(&mut model, UiEvent::Response { ticket, took: None, response: WorkerResponse::Failed(trouble) });
    assert_eq!(model.notice.as_ref().map(|notice| notice.tone), Some(Tone::Alarm));
    press(&mut model, "k");
    assert_eq!(
        (model.case.trouble.as_slice(), &model.notice),
        (["frame 3 is damaged".to_owned()].as_slice(), &None)
    );
}
