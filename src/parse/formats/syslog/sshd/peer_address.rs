//! Where a connection came from, as sshd writes it.

use std::net::IpAddr;

use super::super::auth_fields::{put_port, put_source};
use crate::record::Event;

/// Where a connection came from: `IP port PORT`; old versions write the address alone.
#[derive(Clone, Copy)]
pub struct PeerAddress<'a> {
    pub from: &'a str,
    pub port: Option<&'a str>,
}

impl<'a> PeerAddress<'a> {
    /// Reads a text that is exactly one address.
    pub fn whole(text: &'a str) -> Option<PeerAddress<'a>> {
        let (place, rest) = PeerAddress::first(text)?;
        rest.is_empty().then_some(place)
    }

    /// Reads the address at the start of a text; also returns the rest.
    pub fn first(text: &'a str) -> Option<(PeerAddress<'a>, &'a str)> {
        let (from, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
        if from.is_empty() {
            return None;
        }
        let digits = |port: &str| port.bytes().take_while(u8::is_ascii_digit).count();
        match rest.strip_prefix(" port ").map(|port| port.split_at(digits(port))) {
            Some((port, behind)) if (1..=5).contains(&port.len()) => {
                Some((PeerAddress { from, port: Some(port) }, behind))
            }
            _ => Some((PeerAddress { from, port: None }, rest)),
        }
    }

    /// Reads `USER IP port PORT`, where the user may be any text.
    pub fn behind_user(text: &'a str) -> Option<(&'a str, PeerAddress<'a>)> {
        let (front, port) = text.rsplit_once(" port ")?;
        let (user, from) = front.rsplit_once(' ').unwrap_or(("", front));
        let place = PeerAddress::whole(&text[text.len() - from.len() - " port ".len() - port.len()..])?;
        place.port.map(|_| (user, place))
    }

    /// Returns whether it is an IP address, or has a port.
    pub fn is_certain(&self) -> bool {
        self.port.is_some() || bare(self.from).parse::<IpAddr>().is_ok()
    }

    pub fn put(&self, event: &mut Event<'a>) {
        put_source(self.from, event);
        if let Some(port) = self.port {
            put_port(port, event);
        }
    }
}

/// Removes the zone of an IPv6 address.
fn bare(address: &str) -> &str {
    address.split('%').next().unwrap_or(address)
}

pub fn put_certain<'a>(place: Option<PeerAddress<'a>>, event: &mut Event<'a>) {
    if let Some(place) = place.filter(PeerAddress::is_certain) {
        place.put(event);
    }
}
