//! What an address tells about where it lies.

use std::net::IpAddr;

/// Returns the address in a text, IPv4 where it is one mapped into IPv6.
pub fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical())
}

/// Returns whether an address belongs to a private network, or to the host itself.
pub fn is_private(text: &str) -> bool {
    match address(text) {
        Some(IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        Some(IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        None => false,
    }
}

/// Returns the network of an address with prefixes of so many bits, such as `192.0.2.0/24`;
/// none where it is no address.
pub fn network(text: &str, bits4: u32, bits6: u32) -> Option<String> {
    match address(text)? {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - bits4).unwrap_or(0);
            Some(format!("{}/{bits4}", std::net::Ipv4Addr::from(v4.to_bits() & mask)))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - bits6).unwrap_or(0);
            Some(format!("{}/{bits6}", std::net::Ipv6Addr::from(v6.to_bits() & mask)))
        }
    }
}

/// Returns the network within which an address may change without anybody having moved: the
/// whole /16 of a private address, the /24 (IPv6: /48) of another.
pub fn home(text: &str) -> Option<String> {
    network(text, if is_private(text) { 16 } else { 24 }, 48)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_cut_at_their_bits() {
        assert_eq!(network("192.0.2.77", 24, 64).as_deref(), Some("192.0.2.0/24"));
        assert_eq!(network("::ffff:192.0.2.77", 24, 64).as_deref(), Some("192.0.2.0/24"));
        assert_eq!(network("2001:db8:1:2:3::4", 24, 64).as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(network("host.example", 24, 64), None);
    }

    #[test]
    fn private_addresses_have_a_wider_home() {
        assert_eq!(home("10.20.3.4").as_deref(), Some("10.20.0.0/16"));
        assert_eq!(home("198.51.100.4").as_deref(), Some("198.51.100.0/24"));
        assert!(is_private("172.16.66.1") && !is_private("172.32.0.1"));
    }
}
