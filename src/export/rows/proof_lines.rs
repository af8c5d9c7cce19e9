//! The lines of a source's proof file: one a frame, and one that leads from the
//! frames to the source's root.

use serde_json::{Value, json};

use crate::evidence::{FrameProof, FrameRow};
use crate::export::node_list::format_nodes;
use crate::record::{Hash, SourceId, to_hex};

/// Writes a frame's line of a proof file: of a record that is shown, its salt;
/// of one whose bytes were left out, its leaf.
pub fn frame_proof_line(
    source: SourceId,
    number: usize,
    row: &FrameRow,
    proof: &FrameProof,
    withheld: &[bool],
) -> Value {
    let known = proof.known.iter().zip(withheld).map(|((record, salt, leaf), withheld)| {
        if *withheld {
            json!({ "record": record, "leaf": to_hex(leaf) })
        } else {
            json!({ "record": record, "salt": to_hex(salt) })
        }
    });
    json!({ "source": source.to_string(), "frame": number, "first_record": row.first_record,
        "records": row.records, "known": known.collect::<Vec<Value>>(), "nodes": format_nodes(&proof.nodes),
        "root": to_hex(&proof.root) })
}

/// Returns the last line of a proof file: which frames are `known`, of how many, and
/// the nodes that lead from them to the root of the source.
pub fn source_proof_line(
    source: SourceId,
    frames: usize,
    known: &[u64],
    nodes: &[Hash],
    root: &str,
) -> Value {
    json!({ "source": source.to_string(), "frames": frames, "known": known, "nodes": format_nodes(nodes),
        "root": root })
}
