//! What `[measure]` asks for.

use std::fmt;

use super::assessment::Asked;
use super::program::LpGrid;
use crate::response::Constraint;
use crate::train::{RecordedEpochs, Recording};

/// The `[measure]` table of a sweep file: no part of a run's identity.
#[derive(Clone, Copy, PartialEq)]
pub struct MeasureSettings {
    /// The last part of the epochs that tail columns use, in (0, 1].
    pub tail: f64,
    /// The factor of the exponential moving average, in \[0, 1).
    pub ema: f64,
    /// Which trajectories are kept.
    pub trajectories: Trajectories,
    /// At how many values, evenly over the support, the table of bid functions tells the bids, beside the
    /// knots of piecewise-linear strategies: 0 for none, or 2 and more.
    pub bid_functions: u32,
    /// What best responses are looked for beside those of every run in the true auction.
    pub best_response: BestResponseSettings,
    /// Which runs are continued on the exact gradient.
    pub continuation: Continuation,
    /// Half the width of the interval around a reference in which a mean multiplier is said to be there,
    /// above 0.
    pub margin: f64,
    /// Whether the external regret of every run is measured.
    pub regret: bool,
    /// The most rows of a table's file, at least 1: a table of more is a folder of files of so many.
    pub rows_per_file: u32,
}

/// Without `rows_per_file`, which changes no number: plans are known by a hash over this text.
impl fmt::Debug for MeasureSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MeasureSettings {
            tail,
            ema,
            trajectories,
            bid_functions,
            best_response,
            continuation,
            margin,
            regret,
            rows_per_file: _,
        } = self;
        f.debug_struct("MeasureSettings")
            .field("tail", tail)
            .field("ema", ema)
            .field("trajectories", trajectories)
            .field("bid_functions", bid_functions)
            .field("best_response", best_response)
            .field("continuation", continuation)
            .field("margin", margin)
            .field("regret", regret)
            .finish()
    }
}

/// Which trajectories are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trajectories {
    /// [`KeptTrajectories::USUAL`], or fewer where the sweep is so large that these would be too many.
    #[default]
    Bounded,
    /// None.
    None,
    /// These, however many they are.
    Kept(KeptTrajectories),
}

/// The trajectories of some replicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptTrajectories {
    /// Those of replicates 0 .. `replicates` - 1 of every cell.
    pub replicates: u32,
    /// The epochs that they have.
    pub epochs: RecordedEpochs,
}

impl KeptTrajectories {
    /// What shows a band over replicates, and how it narrows.
    pub const USUAL: KeptTrajectories =
        KeptTrajectories { replicates: 20, epochs: RecordedEpochs::Points(100) };
}

/// Which runs go on without sampling, from where they ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuation {
    /// Replicates 0 .. `replicates` - 1 of every cell; 0 for none.
    pub replicates: u32,
    /// The most epochs; fewer where the movement has died out.
    pub epochs: u32,
    /// The most work, in that of the run's training; above 0.
    pub share: f64,
}

/// Whose best responses are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nobody's.
    None,
    /// Those to the mean profile of every cell.
    Cells,
    /// Those to every run's, and to the mean profile of every cell.
    Runs,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 3] = [Scope::None, Scope::Cells, Scope::Runs];

    /// The word in sweep files.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::None => "none",
            Scope::Cells => "cells",
            Scope::Runs => "runs",
        }
    }
}

/// Best responses that take more time than training does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestResponseSettings {
    /// Whose are solved by linear program.
    pub lp: Scope,
    /// Value cells of the linear program.
    pub values: u32,
    /// Bids of the linear program.
    pub bids: u32,
    /// What couples the values of the linear program, if anything.
    pub constraint: Option<Constraint>,
    /// Whose are looked for within the strategy class, which takes milliseconds a bidder where priors are not
    /// uniform or bids not linear.
    pub class: Scope,
    /// Whose are looked for in the smoothed auction.
    pub smoothed: Scope,
    /// Whether the certified upper bound is the tight one.
    pub tight: bool,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        MeasureSettings {
            tail: 0.5,
            ema: 0.99,
            trajectories: Trajectories::Bounded,
            bid_functions: 33,
            best_response: BestResponseSettings::default(),
            continuation: Continuation { replicates: 3, epochs: 5000, share: 64.0 },
            margin: 0.002,
            regret: false,
            rows_per_file: 1 << 27,
        }
    }
}

