//! Values that compare: numbers, moments, addresses, text.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::tokenizer::fold;
use crate::query::{Op, Scalar, Side};
use crate::record::Timestamp;

/// Compares a value (as its text, and folded) with a scalar; none if the
/// value is not of that kind. Addresses compare within their family only.
pub(super) fn compare(text: &str, folded: &str, scalar: &Scalar) -> Option<Ordering> {
    match scalar {
        Scalar::Number(n) => match number(text)? {
            Number::Whole(value) => compare_whole(value, *n),
            Number::Float(value) => value.partial_cmp(n),
        },
        Scalar::Timestamp(moment) => Some(date(text)?.cmp(moment)),
        Scalar::Ip(wanted) => {
            let (value, wanted) = (address(text)?, wanted.to_canonical());
            (value.is_ipv4() == wanted.is_ipv4()).then(|| value.cmp(&wanted))
        }
        Scalar::Text(wanted) => Some(folded.cmp(fold(wanted).as_ref())),
    }
}

/// Returns whether an order is what an operator asks for.
pub(super) fn fits(order: Ordering, op: Op) -> bool {
    match op {
        Op::Less => order.is_lt(),
        Op::AtMost => order.is_le(),
        Op::Greater => order.is_gt(),
        Op::AtLeast => order.is_ge(),
    }
}

/// Returns the tests that a range stands for.
pub(super) fn bounds(low: &Side, high: &Side) -> Vec<(Op, Scalar)> {
    let low = match low {
        Side::Open => None,
        Side::Included(scalar) => Some((Op::AtLeast, scalar.clone())),
        Side::Excluded(scalar) => Some((Op::Greater, scalar.clone())),
    };
    let high = match high {
        Side::Open => None,
        Side::Included(scalar) => Some((Op::AtMost, scalar.clone())),
        Side::Excluded(scalar) => Some((Op::Less, scalar.clone())),
    };
    low.into_iter().chain(high).collect()
}

enum Number {
    Whole(i64),
    Float(f64),
}

/// Reads a decimal number: a sign, digits, a fraction, an exponent. Names such
/// as `inf` are no numbers.
fn number(text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    if bytes.len() > 400 || !bytes.iter().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::Whole(whole));
    }
    text.parse::<f64>().ok().map(Number::Float)
}

/// Compares exactly, where converting the whole number would round it.
pub(super) fn compare_whole(whole: i64, n: f64) -> Option<Ordering> {
    if n.is_nan() {
        return None;
    }
    let limit = 2f64.powi(63);
    if n >= limit {
        return Some(Ordering::Less);
    }
    if n < -limit {
        return Some(Ordering::Greater);
    }
    let floor = n.floor();
    Some(whole.cmp(&(floor as i64)).then(if n > floor { Ordering::Less } else { Ordering::Equal }))
}

/// Reads a moment as RFC 3339 writes it.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    if !text.as_bytes().first()?.is_ascii_digit() || text.len() > 64 {
        return None;
    }
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    time.timestamp_nanos_opt().map(Timestamp::from_nanos)
}

/// Reads an address; an IPv4 address mapped to IPv6 is the IPv4 address.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_hexdigit() || first == b':') || text.len() > 45 {
        return None;
    }
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// A network: its family, its address bits, and how many of them count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Network {
    v4: bool,
    bits: u128,
    mask: u128,
}

impl Network {
    /// Creates a network; a prefix longer than the address is the address itself.
    pub fn new(ip: IpAddr, prefix: u8) -> Network {
        let mapped = matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some()) && prefix >= 96;
        let (ip, prefix) = if mapped { (ip.to_canonical(), prefix - 96) } else { (ip, prefix) };
        let (v4, bits) = bits_of(ip);
        let prefix = if v4 { u32::from(prefix.min(32)) + 96 } else { u32::from(prefix.min(128)) };
        let mask = if v4 && prefix == 96 {
            u128::MAX << 32
        } else {
            u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
        };
        Network { v4, bits: bits & mask, mask }
    }

    /// Returns the bits of its addresses, an IPv4 address mapped to IPv6; none where they
    /// are no single range, since addresses of the other family lie between.
    pub fn mapped(&self) -> Option<RangeInclusive<u128>> {
        let (first, last) = (self.bits, self.bits | !self.mask);
        if self.v4 {
            let prefix = 0xffffu128 << 32;
            return Some(prefix | first..=prefix | (last & 0xffff_ffff));
        }
        let between = first <= 0xffff_ffff_ffff && last >= 0xffff_0000_0000;
        (!between).then_some(first..=last)
    }

    /// Returns whether an address lies in it.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let (v4, bits) = bits_of(ip);
        v4 == self.v4 && bits & self.mask == self.bits
    }
}

/// The family and the bits of an address; IPv4 in the lowest 32.
fn bits_of(ip: IpAddr) -> (bool, u128) {
    match ip {
        IpAddr::V4(v4) => (true, u128::from(v4.to_bits())),
        IpAddr::V6(v6) => (false, v6.to_bits()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str, scalar: Scalar) -> Option<Ordering> {
        compare(text, &fold(text), &scalar)
    }

    #[test]
    fn whole_numbers_compare_exactly_beyond_what_a_float_holds() {
        let n = 9_007_199_254_740_992.0;
        assert_eq!(order("9007199254740993", Scalar::Number(n)), Some(Ordering::Greater));
        assert_eq!(order("-3", Scalar::Number(-2.5)), Some(Ordering::Less));
        assert_eq!(order("-2", Scalar::Number(-2.5)), Some(Ordering::Greater));
        assert_eq!(order("9223372036854775807", Scalar::Number(1e19)), Some(Ordering::Less));
        assert_eq!(order("1.5", Scalar::Number(1.5)), Some(Ordering::Equal));
    }

    #[test]
    fn names_of_numbers_are_no_numbers() {
        for text in ["inf", "NaN", "", "-", "1x", "0x10"] {
            assert_eq!(order(text, Scalar::Number(0.0)), None, "{text}");
        }
    }

    #[test]
    fn addresses_compare_within_their_family() {
        let wanted = Scalar::Ip("10.0.0.9".parse().unwrap());
        assert_eq!(order("10.0.0.10", wanted.clone()), Some(Ordering::Greater));
        assert_eq!(order("::1", wanted), None);
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let network = |text: &str, prefix| Network::new(text.parse().unwrap(), prefix);
        let ip = |text: &str| address(text).unwrap();
        assert!(network("10.1.2.3", 8).contains(ip("10.255.0.1")));
        assert!(!network("10.1.2.3", 8).contains(ip("11.0.0.0")));
        assert!(network("0.0.0.0", 0).contains(ip("203.0.113.7")));
        assert!(!network("0.0.0.0", 0).contains(ip("2001:db8::1")));
        assert!(network("2001:db8::", 32).contains(ip("2001:db8:ffff::1")));
        assert!(network("::", 0).contains(ip("fe80::1")));
        assert!(network("::ffff:10.0.0.0", 104).contains(ip("10.9.9.9")));
        assert!(network("192.0.2.1", 32).contains(ip("::ffff:192.0.2.1")));
    }
}
