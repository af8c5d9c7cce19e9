//! Where the files of a collection lie: the place of its root in a path, and the path in
//! the system that it was taken from.

/// Where collectors put the root folder of a system: UAC; Velociraptor by accessor.
const SYSTEM_ROOTS: [&str; 5] =
    ["[root]/", "uploads/auto/", "uploads/file/", "uploads/lazy_ntfs/", "uploads/ntfs/"];

/// Where web servers have their configurations.
const SERVER_FOLDERS: [&str; 3] = ["etc/nginx/", "etc/apache2/", "etc/httpd/"];

/// What a collection is, judged by the files that only such a one has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum CollectionKind {
    /// A copy of a part of a system, logs and settings side by side.
    #[default]
    Copy,
    /// A copy of a part of a Windows drive, as KAPE and CyLR make it.
    WindowsCopy,
    /// Made by UAC.
    Uac,
    /// Made by Velociraptor's offline collector, or exported from its server.
    Velociraptor,
    /// Made by sosreport.
    Sosreport,
}

impl CollectionKind {
    /// Returns what made it.
    pub const fn name(self) -> &'static str {
        match self {
            CollectionKind::Copy => "copied folder",
            CollectionKind::WindowsCopy => "copied Windows drive",
            CollectionKind::Uac => "UAC collection",
            CollectionKind::Velociraptor => "Velociraptor collection",
            CollectionKind::Sosreport => "sosreport",
        }
    }
}

/// Returns a path as it is compared: with slashes, and without the escapes that
/// Velociraptor puts into names (`C%3A`, `%2Fetc`).
pub fn plain_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    if !path.contains('%') {
        return path;
    }
    let mut plain = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some(byte) = rest.first() {
        let escaped = rest.get(1..3).filter(|_| *byte == b'%');
        let hex = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let (byte, length) = hex.map_or((*byte, 1), |byte| (byte, 3));
        plain.push(byte);
        rest = &rest[length..];
    }
    String::from_utf8(plain).unwrap_or(path)
}

/// Splits a path before its ending, if it ends so: the root ends with `/` or `!`, or is
/// empty. What collectors put before a system's root folder is no part of the root.
pub fn root_of<'p>(path: &'p str, ending: &str) -> Option<&'p str> {
    let root = path.strip_suffix(ending)?;
    (root.is_empty() || root.ends_with(['/', '!'])).then(|| without_system_root(root))
}

/// Returns the root of a system of which a file is a configuration of a web server.
pub fn config_root(path: &str) -> Option<&str> {
    let is_config = path.ends_with(".conf") || path.contains("/sites-") || path.contains("/conf");
    let folder = |folder: &&str| {
        let at = path.find(*folder).filter(|_| is_config)?;
        root_of(&path[..at + folder.len()], folder)
    };
    SERVER_FOLDERS.iter().find_map(folder)
}

/// Returns a root without what collectors put before a system's root folder, and without
/// the letter of a drive.
fn without_system_root(root: &str) -> &str {
    // Velociraptor escapes the first slash of a path, so that two follow one another.
    let single = root.strip_suffix("//").map_or(root, |_| &root[..root.len() - 1]);
    let bare = without_drive(single);
    let ends = |bare: &str| bare.is_empty() || bare.ends_with(['/', '!']);
    let before = SYSTEM_ROOTS.iter().find_map(|system| bare.strip_suffix(system)).filter(|bare| ends(bare));
    before.unwrap_or(if bare.len() < single.len() { bare } else { root })
}

/// Returns a root without the letter of a drive behind it (`C/`, `C:/`).
fn without_drive(root: &str) -> &str {
    let bare = root.strip_suffix('/').map(|bare| bare.strip_suffix(':').unwrap_or(bare));
    let is_letter = |c: char| c.is_ascii_uppercase();
    bare.and_then(|bare| bare.strip_suffix(is_letter))
        .filter(|bare| bare.is_empty() || bare.ends_with(['/', '!']))
        .unwrap_or(root)
}

/// Returns the path of a file in the system that it was taken from, and whether it is one
/// of the system's: its path below the root, without what the collector puts before it.
pub fn system_path<'p>(path: &'p str, root: &str) -> (&'p str, bool) {
    let below = &path[root.len()..];
    let inside = SYSTEM_ROOTS.iter().find_map(|system| below.strip_prefix(system));
    let bare = inside.unwrap_or(below).trim_start_matches('/');
    let is_drive = |drive: &str| matches!(drive.as_bytes(), [b'A'..=b'Z'] | [b'A'..=b'Z', b':']);
    match bare.split_once('/').filter(|(drive, _)| is_drive(drive)) {
        Some((_, rest)) => (rest, true),
        None => (bare, inside.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_found_whatever_the_collector() {
        let root = |path: &str, ending: &str| root_of(&plain_path(path), ending).map(str::to_owned);
        assert_eq!(root("a.tar.gz![root]/etc/timezone", "etc/timezone").as_deref(), Some("a.tar.gz!"));
        assert_eq!(root("x/web-01/etc/timezone", "etc/timezone").as_deref(), Some("x/web-01/"));
        assert_eq!(root("c.zip!uploads/auto/%2Fetc/timezone", "etc/timezone").as_deref(), Some("c.zip!"));
        assert_eq!(root("c.zip!uploads/file/etc%2Ftimezone", "etc/timezone").as_deref(), Some("c.zip!"));
        assert_eq!(root("c.zip!client_info.json", "client_info.json").as_deref(), Some("c.zip!"));
        assert_eq!(root("k.zip!C/Windows/win.ini", "Windows/win.ini").as_deref(), Some("k.zip!"));
        assert_eq!(root("c.zip!uploads/auto/C%3A/Windows/x", "Windows/x").as_deref(), Some("c.zip!"));
        assert_eq!(root("x/fetch/timezone", "etc/timezone"), None);
        assert_eq!(root("etc/timezone", "etc/timezone").as_deref(), Some(""));
    }

    #[test]
    fn a_path_in_the_system_is_without_what_the_collector_adds() {
        assert_eq!(system_path("a.tar.gz![root]/var/log/auth.log", "a.tar.gz!"), ("var/log/auth.log", true));
        assert_eq!(system_path("c.zip!uploads/auto//var/log/x", "c.zip!"), ("var/log/x", true));
        assert_eq!(system_path("a.tar.gz!uac.log", "a.tar.gz!"), ("uac.log", false));
        assert_eq!(system_path("k.zip!C/Windows/x", "k.zip!"), ("Windows/x", true));
        assert_eq!(system_path("c.zip!uploads/auto/C:/Windows/x", "c.zip!"), ("Windows/x", true));
    }
}
