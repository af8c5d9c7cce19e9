//! What is an event?
//!
//! Owns the words every other room speaks: ECS fields (one table), values,
//! times with their basis, where an event came from, and numbers as people
//! read them. Promises that the
//! same record under the same plan gives the same event.

mod buckets;
mod clock;
mod event;
mod event_formats;
mod field;
mod id;
mod json;
mod merkle;
mod numbers;
mod summary;
mod timestamp;
mod zone;

pub use buckets::{bucket_edges, readable_width};
pub use clock::{Clock, FixedClock, SystemClock};
pub use event::{Event, EventRecord, Key, Value};
pub use event_formats::{CSV_FIELDS, csv_cell, csv_row, field_text, parse_csv_row, timesketch_row};
pub use field::{FIELDS, Field, FieldId, FieldKind, fields};
pub use id::{EventId, Origin, SourceId};
pub use json::{json_object, write_json};
pub use merkle::{Hash, prefix_roots, prove, root, root_from};
pub use numbers::{bytes, counted, short, thousands};
pub use summary::sentence;
pub use timestamp::{CivilDateTime, EventTime, ParsedTime, Precision, TimeBasis, TimeRange, Timestamp};
pub use zone::{Placed, Zone};
