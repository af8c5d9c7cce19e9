//! What does a verification report?
//!
//! The vocabulary shared by whatever is verified, a case or a bundle: where
//! something is damaged ([`Damage`]), which checks were passed ([`Levels`]), what was
//! not shown, and what the verifier brings along ([`TrustInputs`]). Nothing is read
//! here; `evidence`, `case` and `export` verify and fill in a [`VerifyReport`].
//! Promises that the verdict is never one word: what was not proven is said.

mod damage;
mod report;
mod trust_inputs;

pub use damage::{Damage, DamageScope};
pub use report::{Levels, NEVER_PROVEN, VerifyReport, VerifyScope};
pub use trust_inputs::TrustInputs;
