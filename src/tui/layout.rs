//! The layout of the screen: a pure function of size and model, used by update
//! (how long is a page?) and by the view.

use ratatui::layout::{Rect, Size};

use crate::tui::model::{Model, Pane};

/// The smallest terminal in which the panes are drawn.
pub const SMALLEST: Size = Size { width: 40, height: 10 };

/// Columns left of the timeline's buckets: the scale.
pub const GUTTER: u16 = 7;

/// The rectangles of the screen. They do not overlap; in a small terminal the
/// focused pane replaces others, which are `None` then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panes {
    /// The first line: case, seal, counts, zone.
    pub status: Rect,
    /// The names of the screens, where they have a line of their own.
    pub tabs: Option<Rect>,
    /// The search line.
    pub search: Rect,
    /// Everything between search line and footer.
    pub body: Rect,
    /// The timeline's heading, if it has one.
    pub timeline_heading: Option<Rect>,
    /// The timeline's bars, without scale and axis.
    pub bars: Rect,
    /// The timeline's axis, one line under the bars.
    pub axis: Rect,
    /// The line under the axis with the findings and bookmarks, where there are any.
    pub marks: Option<Rect>,
    /// The fields, heading included.
    pub fields: Option<Rect>,
    /// The event list's heading lines.
    pub events_heading: Option<Rect>,
    /// The event list's rows.
    pub rows: Option<Rect>,
    /// The detail, heading included.
    pub detail: Option<Rect>,
    /// The last line.
    pub footer: Rect,
    /// Lines that separate the body from what is above and below it.
    pub frame: Vec<Rect>,
    /// Lines that separate the panes of the first screen.
    pub rules: Vec<Rect>,
}

/// Returns the layout; `None` if the terminal is too small.
pub fn panes(size: Size, model: &Model) -> Option<Panes> {
    if size.width < SMALLEST.width || size.height < SMALLEST.height {
        return None;
    }
    let shape = SizeClass { wide: size.width >= 100, tall: size.height >= 30 };
    let (mut frame, mut rules) = (Vec::new(), Vec::new());
    let mut top = LineStrip { y: 0, width: size.width };
    let status = top.take_lines(1);
    let tabs = shape.tall.then(|| top.take_lines(1));
    if shape.tall {
        frame.push(top.take_lines(1));
    }
    let search = top.take_lines(1);
    if shape.tall {
        frame.push(top.take_lines(1));
    }
    let footer = Rect::new(0, size.height - 1, size.width, 1);
    let end = if shape.tall { size.height - 2 } else { size.height - 1 };
    let body = Rect::new(0, top.y, size.width, end - top.y);
    let timeline_heading = shape.tall.then(|| top.take_lines(1));
    let bars = top.take_lines(bar_lines(size.height));
    let bars = Rect::new(GUTTER, bars.y, size.width - GUTTER - 1, bars.height);
    let axis = top.take_lines(1);
    let has_marks = model.annotations.loaded.as_ref().is_some_and(|notes| !notes.is_empty());
    let marks = (shape.tall && has_marks).then(|| top.take_lines(1));
    if shape.tall {
        rules.push(top.take_lines(1));
        frame.push(Rect::new(0, end, size.width, 1));
    }
    let main = Rect::new(0, top.y, size.width, end.saturating_sub(top.y));
    let parts = main_parts(main, shape, model.focus.pane, &mut rules);
    let (events_heading, rows) = match parts.events {
        Some(events) => {
            let lines = if shape.tall { 2 } else { 1 };
            let heading = Rect { height: lines.min(events.height), ..events };
            let rows =
                Rect { y: events.y + heading.height, height: events.height - heading.height, ..events };
            (Some(heading), Some(rows))
        }
        None => (None, None),
    };
    let (fields, detail) = (parts.fields, parts.detail);
    Some(Panes {
        status,
        tabs,
        search,
        body,
        timeline_heading,
        bars,
        axis,
        marks,
        fields,
        events_heading,
        rows,
        detail,
        footer,
        frame,
        rules,
    })
}

/// Returns how many buckets the timeline has room for.
pub fn bucket_columns(size: Size) -> usize {
    usize::from(size.width.saturating_sub(GUTTER + 1)).max(2)
}

/// Returns the rectangle of a page of text that lies over everything.
pub fn popup(size: Size) -> Rect {
    let (above, below) = if size.height >= 30 { (3, 2) } else { (0, 1) };
    Rect::new(0, above, size.width, size.height.saturating_sub(above + below))
}

