//! JSON inside the texts of JSON.

use super::json::json_object;
use super::leaves::Leaves;

/// Returns the leaves with those in the place of a text that are a JSON object or array
/// in it, for the texts whose names `is_inside` says.
pub fn with_json_inside<'a>(leaves: &Leaves<'a>, is_inside: impl Fn(&str) -> bool) -> Leaves<'a> {
    let mut own = Leaves::with_rest_of(leaves);
    let mut places = Vec::with_capacity(leaves.len() + 1);
    for (name, leaf) in leaves.iter() {
        places.push(own.len());
        let text = leaf.text().filter(|text| is_inside(name) && text.trim_start().starts_with(['{', '[']));
        let inner =
            text.map(|text| format!("{{{}:{text}}}", serde_json::to_string(name).expect("a text is JSON")));
        match inner.as_deref().and_then(json_object) {
            Some(inner) => own.append(&inner),
            None => own.push(name, leaf.clone()),
        }
    }
    places.push(own.len());
    for (name, range) in leaves.elements() {
        own.push_element(name, places[range.start]..places[range.end]);
    }
    own
}
