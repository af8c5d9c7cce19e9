//! What happens to a bundle after it was written?
//!
//! Owns the record of its transfer from one person to another, the replay of its
//! query on a case, and the reveal of single redacted values. Promises that a bundle
//! is never changed by any of them.

mod replay;
mod reveal;
mod transfer;

pub use replay::{ReplayReport, read_query, replay};
pub use reveal::reveal;
pub use transfer::{TRANSFER_NAMESPACE, TransferCheck, TransferRecord};
