//! Which reader understands the messages of which program.

use crate::record::{Event, fields};

use super::{accounts, datasets, pam, sshd, sudo};

/// Reads the meaning of a program's message; an unknown one stays text.
pub fn read<'a>(program: &str, text: &'a str, event: &mut Event<'a>) {
    let name = program.rsplit('/').next().unwrap_or(program);
    if pam::read(text, event) {
        event.put(fields::EVENT_DATASET, datasets::AUTH);
        return;
    }
    match name {
        "sshd" | "sshd-session" | "sshd-auth" | "dropbear" => sshd::read(text, event),
        "sudo" => sudo::sudo(text, event),
        "su" => sudo::su(text, event),
        "login" | "gdm-password" | "gdm" | "lightdm" | "systemd-logind" | "remote" => {
            accounts::login(text, event)
        }
        "useradd" | "usermod" | "userdel" | "groupadd" | "groupmod" | "groupdel" | "gpasswd" | "passwd"
        | "chpasswd" | "chage" | "newusers" | "adduser" => accounts::tool(name, text, event),
        "CRON" | "cron" | "crond" | "CROND" | "crontab" | "anacron" => {
            accounts::cron(text, event);
            event.put(fields::EVENT_DATASET, datasets::SYSLOG);
            return;
        }
        "ftpd" | "klogind" | "telnetd" | "rlogind" => accounts::old_login(text, event),
        _ => return,
    }
    event.put(fields::EVENT_DATASET, datasets::AUTH);
}
