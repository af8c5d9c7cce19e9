//! What a case answers from: its own index if that agrees with the evidence, one in the
//! user's cache, or a temporary one.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::evidence::Store;
use crate::fs::{Dir, TEMPORARY};
use crate::index::{Index, IndexBasis, IndexBinding, publish_all};
use crate::journal::{self, Actor, CaseMemory, History, Home, Journal};
use crate::record::Digest;

use super::commits::committed;
use super::index_binding::{bases, binding, state_of};
use super::index_rows::rows;
use super::layout::INDEX;
use super::reread::{Committed, Rereads, standing};
use super::scratch::Scratch;
use super::{CaseMetadata, Watch};

/// The folder in the user's cache for the indexes of cases.
const CACHED: &str = "index";
/// How often the journal is read again if it grows meanwhile.
const TRIES: u32 = 50;
/// How often the index is looked for while the journal stays the same.
const LOOKS: u32 = 3;

/// An index, and where it comes from.
pub(super) struct Answers {
    pub index: Index,
    /// How many committed batches it lacks.
    pub behind: usize,
    /// Whether this process built it from the evidence.
    pub derived: bool,
    /// Its folder, if that is temporary. Declared after the index, which has to close its
    /// files first.
    _scratch: Option<Scratch>,
}

/// A case at one moment: its journal, and the evidence that it commits to. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    pub(super) dir: Dir,
    pub(super) about: CaseMetadata,
    pub(super) journal: Arc<Journal>,
    pub(super) store: Store,
    /// How sources are read, if the journal states another way than their import.
    pub(super) rereads: Arc<Rereads>,
    who: Actor,
    pub(super) binding: IndexBinding,
    pub(super) bases: Arc<Vec<IndexBasis>>,
    index: Option<Index>,
    /// Whether the case's own index and those in the cache must not be used.
    anew: bool,
}

impl Snapshot {
    /// Reads a case as it is now, and looks for an index that agrees with it.
    pub(super) fn of(folder: &Path, who: &Actor) -> Result<Snapshot> {
        let dir = CaseMetadata::folder(folder)?;
        let about = CaseMetadata::of(&dir)?;
        let binding = binding(&about.id, &who.home)?;
        let mut moment = Snapshot::read(dir, about, who, binding)?;
        let mut looks = 0;
        for _ in 0..TRIES {
            moment.look();
            if moment.index.is_some() || looks == LOOKS {
                break;
            }
            // The journal may have grown, together with the index, since it was read.
            let (again, same) = moment.again()?;
            looks = if same { looks + 1 } else { 0 };
            moment = again;
        }
        Ok(moment)
    }

    fn read(dir: Dir, about: CaseMetadata, who: &Actor, binding: IndexBinding) -> Result<Snapshot> {
        let journal = journal::read(&dir)?;
        let Committed { batches, store, rereads } = Committed::open(&dir, &journal)?;
        let bases = Arc::new(bases(&store, &batches));
        let (who, journal, rereads) = (who.clone(), Arc::new(journal), Arc::new(rereads));
        Ok(Snapshot { dir, about, journal, store, rereads, who, binding, bases, index: None, anew: false })
    }

    /// Compares the journal with what this machine remembers of the case.
    pub(super) fn history(&self) -> History {
        let Some(known) = CaseMemory::new(&self.who.home, &self.about.id, self.dir.path()) else {
            return History::default();
        };
        let history = known.history(&self.journal);
        if history.contradiction().is_none() {
            return history;
        }
        // Another process may have written, and remembered what it wrote, since the
        // journal was read.
        known.history_at(&self.dir).unwrap_or(history)
    }

    /// Reads the journal again, and the evidence if what is committed, or how it is read,
    /// has changed; also returns whether it is the same.
    pub(super) fn again(&self) -> Result<(Snapshot, bool)> {
        self.at(journal::read(&self.dir)?)
    }

    /// Does what [`Snapshot::again`] does, with a journal that was already read.
    pub(super) fn at(&self, journal: Journal) -> Result<(Snapshot, bool)> {
        let batches = committed(&journal.entries)?;
        let known = self.bases.iter().map(|basis| (basis.batch, basis.manifest.0));
        if known.eq(batches) && standing(&journal) == *self.rereads {
            return Ok((Snapshot { journal: Arc::new(journal), ..self.clone() }, true));
        }
        let moment = Snapshot::read(self.dir.clone(), self.about.clone(), &self.who, self.binding.clone())?;
        Ok((moment, false))
    }

    /// Looks for an index that agrees with the evidence.
    pub(super) fn look(&mut self) {
        self.index = self.found();
    }

    /// Reports whether an index has to be built from the evidence first.
    pub fn lacks_index(&self) -> bool {
        self.index.is_none()
    }

    /// Requires the index to be built again, even if there is one.
    pub fn distrust(&mut self) {
        (self.index, self.anew) = (None, true);
    }

    pub(super) fn answers(&mut self, watch: Watch<'_>) -> Result<Answers> {
        if let Some(index) = self.index.take() {
            let behind = self.bases.len() - index.batches().len();
            let derived = self.bases.is_empty();
            return Ok(Answers { index, behind, derived, _scratch: None });
        }
        match self.cached(watch) {
            Ok(answers) => Ok(answers),
            // The evidence itself is the problem, or nobody is waiting any longer.
            Err(error) if error.kind() != ErrorKind::Case => Err(error),
            // There is no cache, or no room in it.
            Err(_) => self.derive(watch),
        }
    }

