//! Fields that rules may ask for and that no log has: they are derived from one that
//! logs have.

use serde_json::{Map, Value};

use super::requests::decoded;
use crate::index::ValueView;

/// A field that is derived from another one.
pub struct DerivedField {
    /// Its name.
    pub name: &'static str,
    /// The field whose values it is derived from.
    pub base: &'static str,
    /// How a value is derived.
    pub view: ValueView,
}

/// All of them.
const DERIVED: [DerivedField; 3] = [
    DerivedField { name: "vestigo.request", base: "url.original", view: decoded },
    DerivedField { name: "vestigo.agent", base: "user_agent.original", view: decoded },
    DerivedField { name: "vestigo.referrer", base: "http.request.referrer", view: decoded },
];

/// Returns a derived field.
pub fn derived_field(name: &str) -> Option<&'static DerivedField> {
    DERIVED.iter().find(|derived| derived.name == name)
}

/// Adds the derived fields to an event.
pub fn add_derived(event: &mut Map<String, Value>) {
    for derived in &DERIVED {
        let value = match event.get(derived.base) {
            Some(Value::String(text)) => Value::String((derived.view)(text)),
            Some(Value::Array(texts)) => texts
                .iter()
                .filter_map(Value::as_str)
                .map(|text| Value::String((derived.view)(text)))
                .collect(),
            _ => continue,
        };
        event.insert(derived.name.to_owned(), value);
    }
}
