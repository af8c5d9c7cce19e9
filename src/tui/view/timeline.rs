//! The timeline: bars stacked by outcome, gaps, brush, axis.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::{HistogramBucket, Severity};
use crate::record::{TimeRange, Timestamp, format_compact, thousands};
use crate::tui::keymap::Action;
use crate::tui::layout::{GUTTER, Panes};
use crate::tui::model::{Model, Pane, TimelineChart, is_judged};
use crate::tui::protocol::Lane;
use crate::tui::theme::StyleRole;
use crate::tui::times::{duration, moment, ticks};

use super::canvas::Canvas;

/// The parts of a bar, from below.
const STACK: [StyleRole; 3] = [StyleRole::Failure, StyleRole::Success, StyleRole::Unknown];

/// Draws the timeline.
pub(super) fn draw(model: &Model, panes: &Panes, canvas: &mut Canvas<'_>) {
    if let Some(line) = panes.timeline_heading {
        heading(model, line, canvas);
    }
    let bars = panes.bars;
    if let Some(trouble) = &model.timeline.trouble {
        canvas.text(bars.x, bars.y, bars.width, trouble, StyleRole::Trouble);
        return;
    }
    let Some(chart) = &model.timeline.chart else {
        let say = if model.tickets.awaits(Lane::Histogram) { "counting…" } else { "no event has a time" };
        canvas.text(bars.x, bars.y, bars.width, say, StyleRole::Faint);
        return;
    };
    let buckets = &chart.matching.buckets;
    let each = column_width(bars.width, buckets.len());
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    scale(most, bars, canvas);
    gaps(chart, bars, each, canvas);
    let order = stack_order(chart);
    for (at, bucket) in buckets.iter().enumerate() {
        let x = bars.x + at as u16 * each;
        if x + each > bars.right() {
            break;
        }
        let parts = parts(bucket, &order, most, u64::from(bars.height) * 8);
        for x in x..x + each {
            bar(parts, x, bars, canvas);
        }
    }
    axis(model, chart, panes, each, canvas);
    if let Some(line) = panes.marks {
        marks(model, chart, Rect { x: bars.x, width: bars.width, ..line }, each, canvas);
    }
    brush(model, bars, each, canvas);
}

/// Returns how many columns a bucket takes.
fn column_width(width: u16, buckets: usize) -> u16 {
    (width / u16::try_from(buckets.max(1)).unwrap_or(u16::MAX)).max(1)
}

fn heading(model: &Model, line: Rect, canvas: &mut Canvas<'_>) {
    let front = model.focus.pane == Pane::Timeline;
    let role = if front { StyleRole::FocusHeading } else { StyleRole::Heading };
    let mut x = canvas.text(line.x + 1, line.y, 9, "Timeline", role) + 2;
    let full = canvas.theme.glyphs.rising[7];
    let fills = if canvas.theme.mono {
        [full, canvas.theme.glyphs.shade, canvas.theme.glyphs.unknown]
    } else {
        [full; 3]
    };
    let signs = [canvas.theme.glyphs.failure, canvas.theme.glyphs.success, canvas.theme.glyphs.unknown];
    for ((role, sign), fill) in STACK.into_iter().zip(signs).zip(fills) {
        x = canvas.text(x, line.y, 1, fill, role);
        x = canvas.text(x, line.y, 1, sign, role) + 1;
    }
    let keys = zoom_keys(model);
    let end = canvas.right(line.right() - 1, line.y, 20, &keys, StyleRole::Faint);
    let Some(chart) = &model.timeline.chart else { return };
    let Some(window) = chart.window() else { return };
    let zone = model.case.zone();
    let mut message = format!(
        "{} → {} · bucket {}",
        moment(window.from, zone),
        moment(window.to, zone),
        duration(chart.width)
    );
    match chart.gaps.as_slice() {
        [] => {}
        [gap] => message.push_str(&format!(" · 1 gap: {}", gap.formats.join(", "))),
        gaps => message.push_str(&format!(" · {} gaps", gaps.len())),
    }
    let placed: u64 = chart.matching.buckets.iter().map(|bucket| bucket.count).sum();
    let timeless = model.search.count.filter(|_| model.search.scope.window == TimeRange::ALL);
    if let Some(timeless @ 1..) = timeless.and_then(|count| count.checked_sub(placed)) {
        message.push_str(&format!(" · {} without time", thousands(timeless)));
    }
    let room = end.saturating_sub(x + 3);
    canvas.right(end - 2, line.y, room, &message, StyleRole::Text);
}