    /// Returns a name for the evidence and how it is read.
    pub(super) fn state(&self) -> String {
        state_of(&self.bases)
    }

    /// Finds an index that agrees. The case's own may lack the newest batches while
    /// another process imports.
    fn found(&self) -> Option<Index> {
        if self.bases.is_empty() {
            return Some(Index::empty());
        }
        let open = |dir: Dir| Index::open(&dir, &self.binding, &self.bases).ok();
        let whole = |index: &Index| index.batches().len() == self.bases.len();
        let cached = || open(self.cache(Dir::dir)?.dir(&self.state()).ok()?);
        let own = self.dir.dir(INDEX).ok().and_then(open);
        let first = self.bases.iter().map(|basis| basis.batch);
        let only_behind = |index: &Index| first.zip(index.batches()).all(|(wanted, known)| wanted == *known);
        match own {
            Some(index) if whole(&index) => cached().filter(whole).or(Some(index)),
            own => cached().filter(whole).or_else(|| {
                let at_work = || journal::has_writer(&self.dir) || journal::has_importer(&self.dir);
                own.filter(|index| !index.is_empty() && only_behind(index) && at_work())
            }),
        }
    }

    /// Returns the folder in the cache with the indexes of this case, opened with `step`.
    fn cache(&self, step: impl Fn(&Dir, &str) -> io::Result<Dir>) -> Option<Dir> {
        self.cached_folder(CACHED, step)
    }

    /// Returns this case's folder of some kind in the user's cache, opened with `step`.
    pub(super) fn cached_folder(
        &self,
        kind: &str,
        step: impl Fn(&Dir, &str) -> io::Result<Dir>,
    ) -> Option<Dir> {
        reach(&self.who.home, &self.binding.case, kind, step)
    }

    /// Creates this case's folder of some kind in the user's cache.
    pub(super) fn make_cached_folder(&self, kind: &str) -> io::Result<Dir> {
        let none = || io::Error::other("there is no cache folder");
        Dir::create(self.who.home.cache.as_deref().ok_or_else(none)?)?;
        self.cached_folder(kind, Dir::make_dir).ok_or_else(none)
    }

    /// Builds an index in the user's cache, or takes the one that another process has
    /// built there meanwhile; those of earlier states of the case are removed.
    fn cached(&self, watch: Watch<'_>) -> Result<Answers> {
        let none = || Error::case("there is no cache folder");
        let home = self.who.home.cache.as_deref().ok_or_else(none)?;
        Dir::create(home).map_err(|error| none().with_source(error))?;
        let folder = self.cache(Dir::make_dir).ok_or_else(none)?;
        let why = |error: io::Error| Error::case("cannot keep an index in the cache").with_source(error);
        let name = self.state();
        let mut scratch = Scratch::within(&folder, TEMPORARY).map_err(why)?;
        self.fill(scratch.dir(), watch)?;
        let open = || Index::open(&folder.dir(&name).map_err(why)?, &self.binding, &self.bases);
        if !self.anew
            && let Ok(index) = open()
        {
            return Ok(Answers { index, behind: 0, derived: false, _scratch: None });
        }
        match folder.remove_all(&name).and_then(|()| scratch.keep(&name)) {
            // Another process was slightly faster.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(why(error)),
            _ => {}
        }
        let index = open()?;
        tidy(&folder, Some(&name));
        Ok(Answers { index, behind: 0, derived: true, _scratch: None })
    }

    /// Builds an index for as long as the answers are needed.
    pub(super) fn derive(&self, watch: Watch<'_>) -> Result<Answers> {
        let made = |within_cache| -> Result<Answers> {
            let why = |error: io::Error| Error::case("cannot make a temporary folder").with_source(error);
            let scratch = Scratch::new(&self.who.home, within_cache).map_err(why)?;
            self.fill(scratch.dir(), watch)?;
            let index = Index::open(scratch.dir(), &self.binding, &self.bases)?;
            Ok(Answers { index, behind: 0, derived: true, _scratch: Some(scratch) })
        };
        match made(true) {
            // No room in the cache, for example.
            Err(error) if error.kind() == ErrorKind::Case && self.who.home.cache.is_some() => made(false),
            made => made,
        }
    }

    fn fill(&self, dir: &Dir, watch: Watch<'_>) -> Result<()> {
        publish_all(dir, &self.binding, rows(&self.store, dir, &self.bases, watch)?)
    }
}

/// Removes what the user's cache contains of a case whose own index is up to date.
pub(super) fn forget(home: &Home, case: &str) {
    if let Some(folder) = reach(home, case, CACHED, Dir::dir) {
        tidy(&folder, None);
    }
}

fn reach(home: &Home, case: &str, kind: &str, step: impl Fn(&Dir, &str) -> io::Result<Dir>) -> Option<Dir> {
    let cache = Dir::open(home.cache.as_deref()?).ok()?;
    let name = Digest::of(case).to_string();
    step(&step(&cache, kind).ok()?, &name).ok()
}

/// Removes the indexes of a case in the cache, except one. What cannot be removed takes
/// up space, and is never used.
fn tidy(folder: &Dir, keep: Option<&str>) {
    let names = folder.names().unwrap_or_default();
    let old = names.iter().filter_map(|name| name.to_str());
    for name in old.filter(|name| Some(*name) != keep && !name.starts_with(TEMPORARY)) {
        let _ = folder.remove_all(name);
    }
}
