//! `bagit.txt` and the values in `bag-info.txt`.

use crate::error::visible;

/// What `bagit.txt` is: exactly these two lines.
pub const BAGIT_DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// What `bag-info.txt` says of the key where nobody signed.
pub const UNSIGNED: &str = "none: UNSIGNED";

/// Returns a text as one line of `bag-info.txt`.
pub fn one_line(text: &str) -> String {
    visible(text).trim().to_owned()
}
