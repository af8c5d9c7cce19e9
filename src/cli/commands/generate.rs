//! `generate`: what is made from the program's own tables.

use crate::error::Result;
use crate::tui::{keymap, listing};

use super::super::World;
use super::super::args::Globals;
use super::super::run::Outcome;
use super::super::table::{Align, Table};

/// Prints the keys of the screen.
pub fn keys(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let mut table = Table::new(&[("Where", Align::Left), ("Keys", Align::Left), ("Does", Align::Left)]);
    for row in listing(&keymap("default")?) {
        if globals.json {
            let row = serde_json::json!({ "where": row.context, "keys": row.keys, "action": row.action, "does": row.doc });
            world.line(&super::super::run::json_line(&row)?)?;
        }
        table.row([row.context.to_owned(), row.keys, row.doc.to_owned()]);
    }
    if !globals.json {
        table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    }
    Ok(Outcome::Done)
}

/// Prints a script as it is.
pub fn script(text: &str, world: &mut World) -> Result<Outcome> {
    world.bytes(text.as_bytes())?;
    Ok(Outcome::Done)
}
