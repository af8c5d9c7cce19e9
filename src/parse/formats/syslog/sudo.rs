//! What sudo and su write.

use crate::record::{Event, fields};

use super::auth_fields::{put_action, put_user};

/// The keys in the order in which sudo writes them (lib/eventlog/eventlog.c). A folder
/// may be called ` ; USER=root`, so a key out of order is part of the value before it.
const KEYS: [&str; 9] = ["HOST=", "TTY=", "CHROOT=", "PWD=", "USER=", "GROUP=", "TSID=", "ENV=", "COMMAND="];

/// Reads `user : [complaint ;] TTY=… ; PWD=… ; USER=… ; COMMAND=… [; EXIT=…]`.
pub fn sudo<'a>(text: &'a str, event: &mut Event<'a>) {
    let Some((user, rest)) = text.split_once(" : ") else { return };
    if rest.starts_with("(command continued)") {
        return;
    }
    let begins = |text: &str| KEYS.iter().position(|key| text.starts_with(key));
    let (complaint, mut rest) = match begins(rest) {
        Some(_) => (None, rest),
        None => rest.split_once(" ; ").map_or((Some(rest), ""), |(complaint, rest)| (Some(complaint), rest)),
    };
    // If there are two targets, it is unknown which is the true one.
    let is_clear = rest.matches(" ; USER=").count() == 1 || rest.starts_with("USER=");
    while let Some(key) = begins(rest) {
        let inside = &rest[KEYS[key].len()..];
        let later = |at: &usize| begins(&inside[at + 3..]).is_some_and(|next| next > key);
        let end = inside.match_indices(" ; ").map(|(at, _)| at).find(later);
        let (value, behind) = end.map_or((inside, ""), |end| (&inside[..end], &inside[end + 3..]));
        match KEYS[key] {
            "TTY=" => event.put_nonempty("system.auth.sudo.tty", value),
            "PWD=" => {
                event.put_nonempty("system.auth.sudo.pwd", value);
                event.put_nonempty(fields::PROCESS_WORKING_DIRECTORY, value);
            }
            "USER=" if is_clear => {
                event.put_nonempty("system.auth.sudo.user", value);
                event.put_nonempty(fields::USER_EFFECTIVE_NAME, value);
            }
            "USER=" => {}
            "GROUP=" => event.put_nonempty(fields::GROUP_NAME, value),
            "HOST=" => event.put_nonempty("system.auth.sudo.host", value),
            "CHROOT=" => event.put_nonempty("system.auth.sudo.chroot", value),
            "ENV=" => event.put_nonempty("system.auth.sudo.env", value),
            "TSID=" => event.put_nonempty("system.auth.sudo.tsid", value),
            _ => {
                let command = without_exit(value, event);
                event.put_nonempty("system.auth.sudo.command", command);
                event.put_nonempty(fields::PROCESS_COMMAND_LINE, command);
            }
        }
        rest = behind;
    }
    put_user(user.trim(), event);
    let outcome = if complaint.is_some() { "failure" } else { "success" };
    put_action(
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

/// Takes ` ; SIGNAL=NAME` and ` ; EXIT=N` from the end of a command.
fn without_exit<'a>(command: &'a str, event: &mut Event<'a>) -> &'a str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let mut command = command;
    if let Some((front, exit)) = command.rsplit_once(" ; EXIT=").filter(|(_, exit)| digits(exit)) {
        event.put_nonempty("system.auth.sudo.exit", exit);
        command = front;
    }
    if let Some((front, signal)) = command.rsplit_once(" ; SIGNAL=").filter(|(_, signal)| name(signal)) {
        event.put_nonempty("system.auth.sudo.signal", signal);
        command = front;
    }
    command
}

/// Reads su's messages: `Successful su for root by alice`, `FAILED su for …`,
/// `(to root) alice on pts/0`, `+ pts/0 alice:root`, `- pts/0 alice:root`.
pub fn su<'a>(text: &'a str, event: &mut Event<'a>) {
    let (outcome, target, user) = if let Some(rest) = text.strip_prefix("Successful su for ") {
        let Some((target, user)) = rest.rsplit_once(" by ") else { return };
        ("success", target, user)
    } else if let Some(rest) = text.strip_prefix("FAILED su for ") {
        let Some((target, user)) = rest.rsplit_once(" by ") else { return };
        ("failure", target, user)
    } else if let Some(rest) = text.strip_prefix("FAILED SU (to ") {
        // The target may be any text; the caller is an account.
        let Some((target, user)) = rest.rsplit_once(") ") else {
            return;
        };
        ("failure", target, user.rsplit_once(" on ").map_or(user, |(user, _)| user))
    } else if let Some(rest) = text.strip_prefix("(to ") {
        let Some((target, rest)) = rest.rsplit_once(") ") else { return };
        ("success", target, rest.rsplit_once(" on ").map_or(rest, |(user, _)| user))
    } else if let Some((sign @ ("+" | "-"), rest)) = text.split_once(' ') {
        let Some((user, target)) = rest.split_once(' ').and_then(|(_, pair)| pair.split_once(':')) else {
            return;
        };
        (if sign == "+" { "success" } else { "failure" }, target, user)
    } else {
        return;
    };
    put_action(event, "su", Some(outcome), &["authentication", "session"], &["start"]);
    put_user(user.trim(), event);
    event.put_nonempty(fields::USER_EFFECTIVE_NAME, target.trim());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(read: fn(&'static str, &mut Event<'static>), text: &'static str) -> String {
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
        assert_eq!(rendered(sudo, command), "sudo_command|success|alice|root|/bin/sh -c a ; b");
        let refused = "bob : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/ls";
        assert_eq!(rendered(sudo, refused), "sudo_command|failure|bob|root|/bin/ls");
        assert_eq!(rendered(su, "Successful su for root by alice"), "su|success|alice|root|");
        assert_eq!(rendered(su, "FAILED su for root by bob"), "su|failure|bob|root|");
        assert_eq!(rendered(su, "(to root) alice on pts/0"), "su|success|alice|root|");
        assert_eq!(rendered(su, "- pts/0 bob:root"), "su|failure|bob|root|");
    }
}
