//! The address of a client, as servers write it.

use std::net::{IpAddr, SocketAddr};

use crate::record::{Event, fields};

/// Sets `source.address`, and its IP, port or domain.
pub fn put_source_address<'a>(event: &mut Event<'a>, address: &'a str) {
    if address.is_empty() || address == "-" {
        return;
    }
    event.put(fields::SOURCE_ADDRESS, address);
    if let Some((ip, port)) = ip_and_port(address) {
        event.put(fields::SOURCE_IP, ip);
        if let Some(port) = port {
            event.put(fields::SOURCE_PORT, i64::from(port));
        }
    } else if !address.contains([':', '/', ' ']) {
        event.put(fields::SOURCE_DOMAIN, address);
    }
}

/// Reads an address, with its port where it has one: `192.0.2.1`, `192.0.2.1:80`,
/// `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:80`; a zone (`%eth0`) is left out.
pub fn ip_and_port(text: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Ok(ip) = text.parse() {
        return Some((ip, None));
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some((socket.ip(), Some(socket.port())));
    }
    if let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inside.split('%').next()?.parse().ok().map(|ip| (ip, None));
    }
    let (address, zone) = text.split_once('%')?;
    let ip: std::net::Ipv6Addr = address.parse().ok()?;
    zone.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        .then_some((ip.into(), None))
}
