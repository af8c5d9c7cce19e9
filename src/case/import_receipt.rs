//! What became of a source's bytes: the conservation law, written down.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::journal::Entry;
use crate::record::{Continuation, Event, EventTime, Timestamp};

/// Bytes by what they count as; the parts add up to the total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// All of the source's content.
    pub total: u64,
    /// First lines of events, or JSON documents.
    pub events: u64,
    /// Continuation lines, and the glue of JSON envelopes.
    pub continuations: u64,
    /// Blank lines.
    pub blank: u64,
    /// What could not be read as an event (still kept and hashed).
    pub rejected: u64,
}

/// Events by how their time is known. `ambiguous` events are counted under
/// `explicit` or `inferred` too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeCounts {
    /// The line states the moment in full.
    pub explicit: u64,
    /// Year, date or zone were inferred.
    pub inferred: u64,
    /// The local time occurs twice or never in its zone.
    pub ambiguous: u64,
    /// The event has no time.
    pub none: u64,
    /// The moment is after the source was acquired.
    pub future: u64,
}

/// A stretch of a source that is not an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Where it begins, in bytes.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Why it is not an event.
    pub reason: String,
}

/// What became of one source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The format that understood most of its events.
    pub format: String,
    /// The share of events that some format understood (0 to 1).
    pub share: f64,
    /// Its bytes by what they count as.
    pub bytes: ByteCounts,
    /// Events.
    pub events: u64,
    /// Events that no format understood.
    pub unparsed: u64,
    /// Continuation lines.
    pub continuations: u64,
    /// Blank lines.
    pub blank: u64,
    /// Events that are parts of an overlong line.
    pub parts: u64,
    /// The first stretches that are not events.
    pub rejected: Vec<Rejected>,
    /// First time in it, in nanoseconds since the epoch.
    pub first: Option<i64>,
    /// Last time in it, likewise.
    pub last: Option<i64>,
    /// Events by how their time is known.
    pub time: TimeCounts,
    /// Where and why the stream broke off, if it did.
    pub broken: Option<String>,
}

/// The part of a receipt that depends on how the source is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Understood {
    /// The format that understood most of its events.
    pub format: String,
    /// Events that no format understood.
    pub unparsed: u64,
    /// First time in it, in nanoseconds since the epoch.
    pub first: Option<i64>,
    /// Last time in it, likewise.
    pub last: Option<i64>,
    /// Events by how their time is known.
    pub time: TimeCounts,
}

impl Receipt {
    /// Returns the part that depends on how the source is read.
    pub fn understood(&self) -> Understood {
        let Receipt { format, unparsed, first, last, time, .. } = self.clone();
        Understood { format, unparsed, first, last, time }
    }

    /// Returns the receipt of the source when it is read differently.
    pub fn reread(self, by: Understood) -> Receipt {
        let Understood { format, unparsed, first, last, time } = by;
        let unparsed = unparsed.min(self.events);
        let mut receipt = Receipt { format, unparsed, first, last, time, ..self };
        receipt.settle();
        receipt
    }

    /// How many rejected stretches are listed individually.
    const LISTED: usize = 20;

    /// Counts an event by its time and by whether a format understood it; bytes are
    /// counted by record.
    pub fn count(&mut self, event: &Event<'_>, understood: bool, part: u32) {
        self.events += 1;
        self.unparsed += u64::from(!understood);
        self.parts += u64::from(part > 0);
        match event.time {
            None => self.time.none += 1,
            Some(stamp) => self.count_time(&stamp),
        }
    }

    fn count_time(&mut self, stamp: &EventTime) {
        if stamp.basis.is_explicit() {
            self.time.explicit += 1;
        } else {
            self.time.inferred += 1;
        }
        self.time.ambiguous += u64::from(stamp.basis.ambiguous);
        self.time.future += u64::from(stamp.basis.future);
        let at = stamp.timestamp.nanos();
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }

    /// Records a stretch that is not an event; adjoining stretches with the same reason become one.
    pub fn reject(&mut self, offset: u64, length: u64, reason: &str) {
        self.bytes.rejected += length;
        let listed = self.rejected.len();
        match self.rejected.last_mut() {
            Some(last) if last.offset + last.length == offset && last.reason == reason => {
                last.length += length
            }
            _ if listed < Receipt::LISTED => {
                self.rejected.push(Rejected { offset, length, reason: reason.to_owned() });
            }
            _ => {}
        }
    }