/// Draws the scale left of the bars.
fn scale(most: u64, bars: Rect, canvas: &mut Canvas<'_>) {
    let last = bars.bottom() - 1;
    for y in bars.y..bars.bottom() {
        let (label, mark) = match y {
            y if y == bars.y && most > 0 => (format_compact(most), canvas.theme.glyphs.tick),
            y if y == last => ("0".to_owned(), canvas.theme.glyphs.tick),
            _ => (String::new(), canvas.theme.glyphs.edge),
        };
        canvas.right(GUTTER - 2, y, GUTTER - 2, &label, StyleRole::Faint);
        canvas.text(GUTTER - 1, y, 1, mark, StyleRole::Faint);
    }
}

fn gaps(chart: &TimelineChart, bars: Rect, each: u16, canvas: &mut Canvas<'_>) {
    let height = bars.height.div_ceil(2);
    for gap in &chart.gaps {
        let x = bars.x + gap.buckets.start as u16 * each;
        let width = (gap.buckets.len() as u16 * each).min(bars.right().saturating_sub(x));
        canvas.fill(
            Rect::new(x, bars.bottom() - height, width, height),
            canvas.theme.glyphs.gap,
            StyleRole::Gap,
        );
    }
}

/// Returns the part of the bar that each series of the histogram belongs to.
fn stack_order(chart: &TimelineChart) -> Vec<usize> {
    let part = |value: &String| match value.as_str() {
        "failure" => 0,
        "success" => 1,
        _ => 2,
    };
    chart.matching.by.iter().map(part).collect()
}

/// Returns how high each part of a bar reaches, in eighths of a line, upwards;
/// the smallest count is visible.
fn parts(bucket: &HistogramBucket, order: &[usize], most: u64, full: u64) -> [u64; 3] {
    let mut counts = [0u64; 3];
    for (count, part) in bucket.by.iter().zip(order) {
        counts[*part] += count;
    }
    let told: u64 = counts.iter().sum();
    counts[2] += bucket.count.saturating_sub(told);
    if bucket.count == 0 || most == 0 {
        return [0; 3];
    }
    let scaled = |count: u64, whole: u64, height: u64| {
        u64::try_from((u128::from(count) * u128::from(height)).div_ceil(u128::from(whole))).unwrap_or(height)
    };
    let height = scaled(bucket.count, most, full).clamp(1, full);
    let present = counts.iter().filter(|count| **count > 0).count() as u64;
    let mut reach = [0; 3];
    let mut below = 0;
    for (part, count) in counts.into_iter().enumerate() {
        if count > 0 {
            let share = scaled(count, bucket.count, height).max(1);
            let others = counts[part + 1..].iter().filter(|count| **count > 0).count() as u64;
            let room = (height - below).saturating_sub(if height >= present { others } else { 0 });
            below += if others == 0 { height - below } else { share.min(room) };
        }
        reach[part] = below;
    }
    reach
}

/// Draws one column of a bar.
fn bar(reach: [u64; 3], x: u16, bars: Rect, canvas: &mut Canvas<'_>) {
    let part_at = |eighth: u64| reach.iter().position(|reach| eighth < *reach);
    for line in 0..bars.height {
        let floor = u64::from(line) * 8;
        let filled = reach[2].saturating_sub(floor).min(8);
        if filled == 0 {
            return;
        }
        let (Some(lower), Some(upper)) = (part_at(floor), part_at(floor + filled - 1)) else { return };
        let border = reach[lower].saturating_sub(floor).min(8);
        let glyphs = canvas.theme.glyphs;
        let (glyph, style) = if lower == upper {
            (glyphs.rising[filled as usize - 1], canvas.theme[STACK[lower]])
        } else if filled == 8 && !canvas.theme.mono && !glyphs.ascii {
            let style: Style = canvas.theme[STACK[lower]];
            (glyphs.rising[border as usize - 1], style.bg(canvas.theme[STACK[upper]].fg.unwrap_or_default()))
        } else {
            let part = if border * 2 >= filled { lower } else { upper };
            (glyphs.rising[filled as usize - 1], canvas.theme[STACK[part]])
        };
        let main = if border * 2 >= filled { lower } else { upper };
        let glyph = match (canvas.theme.mono && filled == 8, STACK[main]) {
            (true, StyleRole::Success) => glyphs.shade,
            (true, StyleRole::Unknown) => glyphs.unknown,
            _ => glyph,
        };
        canvas.glyph(x, bars.bottom() - 1 - line, glyph, style);
    }
}

