//! That a bundle left the case, written into its journal.

use crate::case::{Case, CaseWriter, checkpoint, seal};
use crate::error::{Result, visible};
use crate::journal::{Actor, Export, Signer};
use crate::record::Clock;

use crate::export::{Made, Options};

/// Writes down whose key is about to sign, where the case does not know it yet,
/// and gives the case as it is then: that entry, and whatever others have added.
pub fn introduce(case: &Case, signer: &Signer, who: &Actor, clock: &dyn Clock) -> Result<Case> {
    let mut hold = CaseWriter::open(case.folder(), who, clock)?;
    checkpoint(&mut hold, Some(signer), clock)?;
    drop(hold);
    case.reread()
}

/// Writes down that a bundle was made, and the checkpoint behind it.
pub fn note(case: &Case, made: &Made, options: &Options, who: &Actor, clock: &dyn Clock) -> Result<()> {
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
