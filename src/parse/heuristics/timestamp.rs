//! Which of several values is the event's time.

use std::borrow::Cow;

use crate::parse::time::timestamp_formats;
use crate::record::ParsedTime;

use super::field_names::FieldRole;
use crate::parse::flatten::{LeafValue, Leaves};

/// A time that was found.
pub struct FoundTime<'a> {
    pub when: ParsedTime,
    pub text: Cow<'a, str>,
    /// The indexes of the leaves it was read from.
    pub places: [usize; 2],
}

/// Finds the time of lowest rank. A date alone (`date`) is joined with a time of day
/// under another name (`time`), if there is one.
pub fn find<'a>(leaves: &Leaves<'a>, roles: &[Option<FieldRole>]) -> Option<FoundTime<'a>> {
    let mut best: Option<(u8, FoundTime<'a>)> = None;
    for (place, (_, leaf)) in leaves.iter().enumerate() {
        let Some(FieldRole::Time(rank)) = roles[place] else { continue };
        if best.as_ref().is_some_and(|(other, _)| *other <= rank) {
            continue;
        }
        if let Some((when, text)) = read(leaf) {
            best = Some((rank, FoundTime { when, text, places: [place, place] }));
        }
    }
    match best {
        Some((_, found)) if !is_date(&found.text) => Some(found),
        alone => date_and_time(leaves, roles).or(alone.map(|(_, found)| found)),
    }
}

/// Reads a leaf as a moment: a text in any notation, or a count since the epoch.
fn read<'a>(leaf: &LeafValue<'a>) -> Option<(ParsedTime, Cow<'a, str>)> {
    let text = match leaf {
        LeafValue::Text(text) => text.clone(),
        LeafValue::Int(number) => Cow::Owned(number.to_string()),
        LeafValue::Float(number, written) if written.contains(['e', 'E']) => Cow::Owned(number.to_string()),
        LeafValue::Float(_, written) => Cow::Borrowed(*written),
        LeafValue::Bool(_) | LeafValue::Json(_) => return None,
    };
    Some((timestamp_formats::whole(&text)?, text))
}

/// Joins a separate date and time of day.
fn date_and_time<'a>(leaves: &Leaves<'a>, roles: &[Option<FieldRole>]) -> Option<FoundTime<'a>> {
    let texts = || {
        let times =
            leaves.iter().enumerate().filter(|(place, _)| matches!(roles[*place], Some(FieldRole::Time(_))));
        times.filter_map(|(place, (_, leaf))| Some((place, leaf.text()?)))
    };
    let (date_at, date) = texts().find(|(_, text)| is_date(text))?;
    let (time_at, time) = texts().find(|(_, text)| text.as_bytes().get(2) == Some(&b':'))?;
    let text = format!("{date} {time}");
    Some(FoundTime {
        when: timestamp_formats::whole(&text)?,
        text: Cow::Owned(text),
        places: [date_at, time_at],
    })
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10 && bytes[4] == bytes[7] && matches!(bytes[4], b'-' | b'/')
}
