//! What OpenSSH's server writes (auth.c, auth2.c, packet.c, session.c, sshd.c
//! of OpenSSH 5 to 10).

use crate::record::{Event, fields};

use super::programs::{put_from, put_kind, put_port, put_user};

/// Reads a message of sshd.
pub fn read<'a>(text: &'a str, event: &mut Event<'a>) {
    let text = text.strip_suffix(" [preauth]").unwrap_or(text);
    let text = text.strip_prefix("error: ").or_else(|| text.strip_prefix("fatal: ")).unwrap_or(text);
    let known = verdict(text, event)
        || invalid(text, event)
        || refused(text, event)
        || closed(text, event)
        || odd(text, event);
    if !known && let Some(user) = between(text, "by user ", "") {
        put_kind(event, "ssh_subsystem", None, &["session"], &["info"]);
        put_user(user, event);
    }
}

/// Gives what stands behind one text and before another (or the end).
fn between<'a>(text: &'a str, after: &str, before: &str) -> Option<&'a str> {
    let rest = &text[text.find(after)? + after.len()..];
    Some(if before.is_empty() { rest } else { &rest[..rest.find(before).unwrap_or(rest.len())] })
}

/// `Accepted|Failed|Postponed|Partial METHOD for [invalid user ]USER from IP port PORT [ssh2[: KEY]]`.
fn verdict<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let Some((word, rest)) = text.split_once(' ') else { return false };
    let outcome = match word {
        "Accepted" => Some("success"),
        "Failed" => Some("failure"),
        "Postponed" | "Partial" => None,
        _ => return false,
    };
    let Some((method, rest)) = rest.split_once(" for ") else { return false };
    // A user's name may hold anything, even ` from `: the last one counts.
    let Some((user, place)) = rest.rsplit_once(" from ") else { return false };
    let (invalid, user) =
        match user.strip_prefix("invalid user ").or_else(|| user.strip_prefix("illegal user ")) {
            Some(user) => (true, user),
            None => (false, user),
        };
    let categories: &[&str] =
        if outcome == Some("success") { &["authentication", "session"] } else { &["authentication"] };
    put_kind(
        event,
        "ssh_login",
        outcome,
        categories,
        if outcome == Some("success") { &["start", "info"] } else { &["info"] },
    );
    put_user(user, event);
    event.put_some("system.auth.ssh.event", word);
    event.put_some("system.auth.ssh.method", method);
    if invalid {
        event.put("system.auth.ssh.invalid_user", true);
    }
    put_place(place, event);
    if let Some((_, key)) = place.split_once(": ") {
        event.put_some("system.auth.ssh.signature", key);
    }
    true
}

/// Reads `IP port PORT …`.
fn put_place<'a>(place: &'a str, event: &mut Event<'a>) {
    let (from, rest) = place.split_once(' ').unwrap_or((place, ""));
    put_from(from, event);
    if let Some(port) = rest.strip_prefix("port ") {
        put_port(port, event);
        if rest.contains("ssh2") || rest.contains("ssh1") {
            event.put(fields::NETWORK_PROTOCOL, "ssh");
        }
    }
}

/// `Invalid user USER from IP [port PORT]`, `input_userauth_request: invalid user USER`.
fn invalid<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(user) = text.strip_prefix("input_userauth_request: invalid user ") {
        put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
        put_user(user, event);
        return true;
    }
    let Some(rest) = text.strip_prefix("Invalid user ").or_else(|| text.strip_prefix("Illegal user ")) else {
        return false;
    };
    let Some((user, place)) =
        rest.rsplit_once(" from ").or_else(|| rest.strip_prefix("from ").map(|place| ("", place)))
    else {
        return false;
    };
    put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
    event.put("system.auth.ssh.event", "Invalid");
    event.put("system.auth.ssh.invalid_user", true);
    put_user(user, event);
    put_place(place, event);
    true
}

