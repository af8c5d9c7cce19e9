//! The formats in which events are printed.

use clap::ValueEnum;

use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Context, Result, escape_json_controls, visible};
use crate::record::{
    CSV_FIELDS, EventRecord, Value, Zone, csv_cell, fields, summarize, timesketch_row, write_json,
};

/// The format of events on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Columns for reading
    Table,
    /// One flat object per line
    Json,
    /// Comma-separated, with formula cells escaped
    Csv,
    /// The exact bytes
    Raw,
    /// Timesketch CSV
    TimesketchCsv,
    /// Timesketch JSON lines
    TimesketchJsonl,
}

/// Prints events in one format.
pub struct Printer {
    format: OutputFormat,
    fields: Vec<String>,
    zone: Zone,
    table: Table,
}

const HEADINGS: [(&str, Align); 6] = [
    ("Time", Align::Whole),
    ("Id", Align::Left),
    ("", Align::Left),
    ("Actor", Align::Left),
    ("From", Align::Whole),
    ("Summary", Align::Left),
];

impl Printer {
    /// Creates a printer; `fields` are full names, empty for the format's own choice.
    pub fn new(format: OutputFormat, fields: Vec<String>, zone: Zone) -> Printer {
        let table = Table::new(&HEADINGS);
        Printer { format, fields, zone, table }
    }

    /// Prints what comes before the events.
    pub fn begin(&mut self, runtime: &mut Runtime) -> Result<()> {
        match self.format {
            OutputFormat::Csv => {
                if self.fields.is_empty() {
                    self.fields = CSV_FIELDS.iter().map(|name| (*name).to_owned()).collect();
                }
                let names = self.fields.clone();
                self.csv(&names, runtime)
            }
            OutputFormat::TimesketchCsv => self.csv(&SKETCH_FIELDS.map(str::to_owned), runtime),
            OutputFormat::Table | OutputFormat::Json | OutputFormat::Raw | OutputFormat::TimesketchJsonl => {
                Ok(())
            }
        }
    }

    /// Prints an event, or adds it to the table.
    pub fn event(&mut self, entry: &EventRecord, runtime: &mut Runtime) -> Result<()> {
        match self.format {
            OutputFormat::Table => {
                let cells = if self.fields.is_empty() { self.cells(entry) } else { self.chosen(entry) };
                self.table.row(cells);
                Ok(())
            }
            OutputFormat::Json if self.fields.is_empty() => runtime.line(&write_json(entry, true)),
            OutputFormat::Json => {
                let whole = write_json(entry, true);
                runtime.line(&self.picked(&whole)?)
            }
            OutputFormat::Csv => {
                let cells: Vec<String> = self.fields.iter().map(|name| self.text(entry, name)).collect();
                self.csv(&cells, runtime)
            }
            OutputFormat::Raw => raw(entry, runtime),
            OutputFormat::TimesketchCsv => {
                let row = timesketch_row(flat(entry)?, &[]);
                let text = |value: &serde_json::Value| match value {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let cells = SKETCH_FIELDS.map(|name| row.get(name).map(text).unwrap_or_default());
                self.csv(&cells, runtime)
            }
            OutputFormat::TimesketchJsonl => {
                let row = serde_json::to_string(&timesketch_row(flat(entry)?, &[]));
                runtime
                    .line(&escape_json_controls(row.context(|| "cannot write an event as JSON".to_owned())?))
            }
        }
    }

    /// Prints the table, if there is one.
    pub fn end(&mut self, runtime: &mut Runtime) -> Result<()> {
        if self.format != OutputFormat::Table || self.table.is_empty() {
            return Ok(());
        }
        let lines = if self.fields.is_empty() {
            self.table.lines(runtime.width)
        } else {
            self.table.lines_headed(&self.fields, runtime.width)
        };
        lines.iter().try_for_each(|line| runtime.line(line))
    }

    fn cells(&self, entry: &EventRecord) -> Vec<String> {
        let event = &entry.event;
        let text =
            |id| event.get(id).map_or_else(|| "-".to_owned(), |value: &Value<'_>| value.text().into_owned());
        let mark = match event.text(fields::EVENT_OUTCOME) {
            Some("success") => "✓",
            Some("failure") => "✗",
            _ => "·",
        };
        let from =
            if event.get(fields::SOURCE_IP).is_some() { fields::SOURCE_IP } else { fields::SOURCE_ADDRESS };
        let what = summarize(event).lines().next().unwrap_or_default().to_owned();
        vec![
            self.time(entry),
            entry.origin.id().to_string(),
            mark.to_owned(),
            text(fields::USER_NAME),
            text(from),
            what,
        ]
    }

    fn time(&self, entry: &EventRecord) -> String {
        let Some(stamp) = entry.event.time else { return "-".to_owned() };
        // Fractions of a second only where there are some.
        let digits = if stamp.timestamp.nanos() % 1_000_000_000 == 0 { 0 } else { 3 };
        let shown = self.zone.show(stamp.timestamp, digits);
        if stamp.basis.is_explicit() { shown } else { format!("≈ {shown}") }
    }

    fn chosen(&self, entry: &EventRecord) -> Vec<String> {
        self.fields.iter().map(|name| self.text(entry, name)).collect()
    }

    /// Returns a field's values as one text.
    fn text(&self, entry: &EventRecord, name: &str) -> String {
        match name {
            "id" => entry.origin.id().to_string(),
            "@timestamp" => entry.event.time.map(|stamp| stamp.timestamp.to_string()).unwrap_or_default(),
            "message" => summarize(&entry.event),
            "event.original" => String::from_utf8_lossy(&entry.raw).into_owned(),
            "format" | "vestigo.format" => entry.event.format.to_owned(),
            "source" | "vestigo.source" => entry.origin.source.to_string(),
            "vestigo.line" => entry.origin.line.to_string(),
            _ => {
                entry.event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Returns the chosen fields of an event's JSON.
    fn picked(&self, whole: &str) -> Result<String> {
        let why = || "cannot pick fields out of an event".to_owned();
        let mut object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(whole).context(why)?;
        let mut picked = serde_json::Map::new();
        for name in &self.fields {
            if let Some(value) = object.remove(name) {
                picked.insert(name.clone(), value);
            }
        }
        serde_json::to_string(&picked).context(why).map(escape_json_controls)
    }

    fn csv(&self, cells: &[String], runtime: &mut Runtime) -> Result<()> {
        let quoted: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        runtime.line(&quoted.join(","))
    }
}

/// The columns that Timesketch requires.
const SKETCH_FIELDS: [&str; 5] = ["message", "datetime", "timestamp", "timestamp_desc", "tag"];

/// Returns an event as one flat JSON object.
fn flat(entry: &EventRecord) -> Result<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_str(&write_json(entry, true)).context(|| "cannot read an event's JSON".to_owned())
}

/// Prints an event's exact bytes, escaped only for a terminal.
fn raw(entry: &EventRecord, runtime: &mut Runtime) -> Result<()> {
    if runtime.out_is_terminal {
        return runtime.line(&visible(&String::from_utf8_lossy(&entry.raw)));
    }
    runtime.bytes(&entry.raw)?;
    runtime.bytes(b"\n")
}
