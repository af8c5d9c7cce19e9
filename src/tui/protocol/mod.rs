//! The protocol between update and the workers: requests, responses, and what they carry.
//!
//! Owns data only: nothing here draws, waits, or touches a case. Promises that
//! a response finds the request that it belongs to, by its ticket, and that a
//! response to an older request of its lane is known to be stale.

mod annotations;
mod case_info;
mod effect;
mod event_detail;
mod export;
mod lanes;
mod request;
mod response;
mod row;
mod scope;
mod verification;

pub use annotations::{Annotated, Deed, FindingRow, Foreign, MarkRow, Noted, Notes, by_state, is_settled};
pub use case_info::Facts;
pub use effect::Effect;
pub use event_detail::Card;
pub use export::{ExportOrder, Exported, Offer, What};
pub use lanes::{Lane, Ticket, Tickets};
pub use request::{Place, Question};
pub use response::{Answer, Event, Page, Trouble};
pub use row::{Brief, Column, Outcome, Pivot, Row, Told};
pub use scope::Scope;
pub use verification::{Anchor, Progress};
