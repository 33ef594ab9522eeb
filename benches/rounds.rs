//! Candidates timed in turns, so that what else the machine does hits all alike.

/// Each candidate in turn, round after round, after one round to warm up: shape \[candidate\]\[round\].
pub fn rounds(rounds: usize, candidates: &mut [&mut dyn FnMut() -> f64]) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::new(); candidates.len()];
    for round in 0..=rounds {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let time = candidate();
            if round > 0 {
                times.push(time);
            }
        }
    }
    times
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
