//! Sign-ins that were refused before a method was tried.

use super::super::auth_fields::{put_action, put_source, put_user};
use super::login::without_invalid;
use super::peer_address::PeerAddress;
use crate::record::{Event, fields};

fn put_failed_login(event: &mut Event<'_>) {
    put_action(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
}

/// `Invalid user USER from IP [port PORT]`, `input_userauth_request: invalid user USER`.
pub fn invalid<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(user) = text.strip_prefix("input_userauth_request: invalid user ") {
        put_failed_login(event);
        put_user(user, event);
        return true;
    }
    let Some(rest) = text.strip_prefix("Invalid user ").or_else(|| text.strip_prefix("Illegal user ")) else {
        return false;
    };
    put_failed_login(event);
    event.put("system.auth.ssh.event", "Invalid");
    event.put("system.auth.ssh.invalid_user", true);
    let parts = rest.rsplit_once(" from ").or_else(|| rest.strip_prefix("from ").map(|place| ("", place)));
    if let Some((user, place)) = parts
        && let Some(place) = PeerAddress::whole(place)
    {
        put_user(user, event);
        place.put(event);
    }
    true
}

/// Sign-ins that were refused for another reason than the password.
pub fn refused<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(rest) = text.strip_prefix("User ")
        && let Some((user, reason)) = rest.rsplit_once(" not allowed because ")
    {
        put_failed_login(event);
        // The name of a host has no space in it.
        let from = user.rsplit_once(" from ").filter(|(_, from)| !from.contains(' '));
        put_user(from.map_or(user, |(user, _)| user), event);
        put_source(from.map_or("", |(_, from)| from), event);
        event.put(fields::EVENT_REASON, reason);
        return true;
    }
    if let Some(rest) = text.strip_prefix("maximum authentication attempts exceeded for ") {
        put_failed_login(event);
        event.put(fields::EVENT_REASON, "maximum authentication attempts exceeded");
        let rest = rest.strip_suffix(" ssh2").unwrap_or(rest);
        if let Some((user, place)) = rest.rsplit_once(" from ")
            && let Some(place) = PeerAddress::whole(place)
        {
            put_user(without_invalid(user).1, event);
            place.put(event);
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("PAM: ")
        && let Some((reason, rest)) = pam_reason(rest)
        && let Some((user, from)) = rest.rsplit_once(" from ").filter(|(_, from)| !from.contains(' '))
    {
        put_failed_login(event);
        put_user(without_invalid(user).1, event);
        event.put(fields::EVENT_REASON, reason);
        put_source(from, event);
        return true;
    }
    if let Some(place) = text.strip_prefix("ROOT LOGIN REFUSED FROM ").and_then(PeerAddress::whole) {
        put_failed_login(event);
        put_user("root", event);
        place.put(event);
        return true;
    }
    false
}

/// Splits `REASON for …`. The reason is one of pam_strerror's, one of which contains
/// the word itself.
fn pam_reason(text: &str) -> Option<(&str, &str)> {
    const RETRIES: &str = "Have exhausted maximum number of retries for service";
    match text.strip_prefix(RETRIES) {
        Some(rest) => Some((RETRIES, rest.strip_prefix(" for ")?)),
        None => text.split_once(" for "),
    }
}
