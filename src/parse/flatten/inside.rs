//! JSON inside the texts of JSON.

use super::json::json_value;
use super::leaves::{Leaves, MAX_LEAVES};

/// Returns the leaves with those in the place of a text that are a JSON object or array
/// in it, for the texts whose names `is_inside` says.
pub fn with_json_inside<'a>(leaves: &Leaves<'a>, is_inside: impl Fn(&str) -> bool) -> Leaves<'a> {
    let mut own = Leaves::with_rest_of(leaves);
    let mut places = Vec::with_capacity(leaves.len() + 1);
    for (name, leaf) in leaves.iter() {
        places.push(own.len());
        let text = leaf.text().filter(|text| is_inside(name) && text.trim_start().starts_with(['{', '[']));
        match text.and_then(|text| json_value(name, text)) {
            Some(inner) if own.len() + inner.len() <= MAX_LEAVES => own.append(&inner),
            _ => own.push(name, leaf.clone()),
        }
    }
    places.push(own.len());
    for (name, range) in leaves.elements() {
        own.push_element(name, places[range.start]..places[range.end]);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::flatten::json_object;

    #[test]
    fn what_is_inside_stays_inside() {
        let json = r#"{"p":"{\"x\":1}","q":"{\"x\":1},\"user\":\"eve\"","user":"alice"}"#;
        let leaves = with_json_inside(&json_object(json).expect("an object"), |name| name != "user");
        let all: Vec<String> =
            leaves.iter().map(|(name, leaf)| format!("{name}={}", leaf.clone().written())).collect();
        assert_eq!(all, ["p.x=1", r#"q={"x":1},"user":"eve""#, "user=alice"]);
    }
}
