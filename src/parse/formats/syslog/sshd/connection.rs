//! Connections and sessions that begin and end.

use super::super::auth_fields::{put_action, put_source, put_user};
use super::peer_address::{PeerAddress, put_certain};
use crate::record::{Event, fields};

/// Removes the words before a user: `authenticating user USER …`.
fn behind_user_word(text: &str) -> Option<&str> {
    let words = ["authenticating user ", "invalid user ", "user "];
    words.into_iter().find_map(|word| text.strip_prefix(word))
}

fn put_disconnect(event: &mut Event<'_>) {
    put_action(event, "ssh_disconnect", None, &["network", "session"], &["connection", "end"]);
}

/// Connections that begin and end; the peer address follows the first words or is at
/// the end.
pub fn closed<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
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
                if let Some((user, place)) = PeerAddress::behind_user(rest) {
                    put_user(user, event);
                    place.put(event);
                }
            }
            None => put_certain(PeerAddress::whole(rest), event),
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("Connection from ") {
        put_action(event, "ssh_connection", None, &["network", "session"], &["connection", "start"]);
        put_certain(PeerAddress::first(rest).map(|(place, _)| place), event);
        return true;
    }
    if let Some(rest) = text.strip_prefix("Received disconnect from ") {
        put_disconnect(event);
        // `IP port PORT:11: reason`; old versions: `IP: 11: reason`.
        if let Some((place, behind)) = PeerAddress::first(rest) {
            let place = PeerAddress { from: place.from.strip_suffix(':').unwrap_or(place.from), ..place };
            put_certain(Some(place), event);
            let reason = behind.trim_start_matches([':', ' ']).split_once(": ").map(|(_, reason)| reason);
            event.put_nonempty(fields::EVENT_REASON, reason.unwrap_or_default());
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("Closing connection to ") {
        put_disconnect(event);
        put_certain(PeerAddress::whole(rest), event);
        return true;
    }
    false
}

/// `Disconnecting [authenticating user USER ]IP port PORT: REASON`.
pub fn disconnecting<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let Some(rest) = text.strip_prefix("Disconnecting") else { return false };
    if let Some(reason) = rest.strip_prefix(": ") {
        put_disconnect(event);
        event.put_nonempty(fields::EVENT_REASON, reason);
        return true;
    }
    let Some(rest) = rest.strip_prefix(' ') else { return false };
    put_disconnect(event);
    let Some(rest) = behind_user_word(rest) else {
        if let Some((place, behind)) = PeerAddress::first(rest) {
            put_certain(Some(place), event);
            event.put_nonempty(fields::EVENT_REASON, behind.strip_prefix(": ").unwrap_or_default());
        }
        return true;
    };
    // The user may be any text, and one of the reasons repeats it.
    let fitting = rest.match_indices(": ").filter_map(|(at, mark)| {
        let (user, place) = PeerAddress::behind_user(&rest[..at])?;
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

/// Returns whether a text is one of sshd's reasons to disconnect somebody who signs in
/// (auth2.c, packet.c).
fn is_reason(text: &str) -> bool {
    text == "Too many authentication failures"
        || text.starts_with("Change of username or service not allowed: (") && text.ends_with(')')
}

/// Sessions of signed-in users, whose names are those of accounts.
pub fn session<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(user) =
        text.strip_prefix("subsystem request for ").and_then(|rest| rest.rsplit_once(" by user "))
    {
        put_action(event, "ssh_subsystem", None, &["session"], &["info"]);
        put_user(user.1.split(',').next().unwrap_or(user.1).trim_end_matches(" failed"), event);
        return true;
    }
    let starts = text.strip_prefix("Starting session: ");
    let Some(rest) = starts.or_else(|| text.strip_prefix("Close session: user ")) else { return false };
    let kind = if starts.is_some() { ("ssh_session", "start") } else { ("ssh_disconnect", "end") };
    put_action(event, kind.0, None, &["session"], &[kind.1]);
    let rest = rest.rsplit_once(" id ").map_or(rest, |(rest, _)| rest);
    if let Some((front, place)) = rest.rsplit_once(" from ")
        && let Some(place) = PeerAddress::whole(place)
    {
        // A command precedes the user, and may be any text.
        let user =
            if starts.is_some() { front.rsplit_once(" for ").map(|(_, user)| user) } else { Some(front) };
        put_user(user.unwrap_or_default(), event);
        place.put(event);
    }
    true
}

/// Connections that end before a user is named.
pub fn scanned<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
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
            put_action(event, "ssh_server", None, &["process"], &["info"]);
            return true;
        }
        return false;
    };
    put_action(event, action, None, &["network"], &["info"]);
    let rest = &text[begin.len()..];
    if begin.ends_with(" from ") || begin.ends_with(" with ") || begin.ends_with(" for ") {
        let place = PeerAddress::first(rest).map(|(place, _)| place);
        let bare = place.map(|place| PeerAddress { from: place.from.trim_end_matches([':', ',']), ..place });
        if let Some(place) = bare {
            place.put(event);
        }
    } else if begin.starts_with("Bad protocol version") {
        // The client's own words come first.
        let place = rest.rsplit_once(" from ").and_then(|(_, place)| PeerAddress::whole(place));
        put_certain(place, event);
    }
    true
}

/// Host names that do not resolve back to their address. A name is whatever its owner
/// wrote into DNS.
pub fn mapping<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let ip = if let Some(rest) = text.strip_prefix("reverse mapping checking getaddrinfo for ") {
        rest.rsplit_once("] failed").and_then(|(rest, _)| rest.rsplit_once('[')).map(|(_, ip)| ip)
    } else if let Some(rest) =
        text.strip_prefix("Address ").filter(|_| text.contains("POSSIBLE BREAK-IN ATTEMPT"))
    {
        rest.split_once(' ').map(|(ip, _)| ip)
    } else {
        return false;
    };
    put_action(event, "ssh_reverse_mapping_failed", None, &["network"], &["info"]);
    put_source(ip.unwrap_or_default(), event);
    true
}
