//! That a bundle left the case, written into its journal.

use serde_json::json;

use crate::case::{Case, Hold, checkpoint, seal};
use crate::error::{Result, visible};
use crate::journal::{Signer, Who};
use crate::record::Clock;

use super::{Made, Options};

/// Writes down whose key is about to sign, where the case does not know it yet,
/// and gives the case as it is then: that entry, and whatever others have added.
pub fn introduce(case: &Case, signer: &Signer, who: &Who, clock: &dyn Clock) -> Result<Case> {
    let mut hold = Hold::open(case.folder(), who, clock)?;
    checkpoint(&mut hold, Some(signer), clock)?;
    drop(hold);
    case.reread()
}

/// Writes down that a bundle was made, and the checkpoint behind it.
pub fn note(case: &Case, made: &Made, options: &Options, who: &Who, clock: &dyn Clock) -> Result<()> {
    let mut hold = Hold::open(case.folder(), who, clock)?;
    let what = json!({ "bundle": made.name, "to": visible(&made.bundle.to_string_lossy()), "asked": made.asked,
        "events": made.events, "tagmanifest_sha256": made.tagmanifest, "signer": made.signer,
        "redacted": options.redact, "redacted_values": options.named.len() });
    hold.note("export", what, clock)?;
    seal(&hold, options.signer.as_ref()).map(drop)
}
