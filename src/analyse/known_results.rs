//! What earlier runs found, where what they looked at is still the same.
//!
//! The matches of rules are known by batch, since an event matches whatever else there is;
//! what a behavior detector says depends on all events of its scope, and is known as long as
//! no batch with such an event comes or goes. Correlations, findings and incidents are made
//! anew each time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::detectors::KnownScopes;
use super::sigma::Matches;
use crate::case::Case;

/// A digest of the code that decides what is found.
const PROGRAM: &str = env!("VESTIGO_DETECTION");

/// Where results are kept, and what they hold for.
#[derive(Debug, Clone)]
pub struct ResultKey {
    /// The name under which they are kept.
    pub name: &'static str,
    /// SHA-256 of the rules, in hex.
    pub rules: String,
}

/// What is known of the batches of a case.
#[derive(Debug, Default)]
pub struct KnownResults {
    /// The matches of rules in each batch.
    pub matches: BTreeMap<u32, Matches>,
    /// What the behavior detectors of each scope came to.
    pub scopes: KnownScopes,
}

/// The form in which results are kept.
#[derive(Serialize, Deserialize)]
struct File {
    program: String,
    rules: String,
    /// By what the events of the batch are read from.
    matches: BTreeMap<String, Matches>,
    scopes: KnownScopes,
}

impl KnownResults {
    /// Returns what is known of a case. `rules` is how many rules there are.
    pub fn load(case: &Case, key: &ResultKey, rules: usize) -> KnownResults {
        let kept = case.kept_result(key.name).and_then(|text| serde_json::from_slice::<File>(&text).ok());
        let Some(mut file) = kept.filter(|file| file.program == PROGRAM) else {
            return KnownResults::default();
        };
        if file.rules != key.rules || file.matches.values().any(|matches| !matches.is_sound(rules)) {
            file.matches.clear();
        }
        let origins = case.event_origins().into_iter();
        let matches = origins.filter_map(|(batch, origin)| Some((batch, file.matches.remove(&origin)?)));
        KnownResults { matches: matches.collect(), scopes: file.scopes }
    }

    /// Keeps what is known. Where that cannot be, the next run looks at everything.
    pub fn keep(self, case: &Case, key: &ResultKey) {
        let mut origins = case.event_origins();
        let named = self.matches.into_iter();
        let matches = named.filter_map(|(batch, matches)| Some((origins.remove(&batch)?, matches)));
        let file = File {
            program: PROGRAM.to_owned(),
            rules: key.rules.clone(),
            matches: matches.collect(),
            scopes: self.scopes,
        };
        if let Ok(text) = serde_json::to_vec(&file) {
            let _ = case.keep_result(key.name, &text);
        }
    }
}
