//! Checks `bag-info.txt` against the rest of the bundle.

use crate::error::visible;
use crate::journal::CaseCreate;
use crate::verify::Damage;

use crate::export::bag::file_damage;
use crate::export::bag::files::BAG_INFO;
use crate::export::rows::one_line;

use super::statements::{BundleFacts, Statements};

/// What `bag-info.txt` may say.
const FIELDS: [&str; 10] = [
    "Bag-Software-Agent",
    "Bagging-Date",
    "Contact-Name",
    "External-Description",
    "External-Identifier",
    "Payload-Oxum",
    "Vestigo-Case",
    "Vestigo-Events",
    "Vestigo-Key",
    "Vestigo-State",
];

/// Derives `bag-info.txt` again and compares it. Returns what was not checked.
pub fn check(statements: &Statements, facts: &BundleFacts<'_>, found: &mut Vec<Damage>) -> Vec<String> {
    let mut open = Vec::new();
    let journal = facts.journal;
    let state = journal.last.as_ref().map(|(at, _)| at.as_str());
    let create = journal.create.as_ref();
    // An empty value has no line.
    let own = |text: fn(&CaseCreate) -> &str| create.map(|create| one_line(text(create)));
    let wanted = [
        ("Vestigo-Case", journal.case.clone().or_else(|| statements.case())),
        ("Vestigo-Events", Some(facts.records.to_string())),
        ("Vestigo-State", state.map(str::to_owned)),
        ("Bagging-Date", state.and_then(|state| state.get(..10)).map(str::to_owned)),
        ("External-Description", own(|create| &create.title)),
        ("Contact-Name", own(|create| &create.examiner)),
        ("Bag-Software-Agent", statements.query["tool"].as_str().map(str::to_owned)),
    ];
    let mut wrong = |name: &str, says: &str, is: &str| {
        let reason = format!("{}: it says {}, the bundle {}", visible(name), visible(says), visible(is));
        found.push(file_damage(BAG_INFO, reason));
    };
    for (name, is) in wanted {
        let says = statements.info.get(name).map_or("", String::as_str);
        if let Some(is) = is.filter(|is| says != is) {
            wrong(name, says, &is);
        }
    }
    let name = statements.info.get("External-Identifier").map_or("nothing", String::as_str);
    if !name.ends_with(&format!("-x{}", journal.entries)) {
        wrong("External-Identifier", name, &format!("has {} entries", journal.entries));
    }
    for name in statements.info.keys().filter(|name| !FIELDS.contains(&name.as_str())) {
        wrong(name, "it", "has no such field");
    }
    if create.is_none() {
        open.push(
            "The title and the examiner in bag-info.txt: the entry that created the case is withheld."
                .to_owned(),
        );
    }
    if journal.last.is_none() {
        open.push("The state in bag-info.txt: the newest entry of the journal is withheld.".to_owned());
    }
    open
}
