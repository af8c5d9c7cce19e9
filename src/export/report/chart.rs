//! The chart's geometry: bars, gaps, and words that never overlap.

use crate::record::thousands;
use unicode_width::UnicodeWidthStr;

use crate::error::visible;

use super::model::{ChartBucket, ReportChart};

/// The sheet that a chart is drawn on, in units of its view box.
#[derive(Debug)]
pub(super) struct Paper {
    name: &'static str,
    width: f64,
    height: f64,
    /// What a column of text takes at most, whatever the font.
    column: f64,
}

impl Paper {
    /// For screens and printed pages.
    pub(super) const WIDE: Paper = Paper { name: "wide", width: 680.0, height: 230.0, column: 6.4 };
    /// For telephones.
    pub(super) const NARROW: Paper = Paper { name: "narrow", width: 340.0, height: 220.0, column: 6.4 };
}

/// Room above the bars, for the names of gaps.
const ABOVE: f64 = 24.0;
/// Room below the bars, for the labels of intervals.
const BELOW: f64 = 26.0;
/// Room right of the bars.
const RIGHT: f64 = 6.0;
/// The least height of a count above zero, so that one among thousands is seen.
const LEAST: f64 = 1.5;
/// Most columns of a label below the bars: a date with seconds and their thousandths.
const LABEL_COLUMNS: usize = 23;

/// A chart with every place worked out.
#[derive(Debug, PartialEq)]
pub(super) struct Drawing {
    pub(super) name: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) inside: f64,
    pub(super) steps: Vec<GridLine>,
    pub(super) hatched: Vec<(f64, f64)>,
    pub(super) bars: Vec<BarPath>,
    pub(super) tips: Vec<Tip>,
    pub(super) names: Vec<ChartLabel>,
    pub(super) labels: Vec<ChartLabel>,
    pub(super) description: String,
}

/// A line across the chart with its figure.
#[derive(Debug, PartialEq)]
pub(super) struct GridLine {
    pub(super) y: f64,
    pub(super) text: String,
}

/// All bars of one outcome, as one path: a printer meets its pattern once.
#[derive(Debug, PartialEq)]
pub(super) struct BarPath {
    pub(super) outcome: &'static str,
    pub(super) path: String,
}

/// The text that is shown where an interval is pointed at.
#[derive(Debug, PartialEq)]
pub(super) struct Tip {
    pub(super) x: f64,
    pub(super) width: f64,
    pub(super) text: String,
}

/// A text with the place that it is about.
#[derive(Debug, PartialEq)]
pub(super) struct ChartLabel {
    pub(super) x: f64,
    pub(super) text: String,
}

/// Neighbouring intervals of which no source holds a record.
#[derive(Debug, PartialEq)]
pub(super) struct ChartGap {
    pub(super) number: usize,
    pub(super) begins: String,
    pub(super) ends: String,
    pub(super) from: usize,
    pub(super) intervals: usize,
}

/// Gathers neighboring intervals without records.
pub(super) fn gaps(chart: &ReportChart) -> Vec<ChartGap> {
    let mut gaps: Vec<ChartGap> = Vec::new();
    for (at, bucket) in chart.buckets.iter().enumerate().filter(|(_, bucket)| bucket.gap) {
        let ends = chart.buckets.get(at + 1).map_or(&chart.to, |next| &next.label).clone();
        match gaps.last_mut() {
            Some(gap) if gap.from + gap.intervals == at => {
                gap.intervals += 1;
                gap.ends = ends;
            }
            _ => gaps.push(ChartGap {
                number: gaps.len() + 1,
                begins: bucket.label.clone(),
                ends,
                from: at,
                intervals: 1,
            }),
        }
    }
    gaps
}

/// Computes the layout of a chart.
pub(super) fn draw(chart: &ReportChart, paper: &Paper) -> Drawing {
    let highest = chart.buckets.iter().map(total).max().unwrap_or(0);
    let scale = Scale::of(highest);
    let figures: Vec<String> = scale.figures().map(thousands).collect();
    let gutter = figures.iter().map(|text| text.width()).max().unwrap_or(1) as f64 * paper.column + 8.0;
    let (left, right) = (round(gutter), paper.width - RIGHT);
    let (top, bottom) = (ABOVE, paper.height - BELOW);
    let each = (right - left) / chart.buckets.len().max(1) as f64;
    let place = |at: usize| left + each * at as f64;
    let high = bottom - top;
    let gaps = gaps(chart);
    Drawing {
        name: paper.name,
        width: paper.width,
        height: paper.height,
        left,
        right,
        top,
        bottom,
        inside: round(right - left),
        steps: scale
            .figures()
            .zip(figures)
            .map(|(figure, text)| GridLine { y: round(bottom - high * scale.share(figure)), text })
            .collect(),
        hatched: gaps
            .iter()
            .map(|gap| (round(place(gap.from)), round(each * gap.intervals as f64)))
            .collect(),
        bars: bars(chart, left, each, bottom, &|count| high * scale.share(u128::from(count))),
        tips: (chart.buckets.iter().enumerate())
            .filter(|(_, bucket)| total(bucket) > 0)
            .map(|(at, bucket)| Tip { x: round(place(at)), width: round(each), text: tip(bucket) })
            .collect(),
        names: names(&gaps, left, right, each, paper.column),
        labels: labels(chart, left, right, each, paper.column),
        description: describe(chart, &gaps),
    }
}

