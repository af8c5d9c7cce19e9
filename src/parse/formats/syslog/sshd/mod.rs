//! What OpenSSH's server writes (auth.c, auth2.c, packet.c, session.c, sshd.c
//! of OpenSSH 5 to 10).
//!
//! A client chooses user names, key ids, banners and reasons, and may write
//! ` from 192.0.2.1 port 22` into any of them. So each message is read from both
//! ends by its own grammar, and where more than one reading fits, the fields
//! stay empty.

mod verdict;

use std::net::IpAddr;

use crate::record::{Event, fields};

use super::programs::{put_from, put_kind, put_port, put_user};
use verdict::verdict;

/// Reads a message of sshd.
pub fn read<'a>(text: &'a str, event: &mut Event<'a>) {
    let text = text.strip_suffix(" [preauth]").unwrap_or(text);
    let text = text.strip_prefix("error: ").or_else(|| text.strip_prefix("fatal: ")).unwrap_or(text);
    let readers = [verdict, invalid, refused, closed, disconnecting, session, scanned, mapping];
    let _ = readers.into_iter().any(|read| read(text, event));
}

/// Where a connection came from: `IP port PORT`; old versions write the address alone.
#[derive(Clone, Copy)]
struct Place<'a> {
    from: &'a str,
    port: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Reads a place that is all of a text.
    fn whole(text: &'a str) -> Option<Place<'a>> {
        let (place, rest) = Place::first(text)?;
        rest.is_empty().then_some(place)
    }

    /// Reads the place at the front of a text; also returns what stands behind it.
    fn first(text: &'a str) -> Option<(Place<'a>, &'a str)> {
        let (from, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
        if from.is_empty() {
            return None;
        }
        let digits = |port: &str| port.bytes().take_while(u8::is_ascii_digit).count();
        match rest.strip_prefix(" port ").map(|port| port.split_at(digits(port))) {
            Some((port, behind)) if (1..=5).contains(&port.len()) => {
                Some((Place { from, port: Some(port) }, behind))
            }
            _ => Some((Place { from, port: None }, rest)),
        }
    }

    /// Reads `USER IP port PORT`, of which the user may be any text.
    fn behind_user(text: &'a str) -> Option<(&'a str, Place<'a>)> {
        let (front, port) = text.rsplit_once(" port ")?;
        let (user, from) = front.rsplit_once(' ').unwrap_or(("", front));
        let place = Place::whole(&text[text.len() - from.len() - " port ".len() - port.len()..])?;
        place.port.map(|_| (user, place))
    }

    /// Tells whether it is an address, or has a port beside it.
    fn is_certain(&self) -> bool {
        self.port.is_some() || bare(self.from).parse::<IpAddr>().is_ok()
    }

    fn put(&self, event: &mut Event<'a>) {
        put_from(self.from, event);
        if let Some(port) = self.port {
            put_port(port, event);
        }
    }
}

/// Leaves out the zone of an IPv6 address.
fn bare(address: &str) -> &str {
    address.split('%').next().unwrap_or(address)
}

fn put_failed_login(event: &mut Event<'_>) {
    put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
}

/// Takes the words off that say that a user does not exist.
fn without_invalid(user: &str) -> (bool, &str) {
    let known = user.strip_prefix("invalid user ").or_else(|| user.strip_prefix("illegal user "));
    known.map_or((false, user), |user| (true, user))
}

/// `Invalid user USER from IP [port PORT]`, `input_userauth_request: invalid user USER`.
fn invalid<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
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
        && let Some(place) = Place::whole(place)
    {
        put_user(user, event);
        place.put(event);
    }
    true
}

/// Logins that were refused for another reason than the password.
fn refused<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(rest) = text.strip_prefix("User ")
        && let Some((user, reason)) = rest.rsplit_once(" not allowed because ")
    {
        put_failed_login(event);
        // The name of a host has no space in it.
        let from = user.rsplit_once(" from ").filter(|(_, from)| !from.contains(' '));
        put_user(from.map_or(user, |(user, _)| user), event);
        put_from(from.map_or("", |(_, from)| from), event);
        event.put(fields::EVENT_REASON, reason);
        return true;
    }
    if let Some(rest) = text.strip_prefix("maximum authentication attempts exceeded for ") {
        put_failed_login(event);
        event.put(fields::EVENT_REASON, "maximum authentication attempts exceeded");
        let rest = rest.strip_suffix(" ssh2").unwrap_or(rest);
        if let Some((user, place)) = rest.rsplit_once(" from ")
            && let Some(place) = Place::whole(place)
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
        put_from(from, event);
        return true;
    }
    if let Some(place) = text.strip_prefix("ROOT LOGIN REFUSED FROM ").and_then(Place::whole) {
        put_failed_login(event);
        put_user("root", event);
        place.put(event);
        return true;
    }
    false
}

