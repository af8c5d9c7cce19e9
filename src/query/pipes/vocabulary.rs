//! The names of stages and functions: one row states everything about each.

use super::super::pipeline::Function;

/// A stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageName {
    /// `count`
    Count,
    /// `stats`
    Stats,
    /// `timechart`
    Timechart,
    /// `top`
    Top,
    /// `rare`
    Rare,
    /// `first`
    First,
    /// `last`
    Last,
    /// `where`
    Where,
    /// `sort`
    Sort,
    /// `head`
    Head,
    /// `tail`
    Tail,
}

/// One row of the table of stages.
#[derive(Debug)]
pub struct StageInfo {
    /// The stage.
    pub stage: StageName,
    /// The word that begins it.
    pub name: &'static str,
    /// An example of it.
    pub example: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// It makes rows of events; the others change rows.
    pub groups: bool,
}

/// Every stage: first those that group events.
pub const STAGES: [StageInfo; 11] = [
    grouping(StageName::Count, "count", "count by user.name", "Counts events, by the values of fields."),
    grouping(
        StageName::Stats,
        "stats",
        "stats p99(bytes), dc(user.name) by source.ip",
        "Computes functions of fields, by the values of others.",
    ),
    grouping(
        StageName::Timechart,
        "timechart",
        "timechart 5m by event.outcome",
        "Counts events over time, empty buckets included.",
    ),
    grouping(StageName::Top, "top", "top 10 url.path", "Lists the most frequent values of a field."),
    grouping(StageName::Rare, "rare", "rare 10 url.path", "Lists the least frequent values of a field."),
    grouping(StageName::First, "first", "first by user.name", "Takes the first event of each value."),
    grouping(StageName::Last, "last", "last by user.name", "Takes the last event of each value."),
    of_rows(StageName::Where, "where", "where count > 100", "Keeps the rows that match."),
    of_rows(StageName::Sort, "sort", "sort -count, user.name", "Sorts rows; a `-` puts the largest first."),
    of_rows(StageName::Head, "head", "head 20", "Keeps the first rows."),
    of_rows(StageName::Tail, "tail", "tail 20", "Keeps the last rows."),
];

const fn grouping(
    stage: StageName,
    name: &'static str,
    example: &'static str,
    doc: &'static str,
) -> StageInfo {
    StageInfo { stage, name, example, doc, groups: true }
}

const fn of_rows(
    stage: StageName,
    name: &'static str,
    example: &'static str,
    doc: &'static str,
) -> StageInfo {
    StageInfo { stage, name, example, doc, groups: false }
}

/// Finds the stage of a word, ignoring case.
pub fn stage_name(word: &str) -> Option<&'static StageInfo> {
    STAGES.iter().find(|stage| stage.name.eq_ignore_ascii_case(word))
}

/// The functions of `stats` that are offered; any percentile may be asked for.
pub const FUNCTIONS: [(&str, Function); 8] = [
    ("sum", Function::Sum),
    ("avg", Function::Average),
    ("min", Function::Min),
    ("max", Function::Max),
    ("dc", Function::Distinct),
    ("p50", Function::Percentile(5_000)),
    ("p95", Function::Percentile(9_500)),
    ("p99", Function::Percentile(9_900)),
];

/// What other languages call our functions, and the function that is meant.
pub const FOREIGN_FUNCTIONS: [(&str, &str); 16] = [
    ("mean", "avg"),
    ("average", "avg"),
    ("median", "p50"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("total", "sum"),
    ("distinct", "dc"),
    ("distinct_count", "dc"),
    ("count_distinct", "dc"),
    ("dcount", "dc"),
    ("cardinality", "dc"),
    ("nunique", "dc"),
    ("perc", "p95"),
    ("perc95", "p95"),
    ("percentile", "p95"),
    ("quantile", "p95"),
];

/// Finds the function of a word, ignoring case: `sum`, `p99`, `p99.9`.
pub fn function(word: &str) -> Option<Function> {
    let known = FUNCTIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    known.map(|(_, function)| *function).or_else(|| percentile(word).map(Function::Percentile))
}

/// Reads `p99` or `p99.9`; returns hundredths of a percent.
fn percentile(word: &str) -> Option<u16> {
    let share = word.strip_prefix(['p', 'P'])?;
    let (whole, rest) = share.split_once('.').unwrap_or((share, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 3) || !digits(rest, 2) {
        return None;
    }
    let rest = rest.parse::<u16>().ok()? * if rest.len() == 1 { 10 } else { 1 };
    let hundredths = u32::from(whole.parse::<u16>().ok()?) * 100 + u32::from(rest);
    u16::try_from(hundredths).ok().filter(|hundredths| *hundredths <= 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_have_at_most_two_decimals() {
        for (word, hundredths) in
            [("p50", 5_000), ("P99.9", 9_990), ("p99.99", 9_999), ("p0", 0), ("p100", 10_000)]
        {
            assert_eq!(function(word), Some(Function::Percentile(hundredths)), "{word}");
        }
        for word in ["p", "p101", "p100.01", "p99.", "p.5", "p99.999", "p-1", "pid", "path"] {
            assert_eq!(function(word), None, "{word}");
        }
    }

    #[test]
    fn what_other_languages_call_a_function_is_one_of_ours() {
        for (theirs, ours) in FOREIGN_FUNCTIONS {
            assert!(function(theirs).is_none() && function(ours).is_some(), "{theirs}");
        }
    }

    #[test]
    fn every_example_begins_with_its_name() {
        for stage in &STAGES {
            assert!(stage.example.starts_with(stage.name) && stage.doc.ends_with('.'), "{stage:?}");
        }
    }
}
