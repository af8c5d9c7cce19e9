//! Arbitrary pipelines in normal form.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::trees::{expr, own, scalars, text};
use super::*;
use crate::record::{FieldKind, fields};

fn field() -> impl Strategy<Value = FieldRef> {
    let core = select(vec![
        FieldRef::Core(fields::USER_NAME),
        FieldRef::Core(fields::SOURCE_IP),
        FieldRef::Core(fields::HTTP_STATUS),
        FieldRef::Core(fields::MESSAGE),
        FieldRef::Core(fields::EVENT_START),
        FieldRef::Format,
        FieldRef::Source,
        FieldRef::Tag,
    ]);
    prop_oneof![2 => core, 1 => own()]
}

/// Different fields.
fn by(least: usize) -> impl Strategy<Value = Vec<FieldRef>> {
    prop::collection::vec(field(), least..4).prop_map(|mut by: Vec<FieldRef>| {
        let all = by.clone();
        let mut at = 0;
        by.retain(|field| {
            at += 1;
            !all[..at - 1].contains(field)
        });
        by
    })
}

fn quantity() -> impl Strategy<Value = Quantity> {
    let of = |function, field, written: &str| {
        Quantity::Of(function, MeasuredField { field, written: written.to_owned() })
    };
    let function = || {
        prop_oneof![
            select(vec![Function::Distinct, Function::Sum, Function::Average, Function::Min, Function::Max]),
            (0u16..=10_000).prop_map(Function::Percentile),
        ]
    };
    prop_oneof![
        1 => Just(Quantity::Count),
        2 => (function(), select(vec!["bytes", "http.response.body.bytes"])).prop_map(move |(function, written)| {
            of(function, FieldRef::Core(fields::HTTP_RESPONSE_BODY_BYTES), written)
        }),
        1 => select(vec![Function::Min, Function::Max]).prop_map(move |function| {
            of(function, FieldRef::Core(fields::TIMESTAMP), "@timestamp")
        }),
        1 => select(vec!["user", "user.name", "username"]).prop_map(move |written| {
            of(Function::Distinct, FieldRef::Core(fields::USER_NAME), written)
        }),
        2 => (function(), own()).prop_map(move |(function, field)| {
            let FieldRef::Custom(name) = &field else { unreachable!("own fields are custom") };
            let name = name.clone();
            of(function, field, &name)
        }),
    ]
}

fn alias() -> impl Strategy<Value = String> {
    let odd =
        select(vec!["by", "as", "not", "and", "count", "n", "-n", "p99(bytes)", "sum(x y)", "a/ b", "tag"]);
    prop_oneof![odd.prop_map(str::to_owned), text().prop_filter("empty", |text| !text.trim().is_empty())]
}

/// Columns of different names.
fn stats() -> impl Strategy<Value = Grouping> {
    let measure =
        (quantity(), prop::option::of(alias())).prop_map(|(quantity, alias)| Measure { quantity, alias });
    (prop::collection::vec(measure, 1..4), by(0)).prop_map(|(measures, by)| {
        let mut names: Vec<String> =
            by.iter().map(|field| TableColumn::Field(field.clone()).name()).collect();
        let mut kept = Vec::new();
        for mut measure in measures {
            while names.contains(&measure.name()) {
                measure.alias = Some(format!("{}2", measure.name()));
            }
            names.push(measure.name());
            kept.push(measure);
        }
        Grouping::Stats { measures: kept, by }
    })
}

fn grouping() -> impl Strategy<Value = Grouping> {
    let interval = prop::option::of((1i64..1_000_000).prop_map(|seconds| seconds * 1_000_000_000));
    let order = select(vec![ValueOrder::MostFrequent, ValueOrder::Rarest]);
    prop_oneof![
        4 => stats(),
        1 => (interval, prop::option::of(field())).prop_map(|(interval, by)| Grouping::Timechart { interval, by }),
        1 => (order, 1u64..30, field()).prop_map(|(order, limit, field)| Grouping::Values { order, limit, field }),
        1 => (select(vec![EventPick::First, EventPick::Last]), by(1))
            .prop_map(|(pick, by)| Grouping::Pick { pick, by }),
    ]
}

