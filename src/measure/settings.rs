//! What `[measure]` asks for.

use crate::train::Recording;

/// The `[measure]` table of a sweep file: no part of a run's identity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasureSettings {
    /// The last part of the epochs that tail columns use, in (0, 1].
    pub tail: f64,
    /// The factor of the exponential moving average, in \[0, 1).
    pub ema: f64,
    /// Which trajectories are kept.
    pub trajectories: Option<Trajectories>,
    /// At how many values, evenly over the support, the table of bid functions tells the bids, beside the knots of
    /// piecewise-linear strategies: 0 for none, or 2 and more.
    pub bid_functions: u32,
}

/// Which trajectories are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trajectories {
    /// Those of replicates 0 .. `replicates` - 1 of every cell.
    pub replicates: u32,
    /// Epochs between recorded ones, at least 1.
    pub every: u32,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        MeasureSettings { tail: 0.5, ema: 0.99, trajectories: None, bid_functions: 33 }
    }
}

impl MeasureSettings {
    /// What the observers keep of a replicate.
    pub fn recording(&self, replicate: u32) -> Recording {
        let trajectory = self.trajectories.filter(|t| replicate < t.replicates).map(|t| t.every);
        Recording { tail: self.tail, ema: self.ema, trajectory }
    }
}
