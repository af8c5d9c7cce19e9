//! Field names: which field each one names, and which was probably meant.

use crate::error::{Error, visible};
use crate::record::{FIELDS, FieldId};

use super::ast::FieldRef;
use super::context::QueryContext;
use super::suggest::{Suggestion, suggest};

/// Names outside the table of core fields, and the field of each.
const SPECIAL: [(&str, FieldRef); 9] = [
    ("id", FieldRef::Id),
    ("_id", FieldRef::Id),
    ("format", FieldRef::Format),
    ("vestigo.format", FieldRef::Format),
    ("source", FieldRef::Source),
    ("vestigo.source", FieldRef::Source),
    ("log.file.path", FieldRef::Source),
    ("tag", FieldRef::Tag),
    ("finding", FieldRef::Finding),
];

/// Lucene's syntax for a field that has any value: `_exists_:user`.
pub const EXISTS: &str = "_exists_";

/// What a search hit shows but no query can search.
const DISPLAY_ONLY: [&str; 10] = [
    "event.original",
    "vestigo.record",
    "vestigo.line",
    "vestigo.offset",
    "vestigo.length",
    "vestigo.reread",
    "vestigo.time.basis",
    "vestigo.time.precision",
    "vestigo.time.text",
    "vestigo.original_base64",
];

/// What other tools call our fields: Elastic before ECS and Kibana, Splunk's CIM,
/// Zeek, OCSF. Each is read as the field next to it.
const FOREIGN_NAMES: [(&str, &str); 62] = [
    ("src_ip", "source.ip"),
    ("srcip", "source.ip"),
    ("src", "source.ip"),
    ("source_ip", "source.ip"),
    ("sourceip", "source.ip"),
    ("clientip", "source.ip"),
    ("client_ip", "source.ip"),
    ("c-ip", "source.ip"),
    ("remote_addr", "source.ip"),
    ("remote_ip", "source.ip"),
    ("remoteip", "source.ip"),
    ("sourceipaddress", "source.ip"),
    ("id.orig_h", "source.ip"),
    ("src_endpoint.ip", "source.ip"),
    ("src_port", "source.port"),
    ("source_port", "source.port"),
    ("id.orig_p", "source.port"),
    ("src_endpoint.port", "source.port"),
    ("dst_ip", "destination.ip"),
    ("dest_ip", "destination.ip"),
    ("dstip", "destination.ip"),
    ("dest", "destination.ip"),
    ("dst", "destination.ip"),
    ("id.resp_h", "destination.ip"),
    ("dst_endpoint.ip", "destination.ip"),
    ("dst_port", "destination.port"),
    ("dest_port", "destination.port"),
    ("id.resp_p", "destination.port"),
    ("dst_endpoint.port", "destination.port"),
    ("useragent", "user_agent.original"),
    ("http_user_agent", "user_agent.original"),
    ("cs(user-agent)", "user_agent.original"),
    ("agent", "user_agent.original"),
    ("username", "user.name"),
    ("user_name", "user.name"),
    ("src_user", "user.name"),
    ("actor.user.name", "user.name"),
    ("useridentity.username", "user.name"),
    ("hostname", "host.name"),
    ("host_name", "host.name"),
    ("computer", "host.name"),
    ("computername", "host.name"),
    ("dvc", "host.name"),
    ("device.hostname", "host.name"),
    ("program", "process.name"),
    ("process_name", "process.name"),
    ("progname", "process.name"),
    ("uri", "url.path"),
    ("uri_path", "url.path"),
    ("cs-uri-stem", "url.path"),
    ("uri_query", "url.query"),
    ("cs-uri-query", "url.query"),
    ("http_method", "http.request.method"),
    ("cs-method", "http.request.method"),
    ("http_status", "http.response.status_code"),
    ("status_code", "http.response.status_code"),
    ("sc-status", "http.response.status_code"),
    ("http_referrer", "http.request.referrer"),
    ("eventname", "event.action"),
    ("activity_name", "event.action"),
    ("timestamp", "@timestamp"),
    ("_time", "@timestamp"),
];

/// Names that are offered first if several match the typed text.
const FAVORITES: [&str; 14] = [
    "ip", "user", "status", "method", "path", "query", "ua", "ref", "host", "bytes", "action", "outcome",
    "proc", "pid",
];

/// Why a name is not the name of a field, and what to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownField {
    /// What is wrong.
    pub message: String,
    /// The most similar name, or how to search instead.
    pub hint: Option<String>,
}

/// Returns whether a name, ignoring upper and lower case, is known in every case file.
pub fn is_known(name: &str) -> bool {
    let lower = name.to_lowercase();
    special(&lower).is_some() || core_field(&lower).is_some() || lower == EXISTS
}

/// Finds the core field of a name in lower case: its full name, its alias, or the
/// name that another tool uses for it.
fn core_field(lower: &str) -> Option<FieldId> {
    FieldId::by_name_or_alias(lower).or_else(|| {
        let (_, ours) = FOREIGN_NAMES.iter().find(|(theirs, _)| *theirs == lower)?;
        FieldId::by_name(ours)
    })
}

fn special(lower: &str) -> Option<&'static FieldRef> {
    SPECIAL.iter().find(|(name, _)| *name == lower).map(|(_, field)| field)
}

