//! Where a stream of log content comes from.

use serde::{Deserialize, Serialize};

/// Where a stream of log content was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The path as given or found; for a member of a container
    /// `outer.tar.gz!inner/name`. Foreign text: show through `Visible`.
    pub path: String,
    /// The exact bytes of the path in hex, where they are not UTF-8 (such a byte is in
    /// `path` as `\xff`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    /// The link that the user named, if one led here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Bytes of the file on disk, or of the member as its container says.
    pub size: Option<u64>,
    /// Last change, nanoseconds since the epoch: of the file, or of the member where its container says.
    pub mtime: Option<i64>,
    /// Owner as `uid:gid`, on systems that have them.
    pub owner: Option<String>,
    /// Layers that were opened, outermost first: kind, and SHA-256 in hex of the
    /// outermost container's bytes (empty for those inside it).
    pub containers: Vec<(String, String)>,
}
