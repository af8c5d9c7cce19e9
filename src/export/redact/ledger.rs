//! What a redactor has redacted, once it has redacted everything.

use super::secret::Secret;

/// The values that were redacted, each of them at least once, with the reason. Only a
/// redactor that is no longer used can be turned into one, so it is always complete.
pub struct Ledger {
    /// The values, in the redactor's order.
    pub secrets: Vec<Secret>,
    /// Why they were redacted, redacted itself.
    pub reason: String,
    /// Who redacted them, redacted itself.
    pub redacted_by: String,
}
