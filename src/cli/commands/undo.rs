//! `undo` and `redo`: an annotation taken back, or brought again, which is an entry, too.

use crate::error::{Error, Result, visible};
use crate::journal::{Annotation, redoable, undoable};

use super::super::World;
use super::super::args::Globals;
use super::super::run::{Opened, Outcome, json_line};
use super::bookmark::write;

/// Takes back the last annotation of this journal that still stands. Somebody
/// else's is taken back only where `any` says so.
pub fn undo(any: bool, globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let Some(last) = undoable(opened.case.whole_journal()) else {
        return Err(Error::usage("there is nothing to take back"));
    };
    let (seq, told) = (last.seq.unwrap_or_default(), visible(&last.act.told()));
    if last.by != world.who().by() && !any {
        let by = visible(&last.said_by());
        return Err(Error::usage(format!(
            "the last annotation is not yours: {told} (entry {seq}, {by}, {})",
            last.at
        ))
        .hint("`vestigo undo --any` takes back what somebody else wrote, and says so for ever."));
    }
    tell(&opened, &last.taken_back(), ("undone", "taken back"), (seq, &told), globals, world)
}

/// Brings back what was taken back last.
pub fn redo(globals: &Globals, world: &mut World) -> Result<Outcome> {
    let opened = Opened::new(globals, world)?;
    let journal = opened.case.whole_journal();
    let Some(last) = redoable(journal) else {
        return Err(Error::usage("there is nothing to bring back")
            .hint("An undo can be taken back until something else is written."));
    };
    let told = match &last.act {
        Annotation::Undo { of: Some(of), .. } => visible(&format!("{} {} of {}", of.kind, of.seq, of.by)),
        act => visible(&act.told()),
    };
    tell(
        &opened,
        &last.taken_back(),
        ("redone", "brought back"),
        (last.seq.unwrap_or_default(), &told),
        globals,
        world,
    )
}

fn tell(
    opened: &Opened,
    act: &Annotation,
    (name, word): (&str, &str),
    (seq, told): (u64, &str),
    globals: &Globals,
    world: &mut World,
) -> Result<Outcome> {
    world.listen();
    write(opened, std::slice::from_ref(act), globals, world)?;
    let text = if globals.json {
        json_line(&serde_json::json!({ name: seq, "what": told }))?
    } else {
        format!("{word}: {told} (entry {seq})")
    };
    world.line(&text)?;
    Ok(Outcome::Done)
}
