//! What was asked, as `query.json` says it: in parts, and in words made of them.

use serde_json::Value;

use crate::export::redact::Redactor;

/// What `digest` in `query.json` is.
pub const DIGEST_IS: &str =
    "SHA-256 over `<source>:<record>` and a line end for each event, in the order of events.jsonl";

/// Takes redacted values out of the parts; tells whether there were any. Of a part,
/// only a query is foreign text.
pub fn redact(parts: &mut [Value], redactor: &Redactor) -> bool {
    let mut any = false;
    for query in parts.iter_mut().filter_map(|part| part.get_mut("query")) {
        let before = query.clone();
        redactor.json(query);
        any |= *query != before;
    }
    any
}

/// Says what was asked in a sentence's worth of words.
pub fn words(parts: &[Value]) -> String {
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
