//! The hour of the week, in which habits repeat.

use super::wording::HOUR;

/// How many hours a week has.
pub const HOURS: usize = 168;

/// Returns the hour of the week (UTC, 0 is Monday from midnight) of a time in nanoseconds
/// since 1970.
pub fn hour_of_week(time: i64) -> usize {
    // 1970-01-01 was a Thursday.
    (time.div_euclid(HOUR) + 3 * 24).rem_euclid(HOURS as i64) as usize
}

/// Returns whether two hours of the week are at most one hour apart.
pub fn near(one: usize, other: usize) -> bool {
    let apart = one.abs_diff(other);
    apart <= 1 || apart == HOURS - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        let monday = 1_777_248_000 * 1_000_000_000_i64; // 2026-04-27T00:00:00Z
        assert_eq!(hour_of_week(monday), 0);
        assert_eq!(hour_of_week(monday - 1), 167);
        assert_eq!(hour_of_week(monday + 25 * HOUR), 25);
        assert_eq!(hour_of_week(0), 72);
        assert_eq!(hour_of_week(-1), 71);
    }

    #[test]
    fn the_week_is_a_circle() {
        assert!(near(0, 167) && near(5, 6) && near(7, 7));
        assert!(!near(5, 7) && !near(1, 167));
    }
}
