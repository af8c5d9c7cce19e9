//! Which actions the footer shows in a context, taken from the action table.

use super::action::{Action, KeyContext};

/// Returns the actions that the footer shows in a context, the most helpful first.
pub fn footer(context: KeyContext) -> Vec<Action> {
    let mut ranked: Vec<(u8, Action)> =
        Action::ALL.iter().filter_map(|action| Some((rank(*action, context)?, *action))).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, action)| action).collect()
}

fn rank(action: Action, context: KeyContext) -> Option<u8> {
    action.info().footers.iter().find(|(shown, _)| *shown == context).map(|(_, rank)| *rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_shows_what_works_and_no_two_actions_share_a_rank() {
        for context in KeyContext::ALL {
            let shown = footer(context);
            for action in &shown {
                assert!(action.works_in(context), "{} in {}", action.info().name, context.name());
            }
            let ranks: Vec<Option<u8>> = shown.iter().map(|action| rank(*action, context)).collect();
            assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{}: {ranks:?}", context.name());
        }
    }
}
