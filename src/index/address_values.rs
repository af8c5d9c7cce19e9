//! Writing the values of a column of addresses.
//!
//! tantivy learns which addresses there are by putting that of every row into a tree, and
//! then searches for that of every row among the ranges that it found. What it writes can
//! be had from the distinct addresses alone: they are handed to it in order, the last one
//! as often as rows are left, which gives the same ranges and the same code for each
//! address; only the codes have to be put in the order of the rows. A twentieth of an
//! import is saved so.

use std::io::{self, Write};
use std::net::Ipv6Addr;

use tantivy::columnar::column_values::{open_u128_as_compact_u64, serialize_column_values_u128};
use tantivy::directory::OwnedBytes;
use tantivy_bitpacker::{BitPacker, compute_num_bits};

/// Writes addresses as tantivy's `serialize_column_values_u128` does: for each row the
/// place of its address among the distinct ones, which are sorted.
pub(super) fn serialize_addresses(sorted: &[Ipv6Addr], rows: &[u64], out: &mut impl Write) -> io::Result<()> {
    let Some(last) = sorted.last().filter(|_| sorted.len() <= rows.len()) else {
        let addresses: Vec<Ipv6Addr> = rows.iter().map(|place| sorted[*place as usize]).collect();
        return serialize_column_values_u128(&addresses.as_slice(), out);
    };
    let mut written = Vec::new();
    {
        let mut addresses = sorted.to_vec();
        addresses.resize(rows.len(), *last);
        serialize_column_values_u128(&addresses.as_slice(), &mut written)?;
    }
    let written = OwnedBytes::new(written);
    let codes = open_u128_as_compact_u64(written.clone())?;
    let codes: Vec<u64> = (0..sorted.len() as u32).map(|place| codes.get_val(place)).collect();
    let bits = compute_num_bits(codes[codes.len() - 1]);
    let start = head_length(rows.len());
    out.write_all(&written[..start])?;
    let mut packer = BitPacker::new();
    rows.iter().try_for_each(|place| packer.write(codes[*place as usize], bits, out))?;
    packer.close(out)?;
    out.write_all(&written[start + (rows.len() * usize::from(bits)).div_ceil(8)..])
}

/// Returns how many bytes stand before the codes: the number of values, in seven bits a
/// byte, and the codec.
fn head_length(values: usize) -> usize {
    let bits = usize::BITS - (values | 1).leading_zeros();
    bits.div_ceil(7) as usize + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn addresses_are_written_as_tantivy_writes_them(
            hosts in prop::collection::vec((0u128..3, 0u128..300), 1..200)
        ) {
            let address = |(net, host): &(u128, u128)| Ipv6Addr::from_bits((net << 64) + host * host);
            let addresses: Vec<Ipv6Addr> = hosts.iter().map(address).collect();
            let mut sorted = addresses.clone();
            sorted.sort_unstable();
            sorted.dedup();
            let place = |address: &Ipv6Addr| sorted.binary_search(address).expect("it is there") as u64;
            let rows: Vec<u64> = addresses.iter().map(place).collect();
            let (mut written, mut expected) = (Vec::new(), Vec::new());
            serialize_addresses(&sorted, &rows, &mut written).expect("a vector takes everything");
            serialize_column_values_u128(&addresses.as_slice(), &mut expected).expect("so does this");
            prop_assert_eq!(written, expected);
        }
    }
}
