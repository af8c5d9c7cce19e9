//! Whether a call succeeded.

use crate::parse::flatten::Leaves;

/// Returns whether a call was refused or went wrong: it has an error, or the
/// answer of a sign-in says so.
pub fn has_failed(leaves: &Leaves<'_>) -> bool {
    let answers = ["ConsoleLogin", "SwitchRole", "ExitRole", "RenewRole", "CheckMfa"];
    leaves.iter().any(|(name, leaf)| match name.strip_prefix("responseElements.") {
        Some(answer) => answers.contains(&answer) && leaf.text() == Some("Failure"),
        None => {
            matches!(name, "errorCode" | "errorMessage") && leaf.text().is_some_and(|text| !text.is_empty())
        }
    })
}
