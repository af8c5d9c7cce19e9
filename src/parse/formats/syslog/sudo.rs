//! What sudo and su write.

use crate::record::{Event, fields};

use super::programs::{put_kind, put_user};

/// Reads `user : [complaint ;] TTY=… ; PWD=… ; USER=… ; COMMAND=…`.
pub fn sudo<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some((user, rest)) = text.split_once(" : ") else { return };
    if rest.starts_with("(command continued)") {
        return;
    }
    let mut complaint = None;
    let mut rest = rest;
    while !rest.is_empty() {
        let (part, behind) = match rest.starts_with("COMMAND=") {
            true => (rest, ""),
            false => rest.split_once(" ; ").unwrap_or((rest, "")),
        };
        match part.split_once('=') {
            Some(("TTY", tty)) => event.put_some("system.auth.sudo.tty", tty),
            Some(("PWD", pwd)) => {
                event.put_some("system.auth.sudo.pwd", pwd);
                event.put_some(fields::PROCESS_WORKING_DIRECTORY, pwd);
            }
            Some(("USER", target)) => {
                event.put_some("system.auth.sudo.user", target);
                event.put_some(fields::USER_EFFECTIVE_NAME, target);
            }
            Some(("GROUP", group)) => event.put_some(fields::GROUP_NAME, group),
            Some(("ENV", env)) => event.put_some("system.auth.sudo.env", env),
            Some(("TSID", id)) => event.put_some("system.auth.sudo.tsid", id),
            Some(("COMMAND", command)) => {
                event.put_some("system.auth.sudo.command", command);
                event.put_some(fields::PROCESS_COMMAND_LINE, command);
            }
            _ => complaint = Some(part),
        }
        rest = behind;
    }
    put_user(user.trim(), event);
    let outcome = if complaint.is_some() { "failure" } else { "success" };
    put_kind(
        event,
        "sudo_command",
        Some(outcome),
        &["process"],
        &[if complaint.is_some() { "denied" } else { "start" }],
    );
    if let Some(complaint) = complaint {
        event.put("system.auth.sudo.error", complaint);
        event.put(fields::EVENT_REASON, complaint);
    }
}

/// Reads su's messages: `Successful su for root by alice`, `FAILED su for …`,
/// `(to root) alice on pts/0`, `+ pts/0 alice:root`, `- pts/0 alice:root`.
pub fn su<'a>(text: &'a str, event: &mut Event<'a>) {
    let (outcome, target, user) = if let Some(rest) = text.strip_prefix("Successful su for ") {
        let Some((target, user)) = rest.split_once(" by ") else { return };
        ("success", target, user)
    } else if let Some(rest) =
        text.strip_prefix("FAILED su for ").or_else(|| text.strip_prefix("FAILED SU (to "))
    {
        let Some((target, user)) = rest.split_once(" by ").or_else(|| rest.split_once(") ")) else { return };
        ("failure", target, user.split(" on ").next().unwrap_or(user))
    } else if let Some(rest) = text.strip_prefix("(to ") {
        let Some((target, rest)) = rest.split_once(") ") else { return };
        ("success", target, rest.split(" on ").next().unwrap_or(rest))
    } else if let Some((sign @ ("+" | "-"), rest)) = text.split_once(' ') {
        let Some((user, target)) = rest.split_once(' ').and_then(|(_, pair)| pair.split_once(':')) else {
            return;
        };
        (if sign == "+" { "success" } else { "failure" }, target, user)
    } else {
        return;
    };
    put_kind(event, "su", Some(outcome), &["authentication", "session"], &["start"]);
    put_user(user.trim(), event);
    event.put_some(fields::USER_EFFECTIVE_NAME, target.trim());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(read: fn(&'static str, &mut Event<'static>), text: &'static str) -> String {
        let mut event = Event::default();
        read(text, &mut event);
        let value = |name: &str| {
            event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",")
        };
        ["event.action", "event.outcome", "user.name", "user.effective.name", "process.command_line"]
            .map(value)
            .join("|")
    }

    #[test]
    fn messages_of_sudo_and_su_are_read() {
        let command = "  alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/sh -c a ; b";
        assert_eq!(told(sudo, command), "sudo_command|success|alice|root|/bin/sh -c a ; b");
        let refused = "bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls";
        assert_eq!(told(sudo, refused), "sudo_command|failure|bob|root|/bin/ls");
        assert_eq!(told(su, "Successful su for root by alice"), "su|success|alice|root|");
        assert_eq!(told(su, "FAILED su for root by bob"), "su|failure|bob|root|");
        assert_eq!(told(su, "(to root) alice on pts/0"), "su|success|alice|root|");
        assert_eq!(told(su, "- pts/0 bob:root"), "su|failure|bob|root|");
    }
}
