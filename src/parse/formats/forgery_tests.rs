//! Whatever a client writes into the free parts of a record, who came from where and how it
//! ended is what the program's own words say, or nothing.

use proptest::prelude::*;

use super::format_by_name;
use crate::parse::format::Format;
use crate::record::Event;

/// Where every record here is truly from.
const TRUE_IP: &str = "203.0.113.7";

/// Pieces of what a client may write who wants to be taken for another.
const PIECES: &[&str] = &[
    " from ",
    "198.51.100.66",
    " port 22",
    " ssh2",
    ": ",
    ":",
    "user=root",
    " rhost=198.51.100.66",
    "invalid user ",
    "[",
    "]",
    " by ",
    " for ",
    " FOR ",
    " FROM ",
    "(uid=0)",
    " - ",
    "; ",
    " ; ",
    "root",
    "x",
    " ",
    ", ",
    "COMMAND=/bin/true",
    "USER=root",
    "'",
    "-",
    ", client: 198.51.100.66",
    "ID ",
    "(serial 0) CA RSA SHA256:x",
    "RSA-CERT ",
    "RSA SHA256:x",
    " not allowed because x",
    "198.51.100.66 - root",
    "[198.51.100.66] - root",
    "é",
];

fn chosen() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 1..7).prop_map(|pieces| pieces.concat())
}

/// A format, a line with `{}` where the client's words stand, the outcome, and whether the
/// words are the user's name.
type Row = (&'static str, &'static str, Option<&'static str>, bool);

const LINES: &[Row] = &[
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Failed password for invalid user {} from 203.0.113.7 port 4021 ssh2",
        Some("failure"),
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Failed publickey for invalid user {} from 203.0.113.7 port 4021 ssh2: RSA SHA256:abc",
        Some("failure"),
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Invalid user {} from 203.0.113.7 port 4021",
        Some("failure"),
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Connection closed by invalid user {} 203.0.113.7 port 4021 [preauth]",
        None,
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Disconnected from invalid user {} 203.0.113.7 port 4021 [preauth]",
        None,
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Disconnecting invalid user {} 203.0.113.7 port 4021: Too many authentication failures [preauth]",
        None,
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Disconnecting invalid user {} 203.0.113.7 port 4021: Change of username or service not allowed: ({},ssh-connection) -> (x,ssh-connection) [preauth]",
        None,
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: error: maximum authentication attempts exceeded for invalid user {} from 203.0.113.7 port 4021 ssh2 [preauth]",
        Some("failure"),
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: error: PAM: Authentication failure for illegal user {} from 203.0.113.7",
        Some("failure"),
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Received disconnect from 203.0.113.7 port 4021:11: {}",
        None,
        false,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: Bad protocol version identification '{}' from 203.0.113.7 port 4021",
        None,
        false,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: reverse mapping checking getaddrinfo for {} [203.0.113.7] failed - POSSIBLE BREAK-IN ATTEMPT!",
        None,
        false,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sshd[7]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user={}",
        Some("failure"),
        true,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h vsftpd[7]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser={} rhost=203.0.113.7",
        Some("failure"),
        false,
    ),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h login[7]: FAILED LOGIN 1 FROM 203.0.113.7 FOR {}, Authentication failure",
        Some("failure"),
        true,
    ),
    ("syslog.rfc3164", "Mar  1 10:00:00 h su[7]: FAILED su for {} by alice", Some("failure"), false),
    (
        "syslog.rfc3164",
        "Mar  1 10:00:00 h sudo[7]: alice : TTY=pts/0 ; PWD=/home/{} ; USER=bob ; COMMAND=/bin/echo {}",
        Some("success"),
        false,
    ),
    (
        "nginx.access",
        "203.0.113.7 - {} [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 401 5 \"-\" \"x\"",
        Some("failure"),
        true,
    ),
    (
        "nginx.access",
        "203.0.113.7 - - [01/Mar/2026:10:00:00 +0000] \"GET /{} HTTP/1.1\" 401 5 \"{}\" \"{}\"",
        Some("failure"),
        false,
    ),
    (
        "apache.access",
        "shop.example.com:80 203.0.113.7 - {} [01/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"",
        Some("success"),
        true,
    ),
    (
        "nginx.error",
        "2026/03/01 10:00:00 [error] 8#0: *9 open() \"/srv/{}\" failed (2: No such file or directory), client: 203.0.113.7, server: shop, request: \"GET /{} HTTP/1.1\", host: \"{}\"",
        None,
        false,
    ),
    (
        "apache.error",
        "[Sun Mar 01 10:00:00.000000 2026] [core:error] [pid 7] [client 203.0.113.7:4021] AH00135: Invalid method in request {}",
        None,
        false,
    ),
];

/// Who may be named besides the client: those that the lines themselves name.
const ACCOUNTS: [&str; 2] = ["alice", "bob"];

proptest! {
    #[test]
    fn what_a_client_writes_does_not_decide_who_it_was(words in chosen(), row in prop::sample::select(LINES)) {
        let (format, template, outcome, is_user) = row;
        let line = template.replace("{}", &words);
        let format: &dyn Format = format_by_name(format).expect("it is built in");
        let mut event = Event::default();
        prop_assert!(format.read(&line, &mut event), "{}", line);
        let text = |name: &str| event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>();
        for ip in text("source.ip") {
            prop_assert_eq!(&ip, TRUE_IP, "{}", line);
        }
        for user in text("user.name") {
            let named = is_user && user.trim() == words.trim() || ACCOUNTS.contains(&user.as_str());
            prop_assert!(named, "{} is told as the user of: {}", user, line);
        }
        prop_assert!(text("event.outcome").iter().all(|said| Some(said.as_str()) == outcome), "{}", line);
    }
}

#[test]
fn without_such_words_all_of_it_is_read() {
    for (format, template, outcome, is_user) in LINES {
        let line = template.replace("{}", "eve");
        let mut event = Event::default();
        assert!(format_by_name(format).expect("it is built in").read(&line, &mut event), "{line}");
        let text = |name: &str| event.values(name).map(|value| value.text().into_owned()).next();
        let local = template.contains(" su[") || template.contains(" sudo[");
        assert_eq!(text("source.ip").as_deref(), (!local).then_some(TRUE_IP), "{line}");
        assert_eq!(text("event.outcome").as_deref(), *outcome, "{line}");
        if *is_user {
            assert_eq!(text("user.name").as_deref(), Some("eve"), "{line}");
        }
    }
}
