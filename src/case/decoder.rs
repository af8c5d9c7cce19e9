//! Decodes content into events, in the same way for import, rebuilding and display, so
//! that they cannot differ.

use std::borrow::Cow;

use crate::error::{Context, Result};
use crate::evidence::{FrameBytes, SourceRow, Span};
use crate::parse::{MAX_TEXT, Parser, Plan};
use crate::record::Event;

/// The UTF-8 byte order mark, which no format expects.
const BOM: char = '\u{feff}';

/// Decodes the records of one source.
pub struct RecordDecoder {
    /// The plan that was decided at import, or by a later entry of the journal.
    pub plan: Plan,
    /// The parser of that plan.
    pub parser: Parser,
    /// The journal entry by which the source is read differently than at import, if any.
    pub entry: Option<u64>,
}

impl RecordDecoder {
    /// Creates the decoder for a plan.
    pub fn new(plan: Plan) -> Result<RecordDecoder> {
        Ok(RecordDecoder { parser: Parser::new(&plan)?, plan, entry: None })
    }

    /// Creates the decoder for a sealed source.
    pub fn of(row: &SourceRow) -> Result<RecordDecoder> {
        let plan = serde_json::from_value(row.plan.clone())
            .context(|| format!("cannot understand how source {} was read", row.source))?;
        Ok(RecordDecoder { entry: row.reread, ..RecordDecoder::new(plan)? })
    }

    /// Creates the decoder for a plan that somebody else wrote, or returns why it cannot be used.
    pub fn named(plan: &serde_json::Value) -> Result<RecordDecoder, String> {
        let plan: Plan = serde_json::from_value(plan.clone()).map_err(|_| "it is not a plan".to_owned())?;
        if !plan.is_current() {
            return Err(format!(
                "version {} of the formats read them, which this vestigo does not have",
                plan.version
            ));
        }
        RecordDecoder::new(plan).map_err(|error| error.to_string())
    }

    /// Reports whether a text of `length` bytes can be a part of an overlong line with
    /// more after it.
    pub fn fills_a_part(length: u64) -> bool {
        length + 3 >= MAX_TEXT as u64
    }

    /// Reads the event of one record's bytes, and passes it to `take`.
    pub fn event<R>(&self, record: u64, part: u32, bytes: &[u8], take: impl FnOnce(&Event<'_>) -> R) -> R {
        self.next_event(record, part, bytes, &mut Event::default(), take)
    }

    /// Reads the event of one record's bytes in the memory of another, and passes it to
    /// `take`.
    pub fn next_event<R>(
        &self,
        record: u64,
        part: u32,
        bytes: &[u8],
        memory: &mut Event<'static>,
        take: impl FnOnce(&Event<'_>) -> R,
    ) -> R {
        let text = text_of(record, bytes);
        let mut event: Event<'_> = std::mem::take(memory);
        self.parser.read(record, part, &text, &mut event);
        let taken = take(&event);
        *memory = event.recycle();
        taken
    }
}

/// Returns a record's text: U+FFFD for what is not UTF-8, no byte order mark.
fn text_of(record: u64, bytes: &[u8]) -> Cow<'_, str> {
    // Checking whole words is several times faster than looking for what to replace.
    let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    match text {
        Cow::Borrowed(text) if record == 0 => Cow::Borrowed(text.strip_prefix(BOM).unwrap_or(text)),
        Cow::Owned(text) if record == 0 && text.starts_with(BOM) => {
            Cow::Owned(text[BOM.len_utf8()..].to_owned())
        }
        text => text,
    }
}

/// Returns the spans of a frame's records, without those that another source has whole.
pub fn standing_spans<'f>(row: &SourceRow, frame: &'f FrameBytes) -> impl Iterator<Item = Span> + use<'f> {
    let from = row.replaced.map_or(u64::MAX, |replaced| replaced.from);
    let count = usize::try_from(from.saturating_sub(frame.first_record)).unwrap_or(usize::MAX);
    frame.spans.iter().take(count).copied()
}

/// Reads every event of content that begins and ends at record boundaries.
pub fn each_event(
    parser: &Parser,
    content: &[u8],
    spans: impl IntoIterator<Item = Span>,
    first_record: u64,
    mut take: impl FnMut(u64, Span, &Event<'_>),
) {
    let mut at = 0;
    let mut kept: Event<'static> = Event::default();
    for (record, span) in (first_record..).zip(spans) {
        let from = at + span.lead as usize;
        let bytes = &content[from..from + span.text as usize];
        at += span.length();
        if span.rejected {
            continue;
        }
        let text = text_of(record, bytes);
        let mut event: Event<'_> = kept;
        parser.read(record, span.part, &text, &mut event);
        take(record, span, &event);
        kept = event.recycle();
    }
}

/// How many events [`each_group`] reads together.
const GROUP: usize = 8;

/// An event that was read, with its place.
#[derive(Debug, Default)]
pub struct DecodedEvent<'a> {
    /// The number of its record.
    pub record: u64,
    /// Where its record lies.
    pub span: Span,
    /// What it means.
    pub event: Event<'a>,
}

/// Reads every event of content that begins and ends at record boundaries, several
/// together, for those who do better with several at a time.
pub fn each_group(
    parser: &Parser,
    content: &[u8],
    spans: impl IntoIterator<Item = Span>,
    first_record: u64,
    mut take: impl FnMut(&[DecodedEvent<'_>]),
) {
    let mut at = 0;
    let mut lying = (first_record..).zip(spans).filter_map(|(record, span)| {
        let from = at + span.lead as usize;
        at += span.length();
        let bytes = &content[from..from + span.text as usize];
        (!span.rejected).then(|| (record, span, text_of(record, bytes)))
    });
    let mut memory: Vec<DecodedEvent<'static>> = Vec::new();
    let mut texts = Vec::with_capacity(GROUP);
    loop {
        texts.clear();
        texts.extend(lying.by_ref().take(GROUP));
        if texts.is_empty() {
            return;
        }
        let mut events: Vec<DecodedEvent<'_>> = memory;
        events.resize_with(texts.len(), DecodedEvent::default);
        for (decoded, (record, span, text)) in events.iter_mut().zip(&texts) {
            (decoded.record, decoded.span) = (*record, *span);
            parser.read(*record, span.part, text, &mut decoded.event);
        }
        take(&events);
        let empty =
            |one: DecodedEvent<'_>| DecodedEvent { event: one.event.recycle(), ..DecodedEvent::default() };
        memory = events.into_iter().map(empty).collect();
    }
}
