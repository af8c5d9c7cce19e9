//! `journal`: who did what when.

use crate::error::{Result, visible};
use crate::journal::Line;

use super::World;
use super::args::Globals;
use super::run::{Opened, Outcome, json_line};
use super::table::{Align, Table, grouped};

/// Prints the journal's entries.
pub fn journal(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let mut table = Table::new(&[
        ("#", Align::Right),
        ("When", Align::Left),
        ("Who", Align::Left),
        ("Did", Align::Left),
        ("What", Align::Left),
    ]);
    for line in opened.case.journal() {
        if globals.json {
            world.line(&json_line(line)?)?;
            continue;
        }
        let when = line.at.get(..19).unwrap_or(&line.at).replace('T', " ") + "Z";
        table.row([line.seq.to_string(), when, line.by.clone(), line.act.clone(), summary(line)]);
    }
    if !globals.json {
        table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    }
    Ok(Outcome::Done)
}

/// Says in a few words what an entry holds.
fn summary(line: &Line) -> String {
    let what = &line.what;
    match line.act.as_str() {
        "case.create" => what["title"].as_str().unwrap_or_default().to_owned(),
        "evidence.import" => {
            let rows = what["sources"].as_array().map_or(&[][..], Vec::as_slice);
            let count = |status| rows.iter().filter(|row| row["status"] == status).count() as u64;
            let events: u64 = rows.iter().filter_map(|row| row["events"].as_u64()).sum();
            let mut text = format!(
                "{} sources, {} events",
                grouped(count("imported") + count("partial")),
                grouped(events)
            );
            for status in ["partial", "duplicate", "skipped", "failed"] {
                if count(status) > 0 {
                    text.push_str(&format!(", {} {status}", grouped(count(status))));
                }
            }
            text
        }
        "index.rebuild" => format!("{} events", grouped(what["events"].as_u64().unwrap_or(0))),
        _ => visible(&what.to_string()),
    }
}
