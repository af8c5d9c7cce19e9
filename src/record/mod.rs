//! What is an event?
//!
//! Owns the types that every other room shares: ECS fields (one table), values,
//! times with their basis, the origin of an event, digests and Merkle trees,
//! and numbers as people read them. Promises that the same record under the
//! same plan gives the same event.

mod buckets;
mod civil;
mod clock;
mod continuation;
mod digest;
mod event;
mod event_formats;
mod field;
mod hex;
mod id;
mod json;
mod json_line;
mod keywords;
mod merkle;
mod numbers;
mod provenance;
mod severity;
mod summary;
mod time_basis;
mod timestamp;
mod zone;
mod zone_file;
mod zone_names;

pub use buckets::{bucket_edges, readable_width};
pub use civil::{CivilDateTime, ParsedTime, Precision};
pub use clock::{Clock, FixedClock, SystemClock};
pub use continuation::{Continuation, Replaced};
pub use digest::Digest;
pub use event::{Event, EventRecord, EventView, Key, Value};
pub use event_formats::{CSV_FIELDS, csv_cell, csv_row, field_text, parse_csv_row, timesketch_row};
pub use field::{FIELDS, Field, FieldId, FieldKind, fields};
pub use hex::{parse_canonical_hex, parse_hex, to_hex};
pub use id::{EventId, Origin, SourceId};
pub use json::json_object;
pub use json_line::{write_event, write_json};
pub(crate) use keywords::keywords;
pub use merkle::{Hash, prefix_roots, prove, root, root_from};
pub use numbers::{counted, format_bytes, format_compact, thousands};
pub use provenance::Provenance;
pub use severity::Severity;
pub use summary::summarize;
pub use time_basis::{EventTime, TimeBasis};
pub use timestamp::{TimeRange, Timestamp};
pub use zone::{ResolvedTime, Zone};
pub use zone_file::zone_of_file;
pub use zone_names::zone_offset;
