//! The figures that a report may have.

/// A figure of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FigureName {
    /// Multipliers over epochs.
    Convergence,
    /// The distance below Nash times beta.
    Compensated,
    /// The bias against beta.
    BiasBeta,
    /// The root mean square error against beta.
    RmseBeta,
    /// The sd of the tail against the batch.
    Oscillation,
    /// Bids against values.
    BidFunctions,
    /// Intervals of multipliers, row by row.
    Forest,
    /// The learning bias against the learning rate.
    LearningRate,
    /// A measure over two numeric axes.
    HeatMap,
    /// The multipliers of two bidders against each other.
    Phase,
    /// The mixture of a bidder over epochs.
    Mixture,
    /// The parts of the bias, one on top of the other.
    Waterfall,
    /// Differences to the baseline.
    Contrasts,
}

impl FigureName {
    /// Every figure, in the order of a report.
    pub const ALL: [FigureName; 13] = [
        FigureName::Convergence,
        FigureName::Compensated,
        FigureName::BiasBeta,
        FigureName::RmseBeta,
        FigureName::Oscillation,
        FigureName::BidFunctions,
        FigureName::Forest,
        FigureName::LearningRate,
        FigureName::HeatMap,
        FigureName::Phase,
        FigureName::Mixture,
        FigureName::Waterfall,
        FigureName::Contrasts,
    ];

    /// The word in sweep files and in names of files.
    pub const fn name(self) -> &'static str {
        match self {
            FigureName::Convergence => "convergence",
            FigureName::Compensated => "compensated",
            FigureName::BiasBeta => "bias-beta",
            FigureName::RmseBeta => "rmse-beta",
            FigureName::Oscillation => "oscillation",
            FigureName::BidFunctions => "bid-functions",
            FigureName::Forest => "forest",
            FigureName::LearningRate => "learning-rate",
            FigureName::HeatMap => "heat-map",
            FigureName::Phase => "phase",
            FigureName::Mixture => "mixture",
            FigureName::Waterfall => "waterfall",
            FigureName::Contrasts => "contrasts",
        }
    }

    /// One line for `bidsweep list`.
    pub const fn doc(self) -> &'static str {
        match self {
            FigureName::Convergence => {
                "multipliers over epochs: median and band of the recorded runs, one run, the reference equilibria"
            }
            FigureName::Compensated => {
                "beta times the distance below the Nash equilibrium, with the smoothed equilibrium as a curve"
            }
            FigureName::BiasBeta => "bias and epsilon against beta on logarithmic scales, with fitted slopes",
            FigureName::RmseBeta => {
                "root mean square error against beta, with its parts of bias and variance"
            }
            FigureName::Oscillation => {
                "standard deviation of the tail against the batch, with the predicted one and guides of slope"
            }
            FigureName::BidFunctions => {
                "learned bids against values, and below them what equilibria differ by"
            }
            FigureName::Forest => {
                "mean multipliers with intervals, one row a cell, with ticks at the equilibria"
            }
            FigureName::LearningRate => "learning bias against the learning rate, with the line's value at 0",
            FigureName::HeatMap => "a measure over two numeric axes",
            FigureName::Phase => "the multipliers of two bidders against each other, with best responses",
            FigureName::Mixture => "how the mixture of a bidder who plays arms concentrates over epochs",
            FigureName::Waterfall => {
                "from the Nash equilibrium to the mean multiplier: class, smoothing, learning"
            }
            FigureName::Contrasts => "paired differences to the cells of the baseline, with intervals",
        }
    }
}
