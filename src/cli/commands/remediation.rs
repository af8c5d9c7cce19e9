//! The parts of `finding` that end one: proofs of a fix, terms, and what is overdue.

use std::path::PathBuf;

use serde_json::json;

use crate::app::{
    Annotation, CancelToken, Case, FindingView, FixProof, Sla, annotate, count_overdue, finding, prove_fix,
    verify_finding,
};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::error::{Result, visible};
use crate::record::counted;

/// Tells how many findings are overdue.
pub fn warn_overdue(case: &Case, day: &str, runtime: &mut Runtime) {
    let overdue = count_overdue(case, day) as u64;
    if overdue > 0 {
        let verb = if overdue == 1 { "is" } else { "are" };
        runtime.note(&format!("WARNING: {} {verb} overdue", counted(overdue, "finding")));
    }
}

/// Computes what the logs prove of a claimed fix.
fn proof(
    context: &CommandContext,
    number: u64,
    rules: &[PathBuf],
    runtime: &mut Runtime,
) -> Result<FixProof> {
    runtime.listen();
    let cancel = CancelToken::from(context.session.stop.clone());
    let known = finding(&context.case, number)?;
    prove_fix(&context.case, known, rules, context.session.clock.now(), &cancel)
}

/// Returns the annotation that verifies a fix; fails with what is missing.
pub fn verify(
    context: &CommandContext,
    number: u64,
    rules: &[PathBuf],
    runtime: &mut Runtime,
) -> Result<Annotation> {
    let proof = proof(context, number, rules, runtime)?;
    let annotation = verify_finding(finding(&context.case, number)?, proof.clone())?;
    runtime.note(&proof.sentence());
    Ok(annotation)
}

/// Prints what is proved of a fix, and what is missing.
pub fn prove(
    context: &CommandContext,
    number: u64,
    rules: &[PathBuf],
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let proof = proof(context, number, rules, runtime)?;
    let missing = proof.missing();
    let shown =
        json!({ "finding": number, "proved": missing.is_empty(), "missing": missing, "proof": proof });
    print_result(globals, runtime, &shown, |runtime| {
        runtime.line(&format!("{}, until {}", proof.sentence(), proof.until))?;
        missing.iter().try_for_each(|what| runtime.line(&format!("! {}", visible(what))))
    })?;
    Ok(if missing.is_empty() { ExitReason::Done } else { ExitReason::NoMatch })
}

/// Shows or sets how many days findings may stay open.
pub fn sla(
    context: &CommandContext,
    terms: Option<&str>,
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let mut case = context.case.clone();
    if let Some(terms) = terms {
        let sla: Option<Sla> = if terms == "none" { None } else { Some(terms.parse()?) };
        let written = watched_bytes(runtime, globals, |watch| {
            annotate(&case, |_| Ok(vec![Annotation::SetSla { sla }]), &context.session, watch)
        })?;
        print_warnings(written.warnings, runtime);
        case = written.case;
    }
    let sla = &case.state().sla;
    print_result(globals, runtime, &json!({ "sla": sla }), |runtime| {
        runtime.line(&sla.as_ref().map_or("findings have no terms".to_owned(), Sla::to_string))
    })?;
    warn_overdue(&case, &context.day(), runtime);
    Ok(ExitReason::Done)
}

/// Prints who repairs a finding, how, until when, and what shows that it is done.
pub fn print(view: &FindingView, runtime: &mut Runtime) -> Result<()> {
    let remedy = view.remedy.map(|remedy| remedy.to_string());
    let due = if view.overdue { format!("{}  OVERDUE", view.due) } else { view.due.clone() };
    let accepted = view.acceptance.as_ref().map(|acceptance| {
        format!("by {} until {}: {}", acceptance.approver, acceptance.until, acceptance.reason)
    });
    let lines = [
        ("owner", view.owner.clone()),
        ("due", due),
        ("remedy", remedy.unwrap_or_default()),
        ("advice", view.advice.clone().unwrap_or_default()),
        ("link", view.link.clone()),
        ("fixed", view.fixed_at.clone()),
        ("proof", view.proof.as_ref().map(FixProof::sentence).unwrap_or_default()),
        ("accepted", accepted.unwrap_or_default()),
        ("tags", view.tags.join(", ")),
    ];
    let known = lines.iter().filter(|(_, value)| !value.is_empty());
    known.into_iter().try_for_each(|(name, value)| runtime.line(&format!("{name:<9} {}", visible(value))))
}
