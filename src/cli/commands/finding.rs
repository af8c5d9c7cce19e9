//! `finding`: what was found, who sees to it, where it stands.

use serde_json::json;

use crate::error::{Error, Result, visible};
use crate::index::{CancelToken, Request};
use crate::journal::{
    Annotation, EventRef, Finding, FindingChange, HistoryItem, NewFinding, SavedQuery, Severity,
};
use crate::record::{TimeRange, thousands};

use super::super::World;
use super::super::args::{Globals, Span};
use super::super::args_custody::{FindingWords, Findings};
use super::super::run::{Opened, Outcome, json_line};
use super::super::table::{Align, Table};
use super::bookmark::{hits, write};

/// Does what is asked of findings.
pub fn finding(words: &Findings, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let uid = |number: u64| one(&opened, number).map(|finding| finding.uid.clone());
    let (number, act) = match words {
        Findings::List { state } => {
            let chosen = |finding: &&Finding| state.is_none_or(|state| finding.state == state);
            let findings: Vec<&Finding> = opened.case.state().findings.iter().filter(chosen).collect();
            return list(&opened, &findings, globals, world);
        }
        Findings::Show { number } => return show(&opened, one(&opened, *number)?, globals, world),
        Findings::Add { title, words, query, span, bookmarks, note } => {
            let asked = query.as_ref().map(|query| asked(&opened, query, span)).transpose()?;
            let mut new = begun(&opened, title, words, asked, note.clone())?;
            if *bookmarks {
                new.events.extend(opened.case.state().bookmarks.values().map(|mark| mark.event.clone()));
            }
            (None, Annotation::Find(new))
        }
        Findings::Set { number, title, words, state, verdict, untag, without } => {
            let change = FindingChange {
                title: title.clone(),
                severity: words.severity,
                state: *state,
                verdict: *verdict,
                owner: words.owner.clone(),
                due: day(words.due.as_deref())?,
                tag: words.tags.clone(),
                untag: untag.clone(),
                events: refs(&opened, &words.events)?,
                without: refs(&opened, without)?.into_iter().map(|event| event.event).collect(),
            };
            if change == FindingChange::default() {
                return Err(
                    Error::usage("nothing was said to change").hint("See `vestigo finding set --help`.")
                );
            }
            (Some(*number), Annotation::Set { finding: uid(*number)?, change })
        }
        Findings::Note { number, text } => {
            (Some(*number), Annotation::Note { finding: uid(*number)?, text: text.clone() })
        }
        Findings::Close { number, reason, verdict } => {
            let (reason, verdict) = (reason.clone(), *verdict);
            (Some(*number), Annotation::Close { finding: uid(*number)?, reason, verdict })
        }
        Findings::Reopen { number, reason } => {
            (Some(*number), Annotation::Reopen { finding: uid(*number)?, reason: reason.clone() })
        }
    };
    write(&opened, &[act], globals, world)?;
    let case = opened.case.reread()?;
    let findings = &case.state().findings;
    let changed = match number {
        Some(number) => findings.iter().find(|finding| finding.number == number),
        None => findings.last(),
    };
    let changed = changed.ok_or_else(|| Error::case("the finding is not there though it was written"))?;
    if globals.json {
        world.line(&json_line(&of_finding(&opened, changed)?)?)?;
    } else {
        world.line(&format!(
            "finding {}: {} {} · {}",
            changed.number,
            changed.severity,
            changed.state,
            visible(&changed.title)
        ))?;
    }
    Ok(Outcome::Done)
}

fn one(opened: &Opened, number: u64) -> Result<&Finding> {
    opened.case.state().finding(number).ok_or_else(|| {
        Error::usage(format!("there is no finding {number}")).hint("See `vestigo finding list`.")
    })
}

fn refs(opened: &Opened, ids: &[String]) -> Result<Vec<EventRef>> {
    hits(opened, ids)?.iter().map(|hit| opened.case.event_ref(hit)).collect()
}

fn begun(
    opened: &Opened,
    title: &str,
    words: &FindingWords,
    query: Option<SavedQuery>,
    note: Option<String>,
) -> Result<NewFinding> {
    if title.trim().is_empty() {
        return Err(Error::usage("a finding needs a title"));
    }
    Ok(NewFinding {
        title: title.to_owned(),
        severity: words.severity.unwrap_or(Severity::Medium),
        events: refs(opened, &words.events)?,
        query,
        note,
        tags: words.tags.clone(),
        owner: words.owner.clone(),
        due: day(words.due.as_deref())?,
    })
}

/// Reads a query as it will stand in a finding: printed whole, so that `-2h`
/// means the same hours for ever.
pub fn asked(opened: &Opened, query: &str, span: &Span) -> Result<SavedQuery> {
    opened.case.asked(&opened.parse(query)?, opened.window(span)?)
}

/// Checks a day; empty takes it away.
fn day(text: Option<&str>) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    if !text.is_empty() && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_err() {
        return Err(Error::usage(format!("`{}` is not a day", visible(text))).hint("Write it as 2026-03-31."));
    }
    Ok(Some(text.to_owned()))
}

