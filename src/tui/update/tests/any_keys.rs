//! Whatever is pressed, typed and answered, at whatever size: nothing breaks,
//! and no byte of a log reaches the terminal unescaped.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use crate::tui::keymap::{Action, Chord, builtin};
use crate::tui::protocol::UiEvent;
use crate::tui::theme::Theme;
use crate::tui::update::update;
use crate::tui::view::{cursor, draw};

use super::kit::*;

#[derive(Debug, Clone)]
enum Doing {
    Action(Action),
    Type(char),
    Paste(String),
    Resize(u16, u16),
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        6 => prop::sample::select(Action::ALL).prop_map(Doing::Action),
        2 => any::<char>().prop_map(Doing::Type),
        1 => "\\PC{0,30}".prop_map(Doing::Paste),
        1 => (0u16..220, 0u16..70).prop_map(|(width, height)| Doing::Resize(width, height)),
    ]
}

proptest! {
    #[test]
    fn whatever_is_done_the_screen_is_drawn_and_holds_no_control_byte(
        doings in prop::collection::vec(doing(), 1..40), ascii in any::<bool>(), mono in any::<bool>(),
    ) {
        let mut theme = Theme::builtin(if mono { "mono" } else { "default" }).unwrap();
        if ascii {
            theme = theme.in_ascii();
        }
        let map = builtin("default").unwrap();
        let mut model = opened(80, 24);
        for doing in doings {
            let events: Vec<UiEvent> = match doing {
                Doing::Action(action) => {
                    let chords = map.chords_of(action, model.context()).first().map(|chords| chords.to_vec());
                    chords.unwrap_or_default().into_iter().map(UiEvent::Key).collect()
                }
                Doing::Type(c) => vec![UiEvent::Key(Chord::char(c))],
                Doing::Paste(text) => vec![UiEvent::Paste(text)],
                Doing::Resize(width, height) => vec![UiEvent::Resize(Size { width, height })],
            };
            for event in events {
                let effects = update(&mut model, event);
                settle(&mut model, effects);
            }
            let area = Rect::new(0, 0, model.size.width, model.size.height);
            let mut buffer = Buffer::empty(area);
            draw(&model, &theme, area, &mut buffer);
            let at = cursor(&model, area);
            prop_assert!(at.is_none_or(|at| area.contains(at)), "{at:?} in {area:?}");
            for cell in buffer.content() {
                let acts = cell.symbol().contains(|c: char| c.is_control() || c == '\u{202e}');
                prop_assert!(!acts, "{:?}", cell.symbol());
                prop_assert!(!ascii || cell.symbol().is_ascii(), "{:?}", cell.symbol());
            }
        }
    }
}