/// Stacks the outcomes of each interval, failures lowest so that they compare.
fn bars(chart: &ReportChart, left: f64, each: f64, bottom: f64, height: &dyn Fn(u64) -> f64) -> Vec<BarPath> {
    let space = (each * 0.15).min(2.0);
    let mut paths = [String::new(), String::new(), String::new()];
    for (at, bucket) in chart.buckets.iter().enumerate() {
        let (x, width) = (round(left + each * at as f64 + space / 2.0), round(each - space));
        let mut y = bottom;
        for (path, count) in paths.iter_mut().zip([bucket.failure, bucket.success, bucket.other]) {
            if count > 0 {
                let tall = round(height(count).max(LEAST));
                y = round(y - tall);
                path.push_str(&format!("M{x} {y}h{width}v{tall}h-{width}z"));
            }
        }
    }
    let drawn = ["failure", "success", "other"].into_iter().zip(paths).filter(|(_, path)| !path.is_empty());
    drawn.map(|(outcome, path)| BarPath { outcome, path }).collect()
}

/// Describes an interval's counts.
fn tip(bucket: &ChartBucket) -> String {
    format!(
        "{}: {} failed, {} succeeded, {} say neither",
        bucket.label,
        thousands(bucket.failure),
        thousands(bucket.success),
        thousands(bucket.other)
    )
}

/// Chooses as many labels of intervals as have room, at even distances; each
/// begins where its interval begins.
fn labels(chart: &ReportChart, left: f64, right: f64, each: f64, column: f64) -> Vec<ChartLabel> {
    let texts: Vec<String> = chart.buckets.iter().map(|bucket| short(&bucket.mark)).collect();
    let widest = texts.iter().map(|text| text.width()).max().unwrap_or(0) as f64 * column;
    // Distances that divide days and hours well, whatever an interval lasts.
    let step = (0..usize::BITS - 2)
        .flat_map(|power| [1 << power, 3 << power])
        .filter(|step| *step as f64 * each >= widest + 2.0 * column)
        .min()
        .unwrap_or(usize::MAX);
    let even = texts.into_iter().enumerate().step_by(step);
    let placed = even.map(|(at, text)| ChartLabel { x: round(left + each * at as f64), text });
    placed.filter(|word| word.x + word.text.width() as f64 * column <= right).collect()
}

/// Names gaps above their middles, moved inside the edges; where a name has no
/// room only its number is shown, and where that has no room either, nothing.
fn names(gaps: &[ChartGap], left: f64, right: f64, each: f64, column: f64) -> Vec<ChartLabel> {
    let mut names = Vec::new();
    let mut free_from = left;
    for gap in gaps {
        let centre = left + each * (gap.from as f64 + gap.intervals as f64 / 2.0);
        for text in [format!("gap {}", gap.number), gap.number.to_string()] {
            let half = text.len() as f64 * column / 2.0;
            let x = centre.min(right - half).max(left + half);
            if x - half >= free_from {
                free_from = x + half + column;
                names.push(ChartLabel { x: round(x), text });
                break;
            }
        }
    }
    names
}

/// Describes in words what the chart shows.
fn describe(chart: &ReportChart, gaps: &[ChartGap]) -> String {
    let sum = |of: fn(&ChartBucket) -> u64| {
        thousands(chart.buckets.iter().map(|b| u128::from(of(b))).sum::<u128>())
    };
    let mut text = format!(
        "Stacked bars for {} intervals of {} each, from {} to {}: {} events failed, {} succeeded, {} say neither.",
        thousands(chart.buckets.len()),
        chart.width_text,
        chart.from,
        chart.to,
        sum(|bucket| bucket.failure),
        sum(|bucket| bucket.success),
        sum(|bucket| bucket.other)
    );
    // The earliest of the highest, so that the words do not depend on ties.
    if let Some(peak) = chart.buckets.iter().rev().max_by_key(|bucket| total(bucket)) {
        text += &format!(" The most, {}, begin at {}.", thousands(total(peak)), peak.label);
    }
    if !gaps.is_empty() {
        text += &format!(" Gaps of an hour or more without a record: {}.", gaps.len());
    }
    text
}

/// Cuts a label to what fits below the bars.
fn short(label: &str) -> String {
    let label = visible(label);
    if label.width() <= LABEL_COLUMNS && label.chars().count() <= LABEL_COLUMNS {
        return label;
    }
    let mut out = String::new();
    for c in label.chars().take(LABEL_COLUMNS) {
        if out.width() + 3 > LABEL_COLUMNS {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn total(bucket: &ChartBucket) -> u128 {
    u128::from(bucket.success) + u128::from(bucket.failure) + u128::from(bucket.other)
}

/// Rounds to hundredths: enough for any printer, and short in the file.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// An axis that ends at a round figure.
struct Scale {
    unit: u128,
    top: u128,
}

impl Scale {
    /// Chooses at most four steps of 1, 2 or 5 times a power of ten.
    fn of(highest: u128) -> Scale {
        let highest = highest.max(1);
        let powers = (0..).map(|power| 10_u128.pow(power));
        let unit = powers
            .flat_map(|power| [power, 2 * power, 5 * power])
            .find(|unit| unit * 4 >= highest)
            .expect("three times 2^64 is below the powers of ten that 128 bits hold");
        Scale { unit, top: highest.div_ceil(unit) * unit }
    }

    /// Returns the figures on the axis, from zero up.
    fn figures(&self) -> impl Iterator<Item = u128> {
        (0..=self.top / self.unit).map(|step| step * self.unit)
    }

    /// Returns how much of the axis a figure takes, 0 to 1.
    fn share(&self, figure: u128) -> f64 {
        figure as f64 / self.top as f64
    }
}
