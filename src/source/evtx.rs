//! Windows event logs (EVTX) as JSON lines: one object a record, as the crate `evtx`
//! writes it.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use evtx::{EvtxParser, ParserSettings};

/// The first bytes of an event log (MS-EVEN6, and the crate's own documentation).
pub const SIGNATURE: &[u8] = b"ElfFile\0";

/// What could not be decoded.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct EvtxFaults {
    /// How many records or chunks.
    pub count: u64,
    /// The first reason.
    pub first: Option<String>,
}

/// Decodes every record of an event log, in the order of the file, into `out`. A record
/// that cannot be decoded is counted, and the others are still read. Stops after `most`
/// bytes.
///
/// # Errors
///
/// Fails if the file cannot be read or `out` not be written.
pub fn decode(file: &File, out: &mut File, most: u64) -> io::Result<EvtxFaults> {
    let mut faults = EvtxFaults::default();
    let mut fault = |error: String| {
        faults.count += 1;
        faults.first.get_or_insert(error);
    };
    let mut input = file.try_clone()?;
    input.seek(SeekFrom::Start(0))?;
    let settings = ParserSettings::new().num_threads(0).indent(false);
    match EvtxParser::from_read_seek(input) {
        Err(error) => fault(error.to_string()),
        Ok(parser) => {
            let mut parser = parser.with_configuration(settings);
            let mut lines = BufWriter::new(&mut *out);
            let mut written = 0;
            for record in parser.records_json() {
                match record {
                    Ok(_) if written > most => {
                        fault(format!("it expands to more than {most} bytes"));
                        break;
                    }
                    Ok(record) => {
                        written += record.data.len() as u64 + 1;
                        lines.write_all(record.data.replace(['\n', '\r'], " ").as_bytes())?;
                        lines.write_all(b"\n")?;
                    }
                    Err(error) => fault(error.to_string()),
                }
            }
            lines.flush()?;
        }
    }
    out.seek(SeekFrom::Start(0))?;
    Ok(faults)
}
