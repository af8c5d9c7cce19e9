//! The checkpoint of a bundle: which state of the journal it shows, and whose key
//! signed that.

use crate::case::{Case, beside_checkpoint};
use crate::error::Result;
use crate::journal::{CHECKPOINT_NAMESPACE, Checkpoint, Signer, check_signature};

use crate::export::bag::files::{CHECKPOINT, CHECKPOINT_SIGNATURE, CHECKPOINT_TIMESTAMP};

use super::bag::BagWriter;

/// Returns the checkpoint of a journal's first lines.
pub fn checkpoint_of(case: &Case, size: usize) -> Checkpoint {
    let journal = case.whole_journal();
    let root = journal.root(size as u64).expect("a journal has as many lines as it has");
    Checkpoint { origin: Checkpoint::origin_of(&case.about().id), size: size as u64, root }
}

/// Writes `checkpoint.txt`, its signature, and its time stamp where the case has one.
pub fn write(
    case: &Case,
    checkpoint: &Checkpoint,
    signer: Option<&Signer>,
    bag: &mut BagWriter,
) -> Result<()> {
    let text = checkpoint.text();
    bag.add(CHECKPOINT, text.as_bytes())?;
    let by = signer.map(|signer| signer.identity().fingerprint);
    let ours = beside_checkpoint(case.dir(), checkpoint.size, "sig")?.filter(|pem| {
        check_signature(CHECKPOINT_NAMESPACE, text.as_bytes(), pem)
            .is_ok_and(|signed| by.is_none() || by == Some(signed.fingerprint))
    });
    match (ours, signer) {
        (Some(pem), _) => {
            bag.add(CHECKPOINT_SIGNATURE, &pem)?;
            if let Some(token) = beside_checkpoint(case.dir(), checkpoint.size, "tsr")? {
                bag.add(CHECKPOINT_TIMESTAMP, &token)?;
            }
            Ok(())
        }
        (None, Some(signer)) => {
            let pem = signer.sign(CHECKPOINT_NAMESPACE, text.as_bytes())?;
            bag.add(CHECKPOINT_SIGNATURE, pem.as_bytes())
        }
        (None, None) => Ok(()),
    }
}
