//! Annotations, as several commands write them.

use crate::case::annotate;
use crate::cli::args::Globals;
use crate::cli::context::CommandContext;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{signer_or_warning, warn_unfinished};
use crate::error::Result;
use crate::index::Hit;
use crate::journal::Annotation;
use crate::record::EventId;

/// Writes annotations into the journal, and the checkpoint behind them.
pub fn write(
    context: &CommandContext,
    acts: &[Annotation],
    globals: &Globals,
    runtime: &mut Runtime,
) -> Result<()> {
    let folder = context.case.folder();
    let signer = signer_or_warning(folder, runtime);
    let written = watched_bytes(runtime, globals, |watch| {
        annotate(folder, acts, signer.as_ref(), &runtime.who(), runtime.clock.as_ref(), watch)
    })?;
    warn_unfinished(written, runtime);
    Ok(())
}

/// Finds the events of ids.
pub fn hits(context: &CommandContext, ids: &[String]) -> Result<Vec<Hit>> {
    ids.iter().map(|id| context.case.find(&id.parse::<EventId>()?)).collect()
}
