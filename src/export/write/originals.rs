//! The whole originals of a bundle's sources, where they are asked for.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;

use crate::case::Case;
use crate::error::{Context, Result};
use crate::record::SourceId;

use crate::export::bag::files::original_path;

use super::bag::{BagFile, BagWriter};
use super::context::SourceShare;

/// Writes the whole originals of the sources that have events in the bundle:
/// containers as they were found, plain files as they were read.
pub fn write(case: &Case, shares: &[SourceShare], bag: &mut BagWriter) -> Result<Vec<(SourceId, String)>> {
    let (mut named, mut written) = (Vec::new(), BTreeSet::new());
    for share in shares {
        let at = case.locate(&share.source)?;
        let row = case.store().row(at);
        let container = row.found.containers.first().map(|(_, sha256)| sha256.clone());
        let name = original_path(container.as_ref().unwrap_or(&row.source));
        if written.insert(name.clone()) {
            let mut file = bag.begin(&name)?;
            match &container {
                Some(sha256) => copy(case.store().open_original(sha256)?, &mut file)?,
                None => {
                    for piece in case.store().pieces(at)? {
                        file.write(&case.store().piece(&piece)?)?;
                    }
                }
            }
            bag.end(file)?;
        }
        named.push((share.source, name));
    }
    Ok(named)
}

fn copy(mut from: File, to: &mut BagFile) -> Result<()> {
    let why = || "cannot read an original".to_owned();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match from.read(&mut buffer).context(why)? {
            0 => return Ok(()),
            n => to.write(&buffer[..n])?,
        }
    }
}
