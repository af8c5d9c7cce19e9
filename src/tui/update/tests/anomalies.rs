//! Detection, its findings, and the way from one to the next.

use std::time::Duration;

use crate::app::{FindingVerdict, Status};
use crate::tui::model::{AnomalyGroupKind, Model, pressing};
use crate::tui::protocol::{
    Effect, Lane, PagePosition, UiEvent, WorkProgress, WorkerRequest, WorkerResponse,
};
use crate::tui::update::update;

use super::kit::*;

/// Opens the second screen.
fn anomalies() -> Model {
    let mut model = opened(120, 40);
    let effects = press(&mut model, "2");
    settle(&mut model, effects);
    model
}

fn give(model: &mut Model, effects: &[Effect], response: WorkerResponse, took: Option<Duration>) {
    let ticket = asked(effects, Lane::Detect).0;
    update(model, UiEvent::Response { ticket, took, response });
}

fn number(model: &Model) -> Option<u64> {
    model.anomaly().map(|row| row.finding.number)
}

#[test]
fn incidents_come_first_and_what_is_judged_last() {
    let model = anomalies();
    let notes = model.annotations.loaded.as_ref().unwrap();
    let numbers = |findings: &[usize]| -> Vec<u64> {
        findings.iter().map(|at| notes.findings[*at].finding.number).collect()
    };
    let groups = model.anomalies.groups.iter().map(|group| (group.kind, numbers(&group.findings)));
    let open = (AnomalyGroupKind::Open, vec![4]);
    let judged = (AnomalyGroupKind::Judged, vec![7, 6, 5]);
    let ranked: Vec<(AnomalyGroupKind, Vec<u64>)> = groups.collect();
    assert_eq!(ranked, [(AnomalyGroupKind::Incident(0), vec![3, 1]), open, judged]);
    assert_eq!((number(&model), pressing(notes)), (Some(3), 2));
}

#[test]
fn detection_is_stopped_by_escape_and_by_the_key_that_quits_and_says_whether_it_wrote() {
    for key in ["esc", "ctrl-c"] {
        let mut model = anomalies();
        let run = press(&mut model, "R");
        assert_eq!(lanes(&run), [Lane::Detect]);
        assert_eq!(press(&mut model, "R"), [], "one at a time");
        give(
            &mut model,
            &run,
            WorkerResponse::Progress(WorkProgress::default()),
            Some(Duration::from_secs(3)),
        );
        assert_eq!(model.anomalies.running.map(|running| running.since.as_secs()), Some(3));
        assert_eq!(press(&mut model, key), [Effect::StopDetection]);
        give(&mut model, &run, WorkerResponse::DetectionStopped, None);
        assert_eq!(
            (model.anomalies.running, said(&model)),
            (None, "detection was stopped, and wrote nothing")
        );
    }
    let mut model = anomalies();
    assert_eq!(press(&mut model, "ctrl-c"), [Effect::Quit]);
}

#[test]
fn a_judged_finding_hands_the_selection_on_to_the_next_and_undo_leaves_it_there() {
    let mut model = anomalies();
    press(&mut model, "j k");
    let mut notes = notes();
    notes.findings[2].finding.verdict = Some(FindingVerdict::FalsePositive);
    notes.findings[0].finding.state = Status::Open;
    let (ticket, request) = asked(&press(&mut model, "n"), Lane::Write);
    assert!(matches!(request, WorkerRequest::Annotate { .. }), "{request:?}");
    let mut result = match responses(&request).remove(0) {
        WorkerResponse::Annotated(result) => result,
        other => panic!("{other:?}"),
    };
    result.notes = notes;
    let response = WorkerResponse::Annotated(result);
    update(&mut model, UiEvent::Response { ticket, took: None, response });
    assert_eq!((number(&model), model.anomalies.judged()), (Some(1), 4));
    let effects = press(&mut model, "u");
    settle(&mut model, effects);
    assert_eq!((number(&model), model.anomalies.judged()), (Some(1), 3));
}

#[test]
fn the_list_goes_to_where_the_neighboring_anomaly_began() {
    let mut model = opened(120, 40);
    let begin = |hours: i64| PagePosition::At(BEGIN.plus(hours * 3_600_000_000_000));
    let place = |effects: &[Effect]| match asked(effects, Lane::Page).1 {
        WorkerRequest::Page { place, .. } => place,
        other => panic!("{other:?}"),
    };
    // Findings 5 to 7 are settled; the newest event is selected.
    for hours in [4, 3, 1] {
        assert_eq!(place(&press(&mut model, "{")), begin(hours));
    }
    assert_eq!(press(&mut model, "{"), []);
    assert_eq!(said(&model), "no open anomaly began earlier");
    assert_eq!(place(&press(&mut model, "}")), begin(3));
}
