//! Change points of the mean: PELT with the normal cost (Killick, Fearnhead and Eckley 2012).

/// Returns where the mean of the values changes: the first place of each new segment,
/// ascending. Segments have at least `least` values; `penalty` is the cost of one more
/// change, in units of the variance `sigma` squared.
pub fn changes(values: &[f64], sigma: f64, penalty: f64, least: usize) -> Vec<usize> {
    let len = values.len();
    if len < 2 * least || sigma <= 0.0 || least == 0 {
        return Vec::new();
    }
    let (mut sums, mut squares) = (vec![0.0; len + 1], vec![0.0; len + 1]);
    for (i, value) in values.iter().enumerate() {
        sums[i + 1] = sums[i] + value;
        squares[i + 1] = squares[i] + value * value;
    }
    let cost = |from: usize, to: usize| {
        let sum = sums[to] - sums[from];
        (squares[to] - squares[from] - sum * sum / (to - from) as f64) / (sigma * sigma)
    };
    let mut best = vec![f64::INFINITY; len + 1];
    let mut last = vec![0_usize; len + 1];
    best[0] = -penalty;
    let mut candidates: Vec<usize> = Vec::new();
    for to in least..=len {
        if to == least || to >= 2 * least {
            candidates.push(to - least);
        }
        let costs: Vec<f64> = candidates.iter().map(|from| best[*from] + cost(*from, to)).collect();
        for (from, cost) in candidates.iter().zip(&costs) {
            if cost + penalty < best[to] {
                (best[to], last[to]) = (cost + penalty, *from);
            }
        }
        let mut costs = costs.iter();
        candidates.retain(|_| *costs.next().expect("one each") <= best[to]);
    }
    let mut places = Vec::new();
    let mut at = last[len];
    while at > 0 {
        places.push(at);
        at = last[at];
    }
    places.reverse();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns values around levels, with a small fixed wobble.
    fn levels(parts: &[(usize, f64)]) -> Vec<f64> {
        let wobble = [0.1, -0.2, 0.05, 0.15, -0.1];
        parts.iter().flat_map(|(n, level)| (0..*n).map(move |i| level + wobble[i % 5])).collect()
    }

    #[test]
    fn finds_a_step_and_its_end() {
        let values = levels(&[(100, 0.0), (30, 1.0), (50, 0.0)]);
        assert_eq!(changes(&values, 0.15, 10.0, 24), [100, 130]);
    }

    #[test]
    fn no_step_is_no_change() {
        assert!(changes(&levels(&[(200, 3.0)]), 0.15, 10.0, 24).is_empty());
    }

    #[test]
    fn segments_are_not_shorter_than_asked() {
        let places = changes(&levels(&[(100, 0.0), (23, 1.0), (100, 0.0)]), 0.15, 10.0, 24);
        assert!(places.windows(2).all(|two| two[1] - two[0] >= 24));
        assert!(changes(&levels(&[(47, 0.0)]), 0.15, 10.0, 24).is_empty());
    }
}
