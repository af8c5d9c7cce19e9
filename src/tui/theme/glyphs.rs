//! Glyph sets: Unicode, and ASCII for terminals and fonts that have no more.

/// Every glyph with a meaning, each one cell wide.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Only characters of ASCII are drawn.
    pub ascii: bool,
    /// Succeeded.
    pub success: &'static str,
    /// Failed.
    pub failure: &'static str,
    /// Unknown outcome.
    pub unknown: &'static str,
    /// A time that was inferred.
    pub inferred: &'static str,
    /// Evidence trouble.
    pub trouble: &'static str,
    /// Checked and unchanged.
    pub sealed: &'static str,
    /// A bookmarked event.
    pub bookmark: &'static str,
    /// An event in a finding.
    pub finding: &'static str,
    /// Before the selected line.
    pub selected: &'static str,
    /// Under the selected bucket.
    pub marker: &'static str,
    /// No data.
    pub gap: &'static str,
    /// The rule between panes.
    pub rule: &'static str,
    /// Bars from an eighth to full, upwards.
    pub rising: [&'static str; 8],
    /// Bars from an eighth to full, to the right.
    pub growing: [&'static str; 8],
    /// The fill of other series if no colors are used.
    pub shade: &'static str,
    /// The mark of the scale on the timeline's left edge.
    pub tick: &'static str,
    /// The timeline's left edge.
    pub edge: &'static str,
    /// Between two facts on a line.
    pub dot: &'static str,
    /// From one to the other.
    pub to: &'static str,
    /// Something was cut off here.
    pub cut: &'static str,
    /// A mistake is here.
    pub caret: &'static str,
    /// No value.
    pub none: &'static str,
}

/// The usual glyphs.
pub const UNICODE: Glyphs = Glyphs {
    ascii: false,
    success: "✓",
    failure: "✗",
    unknown: "·",
    inferred: "≈",
    trouble: "!",
    sealed: "✓",
    bookmark: "●",
    finding: "▲",
    selected: "▸",
    marker: "▲",
    gap: "░",
    rule: "─",
    rising: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    growing: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    shade: "▒",
    tick: "┤",
    edge: "│",
    dot: "·",
    to: "→",
    cut: "…",
    caret: "^",
    none: "-",
};

/// ASCII glyphs.
pub const ASCII: Glyphs = Glyphs {
    ascii: true,
    success: "+",
    failure: "x",
    unknown: ".",
    inferred: "~",
    trouble: "!",
    sealed: "+",
    bookmark: "*",
    finding: "^",
    selected: ">",
    marker: "^",
    gap: "~",
    rule: "-",
    rising: ["_", "_", ".", ":", ":", "|", "|", "#"],
    growing: [".", ":", "-", "-", "=", "=", "#", "#"],
    shade: ":",
    tick: "+",
    edge: "|",
    dot: "|",
    to: "to",
    cut: ">",
    caret: "^",
    none: "-",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_ascii() {
        let message = format!("{ASCII:?}");
        assert!(message.is_ascii(), "{message}");
    }

    #[test]
    fn the_glyphs_that_stand_in_columns_are_one_cell_wide() {
        for set in [&UNICODE, &ASCII] {
            let single = [set.success, set.failure, set.unknown, set.inferred, set.trouble, set.selected];
            let bars = set.rising.iter().chain(&set.growing).chain([
                &set.gap,
                &set.rule,
                &set.shade,
                &set.marker,
                &set.bookmark,
                &set.finding,
            ]);
            for glyph in single.iter().chain(bars) {
                assert_eq!(unicode_width::UnicodeWidthStr::width(*glyph), 1, "{glyph}");
            }
        }
    }
}