    /// Adds the receipt of the stretch that follows.
    pub fn append(&mut self, later: Receipt) {
        self.bytes.total += later.bytes.total;
        self.bytes.events += later.bytes.events;
        self.bytes.continuations += later.bytes.continuations;
        self.bytes.blank += later.bytes.blank;
        let rejected = self.bytes.rejected + later.bytes.rejected;
        for stretch in &later.rejected {
            self.reject(stretch.offset, stretch.length, &stretch.reason);
        }
        self.bytes.rejected = rejected;
        self.events += later.events;
        self.unparsed += later.unparsed;
        self.continuations += later.continuations;
        self.blank += later.blank;
        self.parts += later.parts;
        self.first = [self.first, later.first].into_iter().flatten().min();
        self.last = [self.last, later.last].into_iter().flatten().max();
        self.time.explicit += later.time.explicit;
        self.time.inferred += later.time.inferred;
        self.time.ambiguous += later.time.ambiguous;
        self.time.none += later.time.none;
        self.time.future += later.time.future;
    }

    /// Computes the share of events that some format understood.
    pub fn settle(&mut self) {
        self.share =
            if self.events == 0 { 0.0 } else { (self.events - self.unparsed) as f64 / self.events as f64 };
    }

    /// Reports whether it has content, but no event could be read from it.
    pub fn is_unread(&self) -> bool {
        self.events == 0 && self.bytes.rejected > 0
    }

    /// Reports whether it has events, but no format understood any of them.
    pub fn is_unparsed(&self) -> bool {
        self.events > 0 && self.unparsed == self.events
    }

    /// Returns the first and last time.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp::from_nanos(self.first?), Timestamp::from_nanos(self.last?)))
    }

    /// Reports whether every byte is accounted for.
    pub fn conserves(&self) -> bool {
        let bytes = &self.bytes;
        bytes.total == bytes.events + bytes.continuations + bytes.blank + bytes.rejected
    }
}

/// Returns what the import remarked about each source (by its SHA-256 in hex) besides its
/// numbers: that it broke off or changed, how it was reached.
pub fn remarks(lines: &[Entry]) -> HashMap<String, Vec<String>> {
    let mut remarks: HashMap<String, Vec<String>> = HashMap::new();
    for row in lines.iter().flat_map(Entry::receipt_rows) {
        let (status, text) = (row["status"].as_str(), |name: &str| row[name].as_str());
        let Some(source) =
            text("source").filter(|_| matches!(status, Some("imported" | "extended" | "unread" | "partial")))
        else {
            continue;
        };
        let part = if status == Some("partial") { "read only in part: " } else { "" };
        let reason = text("reason").map(|reason| format!("{part}{reason}"));
        let link = text("link").map(|link| format!("reached through the link {link}, which was named"));
        let extends = extension(row).as_ref().map(describe_extension);
        let told: Vec<String> = extends.into_iter().chain(reason).chain(link).collect();
        if !told.is_empty() {
            remarks.entry(source.to_owned()).or_default().extend(told);
        }
    }
    remarks
}

/// Returns how a row of a receipt says that its source continues another one.
fn extension(row: &Value) -> Option<Continuation> {
    let from = &row["extends_from"];
    Some(Continuation {
        source: row["extends"].as_str()?.to_owned(),
        offset: from["offset"].as_u64()?,
        record: from["record"].as_u64()?,
        replaced: from["replaced"].as_u64()?,
    })
}

/// Describes which source another one extends, and from where.
pub fn describe_extension(extends: &Continuation) -> String {
    let Continuation { source, offset, record, replaced } = extends;
    let short = source.get(..8).unwrap_or(source);
    let mut text = format!("extends source {short} from byte {offset} (record {record})");
    match replaced {
        0 => {}
        1 => text.push_str("; the last event there was unfinished, and is replaced"),
        many => text.push_str(&format!("; the last {many} events there were unfinished, and are replaced")),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjoining_rejects_become_one_and_bytes_are_counted_once() {
        let mut first = Receipt::default();
        first.reject(0, 10, "binary content");
        let mut later = Receipt::default();
        later.reject(10, 5, "binary content");
        later.reject(40, 5, "binary content");
        first.append(later);
        assert_eq!(first.bytes.rejected, 20);
        let stretch = |offset, length| Rejected { offset, length, reason: "binary content".into() };
        assert_eq!(first.rejected, vec![stretch(0, 15), stretch(40, 5)]);
    }
}
