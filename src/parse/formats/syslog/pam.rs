//! What PAM modules write through every program that uses them
//! (pam_unix, pam_sss, pam_faillock, pam_tally2, pam_succeed_if …).

use crate::record::{Event, fields};

use super::auth_fields::{put_action, put_source, put_user};

/// Reads a message of a PAM module and returns whether it is one.
pub fn read<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let Some(text) = behind_module(text, event) else { return false };
    session(text, event) || failure(text, event) || password(text, event)
}

/// Skips `pam_unix(sshd:auth): `. Messages of old systems name the module in the syslog
/// tag instead.
fn behind_module<'a>(text: &'a str, event: &mut Event<'a>) -> Option<&'a str> {
    if let Some(rest) = text.strip_prefix("PAM ") {
        // sshd's own summary: `PAM 2 more authentication failures; …`.
        return rest.contains("more authentication failure").then_some(rest);
    }
    if let Some((module, rest)) = text.strip_prefix("(pam_").and_then(|rest| rest.split_once(") ")) {
        event.put("system.auth.pam.module", format!("pam_{module}"));
        return Some(rest);
    }
    if !text.starts_with("pam_") {
        let old = [
            "session opened for user ",
            "session closed for user ",
            "authentication failure; logname=",
            "check pass; user unknown",
            "password changed for ",
        ];
        return old.iter().any(|begin| text.starts_with(begin)).then_some(text);
    }
    let (module, rest) = text.split_once(": ")?;
    let (name, service) = module.split_once('(').unwrap_or((module, ""));
    event.put("system.auth.pam.module", name);
    event.put_nonempty("system.auth.pam.service", service.trim_end_matches(')'));
    Some(rest)
}

/// `session opened for user root(uid=0) by alice(uid=1000)`, `session closed for user root`.
fn session<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    if let Some(rest) = text.strip_prefix("session opened for user ") {
        put_action(event, "session_opened", Some("success"), &["session"], &["start"]);
        let (target, by) = rest.rsplit_once(" by ").unwrap_or((rest, ""));
        let (target, target_id) = name_and_id(target);
        let (by, by_id) = name_and_id(by);
        if by.is_empty() {
            put_user(target, event);
            event.put_nonempty(fields::USER_ID, if target_id.is_empty() { by_id } else { target_id });
            event.put_nonempty(fields::USER_EFFECTIVE_NAME, target);
        } else {
            put_user(by, event);
            event.put_nonempty(fields::USER_ID, by_id);
            event.put_nonempty(fields::USER_EFFECTIVE_NAME, target);
            event.put_nonempty(fields::USER_EFFECTIVE_ID, target_id);
        }
        return true;
    }
    if let Some(user) = text.strip_prefix("session closed for user ") {
        put_action(event, "session_closed", None, &["session"], &["end"]);
        put_user(name_and_id(user).0, event);
        return true;
    }
    false
}

/// `alice(uid=1000)`, `(uid=0)`, `alice`.
fn name_and_id(text: &str) -> (&str, &str) {
    match text.trim().split_once("(uid=") {
        Some((name, id)) => (name, id.split(')').next().unwrap_or(id)),
        None => (text.trim(), ""),
    }
}

/// `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root`.
fn failure<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let failed = text.starts_with("authentication failure") || text.contains("more authentication failure");
    if failed {
        put_action(event, "pam_authentication", Some("failure"), &["authentication"], &["info"]);
        if let Some((_, pairs)) = text.split_once("; logname=") {
            put_pairs(pairs, event);
        }
        return true;
    }
    if text.starts_with("check pass; user unknown") {
        put_action(event, "pam_authentication", Some("failure"), &["authentication"], &["info"]);
        event.put(fields::EVENT_REASON, "user unknown");
        return true;
    }
    if let Some(rest) = text.strip_prefix("Consecutive login failures for user ") {
        put_action(event, "account_locked", Some("failure"), &["authentication", "iam"], &["user", "change"]);
        put_user(rest.strip_suffix(" account temporarily locked").unwrap_or(rest), event);
        return true;
    }
    if let Some(rest) = text.strip_prefix("user ")
        && let Some((user, reason)) = rest.split_once(' ')
        && (reason.starts_with("has been locked") || reason.starts_with("(") && reason.contains("tally"))
    {
        put_action(event, "account_locked", Some("failure"), &["authentication", "iam"], &["user", "change"]);
        put_user(user, event);
        event.put(fields::EVENT_REASON, reason);
        return true;
    }
    false
}

