//! The right to write to a case.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use crate::error::{Context, Error, Result, visible};
use crate::fs::{Dir, FileKind, is_temporary, unusable};
use crate::index::IndexBinding;
use crate::record::Clock;
use crate::{evidence, index, journal};

use crate::journal::{
    Actor, CaseCreate, CaseMemory, Entry, Home, Journal, KeyAdd, Moved, Payload, Recovery, Signer,
};

use super::commits::committed;
use super::index_binding::binding;
use super::layout::INDEX;
use super::{CaseMetadata, CaseOptions};

/// The name and version of the program, as journal entries state it.
pub const TOOL: &str = concat!("vestigo ", env!("CARGO_PKG_VERSION"));

/// The right to write to a case: holds its lock until dropped.
pub struct CaseWriter {
    case: Dir,
    index: Dir,
    writer: journal::Writer,
    home: Home,
    binding: Option<IndexBinding>,
    about: CaseMetadata,
    known: Option<CaseMemory>,
    /// The first entry that this process wrote.
    begun: u64,
}

impl CaseWriter {
    /// Creates an empty case in a folder that is absent or empty, and locks it.
    pub fn create(folder: &Path, new: &CaseOptions, who: &Actor, clock: &dyn Clock) -> Result<CaseWriter> {
        let shown = visible(&folder.to_string_lossy());
        let case = Dir::create(folder).context(|| format!("cannot make the folder {shown}"))?;
        if CaseMetadata::is_in(&case) {
            return Err(Error::case(format!("{shown} is already a case"))
                .hint("Import into it, or choose another name."));
        }
        if occupied(&case) {
            return Err(Error::case(format!("{shown} contains files and is not a case"))
                .hint("Choose a name that does not exist yet."));
        }
        case.tighten().context(|| format!("cannot make the folder {shown} yours alone"))?;
        let mut writer = journal::Writer::open(&case, who, clock)?;
        if !writer.journal().entries.is_empty() {
            // Left by a creation that was cut off before there was a case.
            drop(writer);
            case.remove(journal::FILE).context(|| format!("cannot make {shown} a case"))?;
            writer = journal::Writer::open(&case, who, clock)?;
        }
        // The journal first: once there is a case.toml, the case is complete.
        let about = CaseMetadata::new(folder, new, clock.now())?;
        let create = CaseCreate {
            id: about.id.clone(),
            title: about.title.clone(),
            examiner: about.examiner.clone(),
            zone: about.zone.to_string(),
            key: about.key.as_ref().map(|key| key.fingerprint.clone()),
            case_toml_sha256: about.hash_of_text()?,
            tool: TOOL.to_owned(),
        };
        writer.remember_in(CaseMemory::new(&who.home, &about.id, case.path()));
        writer.append(create, clock)?;
        about.write(&case)?;
        drop(writer);
        Ok(CaseWriter { begun: 0, ..CaseWriter::of(&case, who, clock)? })
    }

    /// Takes the lock of a case, and cleans up what a crash left uncommitted.
    ///
    /// # Errors
    ///
    /// Fails as [`journal::Writer::open`] does, and if the journal is not the one that
    /// this machine saw in the same folder, or a signed checkpoint of the case
    /// contradicts it.
    pub fn open(folder: &Path, who: &Actor, clock: &dyn Clock) -> Result<CaseWriter> {
        CaseWriter::of(&CaseMetadata::folder(folder)?, who, clock)
    }

    /// Takes the lock of a case whose folder is open.
    pub fn of(case: &Dir, who: &Actor, clock: &dyn Clock) -> Result<CaseWriter> {
        CaseWriter::take(case, who, clock, false)
    }

    /// Takes the lock of a case whose history has changed; see [`super::accept`].
    pub(super) fn any(case: &Dir, who: &Actor, clock: &dyn Clock) -> Result<CaseWriter> {
        CaseWriter::take(case, who, clock, true)
    }

