//! The files that state something about the system they were taken from.

use crate::record::{Timestamp, Zone, zone_of_file};
use crate::source::SmallContent;

use super::layout::CollectionKind;
use super::texts::{
    collected_at, first_value, first_word, json_moment, json_text, key_value, line_after, line_moment,
    zone_name,
};

/// What a file states.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// The name of the system.
    Host(String),
    /// The zone of its clock.
    Zone(Zone),
    /// When the files were collected, or a moment about that time.
    Collected(Timestamp),
    /// Its operating system.
    System(String),
    /// What collected it, with its version.
    Collector(String),
}

/// A file that states something.
pub struct StatementFile {
    /// How its path ends.
    pub ending: &'static str,
    /// What collection has it.
    pub kind: CollectionKind,
    /// What it states. Files that stand first in the table count first.
    read: fn(&SmallContent) -> Vec<Statement>,
}

impl StatementFile {
    /// Returns what a file with this content states.
    pub fn states(&self, content: &SmallContent) -> Vec<Statement> {
        (self.read)(content)
    }
}

const fn file(
    ending: &'static str,
    kind: CollectionKind,
    read: fn(&SmallContent) -> Vec<Statement>,
) -> StatementFile {
    StatementFile { ending, kind, read }
}

use CollectionKind::{Copy, Sosreport, Uac, Velociraptor, WindowsCopy};

/// The files, those that count most first: what the system itself goes by, then what
/// programs printed on it, then what the collector wrote down.
pub const FILES: [StatementFile; 34] = [
    file("etc/localtime", Copy, localtime),
    file("etc/timezone", Copy, |content| zone(text(content).and_then(first_word))),
    file("var/db/zoneinfo", Copy, |content| zone(text(content).and_then(first_word))),
    file("etc/sysconfig/clock", Copy, |content| zone(key_value(text(content), &["ZONE", "TIMEZONE"]))),
    file("etc/TIMEZONE", Copy, |content| zone(key_value(text(content), &["TZ"]))),
    file("etc/default/init", Copy, |content| zone(key_value(text(content), &["TZ"]))),
    file("etc/hostname", Copy, |content| host(text(content).and_then(first_word))),
    file("etc/HOSTNAME", Copy, |content| host(text(content).and_then(first_word))),
    file("etc/nodename", Copy, |content| host(text(content).and_then(first_word))),
    file("etc/myname", Copy, |content| host(text(content).and_then(first_word))),
    file("etc/sysconfig/network", Copy, |content| host(key_value(text(content), &["HOSTNAME"]))),
    file("etc/os-release", Copy, |content| system(key_value(text(content), &["PRETTY_NAME"]))),
    file("usr/lib/os-release", Copy, |content| system(key_value(text(content), &["PRETTY_NAME"]))),
    file("Windows/System32/config/SYSTEM", WindowsCopy, |_| system(Some("Windows"))),
    file("live_response/system/timedatectl_status.txt", Uac, timedatectl),
    file("live_response/system/timedatectl.txt", Uac, timedatectl),
    file("live_response/system/date.txt", Uac, date),
    file("live_response/network/hostname.txt", Uac, |content| host(text(content).and_then(first_word))),
    file("live_response/system/hostname.txt", Uac, |content| host(text(content).and_then(first_word))),
    file("live_response/network/uname_-n.txt", Uac, |content| host(text(content).and_then(first_word))),
    file("live_response/network/hostnamectl.txt", Uac, hostnamectl),
    file("uac.log", Uac, uac_log),
    file("sos_commands/systemd/timedatectl", Sosreport, timedatectl),
    file("sos_commands/date/date", Sosreport, date),
    file("sos_commands/date/date_--utc", Sosreport, date),
    file("sos_commands/general/date", Sosreport, date),
    file("sos_commands/host/hostname", Sosreport, |content| host(text(content).and_then(first_word))),
    file("sos_commands/general/hostname", Sosreport, |content| host(text(content).and_then(first_word))),
    file("sos_commands/host/hostnamectl_status", Sosreport, hostnamectl),
    file("version.txt", Sosreport, |content| {
        collector(line_after(text(content), "sosreport:").map(|version| format!("sosreport {version}")))
    }),
    file("client_info.json", Velociraptor, client_info),
    file("results/Generic.Client.Info/BasicInformation.json", Velociraptor, client_info),
    file("collection_context.json", Velociraptor, |content| {
        collected(json_moment(text(content), &["start_time", "create_time"]))
    }),
    file("uploads.json", Velociraptor, |content| {
        collected(json_text(text(content), &["Timestamp"]).and_then(|text| text.parse().ok()))
    }),
];

