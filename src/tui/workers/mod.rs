//! The crew: one thread per lane, carrying out what update asks for.
//!
//! The newest question of a lane takes the place of one that waits, and
//! cancels one that runs; only what writes is carried out one after another, to
//! the last. The work itself ([`carry_out`]) knows no threads.

mod annotations;
mod current_case;
mod dispatch;
mod event_detail;
mod export;
mod identity;
mod paging;
mod pool;
#[cfg(test)]
mod pool_tests;
mod row;
mod verification;

pub use current_case::CurrentCase;
pub use dispatch::carry_out;
pub use identity::Identity;
pub use pool::Workers;
