//! `detect`: what is unusual becomes findings.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::app::{CancelToken, DetectReport, DetectRequest, FindingView, Severity, detect, incident_numbers};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::OutputRows;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Error, Result, visible};
use crate::record::{counted, thousands};

use super::{explain, remediation};

/// Look for what is unusual, and keep it as findings
#[derive(Debug, Clone, Default, Args)]
pub struct DetectArgs {
    /// Sigma rules to use besides the built-in ones: a file or a folder (repeatable)
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,
    /// Only this rule or detector (repeatable; see `vestigo rules list`)
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Exit with status 1 if a finding is at least this severe: info, low, medium, high, critical
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<Severity>,
    /// Tell which rules match an event (or those of --only, step by step), and look for nothing
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["fail_on", "set"])]
    pub explain: Option<String>,
    /// A number of a detector: NAME.PARAMETER=NUMBER (repeatable; see `vestigo rules list`)
    #[arg(long = "set", value_name = "NAME=NUMBER")]
    pub set: Vec<String>,
}

/// Looks, and prints what was found.
pub fn run(args: &DetectArgs, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    if let Some(event) = &args.explain {
        return explain::run(event, &args.only, &args.rules, globals, runtime);
    }
    let context = CommandContext::new(globals, runtime)?;
    let request = DetectRequest {
        rules: args.rules.clone(),
        only: args.only.clone(),
        parameters: args.set.iter().map(|text| parameter(text)).collect::<Result<_>>()?,
    };
    runtime.listen();
    let report = watched_bytes(runtime, globals, |watch| {
        let cancel = CancelToken::from(context.session.stop.clone());
        detect(&context.case, &request, &context.session, &cancel, watch)
    })?;
    let views = views(&report, &context.day());
    print(&views, globals, runtime)?;
    tell(&report, views.len(), runtime);
    let worst = views.iter().map(|view| view.severity).max();
    let fails = args.fail_on.is_some_and(|level| worst.is_some_and(|worst| worst >= level));
    remediation::warn_overdue(&report.case, &context.day(), runtime);
    print_warnings(report.warnings, runtime);
    Ok(if fails { ExitReason::NoMatch } else { ExitReason::Done })
}

/// Reads a number of a detector.
fn parameter(text: &str) -> Result<(String, f64)> {
    let parts = text.split_once('=').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
    parts.filter(|(name, value): &(String, f64)| name.contains('.') && value.is_finite()).ok_or_else(|| {
        Error::usage(format!("`{}` is not a number of a detector", visible(text)))
            .hint("Write it as spraying.users=6; `vestigo rules list --json` names them.")
    })
}

/// Returns the findings of this run, the most severe first, then the earliest.
fn views(report: &DetectReport, day: &str) -> Vec<FindingView> {
    let incidents = incident_numbers(&report.case);
    let findings = report.case.state().findings.iter().filter(|finding| {
        finding.detected.as_ref().is_some_and(|detected| report.found.contains(&detected.fingerprint))
    });
    let mut views: Vec<FindingView> = findings
        .map(|finding| FindingView {
            incident: incidents.get(&finding.number).copied(),
            ..FindingView::recorded(&report.case, finding, day)
        })
        .collect();
    views.sort_by(|one, other| {
        let key = |view: &FindingView| (view.start.clone(), view.detector.clone(), view.number);
        other.severity.cmp(&one.severity).then_with(|| key(one).cmp(&key(other)))
    });
    views
}

fn print(views: &[FindingView], globals: &Globals, runtime: &mut Runtime) -> Result<()> {
    let headings = [
        ("#", Align::Right),
        ("Severity", Align::Left),
        ("Incident", Align::Right),
        ("Events", Align::Right),
        ("First", Align::Whole),
        ("About", Align::Left),
        ("Title", Align::Left),
    ];
    let mut rows = OutputRows::new(globals, &headings);
    for view in views {
        rows.add(
            runtime,
            || detected(view),
            || {
                let first = view.start.as_deref().and_then(|start| start.get(..19)).unwrap_or("-");
                [
                    view.number.to_string(),
                    view.severity.to_string(),
                    view.incident.map(|incident| incident.to_string()).unwrap_or_default(),
                    thousands(view.events),
                    first.replace('T', " "),
                    about(view),
                    view.title.clone(),
                ]
            },
        )?;
    }
    rows.print_unless_empty(runtime)?;
    Ok(())
}

/// Returns whom a finding is about, in a few words.
fn about(view: &FindingView) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            format!("{} and {} more", values[0].as_str().unwrap_or("?"), values.len() - 1)
        }
        other => other.to_string(),
    };
    view.entity.values().take(2).map(text).collect::<Vec<_>>().join(", ")
}

/// Returns what a run says of a finding: nothing that depends on when it ran.
fn detected(view: &FindingView) -> Value {
    json!({
        "finding": view.number,
        "fingerprint": view.fingerprint,
        "detector": view.detector,
        "title": view.title,
        "severity": view.severity,
        "confidence": view.confidence,
        "entity": view.entity,
        "start": view.start,
        "end": view.end,
        "events": view.events,
        "query": view.query,
        "attack": view.attack,
        "why": view.why,
        "numbers": view.numbers,
        "state": view.state,
        "verdict": view.verdict,
        "incident": view.incident,
    })
}

/// Returns at how many events a run looked.
fn looked_at(report: &DetectReport) -> String {
    let all = report.case.index().len();
    match report.events {
        events if events == all => counted(all, "event"),
        0 => format!("{}, none of them new", counted(all, "event")),
        events => format!("{}, {} of them new", counted(all, "event"), thousands(events)),
    }
}

/// Tells what was done, and what could not be looked for.
fn tell(report: &DetectReport, findings: usize, runtime: &mut Runtime) {
    let also = [
        (report.reopened, "open again"),
        (report.gone, "no longer found"),
        (report.filtered, "kept out by filters"),
    ];
    let also = also.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let also: String = also.collect();
    runtime.note(&format!(
        "{} rules and detectors looked at {}; {}: {} new, {} changed{also}.",
        thousands(report.ran as u64),
        looked_at(report),
        counted(findings as u64, "finding"),
        report.new,
        report.changed,
    ));
    for left in &report.not_evaluated {
        runtime.note(&format!("note: {} could not be evaluated: {}", left.detector, visible(&left.reason)));
    }
    for (file, reason) in &report.unread {
        runtime.note(&format!("warning: {}: {}", visible(file), visible(reason)));
    }
}
