//! An import behind the screen: its begin, its progress, its end, and leaving meanwhile.

use std::time::Duration;

use crate::error::visible;
use crate::tui::model::{Model, RunningImport, Tone};
use crate::tui::protocol::{Effect, ImportOutcome, ImportProgress, WorkerRequest};

use super::anomalies;

/// Starts the import that the investigator asked for on the command line.
pub(super) fn start(model: &mut Model) -> Option<Effect> {
    let request = model.import.wanted.take()?;
    model.import.running = Some(RunningImport::default());
    Some(model.ask(WorkerRequest::Import(request)))
}

/// Applies how far it is.
pub(super) fn importing(model: &mut Model, progress: ImportProgress, took: Option<Duration>) {
    if let Some(running) = &mut model.import.running {
        (running.progress, running.since) = (progress, took.unwrap_or_default());
    }
}

/// Applies its end: what was committed last is read, and then looked at by detection.
pub(super) fn imported(model: &mut Model, outcome: &ImportOutcome) -> Vec<Effect> {
    (model.import.running, model.import.detects) = (None, true);
    let mut message = outcome.summary.clone();
    let mut tone = Tone::Done;
    if outcome.interrupted {
        message = format!("the import was stopped: {message}; importing again takes the rest");
    }
    if let Some(first) = outcome.incomplete.first() {
        let others = outcome.incomplete.len() - 1;
        let others = if others > 0 { format!(", and {others} more") } else { String::new() };
        message += &format!(" · not whole: {}{others}", visible(first));
        tone = Tone::Refused;
    }
    if let Some(warning) = &outcome.warning {
        message += &format!(" · {}", visible(warning));
        tone = Tone::Refused;
    }
    model.say(tone, message);
    vec![model.ask(WorkerRequest::CheckForChanges)]
}

/// Has detection look at what was imported, once that is on the screen.
pub(super) fn settled(model: &mut Model) -> Vec<Effect> {
    let is_idle = model.import.running.is_none() && model.anomalies.running.is_none();
    if !is_idle || !model.import.detects || model.case.events == 0 {
        return Vec::new();
    }
    model.import.detects = false;
    anomalies::detect(model)
}

/// Leaves the program; while an import runs, says first what becomes of it.
pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    match &mut model.import.running {
        Some(running) if !running.asked => {
            running.asked = true;
            let message = format!(
                "an import is running ({}): leave again to stop it; what is committed stays, and importing again takes the rest",
                running.words(false)
            );
            model.say(Tone::Refused, message);
            Vec::new()
        }
        _ => vec![Effect::Quit],
    }
}
