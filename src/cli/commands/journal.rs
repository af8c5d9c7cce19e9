//! `journal`: who did what when.

use std::path::PathBuf;

use std::path::Path;

use clap::Subcommand;

use crate::case::{CaseMetadata, CaseWriter, append_all, one_moment, trust_in};
use crate::cli::args::Globals;
use crate::cli::case_path;
use crate::cli::context::CommandContext;
use crate::cli::outcome::ExitReason;
use crate::cli::output::json_line;
use crate::cli::progress::watched_bytes;
use crate::cli::runtime::Runtime;
use crate::cli::signing_config::{own_keys, signer_or_warning, warn_unfinished};
use crate::cli::table::{Align, Table};
use crate::error::{Context, Error, Result, visible};
use crate::fs::Dir;
use crate::journal::{self, Anchors, CaseCreate, Conflict, Journal, Merge, MergeChoice, Trust};
use crate::record::thousands;

/// Print who did what when
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// Bring the annotations of another copy of the case in
    Merge {
        /// The other copy's folder, or its journal.jsonl
        other: PathBuf,
        /// Take annotations, too, that no known key signed there; they stay marked
        #[arg(long)]
        adopt: bool,
    },
}

/// Prints the journal, or merges another one.
pub fn run(words: Option<&JournalCommand>, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    match words {
        None => list(globals, runtime),
        Some(JournalCommand::Merge { other, adopt }) => merge(other, *adopt, globals, runtime),
    }
}

/// Prints the journal's entries.
fn list(globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let context = CommandContext::new(globals, runtime)?;
    let mut table = Table::new(&[
        ("#", Align::Right),
        ("When", Align::Whole),
        ("Who", Align::Left),
        ("Did", Align::Left),
        ("What", Align::Left),
    ]);
    for line in context.case.journal() {
        if globals.json {
            runtime.line(&json_line(line)?)?;
            continue;
        }
        let when = line.at.get(..19).unwrap_or(&line.at).replace('T', " ") + "Z";
        table.row([line.seq.to_string(), when, line.by.clone(), line.kind.clone(), line.payload().summary()]);
    }
    if !globals.json {
        table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))?;
    }
    Ok(ExitReason::Done)
}

/// How far ahead of this machine's clock another copy's entries may be, in nanoseconds: a year.
const AHEAD: i64 = 366 * 86_400 * 1_000_000_000;

/// Refuses entries from a far future: whatever is said here would be said before them.
fn plausible(merge: &Merge, runtime: &Runtime) -> Result<()> {
    let now = runtime.clock.now();
    match merge.latest().filter(|latest| *latest > now.plus(AHEAD)) {
        None => Ok(()),
        Some(latest) => Err(Error::case(format!("an entry of the other copy is dated {latest}, and it is {now} here"))
            .hint("Set this machine's clock right; entries that are more than a year ahead are not merged, since nothing said here could come after them.")),
    }
}

/// Brings the annotations of another copy of the case in.
fn merge(other: &Path, adopt: bool, globals: &Globals, runtime: &mut Runtime) -> Result<ExitReason> {
    let folder = case_path::chosen(globals.case.as_deref(), runtime)?;
    let file = if other.is_dir() { other.join(journal::FILE) } else { other.to_owned() };
    let shown = visible(&file.to_string_lossy());
    if std::fs::symlink_metadata(&file).is_err() {
        return Err(Error::case(format!("there is no journal at {shown}"))
            .hint("Name another copy of the case, or its journal.jsonl."));
    }
    let theirs = if other.is_dir() {
        // Somebody may be writing to it: what was written is waited for until it is sealed.
        one_moment(&Dir::open(other).context(|| format!("cannot open {shown}"))?).1?
    } else {
        journal::read_named(&file)?
    };
    if let Some((line, how)) = &theirs.broken {
        return Err(Error::integrity(format!("{shown}, line {line}: {how}"))
            .hint("Nothing was merged: a broken journal is not believed."));
    }
    let Some(first) = theirs.entries.first().and_then(|entry| entry.read::<CaseCreate>()) else {
        return Err(Error::case(format!("{shown} is not the journal of a case"))
            .hint("Name another copy of the case, or its journal.jsonl."));
    };
    let mut hold = CaseWriter::open(&folder, &runtime.who(), runtime.clock.as_ref())?;
    if first.id != CaseMetadata::read(&folder)?.id {
        runtime.note("note: it is of another case; its records are looked for here by their content");
    }
    if !theirs.torn.is_empty() {
        runtime.note("note: its last entry was cut off and is not merged");
    }
    let covered = covered_in(other, &theirs, &first.id, &hold, runtime)?;
    let merge = Merge::new(
        hold.journal(),
        &theirs,
        covered,
        if adopt { MergeChoice::All } else { MergeChoice::Signed },
    );
    plausible(&merge, runtime)?;
    if !merge.lines.is_empty() {
        let signer = signer_or_warning(&folder, runtime);
        runtime.listen();
        let written = watched_bytes(runtime, globals, |watch| {
            append_all(
                &mut hold,
                &[merge.entry(&theirs).into()],
                signer.as_ref(),
                runtime.clock.as_ref(),
                watch,
            )
        })?;
        warn_unfinished(written, runtime);
    }
    let outcome = if merge.left > 0 { ExitReason::Partly } else { ExitReason::Done };
    if globals.json {
        let object = serde_json::json!({ "merged": merge.lines.len(), "conflicts": merge.conflicts,
            "unsigned": merge.unsigned.len(), "left": merge.left, "covered": covered });
        runtime.line(&json_line(&object)?)?;
        return Ok(outcome);
    }
    runtime.line(&format!("{} annotations merged", thousands(merge.lines.len() as u64)))?;
    if !merge.unsigned.is_empty() {
        runtime.line(&format!(
            "{} of them no known key had signed: who said them, and when, is only what the copy claims; they stay marked",
            thousands(merge.unsigned.len() as u64)
        ))?;
    }
    if merge.left > 0 {
        runtime.line(&format!(
            "{} annotations were NOT merged: no key of this case, and none of yours, signed them there ({covered} of {} entries are signed)",
            thousands(merge.left as u64),
            theirs.entries.len()
        ))?;
        runtime.note("hint: have their author sign them (`vestigo checkpoint` there), or take them with --adopt; then they stay marked as of an unsigned copy");
    }
    for Conflict { on, what, stands, gave_way } in &merge.conflicts {
        let [on, stands, gave_way] = [on, stands, gave_way].map(|text| visible(text));
        runtime.line(&format!(
            "conflict: {what} of {on}: `{stands}` stands, `{gave_way}` is kept in its history"
        ))?;
    }
    Ok(outcome)
}

/// Returns how many entries of another copy are covered by a checkpoint that a key
/// of this case, or one of the user's own, signed.
fn covered_in(other: &Path, theirs: &Journal, id: &str, hold: &CaseWriter, runtime: &Runtime) -> Result<u64> {
    let folder = if other.is_dir() { Some(other) } else { other.parent() };
    let Some(folder) =
        folder.map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
    else {
        return Ok(0);
    };
    let why = || "cannot list the checkpoints of the other copy".to_owned();
    let anchors = Anchors::list(&Dir::open(folder).context(why)?).context(why)?;
    let mut keys = trust_in(hold.dir(), hold.about(), hold.journal(), false)?.keys;
    keys.extend(own_keys(runtime));
    Ok(Trust::evaluate(id, &keys, theirs, &anchors, false).covered)
}
