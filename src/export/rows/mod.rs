//! What do the rows of a bundle's files look like?
//!
//! Owns the formats that the writer and the verifier share, so that both derive the
//! same bytes from the same facts: events, records, findings, coverage, the words of
//! a query. Promises that nothing here reads a case or a bundle. The
//! words in these rows are part of the format, too: other words would fail the
//! bundles of earlier versions.

mod annotations;
mod bag_info;
pub mod coverage;
mod event_forms;
mod json_line;
mod proof_lines;
mod query_words;
mod records_csv;

pub use annotations::{AnnotationEvidence, MOST_EVENTS_OF_FINDING, bookmark_row, finding_row};
pub use bag_info::{BAGIT_DECLARATION, UNSIGNED, one_line};
pub use event_forms::{EventForms, event_forms};
pub use json_line::json_line;
pub use proof_lines::{frame_proof_line, source_proof_line};
pub use query_words::{DIGEST_IS, describe_query};
pub use records_csv::{RECORD_COLUMNS, parse_record_row};
