//! The forms in which events are printed.

use crate::error::{Attempt, Result, harmless_json, visible};
use crate::record::{Entry, Value, Zone, fields, sentence, write_json};

use super::World;
use super::args::Form;
use super::table::{Align, Table};

/// Prints events in one form.
pub struct Printer {
    form: Form,
    fields: Vec<String>,
    zone: Zone,
    table: Table,
}

const HEADINGS: [(&str, Align); 6] = [
    ("Time", Align::Left),
    ("Id", Align::Left),
    ("", Align::Left),
    ("Actor", Align::Left),
    ("From", Align::Left),
    ("What", Align::Left),
];

impl Printer {
    /// Makes a printer; `fields` are full names, empty for the form's own choice.
    pub fn new(form: Form, fields: Vec<String>, zone: Zone) -> Printer {
        let table = Table::new(&HEADINGS);
        Printer { form, fields, zone, table }
    }

    /// Prints what comes before the events.
    pub fn begin(&mut self, world: &mut World) -> Result<()> {
        match self.form {
            Form::Csv => {
                if self.fields.is_empty() {
                    self.fields = CSV_FIELDS.iter().map(|name| (*name).to_owned()).collect();
                }
                let names = self.fields.clone();
                self.csv(&names, world)
            }
            Form::TimesketchCsv => self.csv(
                &["message", "datetime", "timestamp", "timestamp_desc", "tag"].map(str::to_owned),
                world,
            ),
            Form::Table | Form::Json | Form::Raw | Form::TimesketchJsonl => Ok(()),
        }
    }

    /// Prints an event, or keeps it for the table.
    pub fn event(&mut self, entry: &Entry, world: &mut World) -> Result<()> {
        match self.form {
            Form::Table => {
                let cells = if self.fields.is_empty() { self.cells(entry) } else { self.chosen(entry) };
                self.table.row(cells);
                Ok(())
            }
            Form::Json if self.fields.is_empty() => world.line(&write_json(entry, true)),
            Form::Json => {
                let whole = write_json(entry, true);
                world.line(&self.picked(&whole)?)
            }
            Form::Csv => {
                let cells: Vec<String> = self.fields.iter().map(|name| self.text(entry, name)).collect();
                self.csv(&cells, world)
            }
            Form::Raw => raw(entry, world),
            Form::TimesketchCsv => {
                let sketch = Sketch::of(entry);
                let cells = [
                    sketch.message,
                    sketch.datetime,
                    sketch.micros.to_string(),
                    sketch.what.to_owned(),
                    "[]".to_owned(),
                ];
                self.csv(&cells, world)
            }
            Form::TimesketchJsonl => world.line(&Sketch::of(entry).json(entry)?),
        }
    }

    /// Prints what was kept.
    pub fn end(&mut self, world: &mut World) -> Result<()> {
        if self.form != Form::Table || self.table.is_empty() {
            return Ok(());
        }
        let lines = if self.fields.is_empty() {
            self.table.lines(world.width)
        } else {
            self.table.lines_headed(&self.fields, world.width)
        };
        lines.iter().try_for_each(|line| world.line(line))
    }

    fn cells(&self, entry: &Entry) -> Vec<String> {
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
        let what = sentence(event).lines().next().unwrap_or_default().to_owned();
        vec![
            self.time(entry),
            entry.origin.id().to_string(),
            mark.to_owned(),
            text(fields::USER_NAME),
            text(from),
            what,
        ]
    }

    fn time(&self, entry: &Entry) -> String {
        let Some(stamp) = entry.event.stamp else { return "-".to_owned() };
        let shown = self.zone.show(stamp.instant, 3);
        if stamp.basis.is_explicit() { shown } else { format!("≈ {shown}") }
    }

    fn chosen(&self, entry: &Entry) -> Vec<String> {
        self.fields.iter().map(|name| self.text(entry, name)).collect()
    }

