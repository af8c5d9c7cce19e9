//! The case as it was read last.

use std::sync::{Arc, Mutex, PoisonError};

use crate::case::Case;
use crate::error::Result;
use crate::record::Timestamp;
use crate::tui::protocol::CaseInfo;

/// The case that every question is asked of. Other processes write to it
/// meanwhile: what they wrote is taken in by [`CurrentCase::grown`]. Cheap to clone;
/// every clone is of one case.
#[derive(Clone)]
pub struct CurrentCase(Arc<Mutex<Case>>);

impl CurrentCase {
    /// Begins with a case that was opened.
    pub fn new(case: Case) -> CurrentCase {
        CurrentCase(Arc::new(Mutex::new(case)))
    }

    /// Gives the case as it was read last.
    pub fn get(&self) -> Case {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives what tells whether the case may have changed, until nobody has it any more.
    pub fn watched(&self) -> impl Fn() -> Option<bool> + Send + 'static {
        let case = Arc::downgrade(&self.0);
        move || case.upgrade().map(|case| CurrentCase(case).get().has_moved())
    }

    /// Reads the case again where it may have changed, and says what is known of
    /// it now where it has.
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
        Ok(Some(Box::new(CaseInfo::of(&now, None, Timestamp::from_secs(0)))))
    }
}
