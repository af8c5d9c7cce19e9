//! Merkle trees (RFC 9162 §2.1), over records and journal lines alike.
//!
//! Node = SHA-256(0x01 ‖ left ‖ right). A tree over n > 1 leaves splits at the
//! largest power of two below n; the tree over nothing is SHA-256 of nothing.
//!
//! A *proof for some leaves* lists the roots of the largest subtrees that
//! contain none of them, from left to right. Whoever has the leaves and the list
//! walks the same splits, takes a root from the list for each subtree without a
//! known leaf, and must arrive at the root. For one leaf it holds the very hashes of an
//! RFC 9162 inclusion proof, in another order.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// A SHA-256, as a node of a tree.
pub type Hash = [u8; 32];

/// Returns the root over leaves.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node(&root(left), &root(right))
        }
    }
}

/// Returns the roots over the first 0, 1, 2 … leaves, in one pass.
pub fn prefix_roots(leaves: &[Hash]) -> Vec<Hash> {
    let mut roots = vec![root(&[])];
    // The roots of the largest subtrees so far that are full, with their sizes.
    let mut full: Vec<(u64, Hash)> = Vec::new();
    for leaf in leaves {
        full.push((1, *leaf));
        while let [.., (a, left), (b, right)] = full[..]
            && a == b
        {
            full.truncate(full.len() - 2);
            full.push((a + b, node(&left, &right)));
        }
        let mut right_to_left = full.iter().rev().map(|(_, root)| *root);
        let last = right_to_left.next().unwrap_or(*leaf);
        roots.push(right_to_left.fold(last, |right, left| node(&left, &right)));
    }
    roots
}

/// Returns the proof for the leaves at these indices (ascending): the roots of the
/// largest subtrees without any of them, from left to right.
pub fn prove(leaves: &[Hash], places: &[u64]) -> Vec<Hash> {
    let mut nodes = Vec::new();
    prove_in(leaves, 0, places, &mut nodes);
    nodes
}

fn prove_in(leaves: &[Hash], first: u64, places: &[u64], nodes: &mut Vec<Hash>) {
    if leaves.is_empty() {
        return;
    }
    if places.is_empty() {
        nodes.push(root(leaves));
    } else if leaves.len() > 1 {
        let middle = split(leaves.len() as u64);
        let (left, right) = leaves.split_at(middle as usize);
        let (in_left, in_right) = places.split_at(places.partition_point(|place| *place < first + middle));
        prove_in(left, first, in_left, nodes);
        prove_in(right, first + middle, in_right, nodes);
    }
}

/// Computes the root over `size` leaves from those that are known, by index, and
/// a proof's nodes for the rest; none if nodes are missing or left over.
pub fn root_from(size: u64, known: &BTreeMap<u64, Hash>, nodes: &[Hash]) -> Option<Hash> {
    if size == 0 {
        return (known.is_empty() && nodes.is_empty()).then(|| root(&[]));
    }
    if size > 1 << 62 {
        return None; // No tree is that large, and its halves could not be counted.
    }
    let mut rest = nodes.iter();
    let found = root_in(0, size, known, &mut rest)?;
    rest.next().is_none().then_some(found)
}

fn root_in(
    first: u64,
    size: u64,
    known: &BTreeMap<u64, Hash>,
    nodes: &mut std::slice::Iter<'_, Hash>,
) -> Option<Hash> {
    if known.range(first..first + size).next().is_none() {
        return nodes.next().copied();
    }
    if size == 1 {
        return known.get(&first).copied();
    }
    let middle = split(size);
    let left = root_in(first, middle, known, nodes)?;
    let right = root_in(first + middle, size - middle, known, nodes)?;
    Some(node(&left, &right))
}

/// Returns the largest power of two below a size over 1.
fn split(size: u64) -> u64 {
    size.next_power_of_two() / 2
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| Sha256::digest(n.to_be_bytes()).into()).collect()
    }

    #[test]
    fn the_roots_of_all_beginnings_are_the_roots_over_them() {
        let leaves = leaves(70);
        let expected: Vec<Hash> = (0..=leaves.len()).map(|size| root(&leaves[..size])).collect();
        assert_eq!(prefix_roots(&leaves), expected);
    }

    proptest! {
        #[test]
        fn any_leaves_lead_to_the_root_with_their_proof(size in 1u64..200, picks: Vec<u64>) {
            let leaves = leaves(size);
            let known: BTreeMap<u64, Hash> =
                picks.iter().map(|pick| (pick % size, leaves[(pick % size) as usize])).collect();
            let places: Vec<u64> = known.keys().copied().collect();
            let nodes = prove(&leaves, &places);
            prop_assert_eq!(root_from(size, &known, &nodes), Some(root(&leaves)));
        }

        #[test]
        fn a_changed_leaf_or_node_leads_elsewhere(size in 2u64..100, pick: u64, at: usize) {
            let leaves = leaves(size);
            let place = pick % size;
            let mut nodes = prove(&leaves, &[place]);
            let truth = BTreeMap::from([(place, leaves[place as usize])]);
            let lie = BTreeMap::from([(place, [7; 32])]);
            prop_assert_ne!(root_from(size, &lie, &nodes), Some(root(&leaves)));
            let at = at % nodes.len();
            nodes[at][0] ^= 1;
            prop_assert_ne!(root_from(size, &truth, &nodes), Some(root(&leaves)));
            nodes.pop();
            prop_assert_eq!(root_from(size, &truth, &nodes), None);
        }
    }

    #[test]
    fn a_proof_for_one_leaf_has_the_hashes_of_an_inclusion_proof() {
        // RFC 9162 §2.1.5: the path of leaf 0 in a tree of seven has b, h and l.
        let leaves = leaves(7);
        let nodes = prove(&leaves, &[0]);
        assert_eq!(nodes, [leaves[1], root(&leaves[2..4]), root(&leaves[4..])]);
    }
}
