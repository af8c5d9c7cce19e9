//! Which keys the footer shows where, the most helpful first; what has no room
//! is left out.

use super::action::{Action, KeyContext};

/// Gives the actions that the footer shows in a context, in order.
pub const fn footer(context: KeyContext) -> &'static [Action] {
    match context {
        KeyContext::Events => &[
            Action::SearchOpen,
            Action::Fields,
            Action::Open,
            Action::Bookmark,
            Action::Export,
            Action::Include,
            Action::Exclude,
            Action::Busiest,
            Action::NextPane,
            Action::TrailBack,
            Action::ZoomIn,
            Action::ZoomOut,
        ],
        KeyContext::Fields => &[
            Action::Include,
            Action::Exclude,
            Action::NextField,
            Action::TrailBack,
            Action::Back,
            Action::Only,
            Action::More,
            Action::SearchOpen,
        ],
        KeyContext::Timeline => &[
            Action::BucketPrevious,
            Action::BucketNext,
            Action::ZoomSelection,
            Action::ZoomIn,
            Action::ZoomOut,
            Action::Busiest,
            Action::Mark,
            Action::ZoomReset,
        ],
        KeyContext::Detail => &[
            Action::Include,
            Action::Exclude,
            Action::NextEvent,
            Action::Provenance,
            Action::Copy,
            Action::Back,
            Action::Only,
            Action::CopyLine,
        ],
        KeyContext::Findings => &[
            Action::Open,
            Action::ShowEvents,
            Action::NextState,
            Action::Note,
            Action::Edit,
            Action::CloseFinding,
            Action::Export,
            Action::Undo,
            Action::Investigate,
        ],
        KeyContext::Sources => &[
            Action::Verify,
            Action::VerifyDeep,
            Action::Anchor,
            Action::ShowEvents,
            Action::Reread,
            Action::Open,
            Action::Copy,
            Action::Investigate,
            Action::Back,
        ],
        KeyContext::Reading => &[Action::Down, Action::PageDown, Action::PageUp, Action::Back],
        KeyContext::Typing => &[Action::Confirm, Action::Complete, Action::SuggestionNext, Action::Cancel],
        KeyContext::Form => &[Action::Confirm, Action::NextRow, Action::Cancel],
        KeyContext::Palette => &[Action::Confirm, Action::Down, Action::Cancel],
        KeyContext::Browse => &[Action::Investigate, Action::Findings, Action::Evidence, Action::Back],
        KeyContext::Always => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_shows_what_works() {
        for context in KeyContext::ALL {
            for action in footer(context) {
                assert!(action.works_in(context), "{} in {}", action.info().name, context.name());
            }
        }
    }
}
