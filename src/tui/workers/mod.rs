//! The workers: one thread per lane, answering update's requests.
//!
//! The newest request of a lane replaces one that waits, and
//! cancels one that runs; only writes are carried out one after another, to
//! the last. The work itself ([`carry_out`]) knows no threads.

mod annotations;
mod current_case;
mod detection;
mod dispatch;
mod event_detail;
mod export;
mod import;
mod paging;
mod pool;
#[cfg(test)]
mod pool_tests;
mod row;
mod verification;

pub use current_case::CurrentCase;
pub use dispatch::carry_out;
pub use pool::Workers;
