//! `detect --explain`: why rules match an event, or do not.

use std::path::PathBuf;

use crate::app::{EventExplanation, Explanation, explain_event};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::print_result;
use crate::cli::runtime::Runtime;
use crate::error::{Result, visible};
use crate::record::counted;

/// Prints what rules say of an event: all that match, or those that are named.
pub fn run(
    id: &str,
    only: &[String],
    rules: &[PathBuf],
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let explained = explain_event(&context.case, &id.parse()?, only, rules)?;
    print_result(globals, runtime, &explained, |runtime| print(&explained, runtime))?;
    let matching = explained.rules.iter().filter(|rule| rule.matches).count();
    if !globals.quiet {
        let asked = counted(explained.asked as u64, "rule");
        runtime.note(&format!("{matching} of {asked} match the event"));
        if only.is_empty() {
            runtime.note("`--only RULE` says of a rule why it matches, or does not");
        }
    }
    Ok(if matching + explained.findings.len() == 0 { ExitReason::NoMatch } else { ExitReason::Done })
}

fn print(explained: &EventExplanation, runtime: &mut Runtime) -> Result<()> {
    for rule in &explained.rules {
        print_rule(rule, runtime)?;
    }
    for finding in &explained.findings {
        let (number, detector) = (finding.finding, visible(&finding.detector));
        runtime.line(&format!("finding {number}  {detector}  {}", visible(&finding.title)))?;
        runtime.line(&format!("  {}", visible(&finding.why)))?;
    }
    Ok(())
}

fn print_rule(rule: &Explanation, runtime: &mut Runtime) -> Result<()> {
    let word = if rule.matches { "matches" } else { "does not match" };
    runtime.line(&format!("{}  {}: {word}", visible(&rule.detector), visible(&rule.title)))?;
    for step in &rule.steps {
        let mark = if step.holds { '✓' } else { '✗' };
        let found =
            step.found.as_deref().map(|found| format!("  but: {}", visible(found))).unwrap_or_default();
        let indent = "  ".repeat(step.depth + 1);
        runtime.line(&format!("{indent}{mark} {}{found}", visible(&step.asks)))?;
    }
    Ok(())
}
