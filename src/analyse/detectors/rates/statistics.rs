//! Robust statistics and tails of counts, as the behavior detectors need them.

/// How much larger than the mean the variance must be for counts to be taken for negative
/// binomial instead of Poisson.
const OVERDISPERSED: f64 = 1.5;

/// Returns a quantile (0 to 1) of the values, interpolated between neighbors; the values are
/// put into another order. No values have the quantile 0.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let place = share.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let (_, low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    if part == 0.0 {
        return low;
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    low + part * (high - low)
}

/// Returns the median; the values are put into another order.
pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// Returns the median and the median absolute deviation from it.
pub fn median_and_deviation(values: &mut [f64]) -> (f64, f64) {
    let middle = median(values);
    for value in values.iter_mut() {
        *value = (*value - middle).abs();
    }
    (middle, median(values))
}

/// Returns the median and the median absolute deviation of values of which `zeros` more are
/// zero and not listed.
pub fn sparse_median_and_deviation(values: &[f64], zeros: usize) -> (f64, f64) {
    let mut sorted = values.to_vec();
    let middle = sparse_median(&mut sorted, zeros, 0.0);
    let mut apart: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    (middle, sparse_median(&mut apart, zeros, middle.abs()))
}

/// Returns the median of values and of `more` that are all `same`.
fn sparse_median(values: &mut [f64], more: usize, same: f64) -> f64 {
    let total = values.len() + more;
    if total == 0 {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    let below = values.partition_point(|value| *value < same);
    let at = |place: usize| match place {
        place if place < below => values[place],
        place if place < below + more => same,
        place => values[place - more],
    };
    (at((total - 1) / 2) + at(total / 2)) / 2.0
}

/// Returns the natural logarithm of the gamma function (Lanczos, g = 7, nine terms), for
/// positive numbers.
pub fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let base = x + 7.5;
    let sum: f64 = (1..9).map(|i| TERMS[i] / (x + i as f64)).sum::<f64>() + TERMS[0];
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * base.ln() - base + sum.ln()
}

/// Returns the natural logarithm of the probability of `count` or more, by Poisson, or by the
/// negative binomial of this mean and variance when the variance is over 1.5 times the mean.
/// (Of a count that is not above the mean it is only said that it is no surprise: 0.)
pub fn ln_upper_tail(count: f64, mean: f64, variance: f64) -> f64 {
    if count <= mean || count <= 0.0 {
        return 0.0;
    }
    if mean <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let (first, size, scale) = if variance > OVERDISPERSED * mean {
        let size = mean * mean / (variance - mean);
        let scale = 1.0 - mean / variance;
        let first = ln_gamma(count + size) - ln_gamma(size) - ln_gamma(count + 1.0)
            + size * (1.0 - scale).ln()
            + count * scale.ln();
        (first, size, scale)
    } else {
        (count * mean.ln() - mean - ln_gamma(count + 1.0), f64::INFINITY, mean)
    };
    let (mut term, mut sum, mut at) = (1.0, 1.0, count);
    for _ in 0..100_000 {
        let ratio = if size.is_finite() { scale * (size + at) / (at + 1.0) } else { scale / (at + 1.0) };
        term *= ratio;
        sum += term;
        at += 1.0;
        if term < sum * 1e-15 {
            break;
        }
    }
    (first + f64::ln(sum)).min(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quantiles() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&mut []), 0.0);
        assert_eq!(quantile(&mut [0.0, 10.0], 0.25), 2.5);
        assert_eq!(median_and_deviation(&mut [1.0, 2.0, 3.0, 4.0, 100.0]), (3.0, 1.0));
    }

    #[test]
    fn zeros_that_are_not_listed_count() {
        assert_eq!(sparse_median_and_deviation(&[5.0, 7.0], 1), (5.0, 2.0));
        assert_eq!(sparse_median_and_deviation(&[5.0, 7.0], 10), (0.0, 0.0));
        assert_eq!(sparse_median_and_deviation(&[1.0, 3.0], 2), (0.5, 0.5));
        assert_eq!(sparse_median_and_deviation(&[], 0), (0.0, 0.0));
    }

    #[test]
    fn gamma_of_whole_numbers_is_a_factorial() {
        assert!((ln_gamma(11.0) - 3_628_800_f64.ln()).abs() < 1e-10);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-10);
    }

    #[test]
    fn poisson_tail_by_hand() {
        // 1 - e^-1 (1 + 1 + 1/2) = 0.0803013970713942
        let tail = ln_upper_tail(3.0, 1.0, 1.0).exp();
        assert!((tail - 0.080_301_397_071_394_2).abs() < 1e-12, "{tail}");
    }

    #[test]
    fn negative_binomial_tail_by_hand() {
        // mean 2, variance 6: size 1, so geometric with scale 2/3: P(X >= 5) = (2/3)^5
        let tail = ln_upper_tail(5.0, 2.0, 6.0).exp();
        assert!((tail - (2.0_f64 / 3.0).powi(5)).abs() < 1e-12, "{tail}");
    }

    #[test]
    fn overdispersion_starts_above_one_and_a_half() {
        let poisson = ln_upper_tail(20.0, 4.0, 4.0);
        assert_eq!(ln_upper_tail(20.0, 4.0, 6.0), poisson);
        assert!(ln_upper_tail(20.0, 4.0, 6.01) > poisson);
        assert_eq!(ln_upper_tail(4.0, 4.0, 4.0), 0.0);
    }
}
