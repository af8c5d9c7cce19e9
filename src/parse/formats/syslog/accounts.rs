//! What account tools, login programs and cron write (shadow-utils, util-linux,
//! systemd-logind, cronie, Vixie cron).

use crate::record::{Event, fields};

use super::auth_fields::{put_action, put_source, put_user};

/// Returns the value of `key=` in a list separated by commas.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut parts = text.split([',', ' ']);
    parts.find_map(|part| part.strip_prefix(key)?.strip_prefix('='))
}

/// Returns the text between the first pair of quotes.
fn quoted(text: &str) -> Option<&str> {
    let inner = text.split_once(['\'', '`', '"'])?.1;
    Some(inner.split(['\'', '"']).next().unwrap_or(inner))
}

/// Reads a message of an account tool.
pub fn tool<'a>(program: &str, text: &'a str, event: &mut Event<'a>) {
    let failed = text.starts_with("failed ") || text.contains(", failed") || text.starts_with("error");
    let outcome = Some(if failed { "failure" } else { "success" });
    if let Some(rest) = text.strip_prefix("new user: ").or_else(|| text.strip_prefix("failed adding user ")) {
        put_action(event, "user_added", outcome, &["iam"], &["user", "creation"]);
        put_user(value(rest, "name").or_else(|| quoted(rest)).unwrap_or_default(), event);
        event.put_nonempty(fields::USER_ID, value(rest, "UID").unwrap_or_default());
        event.put_nonempty(fields::GROUP_ID, value(rest, "GID").unwrap_or_default());
        event.put_nonempty("system.auth.useradd.home", value(rest, "home").unwrap_or_default());
        event.put_nonempty("system.auth.useradd.shell", value(rest, "shell").unwrap_or_default());
        return;
    }
    if let Some(rest) = text.strip_prefix("new group: ") {
        put_action(event, "group_added", outcome, &["iam"], &["group", "creation"]);
        event.put_nonempty(fields::GROUP_NAME, value(rest, "name").unwrap_or_default());
        event.put_nonempty(fields::GROUP_ID, value(rest, "GID").unwrap_or_default());
        return;
    }
    if let Some(rest) = text.strip_prefix("group added to ") {
        put_action(event, "group_added", outcome, &["iam"], &["group", "creation"]);
        event.put_nonempty(fields::GROUP_NAME, value(rest, "name").unwrap_or_default());
        return;
    }
    let table: [(&str, &'static str, [&'static str; 2]); 9] = [
        ("delete user ", "user_deleted", ["user", "deletion"]),
        ("removed group ", "group_deleted", ["group", "deletion"]),
        ("group ", "group_deleted", ["group", "deletion"]),
        ("add ", "group_member_added", ["group", "change"]),
        ("delete ", "group_member_removed", ["group", "change"]),
        ("change user ", "user_changed", ["user", "change"]),
        ("changed user ", "user_changed", ["user", "change"]),
        ("lock user ", "user_locked", ["user", "change"]),
        ("unlock user ", "user_unlocked", ["user", "change"]),
    ];
    for (begin, action, types) in table {
        let Some(rest) = text.strip_prefix(begin) else { continue };
        put_action(event, action, outcome, &["iam"], &types);
        let name = quoted(rest).unwrap_or_default();
        let of_group = action.starts_with("group_deleted") || action.starts_with("group_added");
        if of_group {
            event.put_nonempty(fields::GROUP_NAME, name);
        } else {
            put_user(name, event);
            let group = rest.rsplit_once("group ").map(|(_, group)| quoted(group).unwrap_or(group));
            event.put_nonempty(fields::GROUP_NAME, group.unwrap_or_default());
        }
        return;
    }
    if program == "passwd" || program == "chpasswd" || text.starts_with("password for ") {
        put_action(event, "password_changed", outcome, &["iam"], &["user", "change"]);
        put_user(quoted(text).unwrap_or_default(), event);
    }
}

/// Reads a message of login, a display manager, or systemd-logind.
pub fn login<'a>(text: &'a str, event: &mut Event<'a>) {
    if let Some(rest) = text.strip_prefix("New session ") {
        put_action(event, "session_opened", Some("success"), &["session"], &["start"]);
        let (id, user) = rest.split_once(" of user ").unwrap_or((rest, ""));
        let user = user.split(" with ").next().unwrap_or(user);
        event.put_nonempty(fields::SESSION_ID, id.trim_matches('\''));
        put_user(user.trim_end_matches('.').trim_matches('\''), event);
    } else if let Some(rest) = text.strip_prefix("Removed session ").or_else(|| text.strip_prefix("Session "))
    {
        let id = rest.split([' ', '.']).next().unwrap_or(rest);
        if text.starts_with("Removed") || rest.contains("logged out") {
            put_action(event, "session_closed", None, &["session"], &["end"]);
            event.put_nonempty(fields::SESSION_ID, id.trim_matches('\''));
        }
    } else if let Some(rest) = text.strip_prefix("FAILED LOGIN") {
        put_action(event, "login", Some("failure"), &["authentication"], &["info"]);
        failed_login(rest, event);
    } else if let Some(rest) = text.strip_prefix("ROOT LOGIN ") {
        put_action(event, "login", Some("success"), &["authentication", "session"], &["start"]);
        put_user("root", event);
        put_source(rest.split_once("FROM ").map_or("", |(_, from)| from), event);
    } else if let Some(rest) = text.strip_prefix("LOGIN ON ") {
        put_action(event, "login", Some("success"), &["authentication", "session"], &["start"]);
        let user = rest.split_once(" BY ").map_or("", |(_, user)| user);
        put_user(user.split(' ').next().unwrap_or_default(), event);
        put_source(rest.split_once(" FROM ").map_or("", |(_, from)| from), event);
    }
}

