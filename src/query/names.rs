//! Field names: what each means, and which one was meant.

use crate::error::visible;
use crate::record::{FIELDS, FieldId};

use super::nearest::nearest;
use super::{Context, FieldRef};

/// Names that are no rows of the table, and what each means.
const SPECIAL: [(&str, FieldRef); 8] = [
    ("id", FieldRef::Id),
    ("_id", FieldRef::Id),
    ("format", FieldRef::Format),
    ("vestigo.format", FieldRef::Format),
    ("source", FieldRef::Source),
    ("vestigo.source", FieldRef::Source),
    ("tag", FieldRef::Tag),
    ("finding", FieldRef::Finding),
];

/// Lucene's way to ask whether a field has a value: `_exists_:user`.
pub const EXISTS: &str = "_exists_";

/// What a search hit shows and no query can ask for.
const SHOWN: [&str; 9] = [
    "event.original",
    "vestigo.record",
    "vestigo.line",
    "vestigo.offset",
    "vestigo.length",
    "vestigo.time.basis",
    "vestigo.time.precision",
    "vestigo.time.text",
    "vestigo.original_base64",
];

/// Names that come first where several fit what is typed.
const FAVOURITES: [&str; 14] = [
    "ip", "user", "status", "method", "path", "query", "ua", "ref", "host", "bytes", "action", "outcome",
    "proc", "pid",
];

/// Why a name names no field, and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What is wrong.
    pub message: String,
    /// The nearest name, or the way to ask for it.
    pub hint: Option<String>,
}

/// Tells whether a name, in whatever case, is one that every case knows.
pub fn is_known(name: &str) -> bool {
    let lower = name.to_lowercase();
    special(&lower).is_some() || FieldId::called(&lower).is_some() || lower == EXISTS
}

fn special(lower: &str) -> Option<&'static FieldRef> {
    SPECIAL.iter().find(|(name, _)| *name == lower).map(|(_, field)| field)
}

/// Finds the field of a name, in whatever case. A dotted name that nobody knows
/// is a source's own, unless it is a slip of a known one.
pub fn field(name: &str, context: &Context<'_>) -> Result<FieldRef, Unknown> {
    let lower = name.to_lowercase();
    if let Some(field) = special(&lower) {
        return Ok(field.clone());
    }
    if let Some(id) = FieldId::called(&lower) {
        return Ok(FieldRef::Core(id));
    }
    let own = |same: fn(&str, &str) -> bool| context.fields.iter().find(|known| same(known, name));
    if let Some(known) = own(|a, b| a == b).or_else(|| own(str::eq_ignore_ascii_case)) {
        return Ok(FieldRef::Own(known.clone()));
    }
    if SHOWN.contains(&lower.as_str()) {
        return Err(Unknown {
            message: format!("`{lower}` is shown with an event, and is not searched"),
            hint: Some("Write words without a field to search every value and the free text.".to_owned()),
        });
    }
    let near = nearest(&lower, all(context));
    match near {
        None if name.contains('.') => Ok(FieldRef::Own(name.to_owned())),
        Some(near) if name.contains('.') && !near.slip => Ok(FieldRef::Own(name.to_owned())),
        near => Err(Unknown {
            message: format!("there is no field `{}`", visible(name)),
            hint: near.map(|near| format!("Did you mean `{}`?", visible(near.name))),
        }),
    }
}

/// Gives the full name of a field, under which the index knows its values;
/// none for ids, which nobody lists.
pub fn full(field: &FieldRef) -> Option<String> {
    match field {
        FieldRef::Core(id) => Some(id.name().to_owned()),
        FieldRef::Own(name) => Some(name.clone()),
        FieldRef::Format => Some("vestigo.format".to_owned()),
        FieldRef::Source => Some("vestigo.source".to_owned()),
        FieldRef::Tag => Some("tag".to_owned()),
        FieldRef::Id | FieldRef::Finding => None,
    }
}

/// Gives every name that can be written: short ones, then full ones, then the case's own.
pub fn all<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a str> {
    let aliases = FIELDS.iter().filter_map(|field| field.alias);
    let rest = aliases.filter(|alias| !FAVOURITES.contains(alias));
    let core = FIELDS.iter().map(|field| field.name);
    let own = context.fields.iter().map(String::as_str);
    let own = own.filter(|name| FieldId::named(name).is_none() && special(name).is_none());
    FAVOURITES
        .into_iter()
        .chain(rest)
        .chain(["id", "format", "source", "tag", "finding"])
        .chain(core)
        .chain(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn favourites_are_aliases_of_the_table() {
        for name in FAVOURITES {
            assert!(FieldId::called(name).is_some() && FieldId::named(name).is_none(), "{name}");
        }
    }

    #[test]
    fn special_names_and_the_table_do_not_claim_the_same_word() {
        for (name, _) in SPECIAL {
            assert!(FieldId::called(name).is_none(), "{name}");
        }
    }
}
