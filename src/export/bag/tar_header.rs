//! The header of a file in a bundle's tar: what the writer writes is what the reader
//! holds each header against.

use ::tar::{EntryType, Header};

use crate::error::{Context, Error, Result, visible};
use crate::record::Timestamp;

/// Longest name that a tar header holds here: bundles' names are short.
const LONGEST: usize = 100;

/// Returns the header of a file: what a reader of vestigo will find to the byte.
pub fn header(name: &str, length: u64, time: Timestamp) -> Result<Header> {
    if name.len() > LONGEST {
        return Err(Error::case(format!("the name {} is too long for a tar", visible(name)))
            .hint("Export to a folder, or rename the case."));
    }
    let mut header = Header::new_ustar();
    header.set_path(name).context(|| "cannot name a file in a tar".to_owned())?;
    header.set_size(length);
    header.set_mode(if name.ends_with("/verify.sh") { 0o755 } else { 0o644 });
    header.set_mtime(u64::try_from(time.secs()).unwrap_or(0));
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

/// Returns the number of zeros after a file of this length.
pub fn padding(length: u64) -> usize {
    (512 - (length % 512) as usize) % 512
}
