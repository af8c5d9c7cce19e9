//! Networks: an address and its number of leading bits (CIDR, RFC 4632).

use std::net::IpAddr;

use crate::record::FieldKind;

use super::super::ast::FieldRef;

/// Returns whether `field:10.0.0.0/8` is a network: on address fields, and on
/// those whose name says that they contain addresses.
pub fn accepts_networks(field: &FieldRef) -> bool {
    let name = match field {
        FieldRef::Core(id) if id.field().kind == FieldKind::Ip => return true,
        FieldRef::Core(id) if id.field().kind == FieldKind::Keyword => id.name(),
        FieldRef::Custom(name) => name,
        FieldRef::Core(_)
        | FieldRef::Id
        | FieldRef::Format
        | FieldRef::Source
        | FieldRef::Tag
        | FieldRef::Finding => return false,
    };
    let lower = name.to_lowercase();
    ["ip", "address", "addr"].iter().any(|end| lower.ends_with(end))
}

/// Reads a network: an address and its number of leading bits.
pub fn parse_network(text: &str) -> Option<(IpAddr, u8)> {
    let (ip, bits) = text.split_once('/')?;
    let ip: IpAddr = ip.parse().ok()?;
    let bits: u8 = bits.parse().ok().filter(|_| bits.bytes().all(|byte| byte.is_ascii_digit()))?;
    (bits <= if ip.is_ipv4() { 32 } else { 128 }).then_some((ip, bits))
}
