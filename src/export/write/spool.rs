//! Events in every form, kept on disk until they are written in the order of time.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use crate::error::{Context, Result};

use crate::record::{CSV_FIELDS, csv_row};

use crate::export::bag::files::{EVENTS, EVENTS_CSV, TIMESKETCH};
use crate::export::rows::EventForms;

use super::bag::BagWriter;

/// The spool: an unnamed file next to the bundle, where there is room for it.
pub struct EventSpool {
    file: BufWriter<File>,
    /// Where each event begins, and how long its forms are.
    places: Vec<(u64, [u32; 3])>,
    length: u64,
}

impl EventSpool {
    /// Creates one for this many events.
    pub fn new(events: usize, bag: &BagWriter) -> Result<EventSpool> {
        let file =
            tempfile::tempfile_in(bag.folder()).context(|| "cannot make a temporary file".to_owned())?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(EventSpool { file, places: vec![(0, [0; 3]); events], length: 0 })
    }

    /// Keeps an event; `n` is its place in the order of time.
    pub fn push(&mut self, n: usize, forms: &EventForms) -> Result<()> {
        let texts = [&forms.json, &forms.csv, &forms.sketch];
        let why = || "an event is too long to be exported".to_owned();
        let mut lengths = [0; 3];
        for (length, text) in lengths.iter_mut().zip(texts) {
            *length = u32::try_from(text.len()).context(why)?;
            self.file.write_all(text.as_bytes()).context(|| "cannot write to a temporary file".to_owned())?;
        }
        self.places[n] = (self.length, lengths);
        self.length += lengths.map(u64::from).iter().sum::<u64>();
        Ok(())
    }

    /// Writes `events.jsonl`, `events.csv` and `timesketch.jsonl` in the order of time.
    pub fn write_out(self, bag: &mut BagWriter) -> Result<()> {
        let why = || "cannot read a temporary file".to_owned();
        let mut file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error).context(why)?;
        let mut files = [bag.begin(EVENTS)?, bag.begin(EVENTS_CSV)?, bag.begin(TIMESKETCH)?];
        files[1].write(csv_row(CSV_FIELDS).as_bytes())?;
        let (mut text, mut at) = (Vec::new(), None);
        for (offset, lengths) in self.places {
            // Events that came in the order of time lie one behind another.
            if at != Some(offset) {
                file.seek(SeekFrom::Start(offset)).context(why)?;
            }
            text.resize(lengths.iter().map(|length| *length as usize).sum(), 0);
            file.read_exact(&mut text).context(why)?;
            at = Some(offset + text.len() as u64);
            let mut rest = text.as_slice();
            for (file, length) in files.iter_mut().zip(lengths) {
                let (form, later) = rest.split_at(length as usize);
                file.write(form)?;
                rest = later;
            }
        }
        files.into_iter().try_for_each(|file| bag.end(file))
    }
}
