//! Which files of a collection are no logs, and what they are instead.

use super::layout::CollectionKind;

/// Folders of a system in which no log is.
const FOLDERS: [(&str, &str); 12] = [
    ("etc", "settings"),
    ("usr", "programs"),
    ("bin", "programs"),
    ("sbin", "programs"),
    ("lib", "programs"),
    ("lib32", "programs"),
    ("lib64", "programs"),
    ("boot", "programs"),
    ("proc", "the kernel's state"),
    ("sys", "the kernel's state"),
    ("dev", "the kernel's state"),
    ("var/db", "settings"),
];

/// Files and folders in which collectors keep what they need themselves.
const OF_COLLECTORS: [(CollectionKind, &str); 20] = [
    (CollectionKind::Uac, "bodyfile/"),
    (CollectionKind::Uac, "chkrootkit/"),
    (CollectionKind::Uac, "hash_executables/"),
    (CollectionKind::Uac, "hash_list."),
    (CollectionKind::Uac, "uac.log"),
    (CollectionKind::Velociraptor, "client_info.json"),
    (CollectionKind::Velociraptor, "collection_context.json"),
    (CollectionKind::Velociraptor, "log.json"),
    (CollectionKind::Velociraptor, "metadata.json"),
    (CollectionKind::Velociraptor, "requests.json"),
    (CollectionKind::Velociraptor, "uploads.json"),
    (CollectionKind::Velociraptor, "log.csv"),
    (CollectionKind::Velociraptor, "uploads.csv"),
    (CollectionKind::Sosreport, "sos_logs/"),
    (CollectionKind::Sosreport, "sos_reports/"),
    (CollectionKind::Sosreport, "sos_strings/"),
    (CollectionKind::Sosreport, "version.txt"),
    (CollectionKind::Sosreport, "environment"),
    (CollectionKind::Sosreport, "proc/"),
    (CollectionKind::Sosreport, "sys/"),
];

/// Names of folders in which logs are.
const LOG_FOLDERS: [&str; 9] =
    ["log", "logs", "logfiles", "adm", "audit", "winevt", "journal", "crash", "cloudtrail"];

/// Returns what a file is, where its place says that it is no log: its path below the
/// collection's root or, where `of_system`, in the system that it was taken from.
pub fn kind_by_place(path: &str, of_system: bool, kind: CollectionKind) -> Option<&'static str> {
    let own = OF_COLLECTORS.iter().find(|(of, begins)| *of == kind && !of_system && path.starts_with(begins));
    if own.is_some()
        || (!matches!(kind, CollectionKind::Copy | CollectionKind::WindowsCopy)
            && !of_system
            && path.ends_with(".stderr.txt"))
    {
        return Some("the collector's own files");
    }
    if is_in_log_folder(path) {
        return None;
    }
    let index = kind == CollectionKind::Velociraptor && (path.ends_with(".idx") || path.ends_with(".index"));
    if index {
        return Some("the collector's own files");
    }
    let inside = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    FOLDERS.iter().find(|(folder, _)| inside(folder)).map(|(_, kind)| *kind)
}

/// Returns what a file is of which no format reads the beginning, where that makes it no
/// log: in a collection, and not where logs are.
pub fn kind_by_content(
    path: &str,
    of_system: bool,
    kind: CollectionKind,
    binary: bool,
) -> Option<&'static str> {
    if kind == CollectionKind::Copy || is_in_log_folder(path) {
        return None;
    }
    let printed = !of_system && (path.starts_with("live_response/") || path.starts_with("sos_commands/"));
    Some(match (printed, binary) {
        (true, false) => "what programs printed",
        (_, true) => "other binary files",
        (false, false) => "other text files",
    })
}

fn is_in_log_folder(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    folder.split('/').any(|part| LOG_FOLDERS.contains(&part))
        || name.ends_with(".log")
        || name.contains(".log.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use CollectionKind::{Copy, Uac, Velociraptor};

    #[test]
    fn settings_and_programs_are_no_logs_and_logs_are_none_of_them() {
        let kind = |path: &str| kind_by_place(path, true, Uac);
        assert_eq!(kind("etc/passwd"), Some("settings"));
        assert_eq!(kind("usr/bin/ls"), Some("programs"));
        assert_eq!(kind("usr/local/app/logs/app.log"), None);
        assert_eq!(kind("var/log/auth.log"), None);
        assert_eq!(kind("etcetera/x"), None);
        assert_eq!(kind_by_place("uac.log", false, Uac), Some("the collector's own files"));
        assert_eq!(kind_by_place("results/Linux.Sys.json", false, Velociraptor), None);
    }

    #[test]
    fn what_no_format_reads_is_a_log_where_logs_are_and_outside_of_collections() {
        assert_eq!(kind_by_content("var/log/odd", true, Uac, false), None);
        assert_eq!(kind_by_content("home/ann/notes", true, Copy, false), None);
        assert_eq!(kind_by_content("home/ann/notes", true, Uac, false), Some("other text files"));
        assert_eq!(
            kind_by_content("live_response/process/ps.txt", false, Uac, false),
            Some("what programs printed")
        );
        assert_eq!(kind_by_content("home/ann/photo", true, Uac, true), Some("other binary files"));
    }
}
