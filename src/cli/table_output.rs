//! Tables that queries with pipes make, on standard output.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::app::{Figure, ResultTable, TableCell, TableRow};
use crate::cli::event_output::OutputFormat;
use crate::cli::output::json_line;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::Result;
use crate::record::{Zone, csv_cell, thousands};

/// The name of the key, and the column, that lists what is approximate in a row.
const APPROXIMATE: &str = "approximate";

/// Prints up to `limit` rows of a table.
pub fn print_table(
    table: &ResultTable,
    format: OutputFormat,
    limit: usize,
    zone: &Zone,
    runtime: &mut Runtime,
) -> Result<()> {
    let names: Vec<String> = table.columns.iter().map(|column| column.name()).collect();
    let rows = &table.rows[..limit.min(table.rows.len())];
    match format {
        OutputFormat::Json => {
            rows.iter().try_for_each(|row| runtime.line(&json_line(&JsonRow { names: &names, row })?))
        }
        OutputFormat::Csv => print_csv(&names, rows, runtime),
        OutputFormat::Table
        | OutputFormat::Raw
        | OutputFormat::TimesketchCsv
        | OutputFormat::TimesketchJsonl => print_columns(&names, rows, zone, runtime),
    }
}

fn print_columns(names: &[String], rows: &[TableRow], zone: &Zone, runtime: &mut Runtime) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let heading = |(i, name): (usize, &String)| (name.clone(), align(rows, i));
    let headings: Vec<(String, Align)> = names.iter().enumerate().map(heading).collect();
    let mut table = Table::with_headings(&headings);
    for row in rows {
        let cell = |(i, cell): (usize, &TableCell)| match row.approximate.contains(&i) {
            true => format!("≈ {}", shown(cell, zone)),
            false => shown(cell, zone),
        };
        table.row(row.cells.iter().enumerate().map(cell));
    }
    table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))
}

/// Returns how a column is aligned: numbers at the right, times whole.
fn align(rows: &[TableRow], column: usize) -> Align {
    let cells = || rows.iter().filter_map(|row| row.cells.get(column));
    let all = |test: fn(&TableCell) -> bool| {
        cells().all(|cell| test(cell) || *cell == TableCell::Missing)
            && cells().any(|cell| *cell != TableCell::Missing)
    };
    if all(|cell| matches!(cell, TableCell::Number(_))) {
        Align::Right
    } else if all(|cell| matches!(cell, TableCell::Time(_))) {
        Align::Whole
    } else {
        Align::Left
    }
}

fn shown(cell: &TableCell, zone: &Zone) -> String {
    match cell {
        TableCell::Missing => "-".to_owned(),
        TableCell::Number(number) => shown_number(*number),
        // Fractions of a second only where there are some.
        TableCell::Time(time) => zone.show(*time, if time.nanos() % 1_000_000_000 == 0 { 0 } else { 3 }),
        TableCell::Flag(_) | TableCell::Text(_) | TableCell::Several(_) => cell.to_string(),
    }
}

/// Writes a number with a comma between thousands, and at most three digits of its fraction.
fn shown_number(number: Figure) -> String {
    match number {
        Figure::Whole(whole) if whole < 0 => format!("-{}", thousands(whole.unsigned_abs())),
        Figure::Whole(whole) => thousands(whole),
        Figure::Float(number) if number.abs() >= 1e15 || number.abs() < 0.001 => format!("{number:.3e}"),
        Figure::Float(number) => {
            let text = format!("{:.3}", number.abs());
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let fraction = fraction.trim_end_matches('0');
            let sign = if number < 0.0 { "-" } else { "" };
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{sign}{}{point}{fraction}", thousands(whole))
        }
    }
}

/// Prints RFC 4180; where something is approximate, a last column says what.
fn print_csv(names: &[String], rows: &[TableRow], runtime: &mut Runtime) -> Result<()> {
    let rough = rows.iter().any(|row| !row.approximate.is_empty());
    let mut head: Vec<String> = names.iter().map(|name| csv_cell(name)).collect();
    head.extend(rough.then(|| csv_cell(APPROXIMATE)));
    runtime.line(&head.join(","))?;
    for row in rows {
        let cell = |cell: &TableCell| match cell {
            // A number is no formula, whatever its sign.
            TableCell::Number(_) => format!("\"{cell}\""),
            cell => csv_cell(&cell.to_string()),
        };
        let mut cells: Vec<String> = row.cells.iter().map(cell).collect();
        cells.extend(rough.then(|| csv_cell(&approximate(names, row).join(", "))));
        runtime.line(&cells.join(","))?;
    }
    Ok(())
}

fn approximate(names: &[String], row: &TableRow) -> Vec<String> {
    row.approximate.iter().filter_map(|i| names.get(*i).cloned()).collect()
}

/// A row as one JSON object.
struct JsonRow<'a> {
    names: &'a [String],
    row: &'a TableRow,
}

impl Serialize for JsonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, cell) in self.names.iter().zip(&self.row.cells) {
            map.serialize_entry(name, &JsonCell(cell))?;
        }
        if !self.row.approximate.is_empty() {
            map.serialize_entry(APPROXIMATE, &approximate(self.names, self.row))?;
        }
        map.end()
    }
}

/// A cell as a JSON value: numbers are numbers, however large.
struct JsonCell<'a>(&'a TableCell);

impl Serialize for JsonCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.0 {
            TableCell::Missing => serializer.serialize_none(),
            TableCell::Number(Figure::Whole(whole)) => serializer.serialize_i128(*whole),
            TableCell::Number(Figure::Float(number)) => serializer.serialize_f64(*number),
            TableCell::Flag(flag) => serializer.serialize_bool(*flag),
            TableCell::Time(_) | TableCell::Text(_) => serializer.collect_str(self.0),
            TableCell::Several(values) => serializer.collect_seq(values.iter().map(JsonCell)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_for_reading() {
        for (number, text) in [
            (Figure::Whole(-1234), "-1,234"),
            (Figure::Whole(1 << 70), "1,180,591,620,717,411,303,424"),
            (Figure::Float(1234.5), "1,234.5"),
            (Figure::Float(-0.25), "-0.25"),
            (Figure::Float(2.0 / 3.0), "0.667"),
            (Figure::Float(1e300), "1.000e300"),
            (Figure::Float(0.000_1), "1.000e-4"),
        ] {
            assert_eq!(shown_number(number), text);
        }
    }

    #[test]
    fn a_row_of_json_keeps_every_digit_and_names_what_is_approximate() {
        let row = TableRow {
            cells: vec![TableCell::Missing, TableCell::Number(Figure::Whole(1 << 70))],
            approximate: vec![1],
        };
        let names = ["user.name".to_owned(), "dc(ip)".to_owned()];
        let line = json_line(&JsonRow { names: &names, row: &row }).unwrap();
        assert_eq!(line, r#"{"user.name":null,"dc(ip)":1180591620717411303424,"approximate":["dc(ip)"]}"#);
    }
}
