//! Journals an export.

use crate::case::{Case, CaseWriter, checkpoint, seal};
use crate::error::{Result, visible};
use crate::journal::{Actor, Export, Signer};
use crate::record::Clock;

use crate::export::write::{BundleSummary, ExportOptions};

/// Registers the key that is about to sign in the journal, if it is new there, and
/// returns the case with that entry and those that others have added.
pub fn register_signing_key(case: &Case, signer: &Signer, who: &Actor, clock: &dyn Clock) -> Result<Case> {
    let mut hold = CaseWriter::open(case.folder(), who, clock)?;
    checkpoint(&mut hold, Some(signer), clock)?;
    drop(hold);
    case.reread()
}

/// Journals that a bundle was made, and signs a checkpoint.
pub fn record_export(
    case: &Case,
    made: &BundleSummary,
    options: &ExportOptions,
    who: &Actor,
    clock: &dyn Clock,
) -> Result<()> {
    let mut hold = CaseWriter::open(case.folder(), who, clock)?;
    let export = Export {
        bundle: made.name.clone(),
        to: visible(&made.bundle.to_string_lossy()),
        asked: made.asked.clone(),
        events: made.events,
        tagmanifest_sha256: made.tagmanifest.clone(),
        signer: made.signer.clone(),
        redacted: options.redact.clone(),
        redacted_values: options.named.len() as u64,
    };
    hold.append(export, clock)?;
    seal(&hold, options.signer.as_ref()).map(drop)
}
