//! The protocol between update and the workers: requests, responses, and what they carry.
//!
//! Owns data only: nothing here draws, waits, or touches a case. Promises that
//! a response finds the request that it belongs to, by its ticket, and that a
//! response to an older request of its lane is known to be stale.

mod annotations;
mod case_info;
mod detection;
mod effect;
mod event_detail;
mod export;
mod import;
mod lanes;
mod request;
mod response;
mod row;
mod scope;
mod verification;

pub use annotations::{
    AnnotationRequest, AnnotationResult, Annotations, BookmarkRow, FindingRow, ForeignAnnotation,
    JournalWarning, SelectedAnnotation, by_state,
};
pub use case_info::CaseInfo;
pub use detection::{DetectionDone, FindingCurve, LastDetection};
pub use effect::Effect;
pub use event_detail::EventDetail;
pub use export::{ExportChoices, ExportOrder, ExportResult};
pub use import::{ImportOutcome, ImportProgress};
pub use lanes::{Lane, Ticket, Tickets};
pub use request::{PagePosition, WorkerRequest, reversed};
pub use response::{EventPage, Failure, UiEvent, WorkerResponse};
pub use row::{EventColumn, EventOutcome, EventRow, Pivot, RowContent, RowSummary};
pub use scope::SearchScope;
pub use verification::{WorkProgress, WrittenCheckpoint};