    fn take(case: &Dir, who: &Actor, clock: &dyn Clock, any: bool) -> Result<CaseWriter> {
        let about = CaseMetadata::of(case)?;
        let known = CaseMemory::new(&who.home, &about.id, case.path());
        let guard = |journal: &Journal| {
            if any { Ok(()) } else { super::trust::may_write(case, &about, journal, known.as_ref()) }
        };
        let part = |part| case.make_dir(part).map_err(|error| unusable(error, part));
        part(evidence::FOLDER)?;
        let index = part(INDEX)?;
        let writer = journal::Writer::open_guarded(case, who, clock, known.clone(), &guard)?;
        let (begun, case, home) = (writer.entries_at_open(), case.clone(), who.home.clone());
        let mut hold = CaseWriter { case, index, writer, home, binding: None, about, known, begun };
        hold.sweep(clock)?;
        Ok(hold)
    }

    /// Returns the path by which the case's folder was opened.
    pub fn folder(&self) -> &Path {
        self.case.path()
    }

    /// Returns the case's folder, through which everything in it is reached.
    pub fn dir(&self) -> &Dir {
        &self.case
    }

    /// Returns the folder of the case's own index.
    pub(crate) fn index(&self) -> &Dir {
        &self.index
    }

    /// Takes the right to import, too. Its current holder may be waiting for the right to
    /// write, so that is released and taken again.
    ///
    /// # Errors
    ///
    /// Fails if another process imports.
    pub fn claim(self, clock: &dyn Clock) -> Result<(ImportClaim, CaseWriter)> {
        let (case, who) = (self.case.clone(), self.writer.who().clone());
        drop(self);
        let claim = journal::ImportLock::acquire(&case, &who)?;
        let mut hold = CaseWriter::of(&case, &who, clock)?;
        // Nobody else imports, so a crash left what no entry names.
        hold.sweep_uncommitted(clock)?;
        let (index, binding) = (hold.index.clone(), hold.binding()?);
        Ok((ImportClaim { case, index, who, binding, _claim: claim }, hold))
    }

    /// Removes segments that the index does not (or no longer) name, unless an import is
    /// writing some.
    pub(super) fn sweep_index(&self) -> Result<()> {
        if journal::has_importer(&self.case) { Ok(()) } else { index::sweep(&self.index) }
    }

    /// Returns the folders of the user who holds it.
    pub(super) fn home(&self) -> &Home {
        &self.home
    }

    /// Returns what the case's own index is bound to.
    pub(crate) fn binding(&mut self) -> Result<IndexBinding> {
        if let Some(binding) = &self.binding {
            return Ok(binding.clone());
        }
        let binding = binding(&self.about.id, &self.home)?;
        Ok(self.binding.insert(binding).clone())
    }

    /// Returns the contents of `case.toml`.
    pub fn about(&self) -> &CaseMetadata {
        &self.about
    }

    /// Returns what this machine remembers of the case.
    pub(super) fn known(&self) -> Option<&CaseMemory> {
        self.known.as_ref()
    }

    /// Returns which entries this user is known to have written.
    pub(super) fn own(&self) -> Vec<Range<u64>> {
        let remembered =
            self.known.as_ref().map(|known| known.own_entries(self.journal())).unwrap_or_default();
        let present = self.begun..self.journal().entries.len() as u64;
        remembered.into_iter().chain([present]).collect()
    }

    /// Appends a journal entry; when this returns, it is committed.
    pub fn append(&mut self, payload: impl Into<Payload>, clock: &dyn Clock) -> Result<Entry> {
        self.writer.append(payload, clock)
    }

    /// Returns the journal as it is now.
    pub fn journal(&self) -> &Journal {
        self.writer.journal()
    }

    /// Returns the journal as it is now, and gives up the right to write.
    pub(super) fn into_journal(self) -> Journal {
        self.writer.into_journal()
    }

    /// Records that a key signs for this case; see [`super::introduce`].
    pub(super) fn introduce(&mut self, signer: &Signer, clock: &dyn Clock) -> Result<()> {
        let signed = signer.identity();
        let key = KeyAdd { fingerprint: signed.fingerprint, public_key: signed.public };
        self.append(key, clock).map(drop)
    }

    /// Returns the committed batches with the hashes of their manifests.
    pub fn committed(&self) -> Result<Vec<(u32, [u8; 32])>> {
        committed(&self.writer.journal().entries)
    }

