//! The syntax tree of a query with pipes. Printing it (`Display`) and parsing
//! the text again gives the same tree.

use crate::record::{FieldKind, fields};

use super::ast::{Expr, FieldRef, Op, Scalar};
use super::fields::indexed_name;

/// A query, and what is made of the events that match it. An ordinary query is a
/// pipeline without stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// Which events are taken.
    pub filter: Expr,
    /// How they are grouped; none if the rows are the events themselves.
    pub grouping: Option<Grouping>,
    /// What is done with the rows, one after another.
    pub rows: Vec<RowStage>,
}

impl Pipeline {
    /// Returns the pipeline of an ordinary query.
    pub fn plain(filter: Expr) -> Pipeline {
        Pipeline { filter, grouping: None, rows: Vec::new() }
    }

    /// Returns whether it has no stages.
    pub fn is_plain(&self) -> bool {
        self.grouping.is_none() && self.rows.is_empty()
    }

    /// Returns the columns of the table that it makes, in order; none if its rows
    /// are events, which have every field.
    pub fn columns(&self) -> Option<Vec<TableColumn>> {
        self.grouping.as_ref().and_then(Grouping::columns)
    }
}

/// How events become rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Grouping {
    /// `stats sum(bytes), count by user.name`, or `count by user.name`: one row for
    /// each combination of values; one row in all without fields.
    Stats {
        /// What is computed; at least one.
        measures: Vec<Measure>,
        /// The fields that events are grouped by; none of them twice.
        by: Vec<FieldRef>,
    },
    /// `timechart 5m by event.outcome`: the events of each bucket of time, empty
    /// buckets included, in order of time.
    Timechart {
        /// The width of a bucket in nanoseconds, a whole number of seconds; none for a
        /// readable one.
        interval: Option<i64>,
        /// The field that each bucket is divided by.
        by: Option<FieldRef>,
    },
    /// `top 10 url.path`, `rare 10 url.path`: values of one field with their counts.
    Values {
        /// Which values come first.
        order: ValueOrder,
        /// The most values; at least one.
        limit: u64,
        /// The field.
        field: FieldRef,
    },
    /// `first by user.name`, `last by user.name`: one event for each combination of
    /// values, in order of time. The rows are events.
    Pick {
        /// Which event is taken.
        pick: EventPick,
        /// The fields that events are grouped by; at least one, none of them twice.
        by: Vec<FieldRef>,
    },
}

impl Grouping {
    /// The most values of `top` and `rare` if the query does not say.
    pub const VALUES: u64 = 10;

    /// Returns the fields by which events are grouped, then those of which something is
    /// computed.
    pub fn fields(&self) -> Vec<&FieldRef> {
        match self {
            Grouping::Stats { measures, by } => {
                let measured = measures.iter().filter_map(|measure| match &measure.quantity {
                    Quantity::Count => None,
                    Quantity::Of(_, measured) => Some(&measured.field),
                });
                by.iter().chain(measured).collect()
            }
            Grouping::Timechart { by, .. } => by.iter().collect(),
            Grouping::Values { field, .. } => vec![field],
            Grouping::Pick { by, .. } => by.iter().collect(),
        }
    }

    /// Returns the columns of the table, in order; none if the rows are events.
    pub fn columns(&self) -> Option<Vec<TableColumn>> {
        let field = |field: &FieldRef| TableColumn::Field(field.clone());
        let count = || TableColumn::Measure(Quantity::Count.to_string());
        match self {
            Grouping::Stats { measures, by } => {
                let computed = measures.iter().map(|measure| TableColumn::Measure(measure.name()));
                Some(by.iter().map(field).chain(computed).collect())
            }
            Grouping::Timechart { by, .. } => {
                let start = TableColumn::Field(FieldRef::Core(fields::TIMESTAMP));
                Some([start].into_iter().chain(by.iter().map(field)).chain([count()]).collect())
            }
            Grouping::Values { field: one, .. } => Some(vec![field(one), count()]),
            Grouping::Pick { .. } => None,
        }
    }
}

