//! Field names: what each means, and which one was meant.

use crate::error::{Error, visible};
use crate::record::{FIELDS, FieldId};

use super::nearest::nearest;
use super::{FieldRef, QueryContext};

/// Names that are no rows of the table, and what each means.
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

/// Lucene's way to ask whether a field has a value: `_exists_:user`.
pub const EXISTS: &str = "_exists_";

/// What a search hit shows and no query can ask for.
const SHOWN: [&str; 10] = [
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
/// Zeek, OCSF. Each is read as the field behind it.
const FOREIGN: [(&str, &str); 62] = [
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
    special(&lower).is_some() || called(&lower).is_some() || lower == EXISTS
}

/// Finds the core field of a name in small letters: its own, its alias, or what
/// another tool calls it.
fn called(lower: &str) -> Option<FieldId> {
    FieldId::by_name_or_alias(lower).or_else(|| {
        let (_, ours) = FOREIGN.iter().find(|(theirs, _)| *theirs == lower)?;
        FieldId::by_name(ours)
    })
}

fn special(lower: &str) -> Option<&'static FieldRef> {
    SPECIAL.iter().find(|(name, _)| *name == lower).map(|(_, field)| field)
}

/// Finds the field of a name, in whatever case. A dotted name that nobody knows
/// is a source's own, unless it is a slip of a known one.
pub fn field(name: &str, context: &QueryContext<'_>) -> Result<FieldRef, Unknown> {
    let lower = name.to_lowercase();
    if let Some(field) = special(&lower) {
        return Ok(field.clone());
    }
    if let Some(id) = FieldId::by_name_or_alias(&lower) {
        return Ok(FieldRef::Core(id));
    }
    // A source that has a field of that very name means that one.
    let own = |same: fn(&str, &str) -> bool| context.fields.iter().find(|known| same(known, name));
    if let Some(known) = own(|a, b| a == b).or_else(|| own(str::eq_ignore_ascii_case)) {
        return Ok(FieldRef::Own(known.clone()));
    }
    if let Some(id) = called(&lower) {
        return Ok(FieldRef::Core(id));
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

impl From<Unknown> for Error {
    fn from(unknown: Unknown) -> Error {
        let list = "`vestigo status -v` lists the fields of this case.".to_owned();
        Error::usage(unknown.message).hint(unknown.hint.unwrap_or(list))
    }
}

/// Finds the full name of a field, whether or not any event has it.
///
/// # Errors
///
/// Says that there is none, or that the name looks like a slip of another.
pub fn named(name: &str, context: &QueryContext<'_>) -> Result<String, Unknown> {
    let field = field(name, context)?;
    Ok(full(&field).unwrap_or_else(|| field.to_string()))
}

/// Finds the full name of a field that events of a case are shown or counted by.
///
/// # Errors
///
/// Says that no event has such a field, and which was meant.
pub fn called_in(name: &str, context: &QueryContext<'_>) -> Result<String, Unknown> {
    let lower = name.to_lowercase();
    if SHOWN.contains(&lower.as_str()) {
        return Ok(lower);
    }
    match field(name, context)? {
        FieldRef::Own(name) if !context.fields.contains(&name) => Err(Unknown {
            message: format!("no event has a field `{}`", visible(&name)),
            hint: nearest(&lower, all(context)).map(|near| format!("Did you mean `{}`?", visible(near.name))),
        }),
        _ => named(name, context),
    }
}

/// Gives every name that can be written: short ones, then full ones, then the case's own.
pub fn all<'a>(context: &'a QueryContext<'_>) -> impl Iterator<Item = &'a str> {
    let aliases = FIELDS.iter().filter_map(|field| field.alias);
    let rest = aliases.filter(|alias| !FAVOURITES.contains(alias));
    let core = FIELDS.iter().map(|field| field.name);
    let own = context.fields.iter().map(String::as_str);
    let own = own.filter(|name| FieldId::by_name(name).is_none() && special(name).is_none());
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
            assert!(FieldId::by_name_or_alias(name).is_some() && FieldId::by_name(name).is_none(), "{name}");
        }
    }

    #[test]
    fn what_other_tools_call_a_field_is_that_field() {
        for (theirs, ours) in FOREIGN {
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
