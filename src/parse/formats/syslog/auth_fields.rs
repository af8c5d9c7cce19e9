//! Sets the fields of sign-ins and sessions for the readers of all programs.

use std::net::IpAddr;

use crate::parse::cursor::number;
use crate::record::{Event, fields};

/// Sets action, outcome, category and type.
pub fn put_action(
    event: &mut Event<'_>,
    action: &'static str,
    outcome: Option<&'static str>,
    categories: &[&'static str],
    types: &[&'static str],
) {
    event.put(fields::EVENT_ACTION, action);
    if let Some(outcome) = outcome {
        event.put(fields::EVENT_OUTCOME, outcome);
    }
    categories.iter().for_each(|category| event.put(fields::EVENT_CATEGORY, *category));
    types.iter().for_each(|kind| event.put(fields::EVENT_TYPE, *kind));
}

/// Sets the source: an address, or a host name.
pub fn put_source<'a>(from: &'a str, event: &mut Event<'a>) {
    let from = from.trim_end_matches(['.', ',', ';']);
    if from.is_empty() || from == "-" || event.get(fields::SOURCE_ADDRESS).is_some() {
        return;
    }
    let bare = from.strip_prefix("::ffff:").unwrap_or(from);
    event.put(fields::SOURCE_ADDRESS, from);
    match bare.split('%').next().unwrap_or(bare).parse::<IpAddr>() {
        Ok(ip) => event.put(fields::SOURCE_IP, ip),
        Err(_) => event.put(fields::SOURCE_DOMAIN, from),
    }
}

/// Sets the source port.
pub fn put_port(port: &str, event: &mut Event<'_>) {
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(port) = number(&port[..digits]) {
        event.put(fields::SOURCE_PORT, port);
    }
}

/// Sets a user unless one is there already.
pub fn put_user<'a>(user: &'a str, event: &mut Event<'a>) {
    if event.get(fields::USER_NAME).is_none() {
        event.put_nonempty(fields::USER_NAME, user);
    }
}
