//! A bundle as one file: a tar whose every byte follows from the bundle's files.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::error::{Attempt, Error, Result, visible};
use crate::record::Instant;

use super::bag::{Finished, parent_of, taken};

/// Longest name that a tar header holds here: bundles' names are short.
const LONGEST: usize = 100;

/// Writes a bag as a tar (POSIX ustar): files in the order of their names, one
/// time, no owner.
pub fn write(bag: &Finished, name: &str, time: Instant, out: &Path) -> Result<()> {
    let why = || format!("cannot write {}", visible(&out.to_string_lossy()));
    let mut temporary =
        tempfile::Builder::new().prefix(".vestigo-export-").tempfile_in(parent_of(out)).attempt(why)?;
    let mut files = Vec::new();
    list(bag.folder(), "", &mut files).attempt(why)?;
    files.sort();
    let mut sink = std::io::BufWriter::with_capacity(1 << 18, temporary.as_file_mut());
    for file in &files {
        let path = bag.folder().join(file);
        let mut content = File::open(&path).attempt(why)?;
        let length = content.metadata().attempt(why)?.len();
        let header = header(&format!("{name}/{file}"), length, time)?;
        sink.write_all(header.as_bytes()).attempt(why)?;
        std::io::copy(&mut content, &mut sink).attempt(why)?;
        sink.write_all(&vec![0; padding(length)]).attempt(why)?;
    }
    sink.write_all(&[0; 1024]).attempt(why)?;
    sink.flush().attempt(why)?;
    drop(sink);
    temporary.as_file().sync_all().attempt(why)?;
    #[cfg(unix)]
    std::fs::set_permissions(temporary.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .attempt(why)?;
    match temporary.persist_noclobber(out) {
        Ok(_) => File::open(parent_of(out)).and_then(|folder| folder.sync_all()).attempt(why),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(out)),
        Err(error) => Err(error.error).attempt(why),
    }
}

/// Gives the header of a file: what a reader of ours will find to the byte.
pub fn header(name: &str, length: u64, time: Instant) -> Result<tar::Header> {
    if name.len() > LONGEST {
        return Err(Error::case(format!("the name {} is too long for a tar", visible(name)))
            .hint("Export to a folder, or rename the case."));
    }
    let mut header = tar::Header::new_ustar();
    header.set_path(name).attempt(|| "cannot name a file in a tar".to_owned())?;
    header.set_size(length);
    header.set_mode(if name.ends_with("/verify.sh") { 0o755 } else { 0o644 });
    header.set_mtime(u64::try_from(time.secs()).unwrap_or(0));
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

/// Gives the zeros behind a file of this length.
pub fn padding(length: u64) -> usize {
    (512 - (length % 512) as usize) % 512
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}
