//! Damage of a bundle's file.

use crate::verify::{Damage, DamageScope};

/// Creates a damage of a bundle's file.
pub fn file_damage(file: &str, reason: impl Into<String>) -> Damage {
    Damage::new(DamageScope::Bundle, file, reason)
}
