//! What is an event?
//!
//! Owns the words every other room speaks: ECS fields (one table), values,
//! times with their basis, where an event came from, and numbers as people
//! read them. Promises that the
//! same record under the same plan gives the same event. Every room may call.

mod buckets;
mod clock;
mod event;
mod field;
mod id;
mod json;
mod numbers;
mod sentence;
mod time;
mod tree;
mod zone;

pub use buckets::{bucket_edges, readable_width};
pub use clock::{Clock, FixedClock, SystemClock};
pub use event::{Entry, Event, Key, Value};
pub use field::{FIELDS, Field, FieldId, Kind, fields};
pub use id::{EventId, Origin, SourceId};
pub use json::{json_object, write_json};
pub use numbers::{bytes, counted, short, thousands};
pub use sentence::sentence;
pub use time::{Basis, Civil, Instant, Precision, Stamp, When, Window};
pub use tree::{Hash, prefix_roots, prove, root, root_from};
pub use zone::{Placed, Zone};
