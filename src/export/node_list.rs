//! Lists of Merkle nodes in hexadecimal, as the files of a bundle have them.

use crate::record::{Hash, parse_canonical_hex, to_hex};

/// Formats nodes in hexadecimal.
pub fn format_nodes(nodes: &[Hash]) -> Vec<String> {
    nodes.iter().map(|node| to_hex(node)).collect()
}

/// Parses nodes that are written as [`format_nodes`] writes them.
///
/// # Errors
///
/// Fails if one of them is not a hash.
pub fn parse_nodes(texts: &[String]) -> Result<Vec<Hash>, String> {
    let node = |text: &String| parse_canonical_hex(text).ok_or_else(|| "a node is not a hash".to_owned());
    texts.iter().map(node).collect()
}
