//! What a query with pipes does, in words.

use super::super::ast::FieldRef;
use super::super::pipeline::{
    EventPick, Function, Grouping, Measure, Pipeline, Quantity, RowStage, SortKey, SortOrder, TableColumn,
    ValueOrder,
};
use super::super::pipes::format_interval;
use super::explain::explain;
use crate::error::visible;
use crate::record::{FieldKind, thousands};

/// Explains how a query with pipes was read: which events it takes, what each stage
/// does, and which columns the table has.
pub fn explain_pipeline(pipeline: &Pipeline) -> Vec<String> {
    let mut lines = explain(&pipeline.filter);
    let stages = pipeline.grouping.iter().map(grouping).chain(pipeline.rows.iter().map(row_stage));
    lines.extend(stages.map(|stage| format!("Then: {stage}.")));
    if let Some(columns) = pipeline.columns() {
        let names: Vec<String> = columns.iter().map(|column| visible(&column.name())).collect();
        lines.push(format!("Columns: {}", names.join(", ")));
    }
    lines
}

fn grouping(grouping: &Grouping) -> String {
    match grouping {
        Grouping::Stats { measures, by } => {
            let computed: Vec<String> = measures.iter().map(measure).collect();
            let what = match measures.as_slice() {
                [Measure { quantity: Quantity::Count, alias: None }] => "counts events".to_owned(),
                _ => format!("computes {}", and(&computed)),
            };
            let rows = match by.as_slice() {
                [] => "in one row".to_owned(),
                by => per_value(by),
            };
            format!("{what}, {rows}")
        }
        Grouping::Timechart { interval, by } => {
            let width = match interval {
                Some(nanos) => format!("of {}", format_interval(*nanos)),
                None => "of a readable width".to_owned(),
            };
            let each = by.iter().map(|field| format!(", {}", per_value(std::slice::from_ref(field))));
            format!("counts events in buckets {width}{}", each.collect::<String>())
        }
        Grouping::Values { order, limit, field } => {
            let which = match order {
                ValueOrder::MostFrequent => "most frequent",
                ValueOrder::Rarest => "least frequent",
            };
            let values = match limit {
                1 => format!("{which} value"),
                limit => format!("{} {which} values", thousands(limit)),
            };
            format!("lists the {values} of {field}, with counts")
        }
        Grouping::Pick { pick, by } => {
            let which = match pick {
                EventPick::First => "first",
                EventPick::Last => "last",
            };
            format!("takes the {which} event {}, in order of time", per_value(by))
        }
    }
}

fn per_value(by: &[FieldRef]) -> String {
    let names: Vec<String> = by.iter().map(FieldRef::to_string).collect();
    match names.as_slice() {
        [one] => format!("for each value of {one}"),
        several => format!("for each combination of {}", and(several)),
    }
}

fn measure(measure: &Measure) -> String {
    let computed = match &measure.quantity {
        Quantity::Count => "the number of events".to_owned(),
        Quantity::Of(function, measured) => function_of(*function, &measured.field),
    };
    match &measure.alias {
        Some(name) => format!("{computed} (as {})", visible(name)),
        None => computed,
    }
}

fn function_of(function: Function, field: &FieldRef) -> String {
    let times = field.kind() == Some(FieldKind::Date);
    match function {
        Function::Distinct => format!("the number of different values of {field}"),
        Function::Sum => format!("the sum of {field}"),
        Function::Average => format!("the mean of {field}"),
        Function::Min if times => format!("the earliest {field}"),
        Function::Max if times => format!("the latest {field}"),
        Function::Min => format!("the smallest {field}"),
        Function::Max => format!("the largest {field}"),
        Function::Percentile(5_000) => format!("the median of {field}"),
        Function::Percentile(_) => {
            let share = function.to_string();
            format!("the {field} that {} % of values do not exceed", share.trim_start_matches('p'))
        }
    }
}

fn row_stage(stage: &RowStage) -> String {
    let rows = |rows: &u64| match rows {
        1 => "row".to_owned(),
        rows => format!("{} rows", thousands(rows)),
    };
    match stage {
        RowStage::Sort(keys) => {
            let keys: Vec<String> = keys.iter().map(sort_key).collect();
            format!("sorts by {}", keys.join(", then by "))
        }
        RowStage::Head(number) => format!("keeps the first {}", rows(number)),
        RowStage::Tail(number) => format!("keeps the last {}", rows(number)),
        RowStage::Where(condition) => format!("keeps the rows where {condition}"),
    }
}

fn sort_key(key: &SortKey) -> String {
    let direction = match key.order {
        SortOrder::Ascending => "smallest first",
        SortOrder::Descending => "largest first",
    };
    format!("{} ({direction})", visible(&TableColumn::name(&key.column)))
}

/// Joins words by commas and a last "and".
fn and(words: &[String]) -> String {
    match words {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        words => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{QueryContext, parse_pipeline};
    use super::*;
    use crate::record::{Timestamp, Zone};

    fn explained(text: &str) -> Vec<String> {
        let context = QueryContext { zone: Zone::UTC, now: Timestamp::from_secs(0), fields: &[] };
        explain_pipeline(&parse_pipeline(text, &context).expect("it is a query"))
    }

    #[test]
    fn each_stage_is_explained_in_a_sentence() {
        assert_eq!(
            explained("user:root | count by ip, outcome | where count > 100 | sort -count, ip | head 1"),
            [
                "Read as: user.name:root",
                "Then: counts events, for each combination of source.ip and event.outcome.",
                "Then: keeps the rows where count > 100.",
                "Then: sorts by count (largest first), then by source.ip (smallest first).",
                "Then: keeps the first row.",
                "Columns: source.ip, event.outcome, count",
            ]
        );
    }

    #[test]
    fn every_grouping_has_its_words() {
        for (text, wanted) in [
            ("count", "Then: counts events, in one row."),
            (
                "stats p99.9(bytes), p50(bytes) as m, min(time) by ip",
                "Then: computes the http.response.body.bytes that 99.9 % of values do not exceed, \
                 the median of http.response.body.bytes (as m) and the earliest @timestamp, \
                 for each value of source.ip.",
            ),
            (
                "timechart 5m by outcome",
                "Then: counts events in buckets of 5m, for each value of event.outcome.",
            ),
            ("timechart", "Then: counts events in buckets of a readable width."),
            ("top path", "Then: lists the 10 most frequent values of url.path, with counts."),
            ("rare 1 path", "Then: lists the least frequent value of url.path, with counts."),
            ("first by user", "Then: takes the first event for each value of user.name, in order of time."),
        ] {
            assert_eq!(explained(&format!("* | {text}"))[1], wanted, "{text}");
        }
    }

    #[test]
    fn a_query_without_pipes_is_explained_as_ever() {
        assert_eq!(explained("user : root"), ["Read as: user.name:root"]);
    }
}
