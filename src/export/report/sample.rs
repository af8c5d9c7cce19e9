//! A report about an intrusion that never was, for tests and for looking at.

use super::model::*;

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn fact(label: &str, value: &str) -> Fact {
    Fact { label: label.to_owned(), value: value.to_owned() }
}

fn note(at: &str, by: &str, text: &str) -> ReportNote {
    ReportNote { at: at.to_owned(), by: by.to_owned(), text: text.to_owned() }
}

/// Creates a hash that looks like one.
fn hash(seed: u64) -> String {
    crate::record::Digest::of(seed.to_le_bytes()).to_string()
}

/// Creates the event of a minute; they take turns.
pub(super) fn event(minute: u64) -> EventLine {
    let time = format!("2026-03-01 {:02}:{:02}:07.000Z", minute / 60 % 24, minute % 60);
    let (outcome, actor, from, what, raw, source_path) = match minute % 4 {
        0 => (
            "failure",
            "root",
            "203.0.113.77",
            "sshd refused the password of root",
            "Mar  1 02:14:07 web1 sshd[4711]: Failed password for root from 203.0.113.77 port 51514 ssh2",
            "/srv/collect/web1/var/log/auth.log",
        ),
        1 => (
            "success",
            "deploy",
            "203.0.113.77",
            "sshd accepted the password of deploy",
            "Mar  1 02:31:07 web1 sshd[4802]: Accepted password for deploy from 203.0.113.77 port 51620 ssh2",
            "/srv/collect/web1/var/log/auth.log",
        ),
        2 => (
            "failure",
            "",
            "2001:db8:85a3::8a2e:370:7334",
            "GET /admin/export.php?table=customers answered with 403",
            "2001:db8:85a3::8a2e:370:7334 - - [01/Mar/2026:02:33:07 +0000] \"GET /admin/export.php?table=customers&\
             format=csv&session=5f4dcc3b5aa765d61d8327deb882cf99&return=%2Fadmin%2Findex.php%3Ftab%3Dreports HTTP/1.1\" \
             403 1024 \"-\" \"Mozilla/5.0 (X11; Linux x86_64) \u{1b}[31mAppleWebKit/537.36\"",
            "/srv/collect/web1/var/log/nginx/access.log.2.gz",
        ),
        _ => (
            "",
            "deploy",
            "",
            "deploy ran /usr/bin/tar as root through sudo",
            "Mar  1 02:40:07 web1 sudo:   deploy : TTY=pts/0 ; PWD=/var/www ; USER=root ; COMMAND=/usr/bin/tar czf \
             /tmp/.x/site.tgz /var/www\n    continued on a second line",
            "/srv/collect/web1/var/log/auth.log",
        ),
    };
    EventLine {
        id: format!("{}-{:06}", &hash(minute)[..12], minute),
        time,
        doubt: if minute % 4 == 2 { String::new() } else { "year inferred".to_owned() },
        outcome: outcome.to_owned(),
        actor: actor.to_owned(),
        from: from.to_owned(),
        what: what.to_owned(),
        raw: raw.to_owned(),
        source_path: source_path.to_owned(),
        line: 18_000 + minute,
        sha256: hash(minute + 1000),
        redacted: false,
    }
}

fn chart() -> ReportChart {
    let mark =
        |at: u64| format!("2026-03-{:02} {:02}:{:02}", 1 + at * 45 / 1440, at * 45 / 60 % 24, at * 45 % 60);
    let bucket = |at: u64| {
        let gap = (20..26).contains(&at) || at == 50;
        let attack = (56..61).contains(&at);
        ChartBucket {
            label: format!("{}:00Z", mark(at)),
            mark: mark(at),
            success: if gap { 0 } else { 40 + (at * 37) % 60 },
            failure: if gap { 0 } else { at % 5 + if attack { 300 - (at % 3) * 60 } else { 0 } },
            other: if gap { 0 } else { (at * 13) % 17 },
            gap,
        }
    };
    ReportChart {
        buckets: (0..96).map(bucket).collect(),
        width_text: "45 min".to_owned(),
        from: "2026-03-01 00:00:00Z".to_owned(),
        to: "2026-03-04 00:00:00Z".to_owned(),
    }
}