impl Default for BestResponseSettings {
    fn default() -> Self {
        BestResponseSettings {
            lp: Scope::Cells,
            values: 64,
            bids: 256,
            constraint: None,
            class: Scope::Runs,
            smoothed: Scope::Cells,
            tight: false,
        }
    }
}

/// What is measured of one run: all that its row depends on beside its outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunMeasurement {
    /// What the observers keep.
    pub recording: Recording,
    /// The most epochs of its continuation on the exact gradient; 0 for none.
    pub continuation: u32,
    /// The most work of that, in that of its training; 0 where there is none.
    pub continuation_share: f64,
    /// The best responses; scopes are [`Scope::Runs`] or [`Scope::None`].
    pub best_response: BestResponseSettings,
}

impl MeasureSettings {
    /// What the observers keep of a run, but for its trajectory, which depends on the sweep.
    pub fn recording(&self) -> Recording {
        Recording { tail: self.tail, ema: self.ema, trajectory: None, history: self.regret }
    }

    /// What is measured of a replicate, but for its trajectory.
    pub fn of_run(&self, replicate: u32) -> RunMeasurement {
        let continued = replicate < self.continuation.replicates;
        RunMeasurement {
            recording: self.recording(),
            continuation: if continued { self.continuation.epochs } else { 0 },
            continuation_share: if continued { self.continuation.share } else { 0.0 },
            best_response: self.best_response.of_runs(),
        }
    }
}

impl BestResponseSettings {
    /// What is asked of the assessment of every run, or of every cell's mean profile.
    pub(super) fn asked(&self, scope: Scope) -> Asked {
        let is_asked = |of: Scope| of != Scope::None && (of == Scope::Runs || scope == Scope::Cells);
        let grid = LpGrid { values: self.values, bids: self.bids, constraint: self.constraint };
        Asked {
            class: is_asked(self.class),
            smoothed: is_asked(self.smoothed),
            tight: self.tight,
            lp: is_asked(self.lp).then_some(grid),
        }
    }

    /// What runs have of them; what they do not use is at its default.
    fn of_runs(&self) -> Self {
        let runs = |scope| if scope == Scope::Runs { Scope::Runs } else { Scope::None };
        let unused = BestResponseSettings::default();
        let (lp, class, smoothed) = (runs(self.lp), runs(self.class), runs(self.smoothed));
        let (values, bids, constraint) = match lp {
            Scope::Runs => (self.values, self.bids, self.constraint),
            _ => (unused.values, unused.bids, unused.constraint),
        };
        BestResponseSettings { lp, values, bids, constraint, class, smoothed, tight: self.tight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_what_is_asked_of_runs() {
        let best_response = BestResponseSettings { values: 32, ..BestResponseSettings::default() };
        let settings = MeasureSettings { best_response, ..MeasureSettings::default() };
        let continued = |replicate| settings.of_run(replicate).continuation;
        assert_eq!([0, 2, 3].map(continued), [5000, 5000, 0]);
        // The grid of a linear program that no run has changes nothing of runs.
        assert_eq!(settings.of_run(5), MeasureSettings::default().of_run(5));
        let lp = BestResponseSettings { lp: Scope::Runs, ..best_response };
        let of_run = MeasureSettings { best_response: lp, ..settings }.of_run(5).best_response;
        assert_eq!((of_run.lp, of_run.smoothed, of_run.values), (Scope::Runs, Scope::None, 32));
    }
}
