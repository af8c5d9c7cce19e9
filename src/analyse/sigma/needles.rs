//! What every value that matches contains: with that, most values are passed over without
//! asking a rule.

use regex_syntax::hir::{Class, Hir, HirKind};
use rsigma_eval::matcher::{CompiledMatcher, GroupMode};

/// Shorter texts are found nearly everywhere.
const SHORTEST: usize = 3;
/// More alternatives are not worth it.
const MOST: usize = 64;

/// Returns lower-case texts of which one is in each ASCII value that matches; none where
/// they are not known.
pub fn needles(matcher: &CompiledMatcher) -> Option<Vec<String>> {
    match matcher {
        CompiledMatcher::Exact { value, .. }
        | CompiledMatcher::Contains { value, .. }
        | CompiledMatcher::StartsWith { value, .. }
        | CompiledMatcher::EndsWith { value, .. } => literal(value).map(|text| vec![text]),
        CompiledMatcher::AhoCorasickSet { needles, .. } => needles.iter().map(|text| literal(text)).collect(),
        CompiledMatcher::Regex(regex) => of_regex(regex.as_str()),
        CompiledMatcher::RegexSetMatch { set, mode: GroupMode::Any } => {
            union(set.patterns().iter().map(|pattern| of_regex(pattern)))
        }
        CompiledMatcher::AnyOf(parts)
        | CompiledMatcher::CaseInsensitiveGroup { children: parts, mode: GroupMode::Any } => {
            union(parts.iter().map(needles))
        }
        _ => None,
    }
}

fn literal(text: &str) -> Option<String> {
    (text.is_ascii() && text.len() >= SHORTEST).then(|| text.to_ascii_lowercase())
}

fn union(parts: impl Iterator<Item = Option<Vec<String>>>) -> Option<Vec<String>> {
    parts.collect::<Option<Vec<_>>>().map(|found| found.concat())
}

/// Returns texts of which one is in each match of a regular expression.
fn of_regex(pattern: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    required(&hir).filter(|found| found.len() <= MOST)
}

/// Returns texts of which one is in each match of a part.
fn required(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(found) => literal(std::str::from_utf8(&found.0).ok()?).map(|text| vec![text]),
        HirKind::Capture(inner) => required(&inner.sub),
        HirKind::Repetition(inner) if inner.min > 0 => required(&inner.sub),
        HirKind::Alternation(parts) => union(parts.iter().map(required)),
        HirKind::Concat(parts) => required_of_all(parts),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// Returns the best of what each of several parts in a row requires. Letters of either case
/// and literals next to one another are one text.
fn required_of_all(parts: &[Hir]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut offer = |found: Option<Vec<String>>| {
        let shortest = |found: &Vec<String>| found.iter().map(String::len).min().unwrap_or_default();
        if found.as_ref().map(shortest) > best.as_ref().map(shortest) {
            best = found;
        }
    };
    let mut run = String::new();
    for part in parts {
        match plain(part) {
            Some(text) => run += &text,
            None => {
                offer(literal(&run).map(|text| vec![text]));
                run.clear();
                offer(required(part));
            }
        }
    }
    offer(literal(&run).map(|text| vec![text]));
    best
}

/// Returns the text that a part stands for, whatever its case.
fn plain(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(found) => {
            let text = std::str::from_utf8(&found.0).ok()?;
            text.is_ascii().then(|| text.to_ascii_lowercase())
        }
        HirKind::Capture(inner) => plain(&inner.sub),
        HirKind::Concat(parts) => parts.iter().map(plain).collect(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut ascii = class.ranges().iter().filter(|range| range.start().is_ascii());
            // The forms of a letter beyond ASCII (the long s) are in no ASCII value.
            let (one, other) = (ascii.next()?, ascii.next()?);
            let is_letter = one.start() == one.end()
                && other.start() == other.end()
                && ascii.next().is_none()
                && one.start().eq_ignore_ascii_case(&other.start());
            is_letter.then(|| other.start().to_ascii_lowercase().to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Option<Vec<String>> {
        of_regex(pattern).map(|mut found| {
            found.sort();
            found
        })
    }

    fn some(texts: &[&str]) -> Option<Vec<String>> {
        Some(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn a_text_that_must_be_there_is_found_wherever_it_stands() {
        assert_eq!(of(r"^.*union\s+select\b"), some(&["select"]));
        assert_eq!(of(r"(?i)UNION"), some(&["union"]));
        assert_eq!(of(r"(?:sleep|benchmark)\s*\("), some(&["benchmark", "sleep"]));
        assert_eq!(of(r"x(?:abcd)+y?"), some(&["abcd"]));
    }

    #[test]
    fn what_may_be_absent_is_not_required() {
        assert_eq!(of(r"(?:union)?\d+"), None);
        assert_eq!(of(r"a|bcde"), None);
        assert_eq!(of(r"[a-z]+\d"), None);
        assert_eq!(of(r"ab"), None, "too short");
        assert_eq!(of(r"(?:abc|)def"), some(&["def"]));
    }
}
