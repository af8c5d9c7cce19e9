//! Results on standard output: JSON lines with `--json`, else text or a table.

use serde::Serialize;

use crate::cli::args::Globals;
use crate::cli::runtime::Runtime;
use crate::cli::table::{Align, Table};
use crate::error::{Context, Result, escape_json_controls};

/// Writes something as one line of JSON.
pub fn json_line(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_string(value).context(|| "cannot write the result as JSON".to_owned())?;
    Ok(escape_json_controls(json))
}

/// Prints one result: an object with `--json`, else whatever `text` prints.
pub fn print_result(
    globals: &Globals,
    runtime: &mut Runtime,
    json: &impl Serialize,
    text: impl FnOnce(&mut Runtime) -> Result<()>,
) -> Result<()> {
    if globals.json { runtime.line(&json_line(json)?) } else { text(runtime) }
}

/// Results that are rows: one object a line with `--json`, else a table, which is printed
/// when all its rows are there.
pub struct OutputRows {
    json: bool,
    table: Table,
}

impl OutputRows {
    /// Begins without rows.
    pub fn new(globals: &Globals, headings: &[(&'static str, Align)]) -> OutputRows {
        OutputRows { json: globals.json, table: Table::new(headings) }
    }

    /// Prints a row as JSON, or adds its cells (foreign text) to the table.
    pub fn add<V: Serialize, const N: usize>(
        &mut self,
        runtime: &mut Runtime,
        json: impl FnOnce() -> V,
        cells: impl FnOnce() -> [String; N],
    ) -> Result<()> {
        if self.json {
            return runtime.line(&json_line(&json())?);
        }
        self.table.row(cells());
        Ok(())
    }

    /// Prints the table, if there is one.
    pub fn print(&self, runtime: &mut Runtime) -> Result<()> {
        if self.json { Ok(()) } else { self.print_table(runtime) }
    }

    /// Prints the table, if there is one and it has rows.
    pub fn print_unless_empty(&self, runtime: &mut Runtime) -> Result<()> {
        if self.table.is_empty() { Ok(()) } else { self.print(runtime) }
    }

    fn print_table(&self, runtime: &mut Runtime) -> Result<()> {
        self.table.lines(runtime.width).iter().try_for_each(|line| runtime.line(line))
    }
}
