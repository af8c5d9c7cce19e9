//! Diagnostics for words that begin no stage, and how to write it here.

use std::ops::Range;

use crate::error::visible;

use super::super::diagnostic::Diagnostic;
use super::super::suggest::suggest;
use super::vocabulary::{STAGES, function};

/// What other languages call a stage, and how to write it here.
const FOREIGN_STAGES: [(&[&str], &str); 13] = [
    (
        &["summarize", "summarise", "aggregate", "group", "groupby"],
        "Write count by user.name, or stats sum(bytes) by user.name.",
    ),
    (
        &["chart", "make-series", "bin", "bucket", "timeline", "timeseries", "histogram"],
        "Write timechart 5m by event.outcome.",
    ),
    (&["limit", "take"], "Write head 20."),
    (&["order", "order_by", "orderby"], "Write sort -count: a `-` puts the largest first."),
    (
        &["dedup", "uniq", "distinct"],
        "Write first by user.name for one event of each value, or count by user.name for the values.",
    ),
    (
        &["table", "fields", "project", "keep", "select", "columns", "cut"],
        "Choose columns with --fields on the command line, or group events: count by user.name.",
    ),
    (
        &["search", "filter", "grep", "regex", "match"],
        "Write words and fields of events before the first pipe, and conditions on rows as where count > 100.",
    ),
    (&["having"], "Write where count > 100."),
    (&["rename"], "Name a computed column where it is computed: sum(bytes) as total."),
    (&["eventstats", "streamstats"], "Write stats sum(bytes) by user.name."),
    (&["wc"], "Write count."),
    (&["earliest"], "Write first by user.name, or stats min(@timestamp) by user.name."),
    (&["latest"], "Write last by user.name, or stats max(@timestamp) by user.name."),
];

/// Points at a word that begins no stage.
pub fn unknown_stage(word: &str, span: Range<usize>) -> Diagnostic {
    let lower = word.to_lowercase();
    let diagnostic = Diagnostic::at(span, format!("there is no stage `{}`", visible(word)));
    if let Some((_, hint)) = FOREIGN_STAGES.iter().find(|(names, _)| names.contains(&lower.as_str())) {
        return diagnostic.hint(*hint);
    }
    if function(word).is_some() {
        let name = visible(&lower);
        return diagnostic.hint(format!("Write stats before a function: stats {name}(bytes) by source.ip."));
    }
    match suggest(&lower, STAGES.iter().map(|stage| stage.name)) {
        Some(similar) => diagnostic.hint(format!("Did you mean `{}`?", similar.name)),
        None => diagnostic.hint(format!(
            "Stages are {}. Write OR between alternatives, and put a | that is searched for in quotes.",
            names(|_| true)
        )),
    }
}

/// Points at a pipe that nothing follows.
pub fn missing_stage(span: Range<usize>) -> Diagnostic {
    let hint = format!("Stages are {}.", names(|_| true));
    Diagnostic::at(span, "a stage is missing after this pipe").hint(hint)
}

/// Returns the names of some stages, with commas between them.
pub fn names(some: fn(bool) -> bool) -> String {
    let names: Vec<&str> = STAGES.iter().filter(|stage| some(stage.groups)).map(|stage| stage.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::vocabulary::stage_name;
    use super::*;

    #[test]
    fn what_other_languages_call_a_stage_is_none_of_ours() {
        for name in FOREIGN_STAGES.iter().flat_map(|(names, _)| names.iter()) {
            assert!(stage_name(name).is_none() && function(name).is_none(), "{name}");
        }
    }
}