/// Returns the text of a file; none of a link.
fn text(content: &SmallContent) -> Option<&str> {
    match content {
        SmallContent::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        SmallContent::Link(_) => None,
    }
}

fn host(name: Option<&str>) -> Vec<Statement> {
    let fits = |name: &&str| {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        !name.is_empty() && name.len() <= 253 && name.chars().all(part) && *name != "localhost"
    };
    name.filter(fits).map(|name| Statement::Host(name.to_owned())).into_iter().collect()
}

fn zone(name: Option<&str>) -> Vec<Statement> {
    name.and_then(zone_name).map(Statement::Zone).into_iter().collect()
}

fn system(name: Option<&str>) -> Vec<Statement> {
    name.map(|name| Statement::System(name.to_owned())).into_iter().collect()
}

fn collector(name: Option<String>) -> Vec<Statement> {
    name.map(Statement::Collector).into_iter().collect()
}

fn collected(moment: Option<Timestamp>) -> Vec<Statement> {
    moment.map(Statement::Collected).into_iter().collect()
}

/// A link into a folder of zones, or a compiled zone.
fn localtime(content: &SmallContent) -> Vec<Statement> {
    match content {
        SmallContent::Link(target) => zone(target.rsplit_once("zoneinfo/").map(|(_, name)| name)),
        SmallContent::Bytes(bytes) => zone_of_file(bytes).map(Statement::Zone).into_iter().collect(),
    }
}

/// `Time zone: Europe/Berlin (CET, +0100)`, and `Universal time: Mon 2026-03-02 03:24:11 UTC`.
fn timedatectl(content: &SmallContent) -> Vec<Statement> {
    let name = line_after(text(content), "Time zone:").or_else(|| line_after(text(content), "Timezone:"));
    let mut statements = zone(name.and_then(first_word));
    statements.extend(collected(line_after(text(content), "Universal time:").and_then(line_moment)));
    statements
}

/// `Mon Mar  2 04:24:11 CET 2026`: of the zone, only UTC is known for sure all year round.
fn date(content: &SmallContent) -> Vec<Statement> {
    let Some(line) = text(content).and_then(|text| text.lines().find(|line| !line.trim().is_empty())) else {
        return Vec::new();
    };
    let moment = collected_at(line);
    let is_utc = moment.is_some() && line.split_whitespace().any(|word| matches!(word, "UTC" | "GMT"));
    let mut statements = collected(moment);
    statements.extend(is_utc.then_some(Statement::Zone(Zone::UTC)));
    statements
}

fn hostnamectl(content: &SmallContent) -> Vec<Statement> {
    let mut statements = host(line_after(text(content), "Static hostname:").and_then(first_word));
    statements.extend(system(line_after(text(content), "Operating System:")));
    statements
}

/// `2026-03-02 04:24:11 +0100 INF …`, one of them with the version.
fn uac_log(content: &SmallContent) -> Vec<Statement> {
    let mut statements = collected(text(content).and_then(|text| text.lines().next()).and_then(line_moment));
    statements.extend(host(line_after(text(content), "Hostname:").and_then(first_word)));
    let version = first_value(text(content), "UAC (Unix-like Artifacts Collector)");
    statements.extend(collector(version.map(|version| format!("UAC {version}"))));
    statements
}

fn client_info(content: &SmallContent) -> Vec<Statement> {
    let hostname = json_text(text(content), &["Hostname", "hostname"]);
    let mut statements = host(hostname.as_deref());
    let version = json_text(text(content), &["Version", "client_version"]);
    statements.extend(collector(version.map(|version| format!("Velociraptor {version}"))));
    statements
}