/// Logins that were refused for another reason than the password.
fn refused<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(rest) = text.strip_prefix("User ")
        && let Some((user, rest)) = rest.split_once(" from ")
        && let Some((from, reason)) = rest.split_once(" not allowed because ")
    {
        put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
        put_user(user, event);
        put_from(from, event);
        event.put(fields::EVENT_REASON, reason);
        return true;
    }
    if let Some(rest) = text.strip_prefix("User ")
        && let Some((user, reason)) = rest.split_once(" not allowed because ")
    {
        put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
        put_user(user, event);
        event.put(fields::EVENT_REASON, reason);
        return true;
    }
    if let Some(rest) = between(text, "maximum authentication attempts exceeded for ", "")
        && let Some((user, place)) = rest.rsplit_once(" from ")
    {
        put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
        put_user(user.strip_prefix("invalid user ").unwrap_or(user), event);
        event.put(fields::EVENT_REASON, "maximum authentication attempts exceeded");
        put_place(place, event);
        return true;
    }
    if let Some(rest) = text.strip_prefix("PAM: ")
        && let Some((reason, rest)) = rest.rsplit_once(" for ")
        && let Some((user, from)) = rest.rsplit_once(" from ")
    {
        put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
        put_user(
            user.strip_prefix("illegal user ").or_else(|| user.strip_prefix("invalid user ")).unwrap_or(user),
            event,
        );
        event.put(fields::EVENT_REASON, reason);
        put_from(from, event);
        return true;
    }
    if let Some(from) = between(text, "ROOT LOGIN REFUSED FROM ", "") {
        put_kind(event, "ssh_login", Some("failure"), &["authentication"], &["info"]);
        put_user("root", event);
        put_place(from, event);
        return true;
    }
    false
}

/// Connections that end: `Connection closed by`, `Disconnected from`, `Received disconnect from` …
fn closed<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let begins = [
        "Connection closed by ",
        "Connection reset by ",
        "Connection from ",
        "Disconnected from ",
        "Disconnecting ",
        "Received disconnect from ",
        "Close session: user ",
        "Closing connection to ",
        "Timeout, client not responding from ",
    ];
    let Some(begin) = begins.into_iter().find(|begin| text.starts_with(begin)) else { return false };
    let action = if begin == "Connection from " { "ssh_connection" } else { "ssh_disconnect" };
    put_kind(
        event,
        action,
        None,
        &["network", "session"],
        if action == "ssh_disconnect" { &["connection", "end"] } else { &["connection", "start"] },
    );
    let mut rest = &text[begin.len()..];
    let users = ["authenticating user ", "invalid user ", "user "];
    if let Some(behind) = users.into_iter().find_map(|word| rest.strip_prefix(word)) {
        let Some((user, behind)) = behind.split_once(' ') else { return true };
        put_user(user, event);
        rest = behind.strip_prefix("from ").unwrap_or(behind);
    }
    let (from, behind) = rest.split_once([' ', ':']).unwrap_or((rest, ""));
    let is_address = from.parse::<std::net::IpAddr>().is_ok() || rest.contains(" port ");
    if is_address {
        // An IPv6 address holds colons: up to the space then.
        let from = rest.split(' ').next().unwrap_or(from);
        put_from(from.trim_end_matches(':'), event);
    }
    if let Some(port) = between(behind, "port ", "") {
        put_port(port, event);
    }
    if let Some((_, reason)) = rest.rsplit_once(": ") {
        event.put_some(fields::EVENT_REASON, reason);
    }
    true
}