    /// Gives a field's values as one text.
    fn text(&self, entry: &Entry, name: &str) -> String {
        match name {
            "id" => entry.origin.id().to_string(),
            "@timestamp" => entry.event.stamp.map(|stamp| stamp.instant.to_string()).unwrap_or_default(),
            "message" => sentence(&entry.event),
            "event.original" => String::from_utf8_lossy(&entry.raw).into_owned(),
            "format" | "vestigo.format" => entry.event.format.to_owned(),
            "source" | "vestigo.source" => entry.origin.source.to_string(),
            "vestigo.line" => entry.origin.line.to_string(),
            _ => {
                entry.event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Picks the chosen fields out of an event's JSON.
    fn picked(&self, whole: &str) -> Result<String> {
        let why = || "cannot pick fields out of an event".to_owned();
        let mut object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(whole).attempt(why)?;
        let mut picked = serde_json::Map::new();
        for name in &self.fields {
            if let Some(value) = object.remove(name) {
                picked.insert(name.clone(), value);
            }
        }
        serde_json::to_string(&picked).attempt(why).map(harmless_json)
    }

    fn csv(&self, cells: &[String], world: &mut World) -> Result<()> {
        let quoted: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
        world.line(&quoted.join(","))
    }
}

const CSV_FIELDS: [&str; 12] = [
    "id",
    "@timestamp",
    "event.dataset",
    "event.action",
    "event.outcome",
    "host.name",
    "user.name",
    "source.ip",
    "http.request.method",
    "url.original",
    "http.response.status_code",
    "message",
];

/// Quotes a cell; one that a spreadsheet would take for a formula gets a `'`,
/// control characters become visible (OWASP: CSV injection).
fn csv_cell(cell: &str) -> String {
    let shown = visible(cell);
    let first = shown.trim_start().chars().next();
    let active = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '␉' | '␍'));
    format!("\"{}{}\"", if active { "'" } else { "" }, shown.replace('"', "\"\""))
}

/// Prints an event's very bytes where no terminal reads them.
fn raw(entry: &Entry, world: &mut World) -> Result<()> {
    if world.out_is_terminal {
        return world.line(&visible(&String::from_utf8_lossy(&entry.raw)));
    }
    world.bytes(&entry.raw)?;
    world.bytes(b"\n")
}

/// An event as Timesketch wants it: no line ends, texts of at most 32,766 bytes.
struct Sketch {
    message: String,
    datetime: String,
    micros: i64,
    what: &'static str,
}

impl Sketch {
    fn of(entry: &Entry) -> Sketch {
        let instant = entry.event.stamp.map(|stamp| stamp.instant).unwrap_or_default();
        let text = instant.to_string();
        Sketch {
            message: short(&sentence(&entry.event)),
            datetime: format!("{}+00:00", &text[..26]),
            micros: instant.nanos().div_euclid(1000),
            what: if entry.event.stamp.is_some() { "Event Logged" } else { "Time Unknown" },
        }
    }

    fn json(self, entry: &Entry) -> Result<String> {
        let why = || "cannot write an event as JSON".to_owned();
        let mut object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&write_json(entry, true)).attempt(why)?;
        for value in object.values_mut() {
            if let serde_json::Value::String(text) = value {
                *text = short(text);
            }
        }
        object.insert("message".into(), self.message.into());
        object.insert("datetime".into(), self.datetime.into());
        object.insert("timestamp".into(), self.micros.into());
        object.insert("timestamp_desc".into(), self.what.into());
        object.insert("tag".into(), serde_json::json!([]));
        serde_json::to_string(&object).attempt(why).map(harmless_json)
    }
}

fn short(text: &str) -> String {
    let mut shown = visible(text);
    let mut end = shown.len().min(32_766);
    while !shown.is_char_boundary(end) {
        end -= 1;
    }
    shown.truncate(end);
    shown
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn a_formula_in_a_cell_is_made_harmless() {
        assert_eq!(csv_cell("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(csv_cell("  +1"), "\"'  +1\"");
        assert_eq!(csv_cell("say \"hi\"\n"), "\"say \"\"hi\"\"␊\"");
    }
}
