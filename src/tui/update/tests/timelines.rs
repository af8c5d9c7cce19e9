//! Walking and zooming the timeline.

use ratatui::layout::Size;

use crate::record::{TimeRange, Timestamp};
use crate::tui::protocol::{Lane, PagePosition, UiEvent, WorkerRequest};
use crate::tui::update::update;

use super::kit::*;

fn length(window: TimeRange) -> i64 {
    window.to.nanos() - window.from.nanos()
}

#[test]
fn walking_buckets_skips_empty_ones_and_takes_the_list_along() {
    let mut model = opened(120, 40);
    let buckets = model.timeline.chart.as_ref().unwrap().matching.buckets.clone();
    let effects = press(&mut model, "[");
    let at = model.timeline.cursor.unwrap();
    assert!(buckets[at].count > 0 && at.is_multiple_of(3));
    let WorkerRequest::Page { place, .. } = asked(&effects, Lane::Page).1 else { panic!("no page") };
    assert_eq!(place, PagePosition::At(buckets[at].window.to.plus(-1)));
    press(&mut model, "[");
    assert_eq!(model.timeline.cursor, Some(at - 3));
    press(&mut model, "]");
    assert_eq!(model.timeline.cursor, Some(at));
}

#[test]
fn the_busiest_bucket_is_one_key_away() {
    let mut model = opened(120, 40);
    press(&mut model, "b");
    let buckets = &model.timeline.chart.as_ref().unwrap().matching.buckets;
    let most = buckets.iter().map(|bucket| bucket.count).max();
    assert_eq!(Some(buckets[model.timeline.cursor.unwrap()].count), most);
}

#[test]
fn zooming_in_and_out_again_leads_to_all_of_time() {
    let mut model = opened(120, 40);
    let all = model.case.span.unwrap();
    let effects = press(&mut model, "z");
    settle(&mut model, effects);
    let zoomed = model.search.scope.window;
    assert_eq!(length(zoomed), length(all) / 4);
    assert!(all.from <= zoomed.from && zoomed.to <= all.to);
    let effects = press(&mut model, "Z");
    settle(&mut model, effects);
    press(&mut model, "Z");
    assert_eq!(model.search.scope.window, TimeRange::ALL);
    press(&mut model, "Z");
    assert_eq!(said(&model), "the timeline cannot zoom further");
}

#[test]
fn zooming_in_ends_at_some_milliseconds() {
    let mut model = opened(120, 40);
    for _ in 0..60 {
        let effects = press(&mut model, "z");
        settle(&mut model, effects);
    }
    assert_eq!(length(model.search.scope.window), 10_000_000);
}

#[test]
fn a_marked_range_is_zoomed_to() {
    let mut model = opened(120, 40);
    press(&mut model, "shift-tab shift-tab");
    press(&mut model, "v h h");
    let brush = model.timeline.brush(model.moment()).unwrap();
    assert!(brush.len() > 3);
    let window = model.timeline.chart.as_ref().unwrap().window_of(&brush);
    press(&mut model, "enter");
    assert_eq!((model.search.scope.window, model.timeline.mark), (window, None));
}

#[test]
fn another_width_asks_for_other_buckets_and_the_same_width_for_none() {
    let mut model = opened(120, 40);
    let wide = UiEvent::Resize(Size { width: 260, height: 40 });
    assert!(lanes(&update(&mut model, wide.clone())).contains(&Lane::Histogram));
    assert_eq!(lanes(&update(&mut model, wide)), []);
}

#[test]
fn a_case_that_tells_no_time_has_no_timeline_and_says_so() {
    let mut model = opened(120, 40);
    (model.case.span, model.timeline.chart) = (None, None);
    assert_eq!(press(&mut model, "b z"), []);
    assert_eq!(said(&model), "the timeline has no matching events");
    assert_eq!(model.moment(), Some(Timestamp::from_nanos(hit(0).time.unwrap().nanos())));
}
