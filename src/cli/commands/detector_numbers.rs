//! `rules set`: the numbers of detectors that a case sets.

use serde_json::json;

use crate::app::{Annotation, annotate, behavior_detectors, set_parameter};
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::OutputRows;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::session::print_warnings;
use crate::cli::table::Align;
use crate::error::{Error, Result, visible};

/// Sets numbers, and lists those that are set.
pub fn run(numbers: &[String], globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let changes = numbers.iter().map(|text| change(text)).collect::<Result<Vec<Annotation>>>()?;
    let mut case = context.case.clone();
    if !changes.is_empty() {
        let written = watched_bytes(runtime, globals, |watch| {
            annotate(&case, |_| Ok(changes), &context.session, watch)
        })?;
        print_warnings(written.warnings, runtime);
        case = written.case;
    }
    let headings = [
        ("Number", Align::Whole),
        ("Value", Align::Right),
        ("Default", Align::Right),
        ("What it is", Align::Left),
    ];
    let mut rows = OutputRows::new(globals, &headings);
    for (name, value) in &case.state().parameters {
        let known = behavior_detectors().find_map(|detector| {
            let parameter = name.strip_prefix(detector.name)?.strip_prefix('.')?;
            detector.parameters.iter().find(|known| known.name == parameter)
        });
        let (default, about) = (known.map(|known| known.default), known.map_or("", |known| known.about));
        rows.add(
            runtime,
            || json!({ "number": name, "value": value, "default": default, "about": about }),
            || {
                let default = default.map_or_else(String::new, |default| default.to_string());
                [name.clone(), value.to_string(), default, about.to_owned()]
            },
        )?;
    }
    rows.print(runtime)?;
    if case.state().parameters.is_empty() && !globals.quiet {
        runtime.note("detectors have their default numbers; `vestigo rules list --json` names them");
    } else if !numbers.is_empty() && !globals.quiet {
        runtime.note("`vestigo detect` applies them; `vestigo undo` takes the last change back");
    }
    Ok(ExitReason::Done)
}

/// Reads what is to be set.
fn change(text: &str) -> Result<Annotation> {
    let wrong = || {
        Error::usage(format!("`{}` is not a number of a detector", visible(text)))
            .hint("Write it as spraying.users=6, or spraying.users=default.")
    };
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    match value {
        "default" => set_parameter(name, None),
        value => {
            let value: f64 = value.parse().map_err(|_| wrong())?;
            set_parameter(name, Some(value).filter(|value| value.is_finite()).ok_or_else(wrong).map(Some)?)
        }
    }
}