/// Everything else that names an address or a user.
fn odd<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let table: [(&str, &str, &'static str); 9] = [
        ("Did not receive identification string from ", "", "ssh_scan"),
        ("Bad protocol version identification ", " from ", "ssh_scan"),
        ("banner exchange: Connection from ", "", "ssh_scan"),
        ("kex_exchange_identification: ", " from ", "ssh_scan"),
        ("Unable to negotiate with ", "", "ssh_negotiation_failed"),
        ("Unable to negotiate a key exchange method", " from ", "ssh_negotiation_failed"),
        ("Timeout before authentication for ", "", "ssh_timeout"),
        ("Did not receive ident string from ", "", "ssh_scan"),
        ("Bad packet length", " from ", "ssh_scan"),
    ];
    for (begin, from, action) in table {
        let Some(rest) = text.strip_prefix(begin) else { continue };
        let place = if from.is_empty() { Some(rest) } else { rest.rsplit_once(from).map(|(_, place)| place) };
        put_kind(event, action, None, &["network"], &["info"]);
        if let Some(place) = place {
            put_place(place.strip_prefix("connection from ").unwrap_or(place), event);
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("reverse mapping checking getaddrinfo for ") {
        put_kind(event, "ssh_reverse_mapping_failed", None, &["network"], &["info"]);
        if let Some(ip) = between(rest, "[", "]") {
            put_from(ip, event);
        }
        return true;
    }
    if let Some(rest) = text.strip_prefix("Address ")
        && text.contains("POSSIBLE BREAK-IN ATTEMPT")
    {
        put_kind(event, "ssh_reverse_mapping_failed", None, &["network"], &["info"]);
        put_from(rest.split(' ').next().unwrap_or_default(), event);
        return true;
    }
    if let Some(rest) = text.strip_prefix("Starting session: ") {
        put_kind(event, "ssh_session", None, &["session"], &["start"]);
        if let Some(user) = between(rest, " for ", " from ") {
            put_user(user, event);
        }
        if let Some(place) = between(rest, " from ", "") {
            put_place(place, event);
        }
        return true;
    }
    if text.starts_with("Server listening on ") || text.starts_with("Received signal ") {
        put_kind(event, "ssh_server", None, &["process"], &["info"]);
        return true;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let mut event = Event::default();
        read(text, &mut event);
        let value = |name: &str| {
            event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",")
        };
        ["event.action", "event.outcome", "user.name", "source.ip", "source.port"].map(value).join("|")
    }

    #[test]
    fn messages_of_sshd_are_read() {
        let table = [
            (
                "Accepted publickey for git from 192.0.2.7 port 50122 ssh2: RSA SHA256:abc",
                "ssh_login|success|git|192.0.2.7|50122",
            ),
            (
                "Failed password for invalid user x from y from 192.0.2.7 port 1 ssh2",
                "ssh_login|failure|x from y|192.0.2.7|1",
            ),
            ("Failed none for invalid user  from 192.0.2.7 port 1 ssh2", "ssh_login|failure||192.0.2.7|1"),
            ("Invalid user admin from 2001:db8::7 port 2", "ssh_login|failure|admin|2001:db8::7|2"),
            ("Invalid user  from 192.0.2.7 port 2", "ssh_login|failure||192.0.2.7|2"),
            (
                "Connection closed by authenticating user root 192.0.2.7 port 3 [preauth]",
                "ssh_disconnect||root|192.0.2.7|3",
            ),
            (
                "Received disconnect from 192.0.2.7 port 4:11: Bye Bye [preauth]",
                "ssh_disconnect|||192.0.2.7|4",
            ),
            ("Received disconnect from 192.0.2.7: 11: Bye Bye", "ssh_disconnect|||192.0.2.7|"),
            ("Disconnected from user alice 192.0.2.7 port 5", "ssh_disconnect||alice|192.0.2.7|5"),
            ("Did not receive identification string from 192.0.2.7", "ssh_scan|||192.0.2.7|"),
            (
                "User bob from 192.0.2.7 not allowed because not listed in AllowUsers",
                "ssh_login|failure|bob|192.0.2.7|",
            ),
            (
                "error: maximum authentication attempts exceeded for invalid user a from 192.0.2.7 port 6 ssh2 [preauth]",
                "ssh_login|failure|a|192.0.2.7|6",
            ),
            ("subsystem request for sftp by user carol", "ssh_subsystem||carol||"),
            ("fatal: Timeout before authentication for 192.0.2.7 port 7", "ssh_timeout|||192.0.2.7|7"),
        ];
        for (text, wanted) in table {
            assert_eq!(told(text), wanted, "{text}");
        }
    }
}