    /// Returns the number that the next batch will have.
    pub fn next_batch(&self) -> Result<u32> {
        Ok(self.committed()?.last().map_or(1, |(number, _)| number + 1))
    }

    /// Returns the SHA-256 (hex) of every container that was imported to its end.
    pub fn containers(&self) -> HashSet<String> {
        let lists = self.writer.journal().entries.iter().flat_map(Entry::receipt_containers);
        lists.map(str::to_owned).collect()
    }

    /// Removes temporary files that a crash left, and sets aside a batch that no
    /// journal entry names: either its import was cut off before the commit, or
    /// the journal's end was removed, and then it is evidence.
    fn sweep(&mut self, clock: &dyn Clock) -> Result<()> {
        sweep_temporary(&self.case)?;
        // An import may be writing what no entry names yet.
        if journal::has_importer(&self.case) { Ok(()) } else { self.sweep_uncommitted(clock) }
    }

    fn sweep_uncommitted(&mut self, clock: &dyn Clock) -> Result<()> {
        evidence::sweep(&self.case)?;
        index::sweep(&self.index)?;
        let known: Vec<u32> = self.committed()?.iter().map(|(number, _)| *number).collect();
        for (from, to) in evidence::set_aside(&self.case, &known, self.journal().entries.len())? {
            let reason = "no journal entry names it: its import was cut off before it was committed";
            let (moved, reason) = (Moved::Name(from), reason.to_owned());
            self.append(Recovery { moved, to, sha256: None, reason }, clock)?;
        }
        Ok(())
    }
}

/// The right to import into a case. Others can write meanwhile: the right to write
/// is taken for each batch.
pub struct ImportClaim {
    case: Dir,
    index: Dir,
    who: Actor,
    binding: IndexBinding,
    /// Declared last, so that it is released last.
    _claim: journal::ImportLock,
}

impl ImportClaim {
    /// Returns the case's folder, through which everything in it is reached.
    pub(crate) fn dir(&self) -> &Dir {
        &self.case
    }

    /// Returns the folder of the case's own index.
    pub(crate) fn index(&self) -> &Dir {
        &self.index
    }

    /// Returns what the case's own index is bound to.
    pub(crate) fn binding(&self) -> &IndexBinding {
        &self.binding
    }

    /// Takes the right to write as soon as nobody else has it.
    pub(crate) fn hold(&self, clock: &dyn Clock) -> Result<CaseWriter> {
        loop {
            match CaseWriter::of(&self.case, &self.who, clock) {
                Err(_) if journal::has_writer(&self.case) => {}
                hold => return hold,
            }
        }
    }

    /// Takes the right to write, and removes what the import did not need.
    pub(crate) fn end(self, clock: &dyn Clock) -> Result<CaseWriter> {
        let mut hold = self.hold(clock)?;
        drop(self);
        hold.sweep(clock)?;
        Ok(hold)
    }
}

/// Removes temporary files that a crash left in a case's own folder and among its checkpoints.
fn sweep_temporary(case: &Dir) -> Result<()> {
    let anchors = case.dir(journal::ANCHORS).ok();
    for dir in [Some(case.clone()), anchors].into_iter().flatten() {
        let why = || "cannot remove a temporary file".to_owned();
        for name in dir.names().context(why)?.iter().filter_map(|name| name.to_str()) {
            if is_temporary(name) && matches!(dir.kind(name), Ok(Some(FileKind::File(_)))) {
                dir.remove(name).context(why)?;
            }
        }
    }
    Ok(())
}

/// Reports whether a folder contains anything except what an interrupted creation of a case leaves.
fn occupied(case: &Dir) -> bool {
    let left = |name: &str| {
        let ours = matches!(name, journal::LOCK | journal::IMPORT_LOCK | journal::FILE)
            || name.starts_with(".case")
            || is_temporary(name);
        ours && matches!(case.kind(name), Ok(Some(FileKind::File(_))))
    };
    case.names().map_or(true, |names| !names.iter().all(|name| name.to_str().is_some_and(left)))
}
