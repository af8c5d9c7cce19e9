//! What a collection states of the machine that its logs are from: its zone, and its name.
//!
//! A collection is a folder or an archive with the files of one machine: a copy of `/etc` and
//! `/var/log`, a UAC or sosreport archive, the zip of Velociraptor's offline collector. What
//! is read here holds for the files beside it, unless the user says otherwise.

use std::path::Path;

use serde_json::Value;

use crate::error::visible;
use crate::parse::ParseOptions;
use crate::record::Zone;
use crate::source::{MemberName, SmallFile, Walk};

/// No file is longer that is read here.
const LONGEST: u64 = 64 << 10;

/// Where the zone database has its files.
const ZONES: &str = "zoneinfo/";

/// What one file states.
#[derive(Debug, Clone, PartialEq)]
enum Statement {
    Zone(Zone),
    Host(String),
}

/// A statement, what it holds for, and where it stands.
#[derive(Debug, Clone, PartialEq)]
struct Fact {
    /// The beginning of the names of all files of the machine.
    root: String,
    statement: Statement,
    /// The name of the file that states it.
    basis: String,
}

/// What is known of machines.
#[derive(Debug, Default)]
pub struct Machines(Vec<Fact>);

impl Machines {
    /// Reads what the files of folders state.
    pub fn of_walk(found: &Walk) -> Machines {
        let mut machines = Machines::default();
        for input in &found.inputs {
            let name = MemberName::from_path(&input.path).text;
            let is_small = input.length().is_some_and(|length| length <= LONGEST);
            if is_small
                && is_wanted(&name)
                && let Ok(content) = std::fs::read(&input.path)
            {
                machines.learn("", &[SmallFile { path: name, content }]);
            }
        }
        for skipped in found.skipped.iter().filter(|skipped| is_wanted(&skipped.name.text)) {
            if let Ok(target) = std::fs::read_link(Path::new(&skipped.name.text)) {
                let content = target.as_os_str().as_encoded_bytes().to_vec();
                machines.learn("", &[SmallFile { path: skipped.name.text.clone(), content }]);
            }
        }
        machines
    }

    /// Learns from files of a container; `within` is its name with a `!` behind it, empty
    /// for files in folders.
    pub fn learn(&mut self, within: &str, files: &[SmallFile]) {
        // The first that states something of a machine counts: the most reliable first.
        let mut files: Vec<&SmallFile> = files.iter().collect();
        files.sort_by_key(|file| rank(&file.path));
        for file in files {
            let text = String::from_utf8_lossy(&file.content);
            let root = format!("{within}{}", root_of(&file.path));
            for statement in statements(&plain(&file.path), &text) {
                let same = |fact: &Fact| {
                    fact.root == root
                        && std::mem::discriminant(&fact.statement) == std::mem::discriminant(&statement)
                };
                if !self.0.iter().any(same) {
                    let basis = format!("{within}{}", file.path);
                    self.0.push(Fact { root: root.clone(), statement, basis });
                }
            }
        }
    }

    /// Returns how a file is read: as the user says, and where they say nothing, as its
    /// machine states; with each statement that is followed, and where it stands.
    pub fn options(&self, name: &str, said: &ParseOptions) -> (ParseOptions, Vec<(String, String)>) {
        let (mut options, mut stated) = (said.clone(), Vec::new());
        let mut facts: Vec<&Fact> = self.0.iter().filter(|fact| name.starts_with(&fact.root)).collect();
        facts.sort_by_key(|fact| std::cmp::Reverse(fact.root.len()));
        for fact in facts {
            match &fact.statement {
                Statement::Zone(zone) if options.zone.is_none() => {
                    options.zone = Some(*zone);
                    stated.push(("zone".to_owned(), fact.basis.clone()));
                }
                Statement::Host(host) if options.host.is_none() => {
                    options.host = Some(host.clone());
                    stated.push(("host".to_owned(), fact.basis.clone()));
                }
                Statement::Zone(_) | Statement::Host(_) => {}
            }
        }
        (options, stated)
    }
}

/// Returns whether a file may state something of a machine.
pub fn is_wanted(path: &str) -> bool {
    rank(path) < NAMES.len()
}

/// The ends of the paths of files that state something, the most reliable first.
const NAMES: [&str; 11] = [
    "etc/timezone",
    "etc/localtime",
    "etc/sysconfig/clock",
    "etc/hostname",
    "timedatectl",
    "timedatectl.txt",
    "timedatectl_status.txt",
    "client_info.json",
    "hostname",
    "hostname.txt",
    "generic.client.info/basicinformation.json",
];

/// Returns the place of a path in [`NAMES`].
fn rank(path: &str) -> usize {
    let path = plain(path).to_ascii_lowercase();
    let ends =
        |name: &&str| path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    NAMES.iter().position(ends).unwrap_or(NAMES.len())
}

/// Returns a path without the escapes of Velociraptor: `%2F` is a slash within a name.
fn plain(path: &str) -> String {
    path.replace("%2F", "/").replace("%2f", "/").replace('\\', "/")
}

/// Returns the beginning of the names of all files of the machine that a file is of.
fn root_of(path: &str) -> &str {
    let markers =
        ["etc/", "live_response/", "sos_commands/", "results/", "proc/", "client_info.json", "hostname"];
    let at = markers.iter().filter_map(|marker| {
        let at = path.match_indices(marker).map(|(at, _)| at);
        at.filter(|at| *at == 0 || path[..*at].ends_with(['/', 'F', 'f', '\\'])).last()
    });
    at.min().map_or("", |at| &path[..at])
}

