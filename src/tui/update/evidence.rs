//! A source: its events, and rereading it with corrections.

use crate::app::{Corrections, Plan, YEARS, format_by_name, format_clock_offset, parse_clock_offset};
use crate::query::FieldRef;
use crate::record::SourceId;
use crate::tui::model::{FormDialog, FormField, FormPurpose, Model};
use crate::tui::protocol::{AnnotationRequest, Effect};

use super::annotations::{refuse, show_all, write};
use super::form;

const ZONE: &str = "Zone";
const YEAR: &str = "Year";
const HOST: &str = "Host";
const FORMAT: &str = "Format";
const CLOCK: &str = "Clock";

/// Shows the events of the selected source.
pub(super) fn show_events(model: &mut Model) -> Vec<Effect> {
    match model.case.sources.get(model.focus.source) {
        Some(source) => {
            let id = source.id.short();
            show_all(model, FieldRef::Source, id)
        }
        None => refuse(model, "there is no source yet"),
    }
}

/// Opens the form that rereads the selected source.
pub(super) fn reread(model: &mut Model) -> Vec<Effect> {
    let Some(source) = model.case.sources.get(model.focus.source) else {
        return refuse(model, "there is no source yet");
    };
    let Some(plan) = &source.plan else {
        return refuse(model, "the reading plan of this source is not understood: run vestigo verify");
    };
    let rows = vec![
        FormField::text(ZONE, &plan.zone, "UTC"),
        FormField::text(YEAR, &year(plan), "inferred for times without one"),
        FormField::text(HOST, plan.host.as_deref().unwrap_or_default(), "none for events without one"),
        FormField::text(FORMAT, forced(plan), "detected"),
        FormField::text(CLOCK, &clock(plan), "no correction; or an offset such as +37s"),
    ];
    let title = format!("Reread source {}", source.id.short());
    let (id, path) = (source.id, source.path.clone());
    let mut form = FormDialog::new(FormPurpose::Reread(id), title, "reread", rows);
    form.details.push(("File", path));
    form.details.push(("Unchanged", "the evidence, its hashes, the ids; can be undone".to_owned()));
    form::open(model, form)
}

fn year(plan: &Plan) -> String {
    plan.year.map(|year| year.to_string()).unwrap_or_default()
}

/// Returns the format that the user set; empty if it was detected.
fn forced(plan: &Plan) -> &str {
    if plan.forced { &plan.format } else { "" }
}

fn clock(plan: &Plan) -> String {
    if plan.clock == 0 { String::new() } else { format_clock_offset(plan.clock) }
}

/// Requests the rereading.
pub(super) fn confirm(model: &mut Model, form: &FormDialog, source: &SourceId) -> Vec<Effect> {
    let known = model.case.sources.iter().find(|known| known.id == *source);
    let Some(plan) = known.and_then(|known| known.plan.clone()) else {
        return refuse(model, "the source no longer exists");
    };
    match corrections(form, &plan) {
        Ok(by) if by == Corrections::default() => refuse(model, "nothing was changed"),
        Ok(by) => write(model, AnnotationRequest::Reread { source: *source, by }),
        Err(why) => refuse(model, &why),
    }
}

/// Reads the rows that were changed.
fn corrections(form: &FormDialog, plan: &Plan) -> Result<Corrections, String> {
    let typed = |row: &str, was: &str| {
        let text = form.typed(row).trim().to_owned();
        (text != was).then_some(text)
    };
    let shown = |text: &str| crate::error::visible(text);
    let none_or = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut by = Corrections::default();
    if let Some(text) = typed(ZONE, &plan.zone) {
        let text = if text.is_empty() { "UTC" } else { &text };
        by.zone = Some(text.parse().map_err(|_| format!("`{}` is not a zone", shown(text)))?);
    }
    if let Some(text) = typed(YEAR, &year(plan)) {
        let year = |text: &String| {
            text.parse().ok().filter(|year| YEARS.contains(year)).ok_or_else(|| {
                format!("`{}` is not a year from {} to {}", shown(text), YEARS.start(), YEARS.end())
            })
        };
        by.year = Some(none_or(&text).as_ref().map(year).transpose()?);
    }
    by.host = typed(HOST, plan.host.as_deref().unwrap_or_default()).map(|text| none_or(&text));
    if let Some(text) = typed(FORMAT, forced(plan)) {
        if !text.is_empty() && format_by_name(&text).is_none() {
            return Err(format!("there is no format `{}`: see `vestigo formats list`", shown(&text)));
        }
        by.format = Some(none_or(&text));
    }
    if let Some(text) = typed(CLOCK, &clock(plan)) {
        let text = if text.is_empty() { "0s" } else { &text };
        let clock = parse_clock_offset(text);
        by.clock =
            Some(clock.ok_or_else(|| format!("`{}` is not an offset such as +37s or -1h30m", shown(text)))?);
    }
    Ok(by)
}
