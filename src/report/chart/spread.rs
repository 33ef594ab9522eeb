//! Labels in a column, moved apart as little as can be.

/// Heights near those wanted (in ascending order), `gap` apart or more, all within [low, high]: of all such
/// heights those with the least sum of squared moves. There must be room: (n - 1) gap <= high - low.
///
/// With z_i = y_i - i gap the heights must not descend: the isotonic regression of z (pool adjacent
/// violators, Ayer and others 1955), cut off at both ends.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    // Pools of neighbours: their mean and how many they are.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (at, height) in wanted.iter().enumerate() {
        pools.push((height - at as f64 * gap, 1));
        while let [.., (before, many), (last, few)] = pools[..]
            && before > last
        {
            let count = many + few;
            pools.truncate(pools.len() - 2);
            pools.push(((before * many as f64 + last * few as f64) / count as f64, count));
        }
    }
    let most = high - gap * wanted.len().saturating_sub(1) as f64;
    let heights = pools.into_iter().flat_map(|(mean, count)| std::iter::repeat_n(mean, count));
    heights.enumerate().map(|(at, height)| height.min(most).max(low) + at as f64 * gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_with_room_stay_and_others_share_the_way() {
        assert_eq!(spread(&[10.0, 30.0, 50.0], 9.0, 0.0, 100.0), [10.0, 30.0, 50.0]);
        assert_eq!(spread(&[40.0, 40.0], 10.0, 0.0, 100.0), [35.0, 45.0]);
        assert_eq!(spread(&[0.0, 0.0], 10.0, 0.0, 100.0), [0.0, 10.0]);
        assert_eq!(spread(&[100.0, 100.0], 10.0, 0.0, 100.0), [90.0, 100.0]);
    }

    proptest! {
        #[test]
        fn labels_are_apart_and_within(
            mut wanted in prop::collection::vec(-50.0..250.0_f64, 1..20), gap in 1.0..10.0_f64
        ) {
            wanted.sort_by(f64::total_cmp);
            let heights = spread(&wanted, gap, 0.0, 200.0);
            for pair in heights.windows(2) {
                prop_assert!(pair[1] - pair[0] > gap - 1e-9);
            }
            prop_assert!(heights[0] > -1e-9 && heights[heights.len() - 1] < 200.0 + 1e-9);
        }
    }
}
