//! The cells of a table, and how they compare.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::super::compare::{address, compare, compare_whole, date, fits};
use super::super::tokenizer::fold;
use super::figure::Figure;
use crate::query::{FieldRef, Relation, Scalar};
use crate::record::{FieldKind, Timestamp};

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableCell {
    /// There is no value.
    Missing,
    /// A number.
    Number(Figure),
    /// A time.
    Time(Timestamp),
    /// A truth value.
    Flag(bool),
    /// Any other value, as text.
    Text(String),
    /// The values that a field of one event has; at least two.
    Several(Vec<TableCell>),
}

/// What a cell is sorted by: numbers, then times, then addresses by family and value,
/// then texts ignoring case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortValue {
    /// A number, by its value.
    Number(Figure),
    /// A time.
    Time(Timestamp),
    /// An address.
    Address(IpAddr),
    /// A text: in lower case, and as it is written.
    Text(String, String),
}

impl TableCell {
    /// Returns the cell of a value: a number, a time or a truth value where the field is of
    /// that kind and the value is written as one is. The values of custom fields are texts.
    /// Different values have different cells.
    pub fn of_value(field: &FieldRef, text: String) -> TableCell {
        let typed = match field.kind() {
            Some(FieldKind::Long) => Figure::of_text(&text).map(TableCell::Number),
            Some(FieldKind::Date) => date(&text).map(TableCell::Time),
            Some(FieldKind::Boolean) => text.parse().ok().map(TableCell::Flag),
            Some(FieldKind::Keyword | FieldKind::Text | FieldKind::Ip) | None => None,
        };
        typed.filter(|cell| cell.to_string() == text).unwrap_or(TableCell::Text(text))
    }

    /// Returns the cell of the values that a field of one event has.
    pub(in crate::index) fn of_values(mut values: Vec<TableCell>) -> TableCell {
        match values.len() {
            0 => TableCell::Missing,
            1 => values.remove(0),
            _ => TableCell::Several(values),
        }
    }

    /// Returns its values: none if it is missing.
    fn values(&self) -> &[TableCell] {
        match self {
            TableCell::Missing => &[],
            TableCell::Several(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// Returns the values that it is sorted by.
    pub fn sort_values(&self) -> impl Iterator<Item = SortValue> {
        self.values().iter().filter_map(|value| match value {
            TableCell::Number(number) => Some(SortValue::Number(*number)),
            TableCell::Time(time) => Some(SortValue::Time(*time)),
            TableCell::Flag(flag) => Some(sort_value_of_text(&flag.to_string())),
            TableCell::Text(text) => Some(sort_value_of_text(text)),
            TableCell::Missing | TableCell::Several(_) => None,
        })
    }

    /// Returns whether one of its values compares so. Without a value, only
    /// [`Relation::Different`] holds; with several, it holds if none is equal.
    pub fn matches(&self, relation: Relation, wanted: &Scalar) -> bool {
        let any = |test: &dyn Fn(Ordering) -> bool| {
            self.values().iter().any(|value| value.compare(wanted).is_some_and(test))
        };
        match relation {
            Relation::Equal => any(&Ordering::is_eq),
            Relation::Different => !any(&Ordering::is_eq),
            Relation::Order(op) => any(&|order| fits(order, op)),
        }
    }

    /// Compares one value; none if they are not of one kind.
    fn compare(&self, wanted: &Scalar) -> Option<Ordering> {
        match (self, wanted) {
            (TableCell::Number(number), Scalar::Number(n)) => compare_figure(*number, *n),
            (TableCell::Time(time), Scalar::Timestamp(moment)) => Some(time.cmp(moment)),
            (TableCell::Number(_) | TableCell::Time(_) | TableCell::Flag(_), _) => {
                let text = self.to_string();
                compare(&text, &fold(&text), wanted)
            }
            (TableCell::Text(text), _) => compare(text, &fold(text), wanted),
            (TableCell::Missing | TableCell::Several(_), _) => None,
        }
    }
}

fn compare_figure(number: Figure, n: f64) -> Option<Ordering> {
    match number {
        Figure::Whole(whole) => match i64::try_from(whole) {
            Ok(whole) => compare_whole(whole, n),
            Err(_) => n.is_finite().then(|| number.cmp(&Figure::of_float(n))),
        },
        Figure::Float(number) => number.partial_cmp(&n),
    }
}

fn sort_value_of_text(text: &str) -> SortValue {
    if let Some(number) = Figure::of_text(text) {
        return SortValue::Number(number);
    }
    match address(text) {
        Some(ip) => SortValue::Address(ip),
        None => SortValue::Text(fold(text).into_owned(), text.to_owned()),
    }
}

/// Writes the value in full: times in RFC 3339, several values with commas between them.
impl std::fmt::Display for TableCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TableCell::Missing => Ok(()),
            TableCell::Number(Figure::Whole(whole)) => write!(f, "{whole}"),
            TableCell::Number(Figure::Float(number)) => write!(f, "{number}"),
            TableCell::Time(time) => write!(f, "{time}"),
            TableCell::Flag(flag) => write!(f, "{flag}"),
            TableCell::Text(text) => f.write_str(text),
            TableCell::Several(values) => {
                for (i, value) in values.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{value}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Op;

    fn text(text: &str) -> TableCell {
        TableCell::Text(text.to_owned())
    }

    #[test]
    fn a_row_without_a_value_differs_from_everything_and_matches_nothing_else() {
        let wanted = Scalar::Text("Root".to_owned());
        let relations = [Relation::Equal, Relation::Different, Relation::Order(Op::AtLeast)];
        let matches = |cell: TableCell| relations.map(|relation| cell.matches(relation, &wanted));
        assert_eq!(matches(TableCell::Missing), [false, true, false]);
        assert_eq!(matches(text("ROOT")), [true, false, true]);
        assert_eq!(matches(text("alice")), [false, true, false]);
        assert_eq!(matches(TableCell::Several(vec![text("alice"), text("root")])), [true, false, true]);
    }

    #[test]
    fn numbers_compare_by_value_also_where_they_are_texts() {
        let over = |cell: &TableCell| cell.matches(Relation::Order(Op::Greater), &Scalar::Number(9.5));
        assert!(over(&TableCell::Number(Figure::Whole(10))) && over(&text("10")));
        assert!(over(&TableCell::Number(Figure::Whole(1 << 100))));
        assert!(!over(&TableCell::Number(Figure::Float(9.25))) && !over(&text("nine")));
    }

    #[test]
    fn cells_sort_by_value_and_texts_without_case() {
        let mut cells = ["b", "A", "10.0.0.9", "10", "9", "10.0.0.10", "a"].map(text).to_vec();
        cells.sort_by_cached_key(|cell| cell.sort_values().next());
        let shown: Vec<String> = cells.iter().map(TableCell::to_string).collect();
        assert_eq!(shown, ["9", "10", "10.0.0.9", "10.0.0.10", "A", "a", "b"]);
    }
}
