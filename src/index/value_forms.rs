//! The forms in which a value stands in a column: as text, as an address, as a number.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv6Addr};

use tantivy::columnar::{ColumnType, MonotonicallyMappableToU64};

use super::compare::{address, date};
use crate::record::Value;

/// Returns the text under which a value is searched and shown. Addresses stand in
/// their canonical form, an IPv4 address never as one mapped to IPv6.
pub(super) fn text_of<'a>(value: &'a Value<'_>, scratch: &'a mut String) -> &'a str {
    scratch.clear();
    match value {
        Value::Text(text) => return text,
        Value::Bool(yes) => return if *yes { "true" } else { "false" },
        Value::Long(n) => write!(scratch, "{n}"),
        Value::Float(n) => write!(scratch, "{n}"),
        Value::Ip(ip) => write!(scratch, "{}", ip.to_canonical()),
    }
    .expect("writing to a string does not fail");
    scratch
}

/// Returns the address that a value is; none where its text is not that of an address.
pub(super) fn address_of(value: &Value<'_>, scratch: &mut String) -> Option<Ipv6Addr> {
    let ip = match value {
        Value::Ip(ip) => ip.to_canonical(),
        Value::Text(text) => address(text).filter(|ip| same(text, ip, scratch))?,
        Value::Long(_) | Value::Float(_) | Value::Bool(_) => return None,
    };
    Some(bits_of(ip))
}

/// Returns an address as the columns have it.
pub(super) fn bits_of(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    }
}

/// Returns the number, mapped to `u64`, that a value of this type is; none where its
/// text is not that of such a number.
pub(super) fn number_of(kind: ColumnType, value: &Value<'_>, scratch: &mut String) -> Option<u64> {
    let owned: String;
    let text = match (kind, value) {
        (ColumnType::I64, Value::Long(n)) => return Some(n.to_u64()),
        (_, Value::Text(text)) => text.as_ref(),
        _ => {
            owned = text_of(value, scratch).to_owned();
            &owned
        }
    };
    match kind {
        ColumnType::I64 => text.parse::<i64>().ok().filter(|n| same(text, n, scratch)).map(i64::to_u64),
        ColumnType::Bool => text.parse::<bool>().ok().map(bool::to_u64),
        ColumnType::DateTime => {
            date(text).filter(|time| same(text, time, scratch)).map(|time| time.nanos().to_u64())
        }
        _ => None,
    }
}

/// Returns whether a text is how a value is written.
fn same(text: &str, value: &impl std::fmt::Display, scratch: &mut String) -> bool {
    scratch.clear();
    write!(scratch, "{value}").is_ok() && scratch == text
}