/// Splits `REASON for …`. The reason is one of pam_strerror's, of which one has the word itself.
fn pam_reason(text: &str) -> Option<(&str, &str)> {
    const RETRIES: &str = "Have exhausted maximum number of retries for service";
    match text.strip_prefix(RETRIES) {
        Some(rest) => Some((RETRIES, rest.strip_prefix(" for ")?)),
        None => text.split_once(" for "),
    }
}

/// Takes the words off that stand before a user: `authenticating user USER …`.
fn behind_user_word(text: &str) -> Option<&str> {
    let words = ["authenticating user ", "invalid user ", "user "];
    words.into_iter().find_map(|word| text.strip_prefix(word))
}

fn put_disconnect(event: &mut Event<'_>) {
    put_kind(event, "ssh_disconnect", None, &["network", "session"], &["connection", "end"]);
}

/// Connections that begin and end, their place behind the first words or at the end.
fn closed<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let with_user = [
        "Connection closed by ",
        "Connection reset by ",
        "Disconnected from ",
        "Timeout, client not responding from ",
    ];
    if let Some(rest) = with_user.into_iter().find_map(|begin| text.strip_prefix(begin)) {
        put_disconnect(event);
        match behind_user_word(rest) {
            Some(rest) => {
                if let Some((user, place)) = Place::behind_user(rest) {
                    put_user(user, event);
                    place.put(event);
                }
            }
            None => put_certain(Place::whole(rest), event),
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("Connection from ") {
        put_kind(event, "ssh_connection", None, &["network", "session"], &["connection", "start"]);
        put_certain(Place::first(rest).map(|(place, _)| place), event);
        return true;
    }
    if let Some(rest) = text.strip_prefix("Received disconnect from ") {
        put_disconnect(event);
        // `IP port PORT:11: reason`; old versions: `IP: 11: reason`.
        if let Some((place, behind)) = Place::first(rest) {
            let place = Place { from: place.from.strip_suffix(':').unwrap_or(place.from), ..place };
            put_certain(Some(place), event);
            let reason = behind.trim_start_matches([':', ' ']).split_once(": ").map(|(_, reason)| reason);
            event.put_nonempty(fields::EVENT_REASON, reason.unwrap_or_default());
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("Closing connection to ") {
        put_disconnect(event);
        put_certain(Place::whole(rest), event);
        return true;
    }
    false
}

fn put_certain<'a>(place: Option<Place<'a>>, event: &mut Event<'a>) {
    if let Some(place) = place.filter(Place::is_certain) {
        place.put(event);
    }
}

/// `Disconnecting [authenticating user USER ]IP port PORT: REASON`.
fn disconnecting<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let Some(rest) = text.strip_prefix("Disconnecting") else { return false };
    if let Some(reason) = rest.strip_prefix(": ") {
        put_disconnect(event);
        event.put_nonempty(fields::EVENT_REASON, reason);
        return true;
    }
    let Some(rest) = rest.strip_prefix(' ') else { return false };
    put_disconnect(event);
    let Some(rest) = behind_user_word(rest) else {
        if let Some((place, behind)) = Place::first(rest) {
            put_certain(Some(place), event);
            event.put_nonempty(fields::EVENT_REASON, behind.strip_prefix(": ").unwrap_or_default());
        }
        return true;
    };
    // The user is any text, and one of the reasons has it once more.
    let fitting = rest.match_indices(": ").filter_map(|(at, mark)| {
        let (user, place) = Place::behind_user(&rest[..at])?;
        Some((user, place, &rest[at + mark.len()..]))
    });
    let fitting: Vec<_> = fitting.collect();
    let known: Vec<_> = fitting.iter().filter(|(_, _, reason)| is_reason(reason)).collect();
    let one = match (known.as_slice(), fitting.as_slice()) {
        ([one], _) => Some(**one),
        ([], [one]) => Some(*one),
        _ => None,
    };
    if let Some((user, place, reason)) = one {
        put_user(user, event);
        place.put(event);
        event.put_nonempty(fields::EVENT_REASON, reason);
    }
    true
}

/// Tells a reason for which sshd disconnects somebody who signs in (auth2.c, packet.c).
fn is_reason(text: &str) -> bool {
    text == "Too many authentication failures"
        || text.starts_with("Change of username or service not allowed: (") && text.ends_with(')')
}

/// Sessions of users who are signed in, whose names are those of accounts.
fn session<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(user) =
        text.strip_prefix("subsystem request for ").and_then(|rest| rest.rsplit_once(" by user "))
    {
        put_kind(event, "ssh_subsystem", None, &["session"], &["info"]);
        put_user(user.1.split(',').next().unwrap_or(user.1).trim_end_matches(" failed"), event);
        return true;
    }
    let starts = text.strip_prefix("Starting session: ");
    let Some(rest) = starts.or_else(|| text.strip_prefix("Close session: user ")) else { return false };
    let kind = if starts.is_some() { ("ssh_session", "start") } else { ("ssh_disconnect", "end") };
    put_kind(event, kind.0, None, &["session"], &[kind.1]);
    let rest = rest.rsplit_once(" id ").map_or(rest, |(rest, _)| rest);
    if let Some((front, place)) = rest.rsplit_once(" from ")
        && let Some(place) = Place::whole(place)
    {
        // A command stands before the user, and may hold anything.
        let user =
            if starts.is_some() { front.rsplit_once(" for ").map(|(_, user)| user) } else { Some(front) };
        put_user(user.unwrap_or_default(), event);
        place.put(event);
    }
    true
}

