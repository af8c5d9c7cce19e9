//! The leap seconds so far (IERS Bulletin C).

use crate::record::Timestamp;

/// The years that began right after a leap second; those of July follow.
const JANUARY: [i32; 16] =
    [1973, 1974, 1975, 1976, 1977, 1978, 1979, 1980, 1988, 1990, 1991, 1996, 1999, 2006, 2009, 2017];
const JULY: [i32; 11] = [1972, 1981, 1982, 1983, 1985, 1992, 1993, 1994, 1997, 2012, 2015];

/// Returns whether the second before a moment was a leap second.
pub fn has_just_passed(instant: Timestamp) -> bool {
    let secs = instant.nanos().div_euclid(1_000_000_000);
    let at = |year: i32, month: u32| {
        let date = chrono::NaiveDate::from_ymd_opt(year, month, 1)?;
        Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
    };
    let january = JANUARY.iter().map(|year| at(*year, 1));
    january.chain(JULY.iter().map(|year| at(*year, 7))).any(|moment| moment == Some(secs))
}
