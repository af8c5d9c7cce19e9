//! `finding`: what was found, who sees to it, where it stands.

use serde_json::json;

use clap::{Args, Subcommand};

use crate::cli::annotate::{hits, write};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Request};
use crate::journal::{
    Annotation, EventRef, Finding, FindingChange, FindingVerdict, HistoryItem, NewFinding, SavedQuery,
    Severity, Status,
};
use crate::record::{TimeRange, thousands};

/// What of a finding can be said when it is made and changed later.
#[derive(Debug, Clone, Args)]
pub struct FindingArgs {
    /// How bad it is: info, low, medium, high, critical
    #[arg(long)]
    pub severity: Option<Severity>,
    /// Who is to see to it
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// By which day, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub due: Option<String>,
    /// A tag, which `tag:NAME` finds
    #[arg(long = "tag", value_name = "NAME")]
    pub tags: Vec<String>,
    /// An event that shows it
    #[arg(long = "event", value_name = "ID")]
    pub events: Vec<String>,
}

/// Write down what was found, who sees to it, where it stands
#[derive(Debug, Clone, Subcommand)]
pub enum FindingCommand {
    /// Write a finding down
    Add {
        /// What it says, in one line
        title: String,
        #[command(flatten)]
        words: FindingArgs,
        /// The query whose events show it
        #[arg(long)]
        query: Option<String>,
        #[command(flatten)]
        span: TimeArgs,
        /// The bookmarked events show it
        #[arg(long)]
        bookmarks: bool,
        /// A first note
        #[arg(long)]
        note: Option<String>,
    },
    /// Print the findings
    List {
        /// Only those that stand so
        #[arg(long)]
        state: Option<Status>,
    },
    /// Print one finding with its events, notes and history
    Show {
        /// Its number
        number: u64,
    },
    /// Change a finding
    Set {
        /// Its number
        number: u64,
        /// What it says
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        words: FindingArgs,
        /// Where it stands
        #[arg(long)]
        state: Option<Status>,
        /// What it turned out to be
        #[arg(long)]
        verdict: Option<FindingVerdict>,
        /// A tag to take away
        #[arg(long, value_name = "NAME")]
        untag: Vec<String>,
        /// An event to take away
        #[arg(long, value_name = "ID")]
        without: Vec<String>,
    },
    /// Say something about a finding
    Note {
        /// Its number
        number: u64,
        /// What is to be said
        text: String,
    },
    /// End a finding
    Close {
        /// Its number
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
        /// What it turned out to be
        #[arg(long)]
        verdict: Option<FindingVerdict>,
    },
    /// Take a finding up again
    Reopen {
        /// Its number
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Does what is asked of findings.
pub fn run(words: &FindingCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let uid = |number: u64| one(&context, number).map(|finding| finding.uid.clone());
    let (number, act) = match words {
        FindingCommand::List { state } => {
            let chosen = |finding: &&Finding| state.is_none_or(|state| finding.state == state);
            let findings: Vec<&Finding> = context.case.state().findings.iter().filter(chosen).collect();
            return list(&context, &findings, globals, runtime);
        }
        FindingCommand::Show { number } => return show(&context, one(&context, *number)?, globals, runtime),
        FindingCommand::Add { title, words, query, span, bookmarks, note } => {
            let asked = query.as_ref().map(|query| asked(&context, query, span)).transpose()?;
            let mut new = begun(&context, title, words, asked, note.clone())?;
            if *bookmarks {
                new.events.extend(context.case.state().bookmarks.values().map(|mark| mark.event.clone()));
            }
            (None, Annotation::AddFinding(new))
        }
        FindingCommand::Set { number, title, words, state, verdict, untag, without } => {
            let change = FindingChange {
                title: title.clone(),
                severity: words.severity,
                state: *state,
                verdict: *verdict,
                owner: words.owner.clone(),
                due: day(words.due.as_deref())?,
                tag: words.tags.clone(),
                untag: untag.clone(),
                events: refs(&context, &words.events)?,
                without: refs(&context, without)?.into_iter().map(|event| event.event).collect(),
            };
            if change == FindingChange::default() {
                return Err(
                    Error::usage("nothing was said to change").hint("See `vestigo finding set --help`.")
                );
            }
            (Some(*number), Annotation::ChangeFinding { finding: uid(*number)?, change })
        }
        FindingCommand::Note { number, text } => {
            (Some(*number), Annotation::AddNote { finding: uid(*number)?, text: text.clone() })
        }
        FindingCommand::Close { number, reason, verdict } => {
            let (reason, verdict) = (reason.clone(), *verdict);
            (Some(*number), Annotation::CloseFinding { finding: uid(*number)?, reason, verdict })
        }
        FindingCommand::Reopen { number, reason } => {
            (Some(*number), Annotation::ReopenFinding { finding: uid(*number)?, reason: reason.clone() })
        }
    };
    write(&context, &[act], globals, runtime)?;
    let case = context.case.reread()?;
    let findings = &case.state().findings;
    let changed = match number {
        Some(number) => findings.iter().find(|finding| finding.number == number),
        None => findings.last(),
    };
    let changed = changed.ok_or_else(|| Error::case("the finding is not there though it was written"))?;
    if globals.json {
        runtime.line(&json_line(&of_finding(&context, changed)?)?)?;
    } else {
        runtime.line(&format!(
            "finding {}: {} {} · {}",
            changed.number,
            changed.severity,
            changed.state,
            visible(&changed.title)
        ))?;
    }
    Ok(ExitReason::Done)
}

fn one(context: &CommandContext, number: u64) -> Result<&Finding> {
    context.case.state().finding(number).ok_or_else(|| {
        Error::usage(format!("there is no finding {number}")).hint("See `vestigo finding list`.")
    })
}

fn refs(context: &CommandContext, ids: &[String]) -> Result<Vec<EventRef>> {
    hits(context, ids)?.iter().map(|hit| context.case.event_ref(hit)).collect()
}

fn begun(
    context: &CommandContext,
    title: &str,
    words: &FindingArgs,
    query: Option<SavedQuery>,
    note: Option<String>,
) -> Result<NewFinding> {
    if title.trim().is_empty() {
        return Err(Error::usage("a finding needs a title"));
    }
    Ok(NewFinding {
        title: title.to_owned(),
        severity: words.severity.unwrap_or(Severity::Medium),
        events: refs(context, &words.events)?,
        query,
        note,
        tags: words.tags.clone(),
        owner: words.owner.clone(),
        due: day(words.due.as_deref())?,
    })
}

/// Reads a query as it will stand in a finding: printed whole, so that `-2h`
/// means the same hours for ever.
pub fn asked(context: &CommandContext, query: &str, span: &TimeArgs) -> Result<SavedQuery> {
    context.case.asked(&context.parse(query)?, context.window(span)?)
}

/// Checks a day; empty takes it away.
fn day(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    if !text.is_empty() && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_err() {
        return Err(Error::usage(format!("`{}` is not a day", visible(text))).hint("Write it as 2026-03-31."));
    }
    Ok(Some(text.to_owned()))
}

fn list(
    context: &CommandContext,
    findings: &[&Finding],
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let headings = [
        ("#", Align::Right),
        ("Severity", Align::Left),
        ("State", Align::Left),
        ("Due", Align::Left),
        ("Owner", Align::Left),
        ("Events", Align::Right),
        ("Title", Align::Left),
    ];
    let mut table = Table::new(&headings);
    for finding in findings {
        if globals.json {
            runtime.line(&json_line(&of_finding(context, finding)?)?)?;
            continue;
        }
        let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        table.row([
            finding.number.to_string(),
            finding.severity.to_string(),
            finding.state.to_string(),
            dash(&finding.due),
            dash(&finding.owner),
            thousands(count(context, finding)?),
            finding.title.clone(),
        ]);
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    let orphaned: usize = findings.iter().map(|finding| orphans(context, finding)).sum();
    if orphaned > 0 {
        runtime.note(&format!(
            "WARNING: {orphaned} events of findings are ORPHANED: their records are not what they were"
        ));
        return Ok(ExitReason::Damaged);
    }
    if findings.is_empty() && !globals.json && !globals.quiet {
        runtime.note("no findings; `vestigo finding add TITLE --event ID` writes one down");
    }
    Ok(if findings.is_empty() { ExitReason::Nothing } else { ExitReason::Done })
}

fn orphans(context: &CommandContext, finding: &Finding) -> usize {
    finding.events.values().filter(|event| context.case.standing(event).hit().is_none()).count()
}

fn count(context: &CommandContext, finding: &Finding) -> Result<u64> {
    let request = Request { expr: context.case.events_of(finding)?, window: TimeRange::ALL };
    context.case.index().count(&request, &CancelToken::new())
}

/// Gives a finding as JSON (DESIGN: `finding list --json`).
fn of_finding(context: &CommandContext, finding: &Finding) -> Result<serde_json::Value> {
    let request = Request { expr: context.case.events_of(finding)?, window: TimeRange::ALL };
    let span = context.case.index().span(&request, &CancelToken::new())?;
    let (at, by) = finding.created();
    Ok(json!({ "finding": finding.number, "fingerprint": finding.uid, "detector": null,
        "title": finding.title, "severity": finding.severity, "confidence": null, "entity": {},
        "start": span.map(|span| span.0.to_string()), "end": span.map(|span| span.1.to_string()),
        "events": context.case.index().count(&request, &CancelToken::new())?,
        "query": format!("finding:{}", finding.number), "attack": [], "why": null, "numbers": {},
        "state": finding.state, "verdict": finding.verdict, "owner": finding.owner, "due": finding.due,
        "tags": finding.tags, "asked": finding.query, "made": at, "by": by, "notes": finding.notes,
        "history": finding.history, "orphaned": orphans(context, finding) }))
}

fn show(
    context: &CommandContext,
    finding: &Finding,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    if globals.json {
        runtime.line(&json_line(&of_finding(context, finding)?)?)?;
        return Ok(ExitReason::Done);
    }
    let (at, by) = finding.created();
    runtime.line(&format!("finding   {}  {}", finding.number, visible(&finding.title)))?;
    let verdict = finding.verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    runtime.line(&format!("standing  {} · {}{verdict}", finding.severity, finding.state))?;
    runtime.line(&format!("made      {at} by {}", visible(by)))?;
    for (name, value) in [("owner", &finding.owner), ("due", &finding.due)] {
        if !value.is_empty() {
            runtime.line(&format!("{name:<9} {}", visible(value)))?;
        }
    }
    if !finding.tags.is_empty() {
        let tags: Vec<&str> = finding.tags.iter().map(String::as_str).collect();
        runtime.line(&format!("tags      {}", visible(&tags.join(", "))))?;
    }
    if let Some(asked) = &finding.query {
        let to = format!("{} → {}", asked.from.as_deref().unwrap_or("…"), asked.to.as_deref().unwrap_or("…"));
        let bounds =
            if asked.from.is_some() || asked.to.is_some() { format!(" ({to})") } else { String::new() };
        let gave = thousands(asked.count);
        runtime.line(&format!(
            "query     {}{bounds}, {gave} events when it was made",
            visible(&context.case.read_here(asked))
        ))?;
    }
    runtime.line(&format!(
        "events    {}; `vestigo search finding:{}` lists them",
        thousands(count(context, finding)?),
        finding.number
    ))?;
    let mut orphaned = false;
    for event in finding.events.values() {
        if let Some(why) = context.case.standing(event).orphaned() {
            orphaned = true;
            runtime.line(&format!("! ORPHANED {}: {}", visible(&event.event), visible(why)))?;
        }
    }
    let mut said = |heading: &str, list: &[HistoryItem]| {
        list.iter().try_for_each(|said| {
            runtime.line(&format!(
                "{heading:<9} {}  {}  {}",
                said.at,
                visible(&said.by),
                visible(&said.summary)
            ))
        })
    };
    said("note", &finding.notes)?;
    said("history", &finding.history)?;
    Ok(if orphaned { ExitReason::Damaged } else { ExitReason::Done })
}
