//! `search`: events that match, in several forms.

use crate::error::Result;
use crate::index::{CancelToken, Hit, Order, Request};
use crate::record::thousands;

use super::super::World;
use super::super::args::{Form, Globals, OrderArg, SearchArgs};
use super::super::event_output::Printer;
use super::super::run::{Opened, Outcome, json_line};

/// How many events are fetched at once.
const PAGE: usize = 1000;

/// Prints the events that match.
pub fn search(args: &SearchArgs, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let request = Request { expr: opened.query(&args.query)?, window: opened.window(&args.span)? };
    let index = opened.case.index();
    let explain = |world: &mut World| -> Result<()> {
        opened.explain(&args.query)?.iter().for_each(|line| world.note(line));
        Ok(())
    };
    if args.explain {
        explain(world)?;
    }
    if args.count {
        let count = index.count(&request, &CancelToken::new())?;
        let text =
            if globals.json { json_line(&serde_json::json!({ "count": count }))? } else { count.to_string() };
        world.line(&text)?;
        return Ok(if count == 0 { Outcome::Nothing } else { Outcome::Done });
    }
    let form = args.format.unwrap_or(if globals.json { Form::Json } else { Form::Table });
    let fields: Vec<String> = args.fields.iter().map(|name| opened.field(name)).collect::<Result<_>>()?;
    let mut printer = Printer::new(form, fields, opened.zone);
    printer.begin(world)?;
    let order = match args.order {
        OrderArg::Newest => Order::Newest,
        OrderArg::Oldest => Order::Oldest,
    };
    let (mut printed, limit) = (0, if args.all { usize::MAX } else { args.limit });
    let mut after: Option<Hit> = None;
    while printed < limit {
        let wanted = PAGE.min(limit - printed);
        let hits = index.page(&request, order, after.as_ref(), wanted, &CancelToken::new())?;
        for hit in &hits {
            printer.event(&opened.case.entry(hit)?, world)?;
        }
        printed += hits.len();
        after = hits.last().copied();
        if hits.len() < wanted {
            break;
        }
    }
    printer.end(world)?;
    if printed == limit && !globals.quiet && form == Form::Table {
        let count = index.count(&request, &CancelToken::new())?;
        if count > printed as u64 {
            world.note(&format!(
                "{} of {} events; --all gives every one",
                thousands(printed as u64),
                thousands(count)
            ));
        }
    }
    if printed == 0 {
        if !globals.quiet && form == Form::Table {
            world.note("nothing matched");
            if !args.explain {
                explain(world)?;
            }
        }
        return Ok(Outcome::Nothing);
    }
    Ok(Outcome::Done)
}