/// Resolves a name to its field, ignoring upper and lower case. An unknown dotted
/// name is a custom field, unless it looks like a typo of a known one.
pub fn resolve_field(name: &str, context: &QueryContext<'_>) -> Result<FieldRef, UnknownField> {
    let lower = name.to_lowercase();
    if let Some(field) = special(&lower) {
        return Ok(field.clone());
    }
    if let Some(id) = FieldId::by_name_or_alias(&lower) {
        return Ok(FieldRef::Core(id));
    }
    // A custom field of exactly that name takes precedence over foreign names.
    let custom = |same: fn(&str, &str) -> bool| context.fields.iter().find(|known| same(known, name));
    if let Some(known) = custom(|a, b| a == b).or_else(|| custom(str::eq_ignore_ascii_case)) {
        return Ok(FieldRef::Custom(known.clone()));
    }
    if let Some(id) = core_field(&lower) {
        return Ok(FieldRef::Core(id));
    }
    if DISPLAY_ONLY.contains(&lower.as_str()) {
        return Err(UnknownField {
            message: format!("`{lower}` is shown with an event, and is not searched"),
            hint: Some("Write words without a field to search every value and the free text.".to_owned()),
        });
    }
    match suggest(&lower, all_names(context)) {
        None if name.contains('.') => Ok(FieldRef::Custom(name.to_owned())),
        Some(similar) if name.contains('.') && !similar.is_typo => Ok(FieldRef::Custom(name.to_owned())),
        similar => Err(UnknownField {
            message: format!("there is no field `{}`", visible(name)),
            hint: similar.map(did_you_mean),
        }),
    }
}

fn did_you_mean(similar: Suggestion<'_>) -> String {
    format!("Did you mean `{}`?", visible(similar.name))
}

/// Returns the full name of a field, by which the index knows its values; none
/// for ids, whose values are not listed.
pub fn indexed_name(field: &FieldRef) -> Option<String> {
    match field {
        FieldRef::Core(id) => Some(id.name().to_owned()),
        FieldRef::Custom(name) => Some(name.clone()),
        FieldRef::Format => Some("vestigo.format".to_owned()),
        FieldRef::Source => Some("vestigo.source".to_owned()),
        FieldRef::Tag => Some("tag".to_owned()),
        FieldRef::Id | FieldRef::Finding => None,
    }
}

impl From<UnknownField> for Error {
    fn from(unknown: UnknownField) -> Error {
        let list = "`vestigo status -v` lists the fields of this case.".to_owned();
        Error::usage(unknown.message).hint(unknown.hint.unwrap_or(list))
    }
}

/// Returns the full name of a field, whether or not any event has it.
///
/// # Errors
///
/// Fails if there is no such field, or if the name looks like a typo of another.
pub fn field_name(name: &str, context: &QueryContext<'_>) -> Result<String, UnknownField> {
    let field = resolve_field(name, context)?;
    Ok(indexed_name(&field).unwrap_or_else(|| field.to_string()))
}

/// Returns the full name of a field that events of a case are shown or counted by.
///
/// # Errors
///
/// Fails if no event has such a field, and suggests which was meant.
pub fn field_name_in_case(name: &str, context: &QueryContext<'_>) -> Result<String, UnknownField> {
    let lower = name.to_lowercase();
    if DISPLAY_ONLY.contains(&lower.as_str()) {
        return Ok(lower);
    }
    match resolve_field(name, context)? {
        FieldRef::Custom(name) if !context.fields.contains(&name) => Err(UnknownField {
            message: format!("no event has a field `{}`", visible(&name)),
            hint: suggest(&lower, all_names(context)).map(did_you_mean),
        }),
        _ => field_name(name, context),
    }
}

/// Returns every name that can be written: short ones, then full ones, then the
/// custom fields of the case.
pub fn all_names<'a>(context: &'a QueryContext<'_>) -> impl Iterator<Item = &'a str> {
    let aliases = FIELDS.iter().filter_map(|field| field.alias);
    let rest = aliases.filter(|alias| !FAVORITES.contains(alias));
    let core = FIELDS.iter().map(|field| field.name);
    let custom = context.fields.iter().map(String::as_str);
    let custom = custom.filter(|name| FieldId::by_name(name).is_none() && special(name).is_none());
    FAVORITES
        .into_iter()
        .chain(rest)
        .chain(["id", "format", "source", "tag", "finding"])
        .chain(core)
        .chain(custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn favorites_are_aliases_of_the_table() {
        for name in FAVORITES {
            assert!(FieldId::by_name_or_alias(name).is_some() && FieldId::by_name(name).is_none(), "{name}");
        }
    }

    #[test]
    fn what_other_tools_call_a_field_is_that_field() {
        for (theirs, ours) in FOREIGN_NAMES {
            assert!(
                FieldId::by_name_or_alias(theirs).is_none() && special(theirs).is_none(),
                "{theirs} is ours"
            );
            assert!(FieldId::by_name(ours).is_some(), "{ours}");
        }
    }

    #[test]
    fn special_names_and_the_table_do_not_claim_the_same_word() {
        for (name, _) in SPECIAL {
            assert!(FieldId::by_name_or_alias(name).is_none(), "{name}");
        }
    }
}
