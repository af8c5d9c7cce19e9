//! What the collections of an import state, by the place of their files.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::parse::{LogFormat, ParseOptions, Plan, Stated, UNPARSED, log_formats, share_read};
use crate::record::{Digest, Provenance, Timestamp, counted, format_bytes};
use crate::source::{MemberName, Skipped, SmallContent, SmallMember, Weight};

use super::kinds::{kind_by_content, kind_by_place};
use super::layout::{CollectionKind, config_root, plain_path, root_of, system_path};
use super::statement::{FILES, Statement};

/// How much later than the collection a file can have changed: clocks and zones differ.
const SLACK: i64 = 86_400_000_000_000;
/// Formats of logs that say little about what wrote them.
const VAGUE: [&str; 3] = [UNPARSED, "json", "logfmt"];
/// The share of a log's first lines that a stated log format has to read.
const LEAST_SHARE: f64 = 0.9;
/// Times of change before 1990 are placeholders, in nanoseconds.
const NO_DATE: i64 = 631_152_000_000_000_000;

/// The collections of an import.
#[derive(Debug, Default)]
pub struct Collections {
    roots: Vec<Root>,
}

/// How a log of a collection is read.
pub struct StatedReading {
    /// What the user said, and what the collection states where the user said nothing.
    pub options: ParseOptions,
    /// The last change of the log.
    pub modified: Option<Timestamp>,
    /// What of it the collection states.
    pub stated: Vec<Stated>,
}

/// A collection, or what one holds of one system.
#[derive(Debug, Default)]
struct Root {
    path: String,
    kind: CollectionKind,
    /// What is stated, what counts most first: the file's place in the table, the
    /// statement, the file, and its hash.
    statements: Vec<(usize, Statement, String, Option<String>)>,
    /// Log formats of web servers: the file of each, and where it is stated.
    log_formats: Vec<(String, Stated)>,
    /// Files that are no logs, and their bytes, by what they are.
    others: BTreeMap<&'static str, (u64, u64)>,
}

impl Collections {
    /// Returns whether a file may state something.
    pub fn wants(path: &str) -> bool {
        let path = plain_path(path);
        FILES.iter().any(|file| root_of(&path, file.ending).is_some()) || config_root(&path).is_some()
    }

    /// Learns what small files state.
    pub fn learn(&mut self, members: &[SmallMember]) {
        for member in members {
            let path = plain_path(&member.name);
            self.learn_log_formats(&path, &member.content);
            for (rank, file) in FILES.iter().enumerate() {
                let Some(root) = root_of(&path, file.ending) else { continue };
                let statements = file.states(&member.content);
                if statements.is_empty() {
                    continue;
                }
                let from = path[root.len()..].to_owned();
                let sha256 = match &member.content {
                    SmallContent::Bytes(bytes) => Some(Digest::of(bytes).to_string()),
                    SmallContent::Link(_) => None,
                };
                let root = self.root_mut(root);
                root.kind = root.kind.max(file.kind);
                let told = |statement| (rank, statement, from.clone(), sha256.clone());
                root.statements.extend(statements.into_iter().map(told));
            }
        }
        self.roots.iter_mut().for_each(|root| root.statements.sort_by_key(|(rank, ..)| *rank));
    }

    /// Learns the log formats that a web server's configuration states.
    fn learn_log_formats(&mut self, path: &str, content: &SmallContent) {
        let (Some(root), SmallContent::Bytes(bytes)) = (config_root(path), content) else { return };
        let from = path[root.len()..].to_owned();
        let sha256 = Some(Digest::of(bytes).to_string());
        for LogFormat { name, text } in log_formats(&String::from_utf8_lossy(bytes)) {
            let stated = Stated {
                what: "log format".to_owned(),
                value: name,
                from: from.clone(),
                sha256: sha256.clone(),
            };
            self.root_mut(root).log_formats.push((text, stated));
        }
    }

    fn root_mut(&mut self, path: &str) -> &mut Root {
        let at = self.roots.iter().position(|root| root.path == path).unwrap_or_else(|| {
            let (path, kind) = (path.to_owned(), CollectionKind::default());
            self.roots.push(Root { path, kind, ..Root::default() });
            self.roots.len() - 1
        });
        &mut self.roots[at]
    }

    /// Returns the collection in which a file is: of several inside one another, the
    /// innermost.
    fn root_at(&self, plain: &str) -> Option<usize> {
        let fits = |(_, root): &(usize, &Root)| plain.starts_with(&root.path);
        self.roots.iter().enumerate().filter(fits).max_by_key(|(_, root)| root.path.len()).map(|(at, _)| at)
    }

