//! Which of several values is the event's time.

use std::borrow::Cow;

use crate::parse::stamp;
use crate::record::{Civil, Precision, When};

use super::super::leaves::{Leaf, Leaves};
use super::roles::Role;

/// A time that was found.
pub(super) struct Found<'a> {
    pub when: When,
    pub text: Cow<'a, str>,
    /// The places of the leaves it was read from.
    pub places: [usize; 2],
}

/// Finds the time of lowest rank. A date alone (`date`) is joined with a time
/// of day that stands under another name (`time`), where there is one.
pub(super) fn find<'a>(leaves: &Leaves<'a>, roles: &[Option<Role>]) -> Option<Found<'a>> {
    let mut best: Option<(u8, usize, When, Cow<'a, str>)> = None;
    for (place, (_, leaf)) in leaves.iter().enumerate() {
        let Some(Role::Time(rank)) = roles[place] else { continue };
        if best.as_ref().is_some_and(|(other, ..)| *other <= rank) {
            continue;
        }
        if let Some((when, text)) = read(leaf) {
            best = Some((rank, place, when, text));
        }
    }
    let (_, place, when, text) = best?;
    if let When::Civil(date, Precision::Day) = when
        && let Some((other, time, precision, clock)) = time_of_day(leaves, roles)
    {
        let joined = Civil { year: date.year, date: date.date, offset: time.offset.or(date.offset), ..time };
        let text = Cow::Owned(format!("{text} {clock}"));
        return Some(Found { when: When::Civil(joined, precision), text, places: [place, other] });
    }
    Some(Found { when, text, places: [place, place] })
}

/// Reads a leaf as a moment: a text in any notation, or a count since the epoch.
pub(crate) fn read<'a>(leaf: &Leaf<'a>) -> Option<(When, Cow<'a, str>)> {
    match leaf {
        Leaf::Text(text) => Some((stamp::whole(text)?, text.clone())),
        Leaf::Int(number) => Some((stamp::epoch_number(*number)?, Cow::Owned(number.to_string()))),
        Leaf::Float(number, written) => {
            let plain = if written.contains(['e', 'E']) {
                Cow::Owned(number.to_string())
            } else {
                Cow::Borrowed(*written)
            };
            let (when, rest) = stamp::epoch(&plain)?;
            rest.is_empty().then_some((when, Cow::Borrowed(*written)))
        }
        Leaf::Bool(_) | Leaf::Json(_) => None,
    }
}

fn time_of_day(leaves: &Leaves<'_>, roles: &[Option<Role>]) -> Option<(usize, Civil, Precision, String)> {
    leaves.iter().enumerate().find_map(|(place, (_, leaf))| {
        let (Some(Role::Time(_)), Some(text)) = (roles[place], leaf.text()) else { return None };
        match stamp::time_of_day(text) {
            Some((When::Civil(time, precision), "")) => Some((place, time, precision, text.to_owned())),
            _ => None,
        }
    })
}
