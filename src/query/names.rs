//! Field names: what they mean, and which is nearest to a slip.

use std::ops::Range;

use crate::error::visible;
use crate::record::{FIELDS, FieldId};

use super::{Context, Diagnostic, FieldRef};

/// Names that are no columns of the table.
const SPECIAL: [(&str, FieldRef); 8] = [
    ("id", FieldRef::Id),
    ("format", FieldRef::Format),
    ("vestigo.format", FieldRef::Format),
    ("source", FieldRef::Source),
    ("vestigo.source", FieldRef::Source),
    ("tag", FieldRef::Tag),
    ("finding", FieldRef::Finding),
    ("_id", FieldRef::Id),
];

/// Finds the field of a name. A name that is not known is an error with the
/// nearest one, unless it is dotted: then it is some source's own.
pub fn field(name: &str, span: Range<usize>, context: &Context<'_>) -> Result<FieldRef, Diagnostic> {
    let lower = name.to_lowercase();
    if let Some((_, field)) = SPECIAL.iter().find(|(special, _)| *special == lower) {
        return Ok(field.clone());
    }
    if let Some(id) = FieldId::called(&lower) {
        return Ok(FieldRef::Core(id));
    }
    if let Some(known) = context.fields.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(FieldRef::Own(known.clone()));
    }
    let nearest = nearest(&lower, context);
    let close = nearest.as_ref().is_some_and(|(distance, _)| *distance <= 2);
    if name.contains('.') && !close {
        return Ok(FieldRef::Own(name.to_owned()));
    }
    let unknown = Diagnostic::at(span, format!("there is no field `{}`", visible(name)));
    Err(match nearest {
        Some((_, near)) => unknown.hint(format!("Did you mean `{}`?", visible(&near))),
        None => unknown.hint("To search for the words as they stand, put them in quotes."),
    })
}

/// Gives the name that is nearest to a slip, where one is near enough.
fn nearest(name: &str, context: &Context<'_>) -> Option<(usize, String)> {
    let most = (name.chars().count() / 3).clamp(1, 4);
    all(context)
        .filter_map(|known| {
            let tail = known.rsplit('.').next().unwrap_or(&known).to_owned();
            let distance = distance(name, &known).min(distance(name, &tail) + usize::from(tail != known));
            (distance <= most).then_some((distance, known))
        })
        .min_by_key(|(distance, known)| (*distance, known.len()))
}

/// Gives every name that can be written, aliases first.
pub fn all<'a>(context: &'a Context<'_>) -> impl Iterator<Item = String> + 'a {
    let aliases = FIELDS.iter().filter_map(|field| field.alias).map(str::to_owned);
    let special = ["id", "format", "source"].into_iter().map(str::to_owned);
    let core = FIELDS.iter().map(|field| field.name.to_owned());
    let own = context.fields.iter().filter(|name| FieldId::named(name).is_none()).cloned();
    aliases.chain(special).chain(core).chain(own)
}

/// Counts the edits between two words (Damerau–Levenshtein, neighbours swapped count once).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
