//! Writing annotations.

use crate::case::{Case, Watch, append_all};
use crate::error::Result;
use crate::index::Hit;
use crate::journal::{Annotation, EventRef, Payload};
use crate::record::EventId;

use super::{Session, Warning};

/// Annotations that were written.
pub struct WrittenAnnotations {
    /// The case after them.
    pub case: Case,
    /// SHA-256 of each entry's line, in hex: by it an undo names it.
    pub ids: Vec<String>,
    /// What did not come to its end.
    pub warnings: Vec<Warning>,
}

/// Appends annotations, one entry each, and a signed checkpoint after them. `make`
/// makes them of the case as it is under the lock. The journal is read once; the case
/// that is returned follows from it without reading anything again, and no other row
/// than those annotated has to be verified anew. Where a source is read differently from
/// now on, the index is updated, which `watch` can stop.
pub fn annotate(
    case: &Case,
    make: impl FnOnce(&Case) -> Result<Vec<Annotation>>,
    session: &Session,
    watch: Watch<'_>,
) -> Result<WrittenAnnotations> {
    let (signer, unsigned) = session.signer_or_warning();
    let mut writer = session.writer()?;
    let moved = writer.journal().head != case.whole_journal().head;
    let case = if moved { case.reread()? } else { case.clone() };
    let entries: Vec<Payload> = make(&case)?.into_iter().map(Payload::from).collect();
    let mut appended = append_all(&mut writer, &entries, signer.as_ref(), session.clock.as_ref(), watch)?;
    let warnings = unsigned.into_iter().chain(Warning::of_appended(&mut appended)).collect();
    Ok(WrittenAnnotations { case: case.after(writer)?, ids: appended.ids, warnings })
}

/// Finds the events of ids.
pub fn find_events(case: &Case, ids: &[String]) -> Result<Vec<Hit>> {
    ids.iter().map(|id| case.find(&id.parse::<EventId>()?)).collect()
}

/// Binds events to their records as they are now.
pub fn event_refs(case: &Case, hits: &[Hit]) -> Result<Vec<EventRef>> {
    hits.iter().map(|hit| case.event_ref(hit)).collect()
}
