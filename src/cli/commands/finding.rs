//! `finding`: what was found, who owns it, and its state.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::app::{
    Acceptance, Annotation, CancelToken, EvidenceScope, Finding, FindingChange, FindingDraft, FindingVerdict,
    FindingView, HistoryItem, Remedy, SavedQuery, Severity, Status, accept_finding, annotate, change_finding,
    close_finding, create_finding, event_refs, find_events, finding, reopen_finding,
};
use crate::cli::args::{Globals, TimeArgs};
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::{OutputRows, print_result};
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Error, Result, visible};
use crate::record::{TimeRange, thousands};

use super::remediation;

/// What a finding is created with, and what can be changed later.
#[derive(Debug, Clone, Args)]
pub struct FindingArgs {
    /// Severity: info, low, medium, high, critical
    #[arg(long)]
    pub severity: Option<Severity>,
    /// Owner
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// Due date, YYYY-MM-DD
    #[arg(long, value_name = "DAY")]
    pub due: Option<String>,
    /// A tag, which `tag:NAME` finds (repeatable)
    #[arg(long = "tag", value_name = "NAME")]
    pub tags: Vec<String>,
    /// An event that shows it (repeatable)
    #[arg(long = "event", value_name = "ID")]
    pub events: Vec<String>,
}

/// Record what was found, who owns it, and its state
#[derive(Debug, Clone, Subcommand)]
pub enum FindingCommand {
    /// Create a finding
    Add {
        /// Its title, in one line
        title: String,
        #[command(flatten)]
        args: FindingArgs,
        /// The query whose events show it
        #[arg(long)]
        query: Option<String>,
        #[command(flatten)]
        range: TimeArgs,
        /// The bookmarked events show it
        #[arg(long)]
        bookmarks: bool,
        /// A first note
        #[arg(long)]
        note: Option<String>,
    },
    /// List the findings
    List {
        /// Only findings in this state
        #[arg(long)]
        state: Option<Status>,
    },
    /// Show one finding with its events, notes and history
    Show {
        /// Its number
        number: u64,
    },
    /// Change a finding
    Set {
        /// Its number
        number: u64,
        /// Title
        #[arg(long)]
        title: Option<String>,
        #[command(flatten)]
        args: FindingArgs,
        /// State of the work: open, acknowledged, in-progress, fix-claimed
        #[arg(long)]
        state: Option<Status>,
        /// When the fix took effect, if not now
        #[arg(long, value_name = "TIME")]
        fixed_at: Option<String>,
        /// Kind of remedy: patch, harden, restrict, train, process
        #[arg(long)]
        remedy: Option<Remedy>,
        /// Where the remedy is tracked, such as a ticket's address
        #[arg(long, value_name = "URL")]
        link: Option<String>,
        /// The query that finds it again, by which a fix is proved
        #[arg(long)]
        query: Option<String>,
        /// Verdict
        #[arg(long)]
        verdict: Option<FindingVerdict>,
        /// A tag to remove (repeatable)
        #[arg(long, value_name = "NAME")]
        untag: Vec<String>,
        /// An event to remove (repeatable)
        #[arg(long, value_name = "ID")]
        without: Vec<String>,
    },
    /// Add a note to a finding
    Note {
        /// Its number
        number: u64,
        /// The note
        text: String,
    },
    /// Verify a claimed fix: prove from the logs that it holds, and settle the finding
    Verify {
        /// Its number
        number: u64,
        /// Sigma rules besides the built-in ones: a file or a folder (repeatable)
        #[arg(long, value_name = "PATH")]
        rules: Vec<PathBuf>,
        /// Only tell what is proved and what is missing
        #[arg(long)]
        dry_run: bool,
    },
    /// Accept the risk of a finding until a day, after which it is open again
    Accept {
        /// Its number
        number: u64,
        /// Who answers for it
        #[arg(long, value_name = "WHO")]
        by: String,
        /// The last day, YYYY-MM-DD
        #[arg(long, value_name = "DAY")]
        until: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Show or set how many days findings may stay open
    Sla {
        /// fedramp-rev5, fedramp-vdr, pci, none; or days, such as critical=7,high=14
        terms: Option<String>,
    },
    /// Close a finding that needs no repair
    Close {
        /// Its number
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
        /// Verdict: false-positive, legitimate, not-applicable; if it has none of these yet
        #[arg(long)]
        verdict: Option<FindingVerdict>,
    },
    /// Reopen a finding
    Reopen {
        /// Its number
        number: u64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Lists or shows findings, or writes to one.
pub fn run(command: &FindingCommand, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let day = context.day();
    let uid = |number: u64| finding(&context.case, number).map(|finding| finding.uid.clone());
    let (number, annotation) = match command {
        FindingCommand::List { state } => return list(&context, *state, globals, runtime),
        FindingCommand::Show { number } => return show(&context, *number, globals, runtime),
        FindingCommand::Verify { number, rules, dry_run: true } => {
            return remediation::prove(&context, *number, rules, globals, runtime);
        }
        FindingCommand::Sla { terms } => {
            return remediation::sla(&context, terms.as_deref(), globals, runtime);
        }
        FindingCommand::Verify { number, rules, .. } => {
            (Some(*number), remediation::verify(&context, *number, rules, runtime)?)
        }
        FindingCommand::Accept { number, by, until, reason } => {
            let (approver, until, reason) = (by.clone(), until.clone(), reason.clone());
            let acceptance = Acceptance { approver, until, reason };
            (Some(*number), accept_finding(&context.case, *number, acceptance, &day)?)
        }
        FindingCommand::Add { .. } => (None, create(&context, command)?),
        FindingCommand::Set { number, .. } => {
            (Some(*number), change_finding(&context.case, *number, change(&context, command)?)?)
        }
        FindingCommand::Note { number, text } => {
            (Some(*number), Annotation::AddNote { finding: uid(*number)?, text: text.clone() })
        }
        FindingCommand::Close { number, reason, verdict } => {
            let (reason, verdict) = (reason.clone(), *verdict);
            (Some(*number), close_finding(&context.case, *number, reason, verdict)?)
        }
        FindingCommand::Reopen { number, reason } => {
            (Some(*number), reopen_finding(&context.case, *number, reason.clone())?)
        }
    };
    let written = watched_bytes(runtime, globals, |watch| {
        annotate(&context.case, |_| Ok(vec![annotation]), &context.session, watch)
    })?;
    print_warnings(written.warnings, runtime);
    let changed = match number {
        Some(number) => finding(&written.case, number)?,
        None => written.case.state().findings.last().ok_or_else(missing)?,
    };
    let view = FindingView::new(&written.case, changed, &day, &CancelToken::new())?;
    print_result(globals, runtime, &view, |runtime| {
        let FindingView { number, severity, state, title, .. } = &view;
        runtime.line(&format!("finding {number}: {severity} {state} · {}", visible(title)))
    })?;
    Ok(ExitReason::Done)
}

fn missing() -> Error {
    Error::case("the finding is not there though it was written")
}

fn create(context: &CommandContext, command: &FindingCommand) -> Result<Annotation> {
    let FindingCommand::Add { title, args, query, range, bookmarks, note } = command else {
        return Err(missing());
    };
    let hits = find_events(&context.case, &args.events)?;
    let mut scopes: Vec<EvidenceScope> = hits.into_iter().map(EvidenceScope::Event).collect();
    if let Some(query) = query {
        let (expr, range) = (context.parse(query)?, context.time_range(range)?);
        scopes.push(EvidenceScope::Search { expr, range });
    } else {
        range.needs_query()?;
    }
    scopes.extend(bookmarks.then_some(EvidenceScope::Bookmarks));
    let draft = FindingDraft {
        title: title.clone(),
        severity: args.severity.unwrap_or(Severity::Medium),
        scopes,
        note: note.clone(),
        tags: args.tags.clone(),
        owner: args.owner.clone(),
        due: args.due.clone(),
    };
    create_finding(&context.case, draft)
}

fn change(context: &CommandContext, command: &FindingCommand) -> Result<FindingChange> {
    let FindingCommand::Set {
        title,
        args,
        state,
        fixed_at,
        remedy,
        link,
        query,
        verdict,
        untag,
        without,
        ..
    } = command
    else {
        return Err(missing());
    };
    let moment = |text: &String| context.moment(text).map(|time| time.to_string());
    let saved = |text: &String| context.case.asked(&context.parse(text)?, TimeRange::ALL);
    let refs = |ids: &[String]| event_refs(&context.case, &find_events(&context.case, ids)?);
    Ok(FindingChange {
        title: title.clone(),
        severity: args.severity,
        state: *state,
        verdict: *verdict,
        owner: args.owner.clone(),
        due: args.due.clone(),
        remedy: *remedy,
        link: link.clone(),
        fixed_at: fixed_at.as_ref().map(moment).transpose()?,
        query: query.as_ref().map(saved).transpose()?,
        tag: args.tags.clone(),
        untag: untag.clone(),
        events: refs(&args.events)?,
        without: refs(without)?.into_iter().map(|event| event.event).collect(),
        detected: None,
    })
}

fn list(
    context: &CommandContext,
    state: Option<Status>,
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
    let day = context.day();
    let chosen = |finding: &&Finding| state.is_none_or(|state| finding.state_on(&day) == state);
    let mut rows = OutputRows::new(globals, &headings);
    let (mut orphaned, mut count) = (0, 0);
    for finding in context.case.state().findings.iter().filter(chosen) {
        let view = FindingView::new(&context.case, finding, &context.day(), &CancelToken::new())?;
        rows.add(runtime, || &view, || cells(&view))?;
        orphaned += view.orphaned;
        count += 1;
    }
    rows.print(runtime)?;
    remediation::warn_overdue(&context.case, &day, runtime);
    if orphaned > 0 {
        runtime.note(&format!(
            "WARNING: {orphaned} events of findings are ORPHANED: their records have changed"
        ));
        return Ok(ExitReason::Damaged);
    }
    if count == 0 && !globals.json && !globals.quiet {
        runtime.note("no findings; `vestigo finding add TITLE --event ID` creates one");
    }
    Ok(if count == 0 { ExitReason::NoMatch } else { ExitReason::Done })
}

fn cells(view: &FindingView) -> [String; 7] {
    let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    [
        view.number.to_string(),
        view.severity.to_string(),
        view.state.to_string(),
        if view.overdue { format!("! {} overdue", view.due) } else { dash(&view.due) },
        dash(&view.owner),
        thousands(view.events),
        view.title.clone(),
    ]
}

fn show(
    context: &CommandContext,
    number: u64,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let view = FindingView::new(
        &context.case,
        finding(&context.case, number)?,
        &context.day(),
        &CancelToken::new(),
    )?;
    print_result(globals, runtime, &view, |runtime| print_finding(context, &view, runtime))?;
    Ok(if view.orphaned > 0 && !globals.json { ExitReason::Damaged } else { ExitReason::Done })
}

fn print_finding(context: &CommandContext, view: &FindingView, runtime: &mut Runtime) -> Result<()> {
    runtime.line(&format!("finding   {}  {}", view.number, visible(&view.title)))?;
    let verdict = view.verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    runtime.line(&format!("status    {} · {}{verdict}", view.severity, view.state))?;
    runtime.line(&format!("created   {} by {}", view.created_at, visible(&view.created_by)))?;
    remediation::print(view, runtime)?;
    if let Some(saved) = &view.saved_query {
        runtime.line(&format!("query     {}", saved_query(context, saved)))?;
    }
    runtime.line(&format!(
        "events    {}; `vestigo search finding:{}` lists them",
        thousands(view.events),
        view.number
    ))?;
    for (event, why) in &view.orphans {
        runtime.line(&format!("! ORPHANED {}: {}", visible(event), visible(why)))?;
    }
    let mut items = |heading: &str, list: &[HistoryItem]| {
        list.iter().try_for_each(|item| {
            runtime.line(&format!("{heading:<9} {}  {}  {}", item.at, visible(&item.by), visible(&item.text)))
        })
    };
    items("note", &view.notes)?;
    items("history", &view.history)
}

/// Describes the query by which a finding was created, and what it matched then.
fn saved_query(context: &CommandContext, saved: &SavedQuery) -> String {
    let bounds = match (&saved.from, &saved.to) {
        (None, None) => String::new(),
        (from, to) => {
            let bound = |at: &Option<String>| at.clone().unwrap_or_else(|| "…".to_owned());
            format!(" ({} → {})", bound(from), bound(to))
        }
    };
    let query = visible(&context.case.read_here(saved));
    format!("{query}{bounds}, {} events when created", thousands(saved.count))
}
