//! Lists of indicators that are kept with a case.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::analyse::{Indicator, IndicatorKind, IndicatorText, read_indicators};
use crate::case::Case;
use crate::error::{Context, Error, Result, visible};
use crate::fs::read_text_named;
use crate::journal::Annotation;
use crate::record::Digest;

/// The largest file that is read, in bytes: a list is an entry of the journal.
const MOST_BYTES: u64 = 16 << 20;

/// A list that is kept with a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndicatorList {
    /// Its name.
    pub name: String,
    /// How many indicators it has.
    pub indicators: u64,
    /// How many of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// SHA-256 of the file that it was read from, in hex.
    pub sha256: String,
}

/// Reads a list from a file: the annotation that adds it, and what of it is used. Its name is
/// that of the file if none is given.
///
/// # Errors
///
/// Fails if the file cannot be read, or has no indicator.
pub fn read_indicator_file(
    path: &Path,
    name: Option<&str>,
    kind: Option<IndicatorKind>,
) -> Result<(Annotation, IndicatorText)> {
    let shown = visible(&path.to_string_lossy());
    let text = read_text_named(path, MOST_BYTES).context(|| format!("cannot read {shown}"))?;
    let list = read_indicators(&text, kind);
    if list.indicators.is_empty() {
        let error = Error::usage(format!("there is no indicator in {shown}"));
        let why = list.unused.first().map(|(line, why)| format!("Line {line}: {why}."));
        return Err(why.into_iter().fold(error, Error::hint).hint(
            "Write one a line, or CSV with a column `indicator` and perhaps `type`, or a STIX 2.1 bundle.",
        ));
    }
    let of_file = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = name.map(str::to_owned).or(of_file).unwrap_or_else(|| "list".to_owned());
    let indicators: Vec<String> = list.indicators.iter().map(ToString::to_string).collect();
    let (sha256, indicators) = (Digest::of(&text).to_string(), indicators.join("\n"));
    Ok((Annotation::AddIndicators { name, sha256, indicators }, list))
}

/// Returns the annotation that removes a list.
pub fn remove_indicators(case: &Case, name: &str) -> Result<Annotation> {
    if !case.state().indicators.contains_key(name) {
        return Err(
            Error::usage(format!("there is no list `{}`", visible(name))).hint("See `vestigo ioc list`.")
        );
    }
    Ok(Annotation::RemoveIndicators { name: name.to_owned() })
}

/// Returns the lists that are kept with a case, by name.
pub fn indicator_lists(case: &Case) -> Vec<IndicatorList> {
    let list = |(name, (sha256, indicators)): (&String, &(String, String))| {
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        for kind in indicators.lines().filter_map(|line| line.split(' ').next()) {
            *kinds.entry(kind.to_owned()).or_default() += 1;
        }
        IndicatorList { name: name.clone(), indicators: kinds.values().sum(), kinds, sha256: sha256.clone() }
    };
    case.state().indicators.iter().map(list).collect()
}

/// Returns all indicators that a case knows, each with the names of its lists. A kind of a
/// newer version is left out.
pub(super) fn known_indicators(case: &Case) -> BTreeMap<Indicator, Vec<String>> {
    let mut all: BTreeMap<Indicator, Vec<String>> = BTreeMap::new();
    for (name, (_, indicators)) in &case.state().indicators {
        for indicator in indicators.lines().filter_map(|line| line.parse().ok()) {
            all.entry(indicator).or_default().push(name.clone());
        }
    }
    all
}
