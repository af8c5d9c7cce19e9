//! The built-in logs of the demo.

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::error::{Context, Result};
// The demo writes its logs as a user would have them: as files on disk.
use crate::fs::Dir;

/// The built-in logs: name, bytes.
const LOGS: [(&str, &[u8]); 3] = [
    ("nginx-access.log", include_bytes!("../../fixtures/nginx-access.log")),
    ("auth.log", include_bytes!("../../fixtures/auth.log")),
    ("cloudtrail.json", include_bytes!("../../fixtures/cloudtrail.json")),
];

/// When the built-in logs were last written: 2026-03-04T00:00:00Z. Lines of
/// auth.log have no year; it is inferred from this.
const WRITTEN: Duration = Duration::from_secs(1_772_582_400);

/// Writes the built-in logs, dated as if they had just been collected.
pub fn write_demo_logs(folder: &Path) -> Result<Vec<PathBuf>> {
    let write = || -> std::io::Result<Vec<PathBuf>> {
        let dir = Dir::create(folder)?;
        let mut paths = Vec::new();
        for (name, bytes) in LOGS {
            dir.replace(name, bytes)?;
            dir.write(name)?.set_modified(UNIX_EPOCH + WRITTEN)?;
            paths.push(dir.at(name));
        }
        Ok(paths)
    };
    write().context(|| "cannot write the built-in logs".to_owned())
}
