//! What the stages behind a grouping do with rows: `sort`, `head`, `tail`, `where`.

use std::cmp::{Ordering, Reverse};

use crate::index::{SortValue, TableCell};
use crate::query::{Condition, RowStage, SortKey, SortOrder, TableColumn};

/// Carries out stages on rows whose cells are those of `columns`.
pub fn apply<T: AsRef<[TableCell]>>(rows: Vec<T>, stages: &[RowStage], columns: &[TableColumn]) -> Vec<T> {
    stages.iter().fold(rows, |mut rows, stage| match stage {
        RowStage::Sort(keys) => sort(rows, keys, columns),
        RowStage::Head(most) => {
            rows.truncate(usize::try_from(*most).unwrap_or(usize::MAX));
            rows
        }
        RowStage::Tail(most) => {
            let most = usize::try_from(*most).unwrap_or(usize::MAX);
            rows.split_off(rows.len().saturating_sub(most))
        }
        RowStage::Where(condition) => {
            rows.retain(|row| holds(condition, row.as_ref(), columns));
            rows
        }
    })
}

/// Returns the columns that stages look at, each once.
pub fn columns_used(stages: &[RowStage]) -> Vec<TableColumn> {
    let mut used = Vec::new();
    let mut add = |column: &TableColumn| {
        if !used.contains(column) {
            used.push(column.clone());
        }
    };
    for stage in stages {
        match stage {
            RowStage::Sort(keys) => keys.iter().for_each(|key| add(&key.column)),
            RowStage::Where(condition) => each_column(condition, &mut add),
            RowStage::Head(_) | RowStage::Tail(_) => {}
        }
    }
    used
}

fn each_column(condition: &Condition, call: &mut dyn FnMut(&TableColumn)) {
    match condition {
        Condition::And(members) | Condition::Or(members) => {
            members.iter().for_each(|member| each_column(member, call));
        }
        Condition::Not(inner) => each_column(inner, call),
        Condition::Compare { column, .. } => call(column),
    }
}

fn cell<'a>(row: &'a [TableCell], column: &TableColumn, columns: &[TableColumn]) -> &'a TableCell {
    let place = columns.iter().position(|other| other == column);
    place.and_then(|place| row.get(place)).unwrap_or(&TableCell::Missing)
}

fn holds(condition: &Condition, row: &[TableCell], columns: &[TableColumn]) -> bool {
    match condition {
        Condition::And(members) => members.iter().all(|member| holds(member, row, columns)),
        Condition::Or(members) => members.iter().any(|member| holds(member, row, columns)),
        Condition::Not(inner) => !holds(inner, row, columns),
        Condition::Compare { column, relation, value } => {
            cell(row, column, columns).matches(*relation, value)
        }
    }
}

/// What a row is sorted by in one column. Rows without a value come last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum SortPlace {
    Ascending(SortValue),
    Descending(Reverse<SortValue>),
    Missing,
}

/// Sorts rows; of several values, the one that comes first counts.
fn sort<T: AsRef<[TableCell]>>(rows: Vec<T>, keys: &[SortKey], columns: &[TableColumn]) -> Vec<T> {
    let place = |row: &T, key: &SortKey| {
        let values = cell(row.as_ref(), &key.column, columns).sort_values();
        let place = match key.order {
            SortOrder::Ascending => values.min().map(SortPlace::Ascending),
            SortOrder::Descending => values.max().map(|value| SortPlace::Descending(Reverse(value))),
        };
        place.unwrap_or(SortPlace::Missing)
    };
    let places = |row: T| (keys.iter().map(|key| place(&row, key)).collect::<Vec<_>>(), row);
    let mut placed: Vec<(Vec<SortPlace>, T)> = rows.into_iter().map(places).collect();
    placed.sort_by(|one, other| -> Ordering { one.0.cmp(&other.0) });
    placed.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Figure, TableRow};
    use crate::query::{QueryContext, parse_pipeline};
    use crate::record::{Timestamp, Zone};

    /// Applies the stages behind `count by user` to rows of these users and counts.
    fn applied(stages: &str, rows: &[(&str, i128)]) -> Vec<String> {
        let context = QueryContext { zone: Zone::UTC, now: Timestamp::from_secs(0), fields: &[] };
        let pipeline = parse_pipeline(&format!("* | count by user | {stages}"), &context).unwrap();
        let row = |(user, count): &(&str, i128)| {
            let user = match *user {
                "-" => TableCell::Missing,
                user => TableCell::Text(user.to_owned()),
            };
            TableRow { cells: vec![user, TableCell::Number(Figure::Whole(*count))], approximate: Vec::new() }
        };
        let rows = apply(rows.iter().map(row).collect(), &pipeline.rows, &pipeline.columns().unwrap());
        rows.iter().map(|row| format!("{} {}", row.cells[0], row.cells[1])).collect()
    }

    const ROWS: [(&str, i128); 5] = [("bob", 2), ("Alice", 10), ("-", 7), ("carol", 2), ("bob2", 100)];

    #[test]
    fn rows_are_sorted_and_cut() {
        assert_eq!(applied("sort -count | head 2", &ROWS), ["bob2 100", "Alice 10"]);
        assert_eq!(
            applied("sort count | head 2", &ROWS),
            ["bob 2", "carol 2"],
            "equal rows keep their order"
        );
        assert_eq!(applied("sort count, -user | head 2", &ROWS), ["carol 2", "bob 2"]);
        assert_eq!(applied("tail 1", &ROWS), ["bob2 100"]);
        assert_eq!(applied("head 9 | tail 9 | head 1", &ROWS), ["bob 2"]);
    }

    #[test]
    fn rows_without_a_value_come_last_in_both_directions() {
        assert_eq!(applied("sort user | tail 1", &ROWS), [" 7"]);
        assert_eq!(applied("sort -user | tail 1", &ROWS), [" 7"]);
        assert_eq!(applied("sort user | head 2", &ROWS), ["Alice 10", "bob 2"]);
    }

    #[test]
    fn conditions_hold_by_value_and_without_case() {
        assert_eq!(applied("where count > 2 and count <= 10", &ROWS), ["Alice 10", " 7"]);
        assert_eq!(applied("where user = \"ALICE\" or count = 7", &ROWS), ["Alice 10", " 7"]);
        assert_eq!(applied("where user != \"bob\" and not count > 9", &ROWS), [" 7", "carol 2"]);
    }
}
