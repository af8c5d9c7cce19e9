//! An import behind the screen.

use std::path::PathBuf;
use std::time::Duration;

use ratatui::layout::Size;

use crate::app::{ImportRequest, Limits, ParseOptions};
use crate::tui::keymap::builtin;
use crate::tui::model::Model;
use crate::tui::protocol::{
    CaseInfo, Effect, ImportOutcome, ImportProgress, Lane, UiEvent, WorkProgress, WorkerResponse,
};
use crate::tui::update::{start, update};

use super::kit::*;

/// A case without evidence, opened with something to import.
fn importing() -> (Model, Vec<Effect>) {
    let facts = CaseInfo { sources: Vec::new(), events: 0, span: None, ..facts() };
    let mut model = Model::new(facts, builtin("default").unwrap(), Size { width: 120, height: 40 });
    model.import.wanted = Some(Box::new(ImportRequest {
        paths: vec![PathBuf::from("/var/log")],
        options: ParseOptions::default(),
        limits: Limits::default(),
        is_watched: true,
    }));
    let effects = start(&mut model);
    assert_eq!(lanes(&effects).iter().filter(|lane| **lane == Lane::Import).count(), 1);
    (model, effects)
}

/// Answers the import.
fn give(model: &mut Model, effects: &[Effect], response: WorkerResponse) -> Vec<Effect> {
    let ticket = asked(effects, Lane::Import).0;
    update(model, UiEvent::Response { ticket, took: Some(Duration::from_secs(2)), response })
}

fn progress(done: u64) -> WorkerResponse {
    let bytes = WorkProgress { done, total: 1000 };
    WorkerResponse::Importing(ImportProgress { bytes, events: 50_000 })
}

#[test]
fn how_far_it_is_is_said_and_detection_looks_once_its_events_are_there() {
    let (mut model, begun) = importing();
    assert!(give(&mut model, &begun, progress(340)).is_empty());
    let running = model.import.running.expect("it runs");
    assert_eq!(running.words(true), "50,000 read · 34 % · 25 k/s");
    assert_eq!(running.words(false), "50,000 read · 34 %");
    assert!(lanes(&press(&mut model, "2")).iter().all(|lane| *lane != Lane::Detect), "nothing to look at");
    let outcome = ImportOutcome {
        summary: "imported 1 source".to_owned(),
        incomplete: Vec::new(),
        interrupted: false,
        warning: None,
    };
    let ended = give(&mut model, &begun, WorkerResponse::Imported(Box::new(outcome)));
    assert_eq!((model.import.running, lanes(&ended)), (None, vec![Lane::Case]));
    assert_eq!(said(&model), "imported 1 source");
    let (ticket, _) = asked(&ended, Lane::Case);
    let response = WorkerResponse::CaseChanged(Box::new(facts()));
    let grown = update(&mut model, UiEvent::Response { ticket, took: None, response });
    assert_eq!(lanes(&grown).iter().filter(|lane| **lane == Lane::Detect).count(), 1);
    settle(&mut model, grown);
    assert!(lanes(&press(&mut model, "2")).iter().all(|lane| *lane != Lane::Detect), "it has looked");
}

#[test]
fn leaving_while_it_runs_is_asked_about_once() {
    for key in ["ctrl-c", "q"] {
        let (mut model, begun) = importing();
        settle(
            &mut model,
            begun
                .into_iter()
                .filter(|effect| !matches!(effect, Effect::Request(ticket, _) if ticket.lane == Lane::Import))
                .collect(),
        );
        assert_eq!(press(&mut model, key), [], "{key}");
        assert!(said(&model).contains("leave again to stop it"), "{}", said(&model));
        assert_eq!(press(&mut model, key), [Effect::Quit]);
    }
}

#[test]
fn what_was_not_whole_is_named_without_control_characters() {
    let (mut model, begun) = importing();
    settle(&mut model, begun);
    assert!(model.import.running.is_none());
    let (mut model, begun) = importing();
    let responses = responses(&asked(&begun, Lane::Import).1);
    for response in responses {
        give(&mut model, &begun, response);
    }
    let said = said(&model);
    assert!(said.contains("not whole: a") && !said.contains('\u{1b}'), "{said}");
}