/// Returns how many lines of text such a page shows: a heading and a rule are not of it.
pub fn popup_lines(size: Size) -> u16 {
    popup(size).height.saturating_sub(2)
}

#[derive(Clone, Copy)]
struct SizeClass {
    /// Fields stand beside the list.
    wide: bool,
    /// The detail stands under the list; rules and headings have lines.
    tall: bool,
}

/// Hands out lines from the top downwards.
struct LineStrip {
    y: u16,
    width: u16,
}

impl LineStrip {
    fn take_lines(&mut self, height: u16) -> Rect {
        let rect = Rect::new(0, self.y, self.width, height);
        self.y += height;
        rect
    }
}

fn bar_lines(height: u16) -> u16 {
    match height {
        0..=13 => 1,
        14..=19 => 2,
        20..=29 => 3,
        30..=49 => 4,
        _ => 8,
    }
}

struct MainParts {
    fields: Option<Rect>,
    events: Option<Rect>,
    detail: Option<Rect>,
}

fn main_parts(main: Rect, shape: SizeClass, pane: Pane, rules: &mut Vec<Rect>) -> MainParts {
    if !shape.tall && pane == Pane::Detail {
        return MainParts { fields: None, events: None, detail: Some(main) };
    }
    let with_fields = shape.wide || pane == Pane::Fields;
    let (fields, right) = if with_fields {
        let width = (main.width * 3 / 10).clamp(28.min(main.width / 2), 44);
        let gap = 1;
        let right = Rect { x: width + gap, width: main.width - width - gap, ..main };
        (Some(Rect { width, ..main }), right)
    } else {
        (None, main)
    };
    if !shape.tall {
        return MainParts { fields, events: Some(right), detail: None };
    }
    let height = match pane {
        Pane::Detail => right.height * 2 / 3,
        Pane::Events | Pane::Fields | Pane::Timeline => (right.height / 3).clamp(5, 16),
    };
    let detail = Rect { y: right.y + right.height - height, height, ..right };
    rules.push(Rect { y: detail.y - 1, height: 1, ..right });
    let events = Rect { height: right.height - height - 1, ..right };
    MainParts { fields, events: Some(events), detail: Some(detail) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::keymap::Keymap;
    use crate::tui::protocol::CaseInfo;

    fn model(pane: Pane) -> Model {
        let facts = CaseInfo {
            title: String::new(),
            sources: Vec::new(),
            events: 0,
            fields: Vec::new(),
            span: None,
            zone: crate::record::Zone::UTC,
            in_utc: false,
            trouble: Vec::new(),
            alarms: Vec::new(),
            now: crate::record::Timestamp::default(),
        };
        let mut model = Model::new(facts, Keymap::default(), SMALLEST);
        model.focus.pane = pane;
        model
    }

    proptest! {
        #[test]
        fn panes_lie_inside_the_terminal_and_apart(
            width in 0u16..260, height in 0u16..90,
            pane in prop::sample::select(vec![Pane::Events, Pane::Fields, Pane::Timeline, Pane::Detail]),
        ) {
            let size = Size { width, height };
            let Some(panes) = panes(size, &model(pane)) else {
                prop_assert!(width < SMALLEST.width || height < SMALLEST.height);
                return Ok(());
            };
            let some = [panes.tabs, panes.timeline_heading, panes.fields, panes.events_heading, panes.rows, panes.detail];
            let always = [panes.status, panes.search, panes.bars, panes.axis, panes.footer];
            let all: Vec<Rect> = some.into_iter().flatten().chain(always).chain(panes.frame).chain(panes.rules).collect();
            let terminal = Rect::new(0, 0, width, height);
            for (i, one) in all.iter().enumerate() {
                prop_assert_eq!(one.intersection(terminal), *one);
                for other in &all[i + 1..] {
                    prop_assert!(one.intersection(*other).is_empty(), "{:?} and {:?}", one, other);
                }
            }
            let main = match pane {
                Pane::Fields => panes.fields,
                Pane::Detail => panes.detail,
                Pane::Events | Pane::Timeline => panes.rows,
            };
            prop_assert!(main.is_some_and(|main| main.height >= 2 && main.width >= 12), "{:?} has {:?}", pane, main);
        }
    }
}