fn findings() -> Vec<FindingSection> {
    vec![
        FindingSection {
            number: 1,
            uid: "0f6d3c2e-5f3b-4a51-9c0f-6d8b8b1a2c11".to_owned(),
            title: "Password guessing against web1 that ended in a login".to_owned(),
            severity: "high".to_owned(),
            state: "confirmed".to_owned(),
            verdict: Some("true positive".to_owned()),
            owner: "M. Okafor".to_owned(),
            due: "2026-03-10".to_owned(),
            tags: owned(&["T1110.001", "initial access"]),
            created: "2026-03-05 09:12:44Z".to_owned(),
            created_by: "j.weber".to_owned(),
            notes: vec![
                note(
                    "2026-03-05 09:20:01Z",
                    "j.weber",
                    "312 refused passwords from one address within 17 minutes, then one that was accepted.\n\
                     The account deploy had no second factor at that time (change record CR-2291).",
                ),
                note(
                    "2026-03-05 15:02:10Z",
                    "M. Okafor",
                    "Confirmed with the owner of the account: not him.",
                ),
            ],
            history: vec![
                note("2026-03-05 09:12:44Z", "j.weber", "created"),
                note("2026-03-05 15:02:30Z", "M. Okafor", "state: open → confirmed; verdict: true positive"),
            ],
            events: [132, 136, 140, 151].iter().map(|minute| event(*minute)).collect(),
            events_total: 313,
            query: Some("source.ip:203.0.113.77 process.name:sshd".to_owned()),
            orphaned: 0,
        },
        FindingSection {
            number: 4,
            uid: "77aa1e02-90c4-4d8e-8a55-3b0d7c55e9f0".to_owned(),
            title: "The site's files were packed under a hidden folder".to_owned(),
            severity: "medium".to_owned(),
            state: "open".to_owned(),
            created: "2026-03-05 10:40:00Z".to_owned(),
            created_by: "j.weber".to_owned(),
            events: vec![EventLine { raw: String::new(), redacted: true, ..event(159) }],
            events_total: 1,
            orphaned: 1,
            ..FindingSection::default()
        },
    ]
}

fn coverage() -> Vec<CoverageRow> {
    vec![
        CoverageRow {
            source_path: "/srv/collect/web1/var/log/auth.log".to_owned(),
            format: "syslog (RFC 3164), sshd, sudo".to_owned(),
            sha256: hash(1),
            bytes: 5_402_118,
            events: 48_211,
            exported: 1_040,
            unparsed: 3,
            rejected_bytes: 0,
            first: "2026-03-01 00:00:12Z".to_owned(),
            last: "2026-03-03 23:59:58Z".to_owned(),
            gaps: owned(&["no record from 2026-03-01 15:02:11Z to 2026-03-01 19:28:40Z (4 h 26 min)"]),
            basis: "year inferred from the file's last change; zone told at import (UTC)".to_owned(),
            remarks: Vec::new(),
        },
        CoverageRow {
            source_path: "/srv/collect/web1/var/log/nginx/access.log.2.gz".to_owned(),
            format: "nginx access (combined)".to_owned(),
            sha256: hash(2),
            bytes: 306_000_000,
            events: 1_204_377,
            exported: 212,
            unparsed: 0,
            rejected_bytes: 20_480,
            first: "2026-03-01 00:00:01Z".to_owned(),
            last: "2026-03-03 23:59:59Z".to_owned(),
            gaps: vec![],
            basis: "recorded in full".to_owned(),
            remarks: Vec::new(),
        },
    ]
}