/// Which values of a field come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueOrder {
    /// `top`: the most frequent.
    MostFrequent,
    /// `rare`: the least frequent.
    Rarest,
}

/// Which event of a group is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPick {
    /// The earliest.
    First,
    /// The latest.
    Last,
}

/// One computed column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// What is computed.
    pub quantity: Quantity,
    /// The name given with `as`; not empty.
    pub alias: Option<String>,
}

impl Measure {
    /// Returns the name of its column: the one given, else what is computed, such as
    /// `count` or `p99(bytes)`.
    pub fn name(&self) -> String {
        self.alias.clone().unwrap_or_else(|| self.quantity.to_string())
    }
}

/// What is computed from the events of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// How many events there are.
    Count,
    /// A function of the values that a field has in them.
    Of(Function, MeasuredField),
}

impl Quantity {
    /// Returns the field whose kind of values this quantity has; none if it is a number.
    pub fn value_field(&self) -> Option<&FieldRef> {
        match self {
            Quantity::Of(Function::Min | Function::Max, measured)
                if measured.field.kind() != Some(FieldKind::Long) =>
            {
                Some(&measured.field)
            }
            Quantity::Of(..) | Quantity::Count => None,
        }
    }
}

/// A function of a field's values. Values that are not numbers count for nothing,
/// except in `dc`, and in `min` and `max` of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `dc`: how many different values there are.
    Distinct,
    /// `sum`
    Sum,
    /// `avg`: the arithmetic mean.
    Average,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `p50`, `p99`, `p99.9`: the value that this share of values does not exceed, in
    /// hundredths of a percent, at most 10,000.
    Percentile(u16),
}

/// The field of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredField {
    /// The field.
    pub field: FieldRef,
    /// The name that the query uses for it, which its column has as well.
    pub written: String,
}

/// What is done with the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum RowStage {
    /// `sort -count, user.name`: by the first key, then by the next; at least one key.
    /// Rows that are equal keep their order.
    Sort(Vec<SortKey>),
    /// `head 20`: the first rows; at least one.
    Head(u64),
    /// `tail 20`: the last rows; at least one.
    Tail(u64),
    /// `where count > 100`: the rows that match.
    Where(Condition),
}

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: TableColumn,
    /// The direction.
    pub order: SortOrder,
}

/// The direction of sorting. Rows without a value come last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// The smallest value first.
    Ascending,
    /// `-`: the largest value first.
    Descending,
}

/// A column of the rows. Its name is unique in its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableColumn {
    /// A field: one that events are grouped by, `@timestamp` for the start of a bucket,
    /// or any field where the rows are events.
    Field(FieldRef),
    /// A computed column, by its name.
    Measure(String),
}

impl TableColumn {
    /// Returns the name: the full name of a field, the name of a measure.
    pub fn name(&self) -> String {
        match self {
            TableColumn::Field(field) => indexed_name(field).unwrap_or_else(|| field.to_string()),
            TableColumn::Measure(name) => name.clone(),
        }
    }
}

/// Which rows match.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Every member matches; at least two members, none of them an `And`.
    And(Vec<Condition>),
    /// Any member matches; at least two members, none of them an `Or`.
    Or(Vec<Condition>),
    /// It does not match.
    Not(Box<Condition>),
    /// A column has such a value. Texts are equal ignoring case. A row without a value
    /// matches `!=` and nothing else; one with several values matches if one does, and
    /// `!=` if none is equal.
    Compare {
        /// The column.
        column: TableColumn,
        /// How it is compared.
        relation: Relation,
        /// With what.
        value: Scalar,
    },
}

/// How a column is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `=`
    Equal,
    /// `!=`
    Different,
    /// `<`, `<=`, `>`, `>=`
    Order(Op),
}