/// Reads `LOGNAME uid=N euid=N tty=TTY ruser=NAME rhost=HOST [user=NAME]`, in which
/// each name may be any text that a client chose. sshd names no `ruser`; of other
/// programs the host is known only where it is named once.
fn put_pairs<'a>(pairs: &'a str, event: &mut Event<'a>) {
    let Some((logname, rest)) = pairs.split_once(" uid=") else { return };
    event.put_nonempty("system.auth.pam.logname", logname);
    let Some((uid, rest)) = rest.split_once(' ') else { return };
    event.put_nonempty("system.auth.pam.uid", uid);
    let Some((tty, rest)) = rest.split_once("tty=").and_then(|(_, rest)| rest.split_once(" ruser=")) else {
        return;
    };
    event.put_nonempty("system.auth.pam.tty", tty);
    let mut hosts = rest.match_indices(" rhost=");
    let (ruser, rest) = match (hosts.next(), hosts.next()) {
        (Some((0, mark)), _) if tty == "ssh" => ("", &rest[mark.len()..]),
        (Some((at, mark)), None) => (&rest[..at], &rest[at + mark.len()..]),
        _ => return,
    };
    event.put_nonempty("system.auth.pam.ruser", ruser);
    let (rhost, user) = rest.split_once(' ').unwrap_or((rest, ""));
    put_source(rhost, event);
    put_user(user.trim_start_matches(' ').strip_prefix("user=").unwrap_or_default(), event);
}

/// `password changed for alice`.
fn password<'a>(text: &'a str, event: &mut Event<'a>) -> bool {
    let Some(user) = text.strip_prefix("password changed for ") else { return false };
    put_action(event, "password_changed", Some("success"), &["iam"], &["user", "change"]);
    event.put_nonempty(fields::USER_TARGET_NAME, user);
    put_user(user, event);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> String {
        let mut event = Event::default();
        assert!(read(text, &mut event), "{text}");
        let value = |name: &str| {
            event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",")
        };
        ["event.action", "event.outcome", "user.name", "user.effective.name", "user.id", "source.ip"]
            .map(value)
            .join("|")
    }

    #[test]
    fn messages_of_pam_are_read() {
        let table = [
            (
                "pam_unix(sudo:session): session opened for user root(uid=0) by alice(uid=1000)",
                "session_opened|success|alice|root|1000|",
            ),
            (
                "pam_unix(cron:session): session opened for user root by (uid=0)",
                "session_opened|success|root|root|0|",
            ),
            ("pam_unix(sshd:session): session closed for user git", "session_closed||git|||"),
            (
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root",
                "pam_authentication|failure|root|||192.0.2.7",
            ),
            (
                "authentication failure; logname= uid=0 euid=0 tty=x ruser= rhost=192.0.2.7 ",
                "pam_authentication|failure||||192.0.2.7",
            ),
            (
                "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=bob",
                "pam_authentication|failure|bob|||192.0.2.7",
            ),
            (
                "pam_faillock(sshd:auth): Consecutive login failures for user eve account temporarily locked",
                "account_locked|failure|eve|||",
            ),
            ("pam_unix(passwd:chauthtok): password changed for alice", "password_changed|success|alice|||"),
        ];
        for (text, wanted) in table {
            assert_eq!(rendered(text), wanted, "{text}");
        }
        assert!(!read("hello", &mut Event::default()));
    }
}
