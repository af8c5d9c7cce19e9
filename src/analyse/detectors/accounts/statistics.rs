//! A few statistics, exact and without surprises.

/// Returns the base-10 logarithm of the chance that a Poisson variable with this mean is
/// at least `count`. Exact where a product of chances would vanish.
pub fn poisson_tail_log10(count: u64, mean: f64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    if mean <= 0.0 {
        return f64::NEG_INFINITY;
    }
    // P(X >= k) = p(k) * (1 + m/(k+1) + m^2/((k+1)(k+2)) + ...) above the mean, and one less
    // the terms below k under it.
    let first = log_probability(count, mean);
    if count as f64 > mean {
        let (mut sum, mut term, mut next) = (1.0, 1.0, count as f64 + 1.0);
        while term > sum * 1e-16 {
            term *= mean / next;
            sum += term;
            next += 1.0;
        }
        return (first + f64::ln(sum)) / std::f64::consts::LN_10;
    }
    let (mut sum, mut term, mut k) = (0.0, first.exp(), count as f64);
    while k > 0.0 && term > 1e-18 {
        term *= k / mean;
        sum += term;
        k -= 1.0;
    }
    (1.0 - sum).max(f64::MIN_POSITIVE).log10().min(0.0)
}

fn log_probability(count: u64, mean: f64) -> f64 {
    count as f64 * mean.ln() - mean - log_factorial(count)
}

/// Returns ln(n!): summed where n is small, by Stirling's series (to 1e-12) above.
fn log_factorial(n: u64) -> f64 {
    if n < 64 {
        return (2..=n).map(|k| (k as f64).ln()).sum();
    }
    let n = n as f64;
    let series = 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3)) + 1.0 / (1260.0 * n.powi(5));
    n * n.ln() - n + 0.5 * (std::f64::consts::TAU * n).ln() + series
}

/// Returns the value below or at which a share of the values lies (nearest rank); none
/// where there are no values.
pub fn quantile(values: &[i64], share: f64) -> Option<i64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// Returns the middle value, or the mean of the two in the middle; none of none.
pub fn median(values: &[i64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let last = sorted.len().checked_sub(1)?;
    Some((sorted[last / 2] as f64 + sorted[sorted.len() / 2] as f64) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_a_poisson_variable_is_exact() {
        // scipy.stats.poisson.sf(k - 1, mean)
        for (count, mean, tail) in
            [(9, 1.0, 1.1252e-6), (10, 1.0, 1.1143e-7), (3, 2.5, 0.45619), (1, 0.1, 0.0951626)]
        {
            let found = 10f64.powf(poisson_tail_log10(count, mean));
            assert!((found / tail - 1.0).abs() < 1e-4, "{count} {mean}: {found}");
        }
        assert_eq!(poisson_tail_log10(0, 3.0), 0.0);
        assert!(poisson_tail_log10(5000, 0.1) < -10_000.0);
    }

    #[test]
    fn the_factorial_has_no_step_where_the_series_begins() {
        let step = log_factorial(64) - log_factorial(63);
        assert!((step - 64f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        assert_eq!(quantile(&[5, 1, 3], 0.5), Some(3));
        assert_eq!(quantile(&[5, 1, 3], 0.99), Some(5));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[4, 1, 3, 2]), Some(2.5));
        assert_eq!(median(&[4, 1, 3]), Some(3.0));
        assert_eq!(median(&[]), None);
    }
}
