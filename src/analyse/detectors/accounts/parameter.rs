//! How the parameters of a detector are declared.

use crate::analyse::detectors::detector::Parameter;

/// Returns a parameter: its name, what it is with its unit, its default, and its bounds.
pub const fn parameter(
    name: &'static str,
    about: &'static str,
    default: f64,
    least: f64,
    most: f64,
) -> Parameter {
    Parameter { name, about, default, least, most }
}
