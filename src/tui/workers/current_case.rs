//! The case, as it was last read.

use std::sync::{Arc, Mutex, PoisonError};

use crate::app::Case;
use crate::error::Result;
use crate::record::Timestamp;
use crate::tui::protocol::CaseInfo;

/// The case that answers every request. Other processes may write to it
/// meanwhile: [`CurrentCase::grown`] reads what they wrote. Cheap to clone;
/// every clone is of one case.
#[derive(Clone)]
pub struct CurrentCase(Arc<Mutex<Case>>);

impl CurrentCase {
    /// Wraps a case that was opened.
    pub fn new(case: Case) -> CurrentCase {
        CurrentCase(Arc::new(Mutex::new(case)))
    }

    /// Returns the case, as it was last read.
    pub fn get(&self) -> Case {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the case after a write of this process, if it answers from the same evidence
    /// as before; anything else is for [`CurrentCase::grown`] to report.
    pub(super) fn follow(&self, before: &Case, after: Case) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another lane may have written since.
        if after.answers_as(before) && after.journal().len() >= held.journal().len() {
            *held = after;
        }
    }

    /// Returns a check of whether the case may have changed; the check returns `None` once the case is dropped.
    pub fn watched(&self) -> impl Fn() -> Option<bool> + Send + 'static {
        let case = Arc::downgrade(&self.0);
        move || case.upgrade().map(|case| CurrentCase(case).get().has_moved())
    }

    /// Reads the case again if it may have changed, and returns what is known about
    /// it now if it has.
    pub(super) fn grown(&self) -> Result<Option<Box<CaseInfo>>> {
        let before = self.get();
        if !before.has_moved() {
            return Ok(None);
        }
        let now = before.reread()?;
        if now.answers_as(&before) && now.journal().len() == before.journal().len() {
            return Ok(None);
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now.clone();
        Ok(Some(Box::new(CaseInfo::from_case(&now, None, Timestamp::from_secs(0)))))
    }
}