/// Reads `[N] FROM HOST FOR USER, REASON` (util-linux), `(N) on 'TTY' [from 'HOST'] FOR
/// 'USER', REASON` (shadow-utils). A host has no space in it; a user may have anything.
fn failed_login<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some((front, user)) = text.split_once(" FOR ").or_else(|| text.split_once(" for ")) else { return };
    let from = front.split_once("FROM ").or_else(|| front.split_once("from ")).map_or("", |(_, from)| from);
    let user = user.rsplit_once(", ").map_or(user, |(user, _)| user);
    // Only the form with the count in parentheses quotes; elsewhere a quote is of the name.
    let inner = user.strip_prefix(['\'', '`']).and_then(|user| user.strip_suffix('\''));
    put_user(inner.filter(|_| front.starts_with(" (")).unwrap_or(user), event);
    put_source(from.split([' ', ',']).next().unwrap_or_default().trim_matches('\''), event);
}

/// Reads a message of the historical network login programs.
pub fn old_login<'a>(text: &'a str, event: &mut Event<'a>) {
    if let Some(rest) = text.strip_prefix("connection from ") {
        put_action(event, "connection", None, &["network"], &["connection", "start"]);
        put_source(rest.split([' ', ',']).next().unwrap_or_default(), event);
        return;
    }
    for (begin, outcome) in [
        ("FTP LOGIN FROM ", "success"),
        ("ANONYMOUS FTP LOGIN FROM ", "success"),
        ("FTP LOGIN FAILED FROM ", "failure"),
        ("FTP LOGIN REFUSED FROM ", "failure"),
    ] {
        if let Some(rest) = text.strip_prefix(begin) {
            put_action(event, "ftp_login", Some(outcome), &["authentication"], &["info"]);
            let (from, user) = rest.split_once(", ").unwrap_or((rest, ""));
            put_source(from.split(' ').next().unwrap_or_default(), event);
            put_user(user, event);
            return;
        }
    }
    if let Some(rest) = text.strip_prefix("Authentication failed from ") {
        put_action(event, "login", Some("failure"), &["authentication"], &["info"]);
        put_source(rest.split([' ', ':']).next().unwrap_or_default(), event);
    }
}

/// Reads `(user) CMD (command)` and similar messages.
pub fn cron<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some((user, rest)) = text.strip_prefix('(').and_then(|text| text.split_once(") ")) else { return };
    let Some((verb, inside)) = rest.split_once(" (") else { return };
    let inside = inside.strip_suffix(')').unwrap_or(inside);
    put_user(user, event);
    match verb {
        "CMD" => {
            put_action(event, "cron_command", None, &["process"], &["start"]);
            event.put_nonempty(fields::PROCESS_COMMAND_LINE, inside);
        }
        "BEGIN EDIT" | "END EDIT" | "REPLACE" | "DELETE" | "LIST" => {
            put_action(
                event,
                "crontab_changed",
                None,
                &["configuration"],
                &[if verb == "LIST" { "access" } else { "change" }],
            );
            event.put_nonempty("system.cron.crontab", inside);
        }
        _ => event.put_nonempty("system.cron.event", verb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(program: &str, text: &str) -> String {
        let mut event = Event::default();
        super::super::programs::read(program, text, &mut event);
        let value = |name: &str| {
            event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",")
        };
        ["event.action", "event.outcome", "user.name", "group.name", "user.id", "source.address"]
            .map(value)
            .join("|")
    }

    #[test]
    fn messages_of_accounts_and_logins_are_read() {
        let table = [
            (
                "useradd",
                "new user: name=apache, UID=48, GID=49, home=/srv, shell=/sbin/nologin, from=none",
                "user_added|success|apache||48|",
            ),
            ("groupadd", "new group: name=apache, GID=48", "group_added|success||apache||"),
            ("userdel", "delete user 'eve'", "user_deleted|success|eve|||"),
            ("usermod", "add 'eve' to group 'sudo'", "group_member_added|success|eve|sudo||"),
            ("gpasswd", "user bob added by root to group wheel", "|||||"),
            ("systemd-logind", "New session 7 of user alice.", "session_opened|success|alice|||"),
            (
                "login",
                "FAILED LOGIN 1 FROM 192.0.2.7 FOR eve, Authentication failure",
                "login|failure|eve|||192.0.2.7",
            ),
            ("login", "ROOT LOGIN ON tty1", "login|success|root|||"),
            ("CRON", "(root) CMD (run-parts /etc/cron.hourly)", "cron_command||root|||"),
            ("ftpd", "connection from 192.0.2.7 (host.example) at Sun Mar  1", "connection|||||192.0.2.7"),
        ];
        for (program, text, wanted) in table {
            assert_eq!(rendered(program, text), wanted, "{program}: {text}");
        }
    }
}