/// A value that a column can be compared with.
fn value(column: &TableColumn, grouping: &Grouping) -> BoxedStrategy<(Relation, Scalar)> {
    let equal = || select(vec![Relation::Equal, Relation::Different]);
    let any = || {
        let order = [Op::Less, Op::AtMost, Op::Greater, Op::AtLeast].map(Relation::Order);
        prop_oneof![equal(), select(order.to_vec())]
    };
    let measures = match grouping {
        Grouping::Stats { measures, .. } => measures.as_slice(),
        Grouping::Timechart { .. } | Grouping::Values { .. } | Grouping::Pick { .. } => &[],
    };
    let field = match column {
        TableColumn::Field(field) => Some(field),
        TableColumn::Measure(name) => measures
            .iter()
            .find(|measure| measure.name() == *name)
            .and_then(|measure| measure.quantity.value_field()),
    };
    let number = || scalars(0);
    match field.map(|field| (field.kind(), field)) {
        None | Some((Some(FieldKind::Long), _)) => (any(), number()).boxed(),
        Some((Some(FieldKind::Date), _)) => (any(), scalars(1)).boxed(),
        Some((Some(FieldKind::Ip), _)) => (any(), scalars(2)).boxed(),
        Some((Some(FieldKind::Keyword), _) | (None, FieldRef::Custom(_))) => {
            (any(), (0u8..4).prop_flat_map(scalars)).boxed()
        }
        Some(_) => (equal(), scalars(3)).boxed(),
    }
}

fn condition(columns: Vec<TableColumn>, grouping: Grouping) -> BoxedStrategy<Condition> {
    let leaf = select(columns).prop_flat_map(move |column| {
        value(&column, &grouping).prop_map(move |(relation, value)| Condition::Compare {
            column: column.clone(),
            relation,
            value,
        })
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        let members = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            members().prop_map(|members| normalize::join_conditions(members, Condition::And)),
            members().prop_map(|members| normalize::join_conditions(members, Condition::Or)),
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn row_stage(columns: Vec<TableColumn>, grouping: Option<Grouping>) -> BoxedStrategy<RowStage> {
    let most = columns.len();
    let keys = subsequence(columns.clone(), 1..=most).prop_flat_map(|columns| {
        let orders = select(vec![SortOrder::Ascending, SortOrder::Descending]);
        prop::collection::vec(orders, columns.len()).prop_map(move |orders| {
            let keys = columns.iter().cloned().zip(orders);
            RowStage::Sort(keys.map(|(column, order)| SortKey { column, order }).collect())
        })
    });
    let rows = prop_oneof![
        keys,
        (1u64..50).prop_map(RowStage::Head),
        any::<u64>().prop_map(|n| RowStage::Tail(n.max(1)))
    ];
    match grouping {
        Some(grouping) => prop_oneof![rows, condition(columns, grouping).prop_map(RowStage::Where)].boxed(),
        None => rows.boxed(),
    }
}

/// Any pipeline.
pub fn pipeline() -> impl Strategy<Value = Pipeline> {
    (expr(), prop::option::of(grouping())).prop_flat_map(|(filter, grouping)| {
        let columns = match grouping.as_ref().and_then(Grouping::columns) {
            Some(columns) => Just(columns).boxed(),
            None => by(1).prop_map(|by| by.into_iter().map(TableColumn::Field).collect()).boxed(),
        };
        let of = grouping.clone();
        let rows =
            columns.prop_flat_map(move |columns| prop::collection::vec(row_stage(columns, of.clone()), 0..4));
        rows.prop_map(move |rows| Pipeline { filter: filter.clone(), grouping: grouping.clone(), rows })
    })
}
