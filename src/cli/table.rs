//! Tables that fit the terminal.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::error::visible;

/// How a column is aligned and cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words, cut at their end where space is short.
    Left,
    /// Words that differ at their end (paths): cut at their beginning.
    Tail,
    /// Never cut: times and addresses.
    Whole,
    /// Numbers.
    Right,
}

/// A table: headings and rows of foreign text.
#[derive(Debug, Default)]
pub struct Table {
    headings: Vec<(Cow<'static, str>, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates an empty table.
    pub fn new(headings: &[(&'static str, Align)]) -> Table {
        let headings = headings.iter().map(|(text, align)| (Cow::Borrowed(*text), *align)).collect();
        Table { headings, rows: Vec::new() }
    }

    /// Creates an empty table whose headings are foreign text.
    pub fn with_headings(headings: &[(String, Align)]) -> Table {
        let headings = headings.iter().map(|(text, align)| (Cow::Owned(visible(text)), *align)).collect();
        Table { headings, rows: Vec::new() }
    }

    /// Adds a row; every cell is made visible.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| visible(&cell)).collect());
    }

    /// Reports whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the lines under these headings (foreign text), all of them words.
    pub fn lines_headed(&self, headings: &[String], width: Option<usize>) -> Vec<String> {
        let mut rows = vec![headings.iter().map(|heading| visible(heading)).collect()];
        rows.extend(self.rows.iter().cloned());
        let table = Table { headings: vec![(Cow::Borrowed(""), Align::Left); headings.len()], rows };
        table.lines(width).split_off(1)
    }

    /// Returns the lines; where a width is given, the widest columns of words are
    /// narrowed until the table fits.
    pub fn lines(&self, width: Option<usize>) -> Vec<String> {
        let widths = self.widths(width);
        let headings = self.headings.iter().map(|(text, _)| text.clone().into_owned()).collect();
        std::iter::once(&headings).chain(&self.rows).map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.headings).map(|((cell, width), (_, align))| {
            let cell = if *align == Align::Tail { clip_front(cell, *width) } else { clip(cell, *width) };
            let gap = " ".repeat(width.saturating_sub(cell.width()));
            match align {
                Align::Left | Align::Tail | Align::Whole => cell + &gap,
                Align::Right => gap + &cell,
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }

    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let widest = |n: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.width());
            cells.chain([self.headings[n].0.width()]).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.headings.len()).map(widest).collect();
        let Some(limit) = limit else { return widths };
        let mut excess =
            (widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)).saturating_sub(limit);
        while excess > 0 {
            let gives =
                |n: &usize| matches!(self.headings[*n].1, Align::Left | Align::Tail) && widths[*n] > 8;
            let words = (0..widths.len()).filter(gives);
            let Some(widest) = words.max_by_key(|n| widths[*n]) else { break };
            widths[widest] -= 1;
            excess -= 1;
        }
        widths
    }
}

/// Cuts a text's beginning off, so that it has a width in columns.
pub fn clip_front(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut from, mut used) = (text.len(), 1);
    for (at, cluster) in text.grapheme_indices(true).rev() {
        if used + cluster.width() > width {
            break;
        }
        used += cluster.width();
        from = at;
    }
    if width == 0 { String::new() } else { format!("…{}", &text[from..]) }
}

/// Cuts a text to a width in columns, with `…` where something was cut.
pub fn clip(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for cluster in text.graphemes(true) {
        if used + cluster.width() + 1 > width {
            break;
        }
        used += cluster.width();
        kept.push_str(cluster);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_never_cut_and_paths_keep_their_end() {
        let mut table = Table::new(&[("Source", Align::Tail), ("Time", Align::Whole), ("What", Align::Left)]);
        let path = "/very/long/folder/of/logs/auth.log".to_owned();
        table.row([path, "2026-03-02 03:24:11Z".to_owned(), "a long sentence of many words".to_owned()]);
        for width in [40, 50, 60, 80] {
            let line = table.lines(Some(width)).remove(1);
            assert!(line.contains("2026-03-02 03:24:11Z") && line.contains("uth.log"), "{line}");
            assert!(width < 50 || line.width() <= width, "{line}");
        }
    }

    #[test]
    fn a_table_fits_and_says_where_it_was_cut() {
        let mut table = Table::new(&[("What", Align::Left), ("n", Align::Right)]);
        table.row(["a very long sentence about nothing".to_owned(), "12,401".to_owned()]);
        assert_eq!(table.lines(Some(24)), ["What                   n", "a very long sen…  12,401"]);
    }

    #[test]
    fn an_escape_in_a_cell_does_not_reach_the_terminal() {
        let mut table = Table::new(&[("What", Align::Left)]);
        table.row(["\x1b]0;owned\x07".to_owned()]);
        assert_eq!(table.lines(None)[1], "␛]0;owned␇");
    }
}