/// Connections that never come to a user.
fn scanned<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let table: [(&str, &'static str); 10] = [
        ("Did not receive identification string from ", "ssh_scan"),
        ("Did not receive ident string from ", "ssh_scan"),
        ("banner exchange: Connection from ", "ssh_scan"),
        ("Unable to negotiate with ", "ssh_negotiation_failed"),
        ("Timeout before authentication for connection from ", "ssh_timeout"),
        ("Timeout before authentication for ", "ssh_timeout"),
        ("Bad protocol version identification ", "ssh_scan"),
        ("kex_exchange_identification: ", "ssh_scan"),
        ("Unable to negotiate a key exchange method", "ssh_negotiation_failed"),
        ("Bad packet length", "ssh_scan"),
    ];
    let Some((begin, action)) = table.into_iter().find(|(begin, _)| text.starts_with(begin)) else {
        if text.starts_with("Server listening on ") || text.starts_with("Received signal ") {
            put_kind(event, "ssh_server", None, &["process"], &["info"]);
            return true;
        }
        return false;
    };
    put_kind(event, action, None, &["network"], &["info"]);
    let rest = &text[begin.len()..];
    if begin.ends_with(" from ") || begin.ends_with(" with ") || begin.ends_with(" for ") {
        let place = Place::first(rest).map(|(place, _)| place);
        let bare = place.map(|place| Place { from: place.from.trim_end_matches([':', ',']), ..place });
        if let Some(place) = bare {
            place.put(event);
        }
    } else if begin.starts_with("Bad protocol version") {
        // The client's own words stand in front.
        let place = rest.rsplit_once(" from ").and_then(|(_, place)| Place::whole(place));
        put_certain(place, event);
    }
    true
}

/// Names that do not lead back to their address. A name is whatever its owner wrote into DNS.
fn mapping<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let ip = if let Some(rest) = text.strip_prefix("reverse mapping checking getaddrinfo for ") {
        rest.rsplit_once("] failed").and_then(|(rest, _)| rest.rsplit_once('[')).map(|(_, ip)| ip)
    } else if let Some(rest) =
        text.strip_prefix("Address ").filter(|_| text.contains("POSSIBLE BREAK-IN ATTEMPT"))
    {
        rest.split_once(' ').map(|(ip, _)| ip)
    } else {
        return false;
    };
    put_kind(event, "ssh_reverse_mapping_failed", None, &["network"], &["info"]);
    put_from(ip.unwrap_or_default(), event);
    true
}

#[cfg(test)]
mod tests;
