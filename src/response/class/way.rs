//! Rising bids at the knots, the best of a few at each.

/// The lowest bid of a class is 0 where the lowest value is.
pub(super) fn lowest_is_free(values: &[f64]) -> bool {
    values[0] > 0.0
}

/// The best rising bids at the knots out of some at each, which rise: the utility is a sum over segments of a
/// function of the bids at their two ends, so that the best way to each bid at a knot follows from the best
/// ways to those at the knot before (Bellman 1957).
pub(super) fn best_way(mut bids_at: Vec<Vec<f64>>, part: impl Fn(usize, f64, f64) -> f64) -> Vec<f64> {
    let mut utilities = vec![0.0; bids_at[0].len()];
    let mut ways: Vec<Vec<usize>> = Vec::with_capacity(bids_at.len());
    for (k, pair) in bids_at.windows(2).enumerate() {
        let (before, here) = (&pair[0], &pair[1]);
        let mut best = vec![f64::NEG_INFINITY; here.len()];
        let mut from = vec![0; here.len()];
        for (j, &to) in here.iter().enumerate() {
            for (i, (&start, utility)) in before.iter().zip(&utilities).enumerate() {
                if start > to {
                    break;
                }
                let utility = utility + part(k, start, to);
                if utility > best[j] {
                    (best[j], from[j]) = (utility, i);
                }
            }
        }
        ways.push(from);
        utilities = best;
    }
    let last = bids_at.pop().unwrap_or_default();
    let mut at = (0..last.len()).fold(0, |best, j| if utilities[j] > utilities[best] { j } else { best });
    let mut way = vec![last[at]];
    for (bids, from) in bids_at.iter().zip(&ways).rev() {
        at = from[at];
        way.push(bids[at]);
    }
    way.reverse();
    way
}