    /// Returns how a log is read: as the user says, and where that says nothing, as the
    /// collection states.
    pub fn reading(&self, found: &Provenance, said: &ParseOptions) -> StatedReading {
        let modified = found.mtime.map(Timestamp::from_nanos);
        let mut reading = StatedReading { options: said.clone(), modified, stated: Vec::new() };
        let Some(at) = self.root_at(&plain_path(&found.path)) else { return reading };
        let mut told = [false; 5];
        for (_, statement, from, sha256) in &self.roots[at].statements {
            let (number, what, value) = described(statement);
            if !std::mem::replace(&mut told[number], true) && reading.take(statement) {
                let (from, sha256) = (from.clone(), sha256.clone());
                reading.stated.push(Stated { what: what.to_owned(), value, from, sha256 });
            }
        }
        reading
    }

    /// Decides how a log is read: as the user says, and where that says nothing, as the
    /// collection states; what no format reads in its own right may be written by a log
    /// format that the collection has.
    pub fn plan(
        &self,
        found: &Provenance,
        said: &ParseOptions,
        sample: &[u8],
        whole: bool,
        acquired: Timestamp,
    ) -> Result<Plan> {
        let StatedReading { mut options, modified, mut stated } = self.reading(found, said);
        let mut plan = Plan::decide(sample, whole, &options, modified, acquired)?;
        if VAGUE.contains(&plan.format.as_str())
            && !plan.forced
            && let Some((definition, told)) = self.log_format(found, sample)
        {
            options.definition = Some(definition);
            plan = Plan { forced: false, ..Plan::decide(sample, whole, &options, modified, acquired)? };
            stated.push(told);
        }
        Ok(Plan { stated, ..plan })
    }

    /// Returns the log format of a collection that reads the most lines of a sample, if
    /// that is nearly all of them.
    fn log_format(&self, found: &Provenance, sample: &[u8]) -> Option<(String, Stated)> {
        let root = &self.roots[self.root_at(&plain_path(&found.path))?];
        let shares = root.log_formats.iter().map(|format| (share_read(&format.0, sample), format));
        let best =
            shares.filter(|(share, _)| *share >= LEAST_SHARE).max_by(|one, other| one.0.total_cmp(&other.0));
        best.map(|(_, format)| format.clone())
    }

    /// Returns whether a file's place says that it is no log; it is counted then.
    pub fn passes_over(&mut self, found: &Provenance) -> bool {
        let path = plain_path(&found.path);
        let Some(at) = self.root_at(&path) else { return false };
        let root = &mut self.roots[at];
        let (below, of_system) = system_path(&path, &root.path);
        let of_system = of_system || root.kind == CollectionKind::Copy;
        let is_settings = of_system || root.kind == CollectionKind::Sosreport;
        let kind = kind_by_place(below, of_system, root.kind)
            .filter(|kind| is_settings || *kind == "the collector's own files");
        kind.is_some_and(|kind| root.count(kind, found.size.unwrap_or(0)))
    }

    /// Returns whether a file is no log, since no format reads its beginning; it is
    /// counted then.
    pub fn leaves_out(&mut self, found: &Provenance, is_binary: bool) -> bool {
        let path = plain_path(&found.path);
        let Some(at) = self.root_at(&path) else { return false };
        let root = &mut self.roots[at];
        let (below, of_system) = system_path(&path, &root.path);
        let kind = kind_by_content(below, of_system, root.kind, is_binary);
        kind.is_some_and(|kind| root.count(kind, found.size.unwrap_or(0)))
    }

    /// Returns what was counted, one report for each collection.
    pub fn reports(&mut self) -> Vec<Skipped> {
        let reports = self.roots.iter_mut().filter(|root| !root.others.is_empty()).map(|root| {
            let others = std::mem::take(&mut root.others);
            let files = others.values().map(|(files, _)| files).sum();
            let bytes = others.values().map(|(_, bytes)| bytes).sum();
            let kinds = others.iter().map(|(kind, (files, _))| format!("{kind}: {files}"));
            let reason = format!(
                "is a {}: {} in it, {}, {} no logs and not read ({})",
                root.kind.name(),
                counted(files, "file"),
                format_bytes(bytes),
                if files == 1 { "is" } else { "are" },
                kinds.collect::<Vec<_>>().join(", ")
            );
            let text = root.path.trim_end_matches(['/', '!']).to_owned();
            Skipped { name: MemberName { text, bytes: None }, reason, unread: None, weight: Weight::Listed }
        });
        reports.collect()
    }
}

impl Root {
    fn count(&mut self, kind: &'static str, bytes: u64) -> bool {
        let (files, all) = self.others.entry(kind).or_default();
        (*files, *all) = (*files + 1, *all + bytes);
        true
    }
}

impl StatedReading {
    /// Takes what a collection states; returns false where the user or the file says it.
    fn take(&mut self, statement: &Statement) -> bool {
        match statement {
            Statement::Host(name) if self.options.host.is_none() => self.options.host = Some(name.clone()),
            Statement::Zone(zone) if self.options.zone.is_none() => self.options.zone = Some(*zone),
            Statement::Collected(moment) => {
                let latest = moment.plus(SLACK);
                if self.modified.is_some_and(|changed| changed.nanos() >= NO_DATE && changed <= latest) {
                    return false;
                }
                self.modified = Some(*moment);
            }
            Statement::System(_) | Statement::Collector(_) => {}
            Statement::Host(_) | Statement::Zone(_) => return false,
        }
        true
    }
}