fn custody() -> Vec<CustodyRow> {
    let acts = [
        ("2026-03-04 08:00:00Z", "create", "the case was made, with a key of its own"),
        (
            "2026-03-04 08:01:19Z",
            "import",
            "2 sources, 311,402,118 bytes, 1,252,588 events, from /srv/collect/web1",
        ),
        (
            "2026-03-05 09:12:44Z",
            "finding",
            "finding 1: Password guessing against web1 that ended in a login",
        ),
        ("2026-03-05 16:30:00Z", "export", "1,252 events to 2026-014-x3, signed"),
    ];
    let entry = |(seq, (at, act, summary)): (usize, &(&str, &str, &str))| CustodyRow {
        seq: seq as u64,
        at: (*at).to_owned(),
        by: "j.weber@forensic-ws2".to_owned(),
        act: (*act).to_owned(),
        summary: (*summary).to_owned(),
    };
    acts.iter().enumerate().map(entry).collect()
}

/// Creates a report of a usual size.
pub(super) fn report() -> Report {
    Report {
        cover: Cover {
            title: "Intrusion into web1, 1 to 3 March 2026".to_owned(),
            case_id: "2026-014".to_owned(),
            examiner: "Johanna Weber, Example Forensics GmbH".to_owned(),
            as_of: "2026-03-05 16:30:00Z".to_owned(),
            tool: "vestigo 0.1.0".to_owned(),
            bundle: "2026-014-x3".to_owned(),
            key_fingerprint: Some("SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDQzCVmY7Rz0bhVZxk".to_owned()),
            checkpoint: Some(ReportCheckpoint {
                origin: "vestigo/2026-014".to_owned(),
                size: 4,
                root_base64: "ZqT0bC4n1Y8Wb0m1Xq8cV3m6d0qkq1bJvR3Jq0p7m5A=".to_owned(),
            }),
        },
        statement: "Of 1,252,588 events in 2 sources, 1,252 match what was asked. On 1 March 2026, between \
                    02:14 and 02:31 UTC, 312 passwords sent from 203.0.113.77 were refused, and one was accepted."
            .to_owned(),
        facts: vec![
            fact("Events in this bundle", "1,252 of 1,252,588"),
            fact("Time that they span", "2026-03-01 00:02:00Z to 2026-03-03 23:51:17Z"),
            fact("Addresses that failed most", "203.0.113.77 (312), 198.51.100.4 (17)"),
            fact("Findings", "2, of them 1 confirmed"),
        ],
        asked: "source.ip:203.0.113.77 or (user.name:deploy and not source.ip:10.0.0.0/8)".to_owned(),
        findings: findings(),
        bookmarks: vec![BookmarkedEvent {
            event: event(154),
            note: "The first request for the customer table.\nSame minute as the login.".to_owned(),
            tags: owned(&["exfiltration?", "ask the shop"]),
        }],
        events: (132..172).map(event).collect(),
        events_total: 1_252,
        chart: Some(chart()),
        coverage: coverage(),
        not_read: vec![UnreadRow {
            path: "/srv/collect/web1/var/log/lastlog".to_owned(),
            status: "skipped".to_owned(),
            reason: "it is not text".to_owned(),
        }],
        custody: custody(),
        redactions: vec![RedactionRow {
            field: "user.email".to_owned(),
            values: 218,
            why: "customers of the shop are not part of this matter".to_owned(),
        }],
        not_proven: owned(&[
            "That the logs were complete before they were collected. Gaps can be seen; that there is none cannot be shown.",
            "Who sat at the keyboard. A record names an account and an address, not a person.",
            "That the clock of web1 was right. No record in this bundle compares it with another clock.",
        ]),
        zone: "UTC".to_owned(),
    }
}

/// Creates a report of a search that found nothing.
pub(super) fn nothing() -> Report {
    Report {
        statement:
            "No event matches user.name:mallory in the 1,252,588 events of 2 sources, from 2026-03-01 \
                    00:00:01Z to 2026-03-03 23:59:59Z."
                .to_owned(),
        facts: vec![fact("Events in this bundle", "0 of 1,252,588")],
        asked: "user.name:mallory".to_owned(),
        findings: vec![],
        bookmarks: vec![],
        events: vec![],
        events_total: 0,
        chart: None,
        redactions: vec![],
        ..report()
    }
}
