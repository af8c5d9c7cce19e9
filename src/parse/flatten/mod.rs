//! How does a nested record become a flat list of named values?
//!
//! Owns [`Leaves`], the values of a record under dotted names, and the JSON
//! reader that fills them. Promises that nothing is lost: what exceeds a bound
//! of depth, number or length of names is kept as JSON text.

mod entities;
mod inside;
mod json;
mod leaves;
mod xml;

pub use entities::xml_unescaped;
pub use inside::with_json_inside;
pub use json::{json_object, unescape};
pub use leaves::{LeafValue, Leaves};
pub use xml::xml_element;
