//! Who acts on a case, and whose key signs.

use crate::journal::{Actor, Signer};

/// Who acts, and whose key signs.
#[derive(Clone)]
pub struct Identity {
    /// Who acts.
    pub who: Actor,
    /// Whose key signs; `None` if no key is available.
    pub signer: Option<Signer>,
}
