//! The figures that a report may have: one row each.

/// Makes the enum and its registry of rows: variant, word, one line for `bidsweep list`.
macro_rules! figures {
    ($($variant:ident $name:literal $doc:literal;)*) => {
        /// A figure of a report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FigureName {
            $(#[doc = $doc] $variant,)*
        }

        impl FigureName {
            /// Every figure, in the order of a report.
            pub const ALL: &[FigureName] = &[$(FigureName::$variant,)*];

            /// The word in sweep files and in names of files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(FigureName::$variant => $name,)*
                }
            }

            /// One line for `bidsweep list`.
            pub const fn doc(self) -> &'static str {
                match self {
                    $(FigureName::$variant => $doc,)*
                }
            }
        }
    };
}

figures! {
    Convergence "convergence" "multipliers over epochs: median and band of the recorded runs, one run, the reference equilibria";
    Compensated "compensated" "beta times the distance below the Nash equilibrium, with the smoothed equilibrium as a curve";
    BiasBeta "bias-beta" "bias and epsilon against beta on logarithmic scales, with fitted slopes";
    RmseBeta "rmse-beta" "root mean square error against beta, with its parts of bias and variance";
    Oscillation "oscillation" "standard deviation of the tail against the batch, with the predicted one and guides of slope";
    BidFunctions "bid-functions" "learned bids against values, and below them what equilibria differ by";
    Forest "forest" "mean multipliers with intervals, one row a cell, with ticks at the equilibria";
    LearningRate "learning-rate" "learning bias against the learning rate, with the line's value at 0";
    HeatMap "heat-map" "a measure over two numeric axes";
    Phase "phase" "the multipliers of two bidders against each other, with best responses";
    Mixture "mixture" "how the mixture of a bidder who plays arms concentrates over epochs";
    Waterfall "waterfall" "from the Nash equilibrium to the mean multiplier: class, smoothing, learning";
    Contrasts "contrasts" "paired differences to the cells of the baseline, with intervals";
}
