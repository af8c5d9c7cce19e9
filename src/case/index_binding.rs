//! What an index of a case must have been built from, and by whom.

use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::{Context, Result};
use crate::evidence::{Manifest, SourceRow, Store};
use crate::fs::Dir;
use crate::index::{IndexBasis, IndexBinding};
use crate::journal::Home;
use crate::parse::READING_VERSION;
use crate::record::Digest;

/// The file in the user's state folder with the secret that authenticates their indexes.
const SECRET: &str = "index.secret";

/// Returns what the indexes of a case are bound to: its id, and a secret of this user.
/// Without a folder to keep it in, the secret is temporary, and no index that was built
/// before is trusted.
pub(super) fn binding(case: &str, home: &Home) -> Result<IndexBinding> {
    let kept = home.state.as_deref().and_then(|state| kept(state).ok());
    let secret = match kept {
        Some(secret) => secret,
        None => drawn().context(|| "cannot draw random bytes from the system".to_owned())?,
    };
    Ok(IndexBinding { case: case.to_owned(), secret })
}

/// Returns this user's secret; creates it (0600) if it does not exist.
fn kept(state: &Path) -> io::Result<[u8; 32]> {
    let dir = Dir::create(state)?;
    let read = || dir.read(SECRET, 32).map(|bytes| <[u8; 32]>::try_from(bytes).ok());
    match read() {
        Ok(Some(secret)) => return Ok(secret),
        // Cut short: whatever it authenticated is rebuilt.
        Ok(None) => dir.replace(SECRET, &drawn()?)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => match dir.write_new(SECRET, &drawn()?) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            // Another process was faster, or this one wrote it.
            _ => {}
        },
        Err(error) => return Err(error),
    }
    read()?.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn drawn() -> io::Result<[u8; 32]> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    Ok(secret)
}

/// Returns what the rows of a batch are built from, given its number, the SHA-256 of its
/// manifest, and the manifest.
pub(crate) fn basis(batch: u32, sha256: &[u8; 32], manifest: &Manifest) -> IndexBasis {
    let mut readings = Sha256::new();
    readings.update(format!("vestigo {}, readings {READING_VERSION}\n", env!("CARGO_PKG_VERSION")));
    for source in &manifest.sources {
        readings.update(format!("{} {}\n", source.source, source.plan));
        if let Some(replaced) = &source.replaced {
            readings.update(format!("without records from {}\n", replaced.from));
        }
    }
    let events = manifest.sources.iter().filter_map(events_of).sum();
    let readings = Digest::from(readings);
    IndexBasis { batch, manifest: Digest(*sha256), readings, events }
}

/// Returns how many events of a source the index has.
fn events_of(source: &SourceRow) -> Option<u64> {
    let events = source.receipt["events"].as_u64()?;
    Some(events.saturating_sub(source.replaced.map_or(0, |replaced| replaced.events)))
}

/// Returns what the rows of each batch of a store are built from.
pub(super) fn bases(store: &Store, committed: &[(u32, [u8; 32])]) -> Vec<IndexBasis> {
    let manifests = store.manifests().zip(committed);
    manifests.map(|((number, manifest), (_, sha256))| basis(number, sha256, manifest)).collect()
}

/// Returns a name for the state of the evidence that these batches make up.
pub(super) fn state_of(bases: &[IndexBasis]) -> String {
    let mut digest = Sha256::new();
    for IndexBasis { batch, manifest, readings, events } in bases {
        digest.update(format!("{batch} {manifest} {readings} {events}\n"));
    }
    Digest::from(digest).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_one_secret_which_nobody_else_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let home = Home { state: Some(state.clone()), ..Home::default() };
        let first = binding("a", &home).unwrap().secret;
        assert_eq!(binding("b", &home).unwrap().secret, first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&state), mode(&state.join(SECRET))), (0o700, 0o600));
        }
        std::fs::write(state.join(SECRET), "short").unwrap();
        let second = binding("a", &home).unwrap().secret;
        assert_ne!(second, first);
        assert_eq!(binding("a", &home).unwrap().secret, second);
    }

    #[test]
    fn who_has_no_folder_gets_another_secret_each_time() {
        let draw = || binding("a", &Home::default()).unwrap().secret;
        assert_ne!(draw(), draw());
    }
}