/// Returns the number of a kind of statement, its name, and what is stated.
fn described(statement: &Statement) -> (usize, &'static str, String) {
    match statement {
        Statement::Host(name) => (0, "host", name.clone()),
        Statement::Zone(zone) => (1, "zone", zone.to_string()),
        Statement::Collected(moment) => (2, "collected", moment.to_string()),
        Statement::System(name) => (3, "system", name.clone()),
        Statement::Collector(name) => (4, "collector", name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(files: &[(&str, &str)]) -> Collections {
        let member = |(name, text): &(&str, &str)| SmallMember {
            name: name.to_string(),
            content: match text.strip_prefix("-> ") {
                Some(target) => SmallContent::Link(target.to_owned()),
                None => SmallContent::Bytes(text.as_bytes().to_vec()),
            },
        };
        let mut collections = Collections::default();
        collections.learn(&files.iter().map(member).collect::<Vec<_>>());
        collections
    }

    fn stated(collections: &Collections, path: &str, said: &ParseOptions) -> Vec<(String, String, String)> {
        let found = Provenance { path: path.to_owned(), ..Provenance::default() };
        let stated = collections.reading(&found, said).stated;
        stated.into_iter().map(|stated| (stated.what, stated.value, stated.from)).collect()
    }

    fn row(what: &str, value: &str, from: &str) -> (String, String, String) {
        (what.to_owned(), value.to_owned(), from.to_owned())
    }

    #[test]
    fn the_innermost_root_counts_and_what_the_user_says_counts_more() {
        let collections = learned(&[
            ("a.tar.gz![root]/etc/localtime", "-> ../usr/share/zoneinfo/Europe/Berlin"),
            ("a.tar.gz![root]/etc/timezone", "Etc/UTC\n"),
            ("a.tar.gz!live_response/network/hostname.txt", "web-01\n"),
            ("a.tar.gz![root]/srv/jail/etc/hostname", "jail\n"),
        ]);
        let outer = [
            row("zone", "Europe/Berlin", "[root]/etc/localtime"),
            row("host", "web-01", "live_response/network/hostname.txt"),
        ];
        let none = ParseOptions::default();
        assert_eq!(stated(&collections, "a.tar.gz![root]/var/log/auth.log", &none), outer);
        assert_eq!(stated(&collections, "b.tar.gz![root]/var/log/auth.log", &none), []);
        let jail = "a.tar.gz![root]/srv/jail/var/log/auth.log";
        assert_eq!(stated(&collections, jail, &none), [row("host", "jail", "etc/hostname")]);
        let said = ParseOptions { host: Some("x".to_owned()), ..ParseOptions::default() };
        assert_eq!(stated(&collections, "a.tar.gz![root]/var/log/auth.log", &said), outer[..1]);
    }

    #[test]
    fn the_moment_of_collection_bounds_a_change_that_is_missing_or_later() {
        let collections = learned(&[("c/live_response/system/date.txt", "Mon Mar  2 03:24:11 UTC 2026\n")]);
        let modified = |mtime: Option<i64>| {
            let found = Provenance { path: "c/[root]/var/log/x".to_owned(), mtime, ..Provenance::default() };
            collections.reading(&found, &ParseOptions::default()).modified.map(|time| time.to_string())
        };
        let collected = Some("2026-03-02T03:24:11.000000000Z".to_owned());
        assert_eq!(modified(None), collected);
        assert_eq!(modified(Some(1_900_000_000_000_000_000)), collected);
        assert_eq!(modified(Some(0)), collected);
        assert_eq!(
            modified(Some(1_750_000_000_000_000_000)).as_deref(),
            Some("2025-06-15T15:06:40.000000000Z")
        );
    }

    #[test]
    fn what_is_no_log_is_counted_once_for_each_collection() {
        let mut collections = learned(&[("c/live_response/network/hostname.txt", "web-01\n")]);
        let found =
            |path: &str| Provenance { path: path.to_owned(), size: Some(10), ..Provenance::default() };
        assert!(collections.passes_over(&found("c/[root]/etc/passwd")));
        assert!(!collections.passes_over(&found("c/[root]/var/log/auth.log")));
        assert!(!collections.passes_over(&found("d/[root]/etc/passwd")));
        assert!(collections.leaves_out(&found("c/live_response/process/ps.txt"), false));
        let reports = collections.reports();
        assert_eq!(reports.len(), 1);
        assert_eq!(
            reports[0].reason,
            "is a UAC collection: 2 files in it, 20 B, are no logs and not read (settings: 1, what programs printed: 1)"
        );
        assert!(collections.reports().is_empty());
    }
}