/// Returns what a file states.
fn statements(path: &str, text: &str) -> Vec<Statement> {
    let zone = |name: &str| name.trim().trim_matches('"').parse().ok().map(Statement::Zone);
    let host = |name: &str| host(name).map(Statement::Host);
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    match name {
        "timezone" => zone(first).into_iter().collect(),
        "localtime" => {
            // The target of a link, or else the compiled rules, which name no zone.
            let target = text.split_once(ZONES).map_or("", |(_, name)| name);
            zone(target.trim_start_matches("posix/")).into_iter().collect()
        }
        "clock" => {
            let named = text.lines().find_map(|line| line.trim().strip_prefix("ZONE="));
            named.and_then(zone).into_iter().collect()
        }
        "hostname" | "hostname.txt" => host(first).into_iter().collect(),
        _ if name.starts_with("timedatectl") => {
            let named = text.lines().find_map(|line| line.trim().strip_prefix("Time zone:"));
            named.and_then(|named| zone(named.trim().split(' ').next()?)).into_iter().collect()
        }
        _ => {
            let objects = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let objects: Vec<Value> = match serde_json::from_str::<Value>(text) {
                Ok(Value::Array(objects)) => objects,
                Ok(object) => vec![object],
                Err(_) => objects.collect(),
            };
            let named = |names: &[&str]| {
                objects.iter().filter_map(Value::as_object).flatten().find_map(|(name, value)| {
                    names.iter().any(|known| name.eq_ignore_ascii_case(known)).then(|| value.as_str())?
                })
            };
            let found =
                [named(&["timezone", "time_zone"]).and_then(zone), named(&["hostname"]).and_then(host)];
            found.into_iter().flatten().collect()
        }
    }
}

/// Returns the name of a host; none where a text is not one.
fn host(text: &str) -> Option<String> {
    let name = text.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    (!name.is_empty() && name.len() <= 255 && name != "localhost" && name.chars().all(is_name))
        .then(|| name.to_owned())
}

/// Describes what a source is read by that its collection states.
pub fn stated_words(options: &[(String, String)], zone: &str, host: Option<&str>) -> Vec<String> {
    let words = options.iter().map(|(what, basis)| match what.as_str() {
        "zone" => format!("times without a zone are read in {zone}, as {} states", visible(basis)),
        _ => format!("its host is {}, as {} states", visible(host.unwrap_or_default()), visible(basis)),
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(path: &str, text: &str) -> SmallFile {
        SmallFile { path: path.to_owned(), content: text.as_bytes().to_vec() }
    }

    fn read(machines: &Machines, name: &str) -> (String, String) {
        let (options, _) = machines.options(name, &ParseOptions::default());
        (options.zone.map(|zone| zone.to_string()).unwrap_or_default(), options.host.unwrap_or_default())
    }

    #[test]
    fn the_files_beside_a_statement_are_read_by_it_and_no_others() {
        let mut machines = Machines::default();
        let files = [
            small("[root]/etc/localtime", "../usr/share/zoneinfo/Europe/Berlin"),
            small("[root]/etc/hostname", "web-01\n"),
            small("live_response/network/hostname.txt", "other\n"),
        ];
        machines.learn("a.tar.gz!", &files);
        machines.learn("b.zip!", &[small("uploads/auto/%2Fetc%2Ftimezone", "Asia/Tokyo\n")]);
        assert_eq!(
            read(&machines, "a.tar.gz![root]/var/log/syslog"),
            ("Europe/Berlin".into(), "web-01".into())
        );
        assert_eq!(read(&machines, "a.tar.gz!uac.log"), (String::new(), "other".into()));
        assert_eq!(
            read(&machines, "b.zip!uploads/auto/%2Fvar%2Flog%2Fsyslog"),
            ("Asia/Tokyo".into(), String::new())
        );
        assert_eq!(read(&machines, "c/var/log/syslog"), (String::new(), String::new()));
    }

    #[test]
    fn statements_are_read_in_all_their_forms() {
        let of = |path: &str, text: &str| statements(path, text);
        let zone = |name: &str| vec![Statement::Zone(name.parse().unwrap())];
        assert_eq!(of("etc/timezone", "\nEurope/Berlin\n"), zone("Europe/Berlin"));
        assert_eq!(
            of("etc/sysconfig/clock", "UTC=true\nZONE=\"America/New_York\"\n"),
            zone("America/New_York")
        );
        let status = "      Local time: x\n       Time zone: Europe/Paris (CET, +0100)\n";
        assert_eq!(of("live_response/system/timedatectl.txt", status), zone("Europe/Paris"));
        assert_eq!(of("etc/localtime", "TZif2\0\0binary"), []);
        assert_eq!(of("etc/timezone", "No/Where"), []);
        let info = r#"{"Hostname":"db-7","OS":"linux","TimeZone":"Asia/Tokyo"}"#;
        let both = vec![Statement::Zone("Asia/Tokyo".parse().unwrap()), Statement::Host("db-7".to_owned())];
        assert_eq!(of("client_info.json", info), both);
        assert_eq!(
            of("results/Generic.Client.Info/BasicInformation.json", &format!("{info}\n{info}\n")),
            both
        );
        assert_eq!(of("etc/hostname", "no name at all\n"), []);
    }

    #[test]
    fn what_the_user_says_counts() {
        let mut machines = Machines::default();
        machines.learn("", &[small("/ev/etc/timezone", "Asia/Tokyo")]);
        let said = ParseOptions { zone: Some(Zone::UTC), ..ParseOptions::default() };
        assert_eq!(machines.options("/ev/var/log/a.log", &said), (said.clone(), Vec::new()));
    }
}
