//! The name that is nearest to a slip of the hand.

/// The longest name for which a nearest one is looked for, in characters.
const LONGEST: usize = 80;

/// A name that is near to what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near<'a> {
    /// The name.
    pub name: &'a str,
    /// It is so near that what was written is surely a slip of it.
    pub slip: bool,
}

/// Finds the name nearest to what was written (in lower case): by edits of the
/// whole name or of its last part, else one that begins with it. Of equally
/// near ones the first.
pub fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<Near<'a>> {
    let length = written.chars().count();
    if length > LONGEST {
        return None;
    }
    let most = (length / 3).clamp(1, 3);
    // Short names have many neighbours: only long ones are surely slips.
    let surely = (length / 4).min(2);
    let mut best: Option<(usize, Near<'a>)> = None;
    for name in names {
        let lower = name.to_lowercase();
        let whole = distance(written, &lower, most);
        let tail = lower.rsplit_once('.').and_then(|(_, tail)| distance(written, tail, most - 1));
        let begins = (length >= 3 && lower.starts_with(written)).then_some(most);
        let Some(edits) = [whole, tail.map(|edits| edits + 1), begins].into_iter().flatten().min() else {
            continue;
        };
        if best.as_ref().is_none_or(|(least, _)| edits < *least) {
            best = Some((edits, Near { name, slip: whole.is_some_and(|edits| edits <= surely) }));
        }
    }
    best.map(|(_, near)| near)
}

/// Counts the edits between two words, where there are at most `most`
/// (optimal string alignment: neighbours that are swapped count once).
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    Some(rows[a.len()][b.len()]).filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(written: &str) -> Option<&'static str> {
        let names = ["status", "user", "source.ip", "http.response.status_code", "destination.port"];
        nearest(written, names.into_iter()).map(|near| near.name)
    }

    #[test]
    fn slips_lead_to_the_name_that_was_meant() {
        for (written, meant) in [
            ("stauts", "status"),
            ("usr", "user"),
            ("sorce.ip", "source.ip"),
            ("http.response.status", "http.response.status_code"),
            ("status_cod", "http.response.status_code"),
            ("dest", "destination.port"),
        ] {
            assert_eq!(near(written), Some(meant), "{written}");
        }
    }

    #[test]
    fn nothing_is_near_to_another_word() {
        assert_eq!(near("localhost"), None);
        assert_eq!(near(&"u".repeat(10_000)), None);
    }

    #[test]
    fn swapped_neighbours_are_one_edit() {
        assert_eq!(distance("stauts", "status", 3), Some(1));
        assert_eq!(distance("", "abc", 3), Some(3));
        assert_eq!(distance("", "abcd", 3), None);
    }
}
