//! What does a verification report?
//!
//! Owns the vocabulary for verifying cases and bundles: damage ([`Damage`]), the checks
//! that were passed ([`Levels`]), what was not proven, and the trust material that the
//! verifier supplies ([`TrustInputs`]). Nothing is read here; `evidence`, `case` and
//! `export` verify and fill in a [`VerifyReport`]. Promises that the verdict is never a
//! single word: a report also states what was not proven.

mod damage;
mod depth;
mod report;
mod trust_inputs;

pub use damage::{Damage, DamageScope};
pub use depth::Depth;
pub use report::{Levels, NEVER_PROVEN, VerifyReport, VerifyScope};
pub use trust_inputs::TrustInputs;
