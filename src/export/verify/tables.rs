//! The tables of a bundle, each row of which follows from an event.

use serde_json::{Map, Value};

use crate::export::bag::files::{EVENTS_CSV, TIMESKETCH};
use crate::export::bag::{BagLines, BagReader, MOST_VALUES, file_damage};
use crate::fs::read_json;
use crate::record::{CSV_FIELDS, csv_row, parse_csv_row};
use crate::verify::Damage;

use super::differences::Differences;

/// How many rows that differ are listed.
const LISTED: u64 = 20;

/// `events.csv` and `timesketch.jsonl`, read in step with the events.
pub struct EventTables {
    csv: EventTable,
    sketch: EventTable,
}

/// A file of which each line follows from an event.
struct EventTable {
    file: &'static str,
    lines: Option<BagLines>,
    found: Vec<Damage>,
    count: u64,
    /// Whether it was reported that it ends too early.
    short: bool,
}

impl EventTables {
    /// Opens both and reports what cannot be read.
    pub fn open(bag: &BagReader, found: &mut Vec<Damage>) -> EventTables {
        let mut open = |file: &'static str| {
            let lines = bag.lines(file).map_err(|why| found.push(file_damage(file, why))).ok();
            let short = lines.is_none();
            EventTable { file, lines, found: Vec::new(), count: 0, short }
        };
        let mut tables = EventTables { csv: open(EVENTS_CSV), sketch: open(TIMESKETCH) };
        if let Some(line) = tables.csv.next()
            && line != csv_row(CSV_FIELDS).as_bytes()
        {
            tables.csv.found.push(file_damage(EVENTS_CSV, "its first line does not name the columns"));
        }
        tables
    }

    /// Compares the next line of each with what it must be.
    pub fn compare(&mut self, at: &str, csv: &str, sketch: &str) {
        if let Some(line) = self.csv.wanted(at).filter(|line| line != csv.as_bytes()) {
            self.csv.tell(|differences| {
                let (said, meant) = (parse_csv_row(&line), parse_csv_row(csv.as_bytes()).unwrap_or_default());
                let Some(said) = said.filter(|said| said.len() == meant.len()) else {
                    return differences.add(format!("{at} has not {} cells in quotes", CSV_FIELDS.len()));
                };
                for (name, (said, meant)) in CSV_FIELDS.iter().zip(said.into_iter().zip(meant)) {
                    differences.compare(&format!("{at}: {name}"), &said.into(), &meant.into());
                }
            });
        }
        if let Some(line) = self.sketch.wanted(at).filter(|line| line != sketch.as_bytes()) {
            self.sketch.tell(|differences| {
                let said: Result<Map<String, Value>, _> = read_json(&line, MOST_VALUES);
                let meant: Map<String, Value> = serde_json::from_str(sketch).unwrap_or_default();
                match said {
                    Err(_) => differences.add(format!("{at} is not JSON")),
                    Ok(said) if said == meant => {
                        differences.add(format!("{at} is not written as it must be"));
                    }
                    Ok(said) => differences.objects(at, &said, &meant),
                }
            });
        }
    }

    /// Ends both: nothing may be left.
    pub fn end(self, found: &mut Vec<Damage>) {
        for mut table in [self.csv, self.sketch] {
            if table.next().is_some() {
                table.found.push(file_damage(table.file, "it has more rows than there are events"));
            }
            found.append(&mut table.found);
        }
    }
}

impl EventTable {
    /// Reads the next line, which must be there.
    fn wanted(&mut self, at: &str) -> Option<Vec<u8>> {
        let line = self.next();
        if line.is_none() && !std::mem::replace(&mut self.short, true) {
            self.found.push(file_damage(self.file, format!("it has no row for {at}")));
        }
        line
    }

    /// Reads the next line.
    fn next(&mut self) -> Option<Vec<u8>> {
        let read = self.lines.as_mut()?.read().map(|line| line.map(<[u8]>::to_vec));
        match read {
            Ok(Some(line)) => Some(line),
            Ok(None) => {
                self.lines = None;
                None
            }
            Err(why) => {
                self.found.push(file_damage(self.file, why));
                (self.lines, self.short) = (None, true);
                None
            }
        }
    }

    fn tell(&mut self, say: impl FnOnce(&mut Differences<'_>)) {
        self.count += 1;
        if self.count <= LISTED {
            let mut differences = Differences::new(self.file, &mut self.found);
            say(&mut differences);
            differences.end();
        } else if self.count == LISTED + 1 {
            self.found.push(file_damage(self.file, "more rows differ"));
        }
    }
}
