//! What a pane shows, as far as tests ask for it.

use vestigo::tui::{EventColumn, Pane, RowContent};

use super::Robot;

/// A pane that is looked at.
pub struct PaneView<'a> {
    pub(super) robot: &'a mut Robot,
    pub(super) pane: Pane,
}

impl PaneView<'_> {
    /// Gives what the selected line of the pane says.
    pub fn said(&self) -> String {
        let model = self.robot.model();
        match self.pane {
            Pane::Events => match model.list.row().map(|row| (&row.content, row)) {
                Some((RowContent::Event(brief), row)) => {
                    let cell = |column| row.cell(column).map_or("-", |pivot| pivot.value.as_str());
                    format!("{} {} {}", cell(EventColumn::Actor), cell(EventColumn::From), brief.what)
                }
                Some((RowContent::Unreadable { what, .. }, _)) => what.clone(),
                None => String::new(),
            },
            Pane::Fields => {
                model.fields.pivot().map_or(String::new(), |pivot| format!("{}:{}", pivot.field, pivot.value))
            }
            Pane::Detail => {
                let card = model.detail.event.as_ref();
                let pivot = card.and_then(|card| card.fields.get(model.detail.selected));
                pivot.map_or(String::new(), |pivot| format!("{}:{}", pivot.field, pivot.value))
            }
            Pane::Timeline => model.timeline.brush(model.moment()).zip(model.timeline.chart.as_ref()).map_or(
                String::new(),
                |(range, chart)| {
                    let window = chart.window_of(&range);
                    format!("{} {}", window.from, window.to)
                },
            ),
        }
    }

    /// Demands that the selected line holds a text.
    #[track_caller]
    pub fn selected(&self, text: &str) {
        let said = self.said();
        assert!(said.contains(text), "the selected line of {:?} says {said:?} and not {text:?}", self.pane);
    }
}
