//! Whether a sign-in succeeded.

use crate::record::{Event, fields};

use super::super::auth_fields::{put_action, put_user};
use super::peer_address::PeerAddress;

/// `Accepted|Failed|Postponed|Partial METHOD for [invalid user ]USER from IP port PORT [ssh2[: KEY]]`.
pub fn verdict<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let Some((word, rest)) = text.split_once(' ') else { return false };
    let outcome = match word {
        "Accepted" => Some("success"),
        "Failed" => Some("failure"),
        "Postponed" | "Partial" => None,
        _ => return false,
    };
    let Some((method, rest)) = rest.split_once(" for ").filter(|(method, _)| !method.contains(' ')) else {
        return false;
    };
    let started = outcome == Some("success");
    let categories: &[&str] = if started { &["authentication", "session"] } else { &["authentication"] };
    put_action(event, "ssh_login", outcome, categories, if started { &["start", "info"] } else { &["info"] });
    event.put_nonempty("system.auth.ssh.event", word);
    event.put_nonempty("system.auth.ssh.method", method);
    let (invalid, rest) = without_invalid(rest);
    if invalid {
        event.put("system.auth.ssh.invalid_user", true);
    }
    let Some(LoginVerdict { user, place, ssh, key }) = LoginVerdict::parse(rest, method, invalid) else {
        return true;
    };
    put_user(user, event);
    place.put(event);
    if ssh {
        event.put(fields::NETWORK_PROTOCOL, "ssh");
    }
    event.put_nonempty("system.auth.ssh.signature", key);
    true
}

/// What follows the method in the outcome of a sign-in.
#[derive(Clone, Copy)]
struct LoginVerdict<'a> {
    user: &'a str,
    place: PeerAddress<'a>,
    ssh: bool,
    key: &'a str,
}

impl<'a> LoginVerdict<'a> {
    /// Reads `USER from IP port PORT [ssh2[: KEY]]`. The user of a failed login and the
    /// id in a certificate are chosen by the client. If several readings fit, a user
    /// that exists is the shortest one, since no account is called `x from 192.0.2.1
    /// port 22 ssh2`; of a user that does not exist nothing is known.
    fn parse(text: &'a str, method: &str, invalid: bool) -> Option<LoginVerdict<'a>> {
        let fitting = text.match_indices(" from ").filter_map(|(at, mark)| {
            let (place, behind) = PeerAddress::first(&text[at + mark.len()..])?;
            let (ssh, key) = match behind.strip_prefix(" ssh2").or_else(|| behind.strip_prefix(" ssh1")) {
                Some("") => (true, ""),
                Some(key) => (true, key.strip_prefix(": ").filter(|key| is_key(method, key))?),
                None => (false, ""),
            };
            let ends = ssh || behind.is_empty() && place.is_certain();
            ends.then_some(LoginVerdict { user: &text[..at], place, ssh, key })
        });
        let fitting: Vec<LoginVerdict<'a>> = fitting.collect();
        match fitting.as_slice() {
            [] => None,
            [only] => Some(*only),
            [first, ..] => (!invalid).then_some(*first),
        }
    }
}

/// Returns whether a text is what sshd writes about a key: `RSA SHA256:…`, `RSA-CERT
/// [SHA256:…] ID … (serial 7) CA RSA SHA256:…`, of hostbased also the client's user and
/// host.
fn is_key(method: &str, text: &str) -> bool {
    let (kind, rest) = text.split_once(' ').unwrap_or((text, ""));
    let is_print = |text: &str| !text.is_empty() && !text.contains(' ');
    if method.starts_with("hostbased") {
        return rest.contains(" client user \"") && rest.ends_with('"');
    }
    if !method.starts_with("publickey") {
        // Of other methods it is a principal: one word.
        return rest.is_empty();
    }
    if !kind.ends_with("-CERT") {
        return is_print(rest) || rest.is_empty();
    }
    let id = rest
        .strip_prefix("ID ")
        .or_else(|| rest.split_once(" ID ").filter(|(print, _)| is_print(print)).map(|(_, id)| id));
    let authority = id.and_then(|id| id.rsplit_once(" (serial ")).and_then(|(_, rest)| {
        let (serial, authority) = rest.split_once(") CA ")?;
        serial.bytes().all(|byte| byte.is_ascii_digit()).then_some(authority)
    });
    authority.is_some_and(|authority| authority.split(' ').count() == 2)
}

/// Removes the words that say that a user does not exist; returns whether they were
/// there.
pub fn without_invalid(user: &str) -> (bool, &str) {
    let known = user.strip_prefix("invalid user ").or_else(|| user.strip_prefix("illegal user "));
    known.map_or((false, user), |user| (true, user))
}
