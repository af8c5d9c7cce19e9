//! Numbers as they stand in sentences, and what findings have in common.

use crate::analyse::detectors::detector::Anomaly;

/// A second, in nanoseconds.
pub const SECOND: i64 = 1_000_000_000;
/// A minute, in nanoseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour, in nanoseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// A day, in nanoseconds.
pub const DAY: i64 = 24 * HOUR;

/// Returns a number with commas between thousands, without a fraction.
pub fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number <= -0.5 { format!("-{text}") } else { text }
}

/// Returns a number with as many digits as help: 0.03, 1.5, 12, 4,200.
pub fn rough(number: f64) -> String {
    match number.abs() {
        size if size >= 9.95 => whole(number),
        0.0 => "0".to_owned(),
        size if size >= 0.095 => format!("{:.1}", number),
        size if size >= 0.000_95 => format!("{:.3}", number),
        _ => format!("{number:.0e}"),
    }
}

/// Returns a span of nanoseconds in the unit that suits it.
pub fn span(nanoseconds: i64) -> String {
    let seconds = nanoseconds as f64 / SECOND as f64;
    match seconds {
        s if s < 120.0 => format!("{} seconds", rough(s)),
        s if s < 7_200.0 => format!("{} minutes", rough(s / 60.0)),
        s if s < 172_800.0 => format!("{} hours", rough(s / 3_600.0)),
        s => format!("{} days", rough(s / 86_400.0)),
    }
}

/// Returns a number of bytes in the unit that suits it.
pub fn bytes(number: f64) -> String {
    match number {
        n if n < 1e3 => format!("{} bytes", whole(n)),
        n if n < 1e6 => format!("{} kB", rough(n / 1e3)),
        n if n < 1e9 => format!("{} MB", rough(n / 1e6)),
        n => format!("{} GB", rough(n / 1e9)),
    }
}

/// Returns findings in order of start and entity; of those that show the very same events only
/// the most severe is kept, with the entities of all.
pub fn in_order(mut found: Vec<Anomaly>) -> Vec<Anomaly> {
    let text = |d: &Anomaly| d.entity.iter().map(|(_, value)| value.clone()).collect::<Vec<_>>();
    found.sort_by(|a, b| {
        (a.start, a.end)
            .cmp(&(b.start, b.end))
            .then_with(|| a.events.cmp(&b.events))
            .then_with(|| b.severity.cmp(&a.severity))
            .then_with(|| text(a).cmp(&text(b)))
    });
    found.dedup_by(|later, kept| {
        let same = !kept.events.is_empty() && kept.events == later.events;
        if same {
            for entity in later.entity.drain(..) {
                if !kept.entity.contains(&entity) {
                    kept.entity.push(entity);
                }
            }
        }
        same
    });
    found.sort_by(|a, b| a.start.cmp(&b.start).then_with(|| text(a).cmp(&text(b))));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Severity;

    #[test]
    fn numbers_read_well() {
        assert_eq!(whole(1_234_567.0), "1,234,567");
        assert_eq!(whole(-999.0), "-999");
        assert_eq!(rough(0.0301), "0.030");
        assert_eq!(rough(1.49), "1.5");
        assert_eq!(rough(12.4), "12");
        assert_eq!(span(90 * SECOND), "90 seconds");
        assert_eq!(span(40 * MINUTE), "40 minutes");
        assert_eq!(span(3 * DAY), "3.0 days");
        assert_eq!(bytes(2.5e9), "2.5 GB");
    }

    #[test]
    fn findings_with_the_same_events_become_one() {
        let finding = |field: &'static str, value: &str, severity| Anomaly {
            title: String::new(),
            why: String::new(),
            severity,
            confidence: 1.0,
            entity: vec![(field, value.to_owned())],
            events: vec![1, 2],
            start: 1,
            end: 2,
            attack: vec![],
            numbers: Default::default(),
        };
        let found = in_order(vec![
            finding("user.name", "ann", Severity::Low),
            finding("source.ip", "192.0.2.1", Severity::Medium),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].entity.len(), 2);
        assert_eq!(found[0].severity, Severity::Medium);
    }
}
