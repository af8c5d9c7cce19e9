//! What detectors found: running detection, judging, and going from one to the next.

use std::time::Duration;

use crate::app::{Annotation, FindingChange, FindingVerdict};
use crate::record::{Timestamp, counted};
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::model::{Model, Overlay, RunningDetection, Screen, TextPage, Tone, is_judged};
use crate::tui::protocol::{
    AnnotationRequest, Annotations, DetectionDone, Effect, PagePosition, WorkerRequest,
};

use super::annotations::{apply, refuse, write};
use super::curve;
use super::event_list::{Movement, load};
use super::findings::selected_finding;
use super::screens::show_screen;
use super::timeline::Direction;

/// How many lines a card of the list takes, about.
const CARD: usize = 3;

/// Starts detection.
pub(super) fn detect(model: &mut Model) -> Vec<Effect> {
    if model.anomalies.running.is_some() {
        return refuse(model, "detection is running already");
    }
    if model.case.events == 0 {
        return refuse(model, "there are no events to look at yet");
    }
    (model.anomalies.running, model.anomalies.is_looked_for) = (Some(RunningDetection::default()), true);
    let now = model.case.now;
    vec![model.ask(WorkerRequest::Detect { now })]
}

/// Shows the screen. Where nobody has looked for anything yet, detection does so by itself.
pub(super) fn show(model: &mut Model) -> Vec<Effect> {
    let mut effects = show_screen(model, Screen::Anomalies);
    let is_busy = model.anomalies.running.is_some() || model.import.running.is_some();
    let is_first =
        !model.anomalies.is_looked_for && model.annotations.loaded.as_ref().is_some_and(is_untouched);
    if is_first && !is_busy && model.case.events > 0 {
        effects.extend(detect(model));
    }
    effects
}

/// Returns whether no detector has found anything yet.
fn is_untouched(notes: &Annotations) -> bool {
    notes.findings.iter().all(|row| row.finding.detected.is_none())
}

/// Stops the detection that is running; `None` if none is, or if its screen is not in front.
pub(super) fn stop(model: &mut Model) -> Option<Vec<Effect>> {
    if model.focus.screen != Screen::Anomalies || model.overlay != Overlay::None {
        return None;
    }
    let running = model.anomalies.running.as_mut().filter(|running| !running.is_stopping)?;
    running.is_stopping = true;
    Some(vec![Effect::StopDetection])
}

/// Applies that detection stopped before it wrote anything.
pub(super) fn stopped(model: &mut Model) {
    model.anomalies.running = None;
    model.say(Tone::Done, "detection was stopped, and wrote nothing");
}

/// Applies that detection still looks.
pub(super) fn looking(model: &mut Model, took: Option<Duration>) {
    if let Some(running) = &mut model.anomalies.running {
        running.since = took.unwrap_or_default();
    }
}

/// Applies what detection found.
pub(super) fn detected(model: &mut Model, done: DetectionDone) -> Vec<Effect> {
    let run = &done.run;
    let also =
        [(run.reopened, "open again"), (run.gone, "no longer found"), (run.filtered, "kept out by filters")];
    let also = also.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let also: String = also.collect();
    let mut message =
        format!("{}: {} new, {} changed{also}", counted(run.found as u64, "finding"), run.new, run.changed);
    if !run.not_evaluated.is_empty() {
        let key = key(model, Action::NotEvaluated);
        message += &format!(
            "; {} could not be evaluated ({key})",
            counted(run.not_evaluated.len() as u64, "detector")
        );
    }
    let mut tone = Tone::Done;
    if let Some(warning) = &done.warning {
        model.case.alarm(warning.integrity.then(|| warning.text.clone()));
        tone = if warning.integrity { Tone::Alarm } else { Tone::Refused };
        message += &format!(" · {}", warning.text);
    }
    model.say(tone, message);
    model.mine.extend(done.ids);
    (model.anomalies.running, model.anomalies.last) = (None, Some(Box::new(done.run)));
    apply(model, done.notes)
}

fn key(model: &Model, action: Action) -> String {
    use crate::tui::keymap::KeyContext::Anomalies;
    model.keys.map.key_of(action, Anomalies).unwrap_or_else(|| format!(":{}", action.info().name))
}

/// Judges the selected finding.
pub(super) fn judge(model: &mut Model, verdict: FindingVerdict) -> Vec<Effect> {
    let Some(finding) = selected_finding(model) else { return Vec::new() };
    if finding.verdict == Some(verdict) {
        return refuse(model, &format!("finding {} is judged {verdict} already", finding.number));
    }
    model.anomalies.chosen = true;
    let change = FindingChange { verdict: Some(verdict), ..FindingChange::default() };
    write(model, AnnotationRequest::Annotation(Annotation::ChangeFinding { finding: finding.uid, change }))
}

/// Opens the page that says why the selected finding was raised.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    if model.anomaly().is_none() {
        return refuse(model, "nothing is selected");
    }
    model.overlay = Overlay::Page(TextPage::Anomaly, 0);
    Vec::new()
}

/// Opens the page of what the last detection could not look for.
pub(super) fn not_evaluated(model: &mut Model) -> Vec<Effect> {
    if model.anomalies.last.is_none() {
        let key = key(model, Action::Detect);
        return refuse(model, &format!("detection has not run since the case was opened: {key} runs it"));
    }
    model.overlay = Overlay::Page(TextPage::NotEvaluated, 0);
    Vec::new()
}

/// Moves the selection of the list.
pub(super) fn go(model: &mut Model, by: Movement) -> Vec<Effect> {
    let lines = layout::panes(model.size, model).map_or(1, |panes| usize::from(panes.body.height));
    let (page, len) = ((lines / CARD).max(1), model.anomalies.len());
    model.anomalies.selected = by.apply(model.anomalies.selected, page, len);
    model.anomalies.chosen = true;
    curve::ask(model).into_iter().collect()
}

/// Goes to where the nearest open finding of a detector in one direction began.
pub(super) fn to_neighbor(model: &mut Model, way: Direction) -> Vec<Effect> {
    let moment = model.anomalies.visited.or(model.moment());
    let rows = model.annotations.loaded.iter().flat_map(|notes| &notes.findings);
    let open = rows.filter(|row| !is_judged(&row.finding));
    let begins = open.filter_map(|row| {
        let start: Timestamp = row.finding.detected.as_ref()?.start.as_ref()?.parse().ok()?;
        Some((start, row))
    });
    let found = match way {
        Direction::Earlier => begins
            .filter(|(start, _)| moment.is_none_or(|moment| *start < moment))
            .max_by_key(|(start, row)| (*start, row.finding.severity)),
        Direction::Later => begins
            .filter(|(start, _)| moment.is_none_or(|moment| *start > moment))
            .min_by_key(|(start, row)| (*start, std::cmp::Reverse(row.finding.severity))),
    };
    let side = match way {
        Direction::Earlier => "earlier",
        Direction::Later => "later",
    };
    let Some((start, row)) = found else { return refuse(model, &format!("no open anomaly began {side}")) };
    let begun = format!("finding {}: {}", row.finding.number, row.finding.title);
    model.say(Tone::Done, crate::error::visible(&begun));
    (model.timeline.cursor, model.anomalies.visited) = (None, Some(start));
    load(model, PagePosition::At(start))
}
