//! Checks `report.html`: it is made from the other files again and compared.

use crate::verify::Damage;

use crate::export::bag::files::REPORT;
use crate::export::bag::{BagReader, file_damage};
use crate::export::report::report_html;

use super::differences::Differences;
use super::statements::Statements;

/// Creates the report again and compares it. Returns what was not checked.
pub fn check(bag: &BagReader, stated: &Statements, found: &mut Vec<Damage>) -> Option<String> {
    if !stated.is_whole() {
        return Some(
            "That the report agrees with the other files: this bundle does not record what the report was made with."
                .to_owned(),
        );
    }
    let says = bag.read(REPORT).ok()?;
    match report_html(bag, &stated.info) {
        Err(error) => found.push(file_damage(REPORT, error.to_string())),
        Ok(made) if made.as_bytes() == says => {}
        Ok(made) => {
            let says = String::from_utf8_lossy(&says).into_owned();
            let (mut one, mut other) = (says.lines(), made.lines());
            let mut differences = Differences::new(REPORT, found);
            for number in 1.. {
                let (one, other) = (one.next(), other.next());
                if one.is_none() && other.is_none() {
                    break;
                }
                differences.compare(&format!("line {number}"), &one.into(), &other.into());
            }
            if differences.end() {
                found.push(file_damage(REPORT, "it is not the page that the other files make"));
            }
        }
    }
    None
}
