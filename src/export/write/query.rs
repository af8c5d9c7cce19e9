//! `query.json`: what was asked for, of which evidence, with which result.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::case::TOOL;
use crate::error::Result;
use crate::record::{Digest, TimeRange};

use crate::export::bag::files::QUERY;
use crate::export::redact::{NAMED, Redactor};
use crate::export::report::silent_ranges;
use crate::export::rows::{DIGEST_IS, describe_query};

use super::bag::BagWriter;
use super::context::BundleContext;
use super::journal::entries_by_redacted_names;

/// Writes `query.json`.
pub fn write(context: &BundleContext<'_>, redactor: &Redactor, bag: &mut BagWriter) -> Result<()> {
    let (case, options) = (context.case, context.options);
    let mut digest = Sha256::new();
    for hit in context.hits {
        digest.update(format!("{}:{}\n", hit.source, hit.record));
    }
    let mut evidence: Vec<String> = case.sources().iter().map(|source| source.id.to_string()).collect();
    evidence.sort();
    let mut parts = context.selection.parts(case);
    let redacted = redact(&mut parts, redactor);
    let range = |range: TimeRange| json!({ "from": range.from.to_string(), "to": range.to.to_string() });
    let silent = silent_ranges(case, context.hits, &options.zone)?;
    let silent: Vec<Value> = silent.into_iter().map(range).collect();
    let mut fields: BTreeSet<&str> = options.redact.iter().map(String::as_str).collect();
    fields.extend((!options.named.is_empty()).then_some(NAMED));
    let query = json!({ "words": describe_query(&parts), "asked": parts, "asked_redacted": redacted,
        "zone": case.about().zone.to_string(), "events": context.hits.len(),
        "digest": Digest::from(digest).to_string(), "digest_is": DIGEST_IS,
        "case": case.about().id, "entries": context.entries, "evidence": evidence,
        "answered_from": "evidence",
        "index": { "batches": case.index().batches(), "events": case.index().len() }, "tool": TOOL,
        "shown_in": options.zone.to_string(), "silent": silent, "redacted": fields,
        "orphans": case.orphans().len(),
        "unnamed": entries_by_redacted_names(case, context.entries, redactor) });
    bag.add_json(QUERY, &query)
}

/// Redacts the parts of a selection and returns whether that changed any. Of a part,
/// only the query is foreign text.
fn redact(parts: &mut [Value], redactor: &Redactor) -> bool {
    let mut any = false;
    for query in parts.iter_mut().filter_map(|part| part.get_mut("query")) {
        let before = query.clone();
        redactor.json(query);
        any |= *query != before;
    }
    any
}