fn axis(model: &Model, chart: &TimelineChart, panes: &Panes, each: u16, canvas: &mut Canvas<'_>) {
    let (line, Some(window)) = (panes.axis, chart.window()) else { return };
    let marked = marked(model, panes.bars, each);
    let free_of_marks = |x: u16, width: u16| !marked.iter().any(|mark| (x..=x + width).contains(mark));
    let mut end = line.right() - 1;
    if panes.timeline_heading.is_none() {
        let keys = zoom_keys(model);
        let width = canvas.width(&keys);
        if free_of_marks(end - width, width) {
            end = canvas.right(end, line.y, width, &keys, StyleRole::Faint) - 1;
        }
    }
    let mut free = panes.bars.x;
    for (instant, label) in ticks(window, usize::from(panes.bars.width / 12), model.case.zone()) {
        let Some(bucket) = chart.bucket_of(instant) else { continue };
        let x = panes.bars.x + bucket as u16 * each;
        let width = canvas.width(&label);
        if x >= free && x + width <= end && free_of_marks(x, width) {
            free = canvas.text(x, line.y, width, &label, StyleRole::Faint) + 2;
        }
    }
    for x in marked {
        canvas.text(x, line.y, 1, canvas.theme.glyphs.marker, StyleRole::Marker);
    }
}

fn zoom_keys(model: &Model) -> String {
    let key = |action| model.keys.map.key_of(action, model.context_beneath()).unwrap_or_default();
    format!("{}/{} zoom", key(Action::ZoomIn), key(Action::ZoomOut))
}

/// Returns the columns under which the selection is marked: its first and its last.
fn marked(model: &Model, bars: Rect, each: u16) -> Vec<u16> {
    let Some(range) = model.timeline.brush(model.moment()) else { return Vec::new() };
    let middle = (each - 1) / 2;
    let column = |bucket: usize| bars.x + bucket as u16 * each + middle;
    let mut columns = vec![column(range.start), column(range.end - 1)];
    columns.dedup();
    columns.retain(|x| *x < bars.right());
    columns
}

/// Shows the selected buckets on the bars.
fn brush(model: &Model, bars: Rect, each: u16, canvas: &mut Canvas<'_>) {
    let Some(range) = model.timeline.brush(model.moment()) else { return };
    if model.focus.pane != Pane::Timeline && model.timeline.mark.is_none() {
        return;
    }
    let x = bars.x + range.start as u16 * each;
    let width = (range.len() as u16 * each).min(bars.right().saturating_sub(x));
    canvas.lay(Rect { x, width, ..bars }, StyleRole::Brush);
}

/// Marks where open findings begin, and where bookmarked events are.
fn marks(model: &Model, chart: &TimelineChart, line: Rect, each: u16, canvas: &mut Canvas<'_>) {
    let Some(notes) = &model.annotations.loaded else { return };
    let bookmarks = notes.bookmarks.iter().filter_map(|row| row.hit?.time);
    let bookmarks = bookmarks.map(|time| (time, canvas.theme.glyphs.bookmark, StyleRole::Noted));
    let open = notes.findings.iter().filter(|row| !is_judged(&row.finding));
    let began = open.filter_map(|row| {
        let start: Timestamp = row.finding.detected.as_ref()?.start.as_ref()?.parse().ok()?;
        let role =
            if row.finding.severity >= Severity::High { StyleRole::Failure } else { StyleRole::Warning };
        Some((row.finding.severity, start, role))
    });
    // What is worse is drawn over what is less bad.
    let mut began: Vec<_> = began.collect();
    began.sort_by_key(|(severity, start, _)| (*severity, *start));
    let findings = began.into_iter().map(|(_, start, role)| (start, canvas.theme.glyphs.finding, role));
    let all: Vec<(Timestamp, &'static str, StyleRole)> = bookmarks.chain(findings).collect();
    for (time, glyph, role) in all {
        let Some(bucket) = chart.bucket_of(time) else { continue };
        let x = line.x + bucket as u16 * each + (each - 1) / 2;
        if x < line.right() {
            canvas.text(x, line.y, 1, glyph, role);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(by: &[u64]) -> HistogramBucket {
        let window = TimeRange { from: Timestamp::from_secs(0), to: Timestamp::from_secs(1) };
        HistogramBucket { window, count: by.iter().sum(), by: by.to_vec() }
    }

    #[test]
    fn one_event_among_millions_is_seen() {
        assert_eq!(parts(&bucket(&[0, 1]), &[0, 1], 5_000_000, 32), [0, 1, 1]);
        assert_eq!(parts(&bucket(&[1, 4_999_999]), &[0, 1], 5_000_000, 32), [1, 32, 32]);
        assert_eq!(parts(&bucket(&[4_999_999, 1]), &[0, 1], 5_000_000, 32), [31, 32, 32]);
    }

    #[test]
    fn what_no_series_tells_stands_on_top() {
        let mut one = bucket(&[2, 2]);
        one.count = 8;
        assert_eq!(parts(&one, &[0, 1], 8, 8), [2, 4, 8]);
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(parts(&bucket(&[0, 0]), &[0, 1], 10, 32), [0, 0, 0]);
    }
}
