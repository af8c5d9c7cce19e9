//! Importing evidence.

use std::path::PathBuf;

use crate::case::CaseWriter;
use crate::error::Result;
use crate::import::{Import, ImportReport, ImportRow, Limits, Progress, run};
use crate::journal::Signer;
use crate::parse::ParseOptions;

use super::create::begin_case;
use super::{NewCase, Session, Warning, case_exists};

/// What is to be imported, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRequest {
    /// Files and folders; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// How they are read.
    pub options: ParseOptions,
    /// Bounds on containers.
    pub limits: Limits,
    /// Whether somebody waits for the first events: they come soon, in small batches.
    pub is_watched: bool,
}

/// An import that can begin: the case is there and nobody else writes to it.
pub struct PendingImport {
    writer: CaseWriter,
    signer: Option<Signer>,
}

impl PendingImport {
    /// Opens the session's case, or creates it where it does not exist; also returns
    /// why nobody can sign, if that is so.
    pub fn new(new: NewCase, session: &Session) -> Result<(PendingImport, Option<Warning>)> {
        let exists = case_exists(&session.folder);
        let writer = if exists { session.writer()? } else { begin_case(new, session)? };
        let (signer, unsigned) = session.signer_or_warning();
        Ok((PendingImport { writer, signer }, unsigned))
    }

    /// Imports. `acknowledge` gets each row once what it says is committed; an
    /// interrupt is not an error: the report says so.
    ///
    /// # Errors
    ///
    /// Fails where a named path cannot be read, or the case cannot be written; what
    /// was acknowledged before is in the case.
    pub fn run(
        self,
        request: &ImportRequest,
        session: &Session,
        progress: &Progress,
        acknowledge: &mut dyn FnMut(&ImportRow),
    ) -> Result<(ImportReport, Option<Warning>)> {
        let import = Import {
            paths: &request.paths,
            options: &request.options,
            limits: request.limits,
            stop: &session.stop,
            meter: progress,
            signer: self.signer.as_ref(),
            is_watched: request.is_watched,
        };
        let mut report = run(self.writer, &import, session.clock.as_ref(), acknowledge)?;
        let unsealed = report.unsealed.take().map(Warning::NoCheckpoint);
        Ok((report, unsealed))
    }
}
