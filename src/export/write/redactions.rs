//! `redactions.jsonl`: the ledger of what was redacted, by token.

use serde_json::json;

use crate::error::{Error, Result};

use crate::export::bag::files::REDACTIONS;
use crate::export::bag::{BagReader, count_tokens};
use crate::export::redact::Ledger;
use crate::export::rows::json_line;
use crate::record::to_hex;

use super::bag::BagWriter;

/// Writes `redactions.jsonl`. Tokens are counted in the files that were written
/// before; since a [`Ledger`] is what is left of the redactor, none of them can
/// follow.
pub fn write(ledger: &Ledger, bag: &mut BagWriter) -> Result<()> {
    let written = BagReader::open(bag.folder())?;
    let tokens = ledger.secrets.iter().map(|secret| secret.token_digits()).collect();
    let counts = count_tokens(&written, &tokens).map_err(Error::integrity)?;
    let mut text = String::new();
    for secret in &ledger.secrets {
        let occurrences = counts.get(&secret.token_digits()).copied().unwrap_or_default();
        text.push_str(&json_line(&json!({ "token": secret.token(), "field": secret.field,
            "commitment": to_hex(&secret.commitment), "occurrences": occurrences,
            "why": ledger.reason, "by": ledger.redacted_by })));
    }
    bag.add(REDACTIONS, text.as_bytes())
}
