//! Numbers of the runs of a game as vectors, one run a lane.

use crate::auction::Prior;
use crate::numeric::simd::{LANES, Real};

/// Numbers of each lane as vectors, one a number.
pub(super) fn lanes_of<R: Real>(lanes: &[&[f64]; LANES]) -> Vec<R> {
    (0..lanes[0].len()).map(|k| R::from_array(lanes.map(|lane| lane[k]))).collect()
}

/// As many numbers of each lane's prior, one vector a number; neighbours that agree share the work.
pub(super) fn of_lanes<R: Real>(priors: [&Prior; LANES], numbers: impl Fn(&Prior) -> Vec<f64>) -> Vec<R> {
    let mut lanes: Vec<Vec<f64>> = Vec::with_capacity(LANES);
    for (lane, prior) in priors.iter().enumerate() {
        let known = (0..lane).find(|&other| priors[other] == *prior);
        lanes.push(known.map_or_else(|| numbers(prior), |other| lanes[other].clone()));
    }
    lanes_of(&std::array::from_fn(|lane| lanes[lane].as_slice()))
}
