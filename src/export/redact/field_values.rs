//! The values of fields, wherever a record of a case has them.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::error::Result;
use crate::index::{CancelToken, Request, TermOrder};
use crate::query::Expr;
use crate::record::TimeRange;

use super::keyed_values;

/// Returns the values of fields, with their field: those that the records of a case
/// have, and those that follow a key with such a name in them.
pub fn field_values(case: &Case, fields: &[String]) -> Result<BTreeMap<String, String>> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for field in fields {
        let all = Request { expr: Expr::All, window: TimeRange::ALL };
        for top in case.index().top(&all, field, TermOrder::Most, usize::MAX >> 8, &CancelToken::new())? {
            values.entry(top.value).or_insert_with(|| field.clone());
        }
    }
    for (value, field) in keyed_values::in_case(case, fields)? {
        values.entry(value).or_insert(field);
    }
    values.retain(|value, _| !value.is_empty());
    Ok(values)
}