fn list(opened: &Opened, findings: &[&Finding], globals: &Globals, world: &mut World) -> Result<Outcome> {
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
            world.line(&json_line(&of_finding(opened, finding)?)?)?;
            continue;
        }
        let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        table.row([
            finding.number.to_string(),
            finding.severity.to_string(),
            finding.state.to_string(),
            dash(&finding.due),
            dash(&finding.owner),
            thousands(count(opened, finding)?),
            finding.title.clone(),
        ]);
    }
    if !globals.json {
        table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    }
    let orphaned: usize = findings.iter().map(|finding| orphans(opened, finding)).sum();
    if orphaned > 0 {
        world.note(&format!(
            "WARNING: {orphaned} events of findings are ORPHANED: their records are not what they were"
        ));
        return Ok(Outcome::Damaged);
    }
    if findings.is_empty() && !globals.json && !globals.quiet {
        world.note("no findings; `vestigo finding add TITLE --event ID` writes one down");
    }
    Ok(if findings.is_empty() { Outcome::Nothing } else { Outcome::Done })
}

fn orphans(opened: &Opened, finding: &Finding) -> usize {
    finding.events.values().filter(|event| opened.case.standing(event).hit().is_none()).count()
}

fn count(opened: &Opened, finding: &Finding) -> Result<u64> {
    let request = Request { expr: opened.case.events_of(finding)?, window: TimeRange::ALL };
    opened.case.index().count(&request, &CancelToken::new())
}

/// Gives a finding as JSON (DESIGN: `finding list --json`).
fn of_finding(opened: &Opened, finding: &Finding) -> Result<serde_json::Value> {
    let request = Request { expr: opened.case.events_of(finding)?, window: TimeRange::ALL };
    let span = opened.case.index().span(&request, &CancelToken::new())?;
    let (at, by) = finding.made();
    Ok(json!({ "finding": finding.number, "fingerprint": finding.uid, "detector": null,
        "title": finding.title, "severity": finding.severity, "confidence": null, "entity": {},
        "start": span.map(|span| span.0.to_string()), "end": span.map(|span| span.1.to_string()),
        "events": opened.case.index().count(&request, &CancelToken::new())?,
        "query": format!("finding:{}", finding.number), "attack": [], "why": null, "numbers": {},
        "state": finding.state, "verdict": finding.verdict, "owner": finding.owner, "due": finding.due,
        "tags": finding.tags, "asked": finding.query, "made": at, "by": by, "notes": finding.notes,
        "history": finding.history, "orphaned": orphans(opened, finding) }))
}

fn show(opened: &Opened, finding: &Finding, globals: &Globals, world: &mut World) -> Result<Outcome> {
    if globals.json {
        world.line(&json_line(&of_finding(opened, finding)?)?)?;
        return Ok(Outcome::Done);
    }
    let (at, by) = finding.made();
    world.line(&format!("finding   {}  {}", finding.number, visible(&finding.title)))?;
    let verdict = finding.verdict.map(|verdict| format!(" · {verdict}")).unwrap_or_default();
    world.line(&format!("standing  {} · {}{verdict}", finding.severity, finding.state))?;
    world.line(&format!("made      {at} by {}", visible(by)))?;
    for (name, value) in [("owner", &finding.owner), ("due", &finding.due)] {
        if !value.is_empty() {
            world.line(&format!("{name:<9} {}", visible(value)))?;
        }
    }
    if !finding.tags.is_empty() {
        let tags: Vec<&str> = finding.tags.iter().map(String::as_str).collect();
        world.line(&format!("tags      {}", visible(&tags.join(", "))))?;
    }
    if let Some(asked) = &finding.query {
        let to = format!("{} → {}", asked.from.as_deref().unwrap_or("…"), asked.to.as_deref().unwrap_or("…"));
        let bounds =
            if asked.from.is_some() || asked.to.is_some() { format!(" ({to})") } else { String::new() };
        let gave = thousands(asked.count);
        world.line(&format!(
            "query     {}{bounds}, {gave} events when it was made",
            visible(&opened.case.read_here(asked))
        ))?;
    }
    world.line(&format!(
        "events    {}; `vestigo search finding:{}` lists them",
        thousands(count(opened, finding)?),
        finding.number
    ))?;
    let mut orphaned = false;
    for event in finding.events.values() {
        if let Some(why) = opened.case.standing(event).orphaned() {
            orphaned = true;
            world.line(&format!("! ORPHANED {}: {}", visible(&event.event), visible(why)))?;
        }
    }
    let mut said = |heading: &str, list: &[HistoryItem]| {
        list.iter().try_for_each(|said| {
            world.line(&format!("{heading:<9} {}  {}  {}", said.at, visible(&said.by), visible(&said.text)))
        })
    };
    said("note", &finding.notes)?;
    said("history", &finding.history)?;
    Ok(if orphaned { Outcome::Damaged } else { Outcome::Done })
}
