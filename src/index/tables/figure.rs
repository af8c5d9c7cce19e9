//! Numbers that are added up and compared by value.

use std::cmp::Ordering;

/// The largest whole number that is read as one. Sums of as many of them as there can be
/// events fit into an `i128`.
const MOST: i128 = u64::MAX as i128;

/// A finite number. Two are equal if their values are.
#[derive(Debug, Clone, Copy)]
pub enum Figure {
    /// A whole number.
    Whole(i128),
    /// A number with a fraction, or one that is too large for a whole number.
    Float(f64),
}

impl Figure {
    /// Reads a decimal number: a sign, digits, a fraction, an exponent. Names such as
    /// `inf` are no numbers, and neither is what is too large for a finite one.
    pub fn of_text(text: &str) -> Option<Figure> {
        let digit = |b: &u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        if text.len() > 400 || !text.as_bytes().iter().all(digit) {
            return None;
        }
        if let Some(whole) = text.parse::<i128>().ok().filter(|whole| (-MOST..=MOST).contains(whole)) {
            return Some(Figure::Whole(whole));
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Figure::of_float)
    }

    /// Creates a number; a float that is a whole number is one.
    pub fn of_float(number: f64) -> Figure {
        match number.fract() == 0.0 && number.abs() < 2f64.powi(63) {
            true => Figure::Whole(number as i128),
            false => Figure::Float(number),
        }
    }

    /// Returns the nearest float.
    pub fn as_f64(self) -> f64 {
        match self {
            Figure::Whole(whole) => whole as f64,
            Figure::Float(number) => number,
        }
    }
}

impl Ord for Figure {
    fn cmp(&self, other: &Figure) -> Ordering {
        match (*self, *other) {
            (Figure::Whole(one), Figure::Whole(other)) => one.cmp(&other),
            (Figure::Float(one), Figure::Float(other)) => one.total_cmp(&other),
            (Figure::Whole(whole), Figure::Float(number)) => compare(whole, number),
            (Figure::Float(number), Figure::Whole(whole)) => compare(whole, number).reverse(),
        }
    }
}

/// Compares exactly, where converting the whole number would round it.
fn compare(whole: i128, number: f64) -> Ordering {
    let floor = number.floor();
    whole.cmp(&(floor as i128)).then(if number > floor { Ordering::Less } else { Ordering::Equal })
}

impl PartialOrd for Figure {
    fn partial_cmp(&self, other: &Figure) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Figure {
    fn eq(&self, other: &Figure) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Figure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_names_are_not() {
        for (text, whole) in [("404", 404), ("-3", -3), ("+5", 5), ("4.0", 4), ("1e3", 1000), ("-0.0", 0)] {
            assert_eq!(Figure::of_text(text), Some(Figure::Whole(whole)), "{text}");
        }
        let most = Figure::of_text("18446744073709551615");
        assert!(matches!(most, Some(Figure::Whole(18_446_744_073_709_551_615))));
        assert!(matches!(Figure::of_text("4.5"), Some(Figure::Float(_))));
        for text in ["", "-", "inf", "NaN", "1e999", "0x10", "1,000", " 1"] {
            assert_eq!(Figure::of_text(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_compare_exactly_beyond_what_a_float_holds() {
        let order = |one: &str, other: &str| Figure::of_text(one).cmp(&Figure::of_text(other));
        assert_eq!(order("9007199254740993", "9007199254740992.0"), Ordering::Greater);
        assert_eq!(order("2", "2.5"), Ordering::Less);
        assert_eq!(order("-2", "-2.5"), Ordering::Greater);
        assert_eq!(order("18446744073709551615", "1e300"), Ordering::Less);
        assert_eq!(order("-1e300", "-5"), Ordering::Less);
    }
}
