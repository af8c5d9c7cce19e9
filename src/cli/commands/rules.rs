//! `rules`: which rules and detectors there are, and what they can do in a case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::app::{
    CancelToken, Diagnosis, LEAST_VERDICTS, RuleSet, VerdictShare, behavior_detectors, check_canaries,
    count_rule_matches, diagnose, full_name, load_rules, verdict_shares,
};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::OutputRows;
use crate::cli::runtime::Runtime;
use crate::cli::table::Align;
use crate::error::{Result, visible};
use crate::record::{counted, thousands};

use super::detector_numbers;
use super::rule_filters::{self, RuleFilterCommand};

/// Which rules and detectors there are, and which cannot fire here and why
#[derive(Debug, Clone, Subcommand)]
pub enum RulesCommand {
    /// List the rules and detectors
    List {
        /// Sigma rules besides the built-in ones: a file or a folder (repeatable)
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Tell for each rule whether it fires in the case, or why it cannot
    Doctor {
        /// Sigma rules besides the built-in ones: a file or a folder (repeatable)
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Try the canaries: events that a rule must match, and events that it must not
    Test {
        /// Sigma rules besides the built-in ones: a file or a folder (repeatable)
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Show or set numbers of detectors in the case, such as `spraying.users=6`
    Set {
        /// NAME.PARAMETER=NUMBER, or NAME.PARAMETER=default (repeatable)
        #[arg(value_name = "NAME=NUMBER")]
        numbers: Vec<String>,
    },
    /// Keep false positives of a rule or detector out of the findings
    #[command(subcommand)]
    Filter(RuleFilterCommand),
}

/// Runs the command.
pub fn run(command: &RulesCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match command {
        RulesCommand::List { rules } => list(&load_rules(rules)?, globals, runtime),
        RulesCommand::Doctor { rules } => doctor(rules, globals, runtime),
        RulesCommand::Set { numbers } => detector_numbers::run(numbers, globals, runtime),
        RulesCommand::Filter(command) => rule_filters::run(command, globals, runtime),
        RulesCommand::Test { rules } => test(&load_rules(rules)?, globals, runtime),
    }
}

fn list(set: &RuleSet, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let headings =
        [("Severity", Align::Left), ("Id", Align::Whole), ("Title", Align::Left), ("Logs", Align::Left)];
    let mut rows = OutputRows::new(globals, &headings);
    for detector in behavior_detectors() {
        let parameters: Vec<_> = detector
            .parameters
            .iter()
            .map(|parameter| {
                json!({ "name": parameter.name, "about": parameter.about, "default": parameter.default,
                    "least": parameter.least, "most": parameter.most })
            })
            .collect();
        rows.add(
            runtime,
            || {
                json!({ "id": full_name(detector), "title": detector.about, "attack": detector.attack,
                    "fields": detector.needs, "least_events": detector.least_events, "parameters": parameters })
            },
            || ["-".to_owned(), full_name(detector), detector.about.to_owned(), detector.needs.join(", ")],
        )?;
    }
    for rule in &set.rules {
        rows.add(
            runtime,
            || {
                json!({ "id": format!("sigma:{}", rule.id), "title": rule.title, "severity": rule.severity,
                    "attack": rule.attack, "log_source": rule.log_source, "file": rule.file,
                    "false_positives": rule.false_positives })
            },
            || {
                let id = format!("sigma:{}", rule.id);
                [rule.severity.to_string(), id, rule.title.clone(), rule.log_source.clone()]
            },
        )?;
    }
    rows.print(runtime)?;
    tell_unread(set, runtime);
    Ok(ExitReason::Done)
}

fn doctor(paths: &[PathBuf], globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let set = &load_rules(paths)?;
    let context = CommandContext::new(globals, runtime)?;
    let known: BTreeSet<String> = context.case.field_names().into_iter().collect();
    runtime.listen();
    let cancel = CancelToken::from(context.session.stop.clone());
    let matches = count_rule_matches(&context.case, set, paths, &cancel)?;
    let shares = verdict_shares(&context.case);
    let headings =
        [("Rule", Align::Left), ("Here", Align::Left), ("False", Align::Right), ("Why", Align::Left)];
    let mut rows = OutputRows::new(globals, &headings);
    for (rule, matches) in set.rules.iter().zip(matches) {
        let (word, why) = match diagnose(rule, &known, matches) {
            Diagnosis::Fires(events) => ("fires", format!("{} events", thousands(events))),
            Diagnosis::Silent => ("can fire", "no event matches".to_owned()),
            Diagnosis::NoSource(fields) => {
                ("cannot fire", format!("no such logs: none has {}", fields.join(", ")))
            }
            Diagnosis::FieldsMissing(fields) => ("partly", format!("no event has {}", fields.join(", "))),
        };
        let id = format!("sigma:{}", rule.id);
        let share = false_share(&shares, &id);
        rows.add(
            runtime,
            || {
                json!({ "id": id, "title": rule.title, "here": word, "why": why, "events": matches,
                "false_positives": share })
            },
            || [rule.title.clone(), word.to_owned(), percent(share), why.clone()],
        )?;
    }
    rows.print(runtime)?;
    tell_unread(set, runtime);
    Ok(ExitReason::Done)
}

/// Returns the share of false positives among a detector's findings, once enough are judged.
fn false_share(shares: &BTreeMap<String, VerdictShare>, detector: &str) -> Option<f64> {
    let share = shares.get(detector).filter(|share| share.judged >= LEAST_VERDICTS)?;
    Some(share.wrong as f64 / share.judged as f64)
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{:.0} %", 100.0 * share))
}

fn test(set: &RuleSet, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let mut rows =
        OutputRows::new(globals, &[("Rule", Align::Left), ("Fault", Align::Left), ("Event", Align::Left)]);
    let (mut canaries, mut wrong) = (0, 0);
    for (number, rule) in set.rules.iter().enumerate() {
        let (count, faults) = check_canaries(&set.rules, number)?;
        canaries += count;
        wrong += faults.len();
        for fault in faults {
            let word = if fault.must_match { "does not match" } else { "matches" };
            rows.add(
                runtime,
                || json!({ "id": format!("sigma:{}", fault.rule), "file": rule.file, "fault": word, "event": fault.event }),
                || [rule.file.clone(), word.to_owned(), fault.event.clone()],
            )?;
        }
    }
    rows.print_unless_empty(runtime)?;
    tell_unread(set, runtime);
    runtime.note(&format!(
        "{} of {} as their rules say.",
        thousands((canaries - wrong) as u64),
        counted(canaries as u64, "canary event"),
    ));
    Ok(if wrong == 0 && set.unread.is_empty() { ExitReason::Done } else { ExitReason::NoMatch })
}

fn tell_unread(set: &RuleSet, runtime: &mut Runtime) {
    for (file, reason) in &set.unread {
        runtime.note(&format!("warning: {}: {}", visible(file), visible(reason)));
    }
}
