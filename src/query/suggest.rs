//! "Did you mean …": the name most similar to a typo.

/// The longest name for which a similar one is searched, in characters.
const MAX_LENGTH: usize = 80;

/// A name that is similar to what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion<'a> {
    /// The name.
    pub name: &'a str,
    /// It is so similar that what was written is surely a typo of it.
    pub is_typo: bool,
}

/// Finds the name most similar to what was written (in lower case): by edits of
/// the whole name or of its last part, else one that begins with it. Of equally
/// similar names it returns the first.
pub fn suggest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<Suggestion<'a>> {
    let length = written.chars().count();
    if length > MAX_LENGTH {
        return None;
    }
    let most = (length / 3).clamp(1, 3);
    // Short names have many neighbors: only long ones are certain typos.
    let surely = (length / 4).min(2);
    let mut best: Option<(usize, Suggestion<'a>)> = None;
    for name in names {
        let lower = name.to_lowercase();
        let whole = edit_distance(written, &lower, most);
        let tail = lower.rsplit_once('.').and_then(|(_, tail)| edit_distance(written, tail, most - 1));
        let begins = (length >= 3 && lower.starts_with(written)).then_some(most);
        let Some(edits) = [whole, tail.map(|edits| edits + 1), begins].into_iter().flatten().min() else {
            continue;
        };
        if best.as_ref().is_none_or(|(least, _)| edits < *least) {
            best = Some((edits, Suggestion { name, is_typo: whole.is_some_and(|edits| edits <= surely) }));
        }
    }
    best.map(|(_, suggestion)| suggestion)
}

/// Returns the edits between two words if there are at most `most` (optimal
/// string alignment: swapped neighbors count once).
fn edit_distance(a: &str, b: &str, most: usize) -> Option<usize> {
    if a.chars().count().abs_diff(b.chars().count()) > most {
        return None;
    }
    Some(strsim::osa_distance(a, b)).filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similar(written: &str) -> Option<&'static str> {
        let names = ["status", "user", "source.ip", "http.response.status_code", "destination.port"];
        suggest(written, names.into_iter()).map(|found| found.name)
    }

    #[test]
    fn typos_lead_to_the_name_that_was_meant() {
        for (written, meant) in [
            ("stauts", "status"),
            ("usr", "user"),
            ("sorce.ip", "source.ip"),
            ("http.response.status", "http.response.status_code"),
            ("status_cod", "http.response.status_code"),
            ("dest", "destination.port"),
        ] {
            assert_eq!(similar(written), Some(meant), "{written}");
        }
    }

    #[test]
    fn an_unrelated_word_has_no_suggestion() {
        assert_eq!(similar("localhost"), None);
        assert_eq!(similar(&"u".repeat(10_000)), None);
    }

    #[test]
    fn swapped_neighbors_are_one_edit() {
        assert_eq!(edit_distance("stauts", "status", 3), Some(1));
        assert_eq!(edit_distance("", "abc", 3), Some(3));
        assert_eq!(edit_distance("", "abcd", 3), None);
    }
}
