//! `top`: the values of a field and how often each occurs.

use crate::error::Result;
use crate::index::{CancelToken, Request, TermOrder};
use crate::record::thousands;

use super::super::World;
use super::super::args::{Globals, TopArgs};
use super::super::run::{Opened, Outcome, json_line};
use super::super::table::{Align, Table};

/// Prints the most frequent or the rarest values.
pub fn top(args: &TopArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let request = Request { expr: opened.query(&args.query)?, window: opened.window(&args.span)? };
    let name = opened.field(&args.field)?;
    let (index, cancel) = (opened.case.index(), CancelToken::new());
    let rank = if args.rare { TermOrder::Rarest } else { TermOrder::Most };
    let values = index.top(&request, &name, rank, args.n, &cancel)?;
    let shown = |time: Option<crate::record::Timestamp>| time.map(|time| time.to_string());
    let mut table = Table::new(&[
        ("Events", Align::Right),
        ("Value", Align::Left),
        ("First", Align::Whole),
        ("Last", Align::Whole),
    ]);
    for value in &values {
        if globals.json {
            let row = serde_json::json!({ "value": value.value, "count": value.count,
                "first": shown(value.first), "last": shown(value.last) });
            world.line(&json_line(&row)?)?;
            continue;
        }
        let time = |time: Option<crate::record::Timestamp>| {
            time.map_or_else(|| "-".to_owned(), |time| opened.zone.show(time, 0))
        };
        table.row([thousands(value.count), value.value.clone(), time(value.first), time(value.last)]);
    }
    if values.is_empty() {
        return Ok(Outcome::Nothing);
    }
    if !globals.json {
        table.lines(world.width).iter().try_for_each(|line| world.line(line))?;
    }
    Ok(Outcome::Done)
}
