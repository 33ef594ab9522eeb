//! The epochs of a run whose multipliers are recorded.

/// The quantiles of a bidder's mixture over arms that are recorded beside its multiplier.
pub const MIXTURE_QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Which epochs of a run are recorded. Epoch 0, before the first update, and the last epoch always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordedEpochs {
    /// The multiples of a number, at least 1.
    Every(u32),
    /// So many epochs at most, at least 2: half of them evenly spaced, half logarithmically.
    Points(u32),
}

impl RecordedEpochs {
    /// The recorded epochs of a run of so many, rising, none twice.
    ///
    /// Points are, for P of them and T epochs, every epoch where there are no more than P; else
    /// E = max(2, ceil(P / 2)) even ones, floor(k T / (E - 1)) for k = 0 .. E - 1, and P - E others from 1
    /// on, each the one before times the factor whose powers lead to T, or the next epoch where that is
    /// further. What falls together is there once.
    pub fn of(self, epochs: u32) -> Vec<u32> {
        let mut recorded = match self {
            RecordedEpochs::Every(every) => (0..epochs).step_by(every as usize).collect(),
            RecordedEpochs::Points(points) if points > epochs => (0..epochs).collect(),
            RecordedEpochs::Points(points) => {
                let even = points.div_ceil(2).max(2);
                let mut recorded = evenly(epochs, even);
                recorded.extend(logarithmically(epochs, points - even));
                recorded.sort_unstable();
                recorded
            }
        };
        recorded.push(epochs);
        recorded.dedup();
        recorded
    }

    /// No fewer than are recorded of a run of so many epochs.
    pub fn at_most(self, epochs: u32) -> u64 {
        let all = u64::from(epochs) + 1;
        match self {
            RecordedEpochs::Every(every) => 2 + u64::from(epochs.saturating_sub(1) / every),
            RecordedEpochs::Points(points) => u64::from(points).min(all),
        }
    }
}

/// So many epochs from 0 on, without the last.
fn evenly(epochs: u32, count: u32) -> Vec<u32> {
    let steps = u64::from(count - 1);
    (0..steps).map(|k| (k * u64::from(epochs) / steps) as u32).collect()
}

/// So many epochs from 1 on, all below the last, which the next would be.
fn logarithmically(epochs: u32, count: u32) -> Vec<u32> {
    let mut chosen = Vec::new();
    let mut epoch = 1_u32;
    for left in (1..=count).rev() {
        chosen.push(epoch);
        let factor = libm::pow(f64::from(epochs) / f64::from(epoch), 1.0 / f64::from(left));
        epoch = (epoch + 1).max((f64::from(epoch) * factor) as u32).min(epochs);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn multiples_and_both_ends() {
        assert_eq!(RecordedEpochs::Every(10).of(25), [0, 10, 20, 25]);
        assert_eq!(RecordedEpochs::Every(10).of(20), [0, 10, 20]);
        assert_eq!(RecordedEpochs::Every(100).of(20), [0, 20]);
        assert_eq!(RecordedEpochs::Every(1).of(1), [0, 1]);
    }

    #[test]
    fn points_are_dense_at_the_start_and_even_after() {
        let points = RecordedEpochs::Points(16).of(1000);
        assert_eq!(points, [0, 1, 2, 4, 10, 25, 62, 142, 156, 285, 394, 428, 571, 714, 857, 1000]);
        assert_eq!(RecordedEpochs::Points(16).of(9), (0..=9).collect::<Vec<_>>());
        assert_eq!(RecordedEpochs::Points(2).of(1000), [0, 1000]);
    }

    proptest! {
        #[test]
        fn points_rise_from_the_first_epoch_to_the_last(epochs in 1_u32..2_000_000, points in 2_u32..500) {
            let recorded = RecordedEpochs::Points(points).of(epochs);
            prop_assert!(recorded.is_sorted_by(|a, b| a < b));
            prop_assert_eq!((recorded[0], *recorded.last().unwrap()), (0, epochs));
            prop_assert!(recorded.len() as u64 <= RecordedEpochs::Points(points).at_most(epochs));
            // Of the two halves, no more are dropped than fall together.
            prop_assert!(recorded.len() as u64 >= u64::from(points.div_ceil(2).min(epochs)));
            // No gap is wider than that of the even half.
            let gap = epochs.div_ceil((points.div_ceil(2) - 1).max(1));
            prop_assert!(recorded.windows(2).all(|pair| pair[1] - pair[0] <= gap));
        }

        #[test]
        fn multiples_are_as_many_as_is_said(epochs in 1_u32..10_000, every in 1_u32..20_000) {
            let recorded = RecordedEpochs::Every(every);
            prop_assert!(recorded.of(epochs).is_sorted_by(|a, b| a < b));
            prop_assert_eq!(recorded.of(epochs).len() as u64, recorded.at_most(epochs));
        }
    }
}
