//! What `query.json` says of a selection: the words that its parts are described in.
//!
//! The journal's entry of an export has the same words. They are part of the format:
//! the verifier derives them again.

use serde_json::Value;

/// What `digest_is` in `query.json` says.
pub const DIGEST_IS: &str =
    "SHA-256 over `<source>:<record>` and a line end for each event, in the order of events.jsonl";

/// Describes the parts of a selection.
pub fn describe_query(parts: &[Value]) -> String {
    let (mut words, mut events) = (Vec::new(), 0);
    for part in parts {
        match part["kind"].as_str().unwrap_or_default() {
            "all" => words.push("every event of the case".to_owned()),
            "finding" => words.push(format!("finding {}", part["number"])),
            "bookmarks" => words.push("the bookmarked events".to_owned()),
            "query" => {
                let mut text = format!("the query {}", part["query"].as_str().unwrap_or_default());
                for bound in ["from", "to"] {
                    if let Some(at) = part[bound].as_str() {
                        text.push_str(&format!(" {bound} {at}"));
                    }
                }
                words.push(text);
            }
            "event" => events += 1,
            other => words.push(other.to_owned()),
        }
    }
    match events {
        0 => {}
        1 => words.push("one event".to_owned()),
        many => words.push(format!("{many} chosen events")),
    }
    words.join(", ")
}
