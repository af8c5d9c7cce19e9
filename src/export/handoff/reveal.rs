//! Reveals one redacted value later, so that everybody can check that it is the one
//! that was redacted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::case::Case;
use crate::error::{Context, Error, Result, visible};
use crate::record::{FieldId, to_hex};

use crate::export::bag::BagReader;
use crate::export::bag::files::REDACTIONS;
use crate::export::redact::{NAMED, Secret, field_values};

/// Finds the value that a token of a bundle replaced, and what proves it: field, value,
/// salt. `verify_proofs.py --reveal` checks it against the bundle's ledger. A value
/// that was named when the bundle was made has to be named again.
pub fn reveal(case: &Case, bag: &BagReader, token: &str, named: Option<&str>) -> Result<Value> {
    let ledger = bag.read(REDACTIONS)?;
    let rows = ledger.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let rows: Vec<Value> = rows
        .map(serde_json::from_slice)
        .collect::<Result<_, _>>()
        .context(|| "cannot parse the bundle's ledger of redactions".to_owned())?;
    let unknown = || {
        Error::usage(format!("the bundle has no token {}", visible(token)))
            .hint(format!("{REDACTIONS} lists its tokens; a token looks like [user.name:0123456789abcdef]."))
    };
    let bare = |text: &str| text.trim_start_matches('[').trim_end_matches(']').to_owned();
    let same = |row: &&Value| row["token"].as_str().is_some_and(|known| bare(known) == bare(token));
    let row = rows.iter().find(same).ok_or_else(unknown)?;
    let (field, commitment) = (text(row, "field"), text(row, "commitment"));
    let lost = || {
        Error::case(format!("this case has no value of {} that matches the token", visible(&field))).hint(
            "Use the case that the bundle was made from; name a value that was redacted by name with --value.",
        )
    };
    let key = case.store().derive_key("vestigo redaction").ok_or_else(lost)?;
    let known = FieldId::by_name(&field).is_some() || case.field_names().contains(&field);
    if !known && field != NAMED {
        return Err(lost());
    }
    let values = if known && named.is_none() {
        field_values(case, std::slice::from_ref(&field))?
    } else {
        BTreeMap::new()
    };
    let values = values.keys().map(String::as_str).chain(named);
    let secrets = values.map(|value| Secret::new(&key, &field, value));
    let mut fitting = secrets.filter(|secret| to_hex(&secret.commitment) == commitment);
    let secret = fitting.next().ok_or_else(lost)?;
    Ok(json!({ "token": secret.token(), "field": secret.field, "value": secret.value,
        "salt": to_hex(&secret.salt), "commitment": commitment,
        "check": "python3 verify_proofs.py --reveal THIS-FILE BUNDLE" }))
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_default().to_owned()
}
