//! What a run ends with.

use ndarray::Array2;

use crate::learner::RegretBound;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All epochs were trained.
    Ok,
    /// A parameter stopped being finite in the update of this epoch, counted from 1.
    Diverged {
        /// The epoch, from 1.
        epoch: u32,
    },
}

/// The outcome of one run. Multipliers w_t are those after the update of epoch t = 1 .. T, but for [`Mixed`];
/// w_0 is the initial one.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How the run ended. Where it diverged, the rest holds what the numbers had become, NaN or infinite.
    pub status: Status,
    /// One a bidder.
    pub bidders: Vec<BidderOutcome>,
    /// Multipliers, shape \[recorded epoch\]\[bidder\], where recording was asked for.
    pub trajectory: Option<Array2<f64>>,
    /// The multipliers of the tail, see [`Series`].
    pub series: Series,
    /// What was played, where it was asked for.
    pub history: Option<History>,
}

/// The multipliers w_t of the tail, the last epoch among them: of every epoch, or of every so many where the
/// tail is long, so that what is kept grows neither with epochs nor with bidders.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Shape \[kept epoch\]\[bidder\], in the order of time.
    pub multipliers: Array2<f64>,
    /// Epochs from one that is kept to the next.
    pub stride: u32,
}

/// The bid functions that were played in every epoch: in epoch 1 the initial ones, and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The [parameters](crate::auction::Strategy::bid_function) of all bidders, one bidder's after the
    /// other's, shape \[epoch\]\[parameter\].
    pub parameters: Array2<f64>,
}

/// Where a bidder stands between two epochs: what the next one starts from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// theta of each parameter.
    pub thetas: Vec<f64>,
    /// What the learner keeps beside; none of a learner that has seen no epoch.
    pub memory: Option<Vec<f64>>,
}

/// The outcome of one bidder. The multiplier of a strategy that is not linear is that of the line through 0
/// that is nearest to the bids, argmin_w E (b(v) - w v)^2.
#[derive(Clone, Debug, PartialEq)]
pub struct BidderOutcome {
    /// w_T.
    pub last_iterate: f64,
    /// Mean of w_t over the tail.
    pub tail_mean: f64,
    /// Standard deviation of w_t over the tail (divisor n - 1); `None` where the tail is one epoch.
    pub tail_sd: Option<f64>,
    /// Mean of w_t over t = 1 .. T.
    pub time_average: f64,
    /// The exponential moving average e_T: e_0 = w_0, e_t = a e_(t-1) + (1 - a) w_t.
    pub ema_last: f64,
    /// Smallest e_t over the tail.
    pub ema_min: f64,
    /// Largest e_t over the tail.
    pub ema_max: f64,
    /// Standard deviation over the tail of the batch gradient in theta (divisor n - 1), of several parameters
    /// the root of the summed variances; `None` where the tail is one epoch.
    pub gradient_sd: Option<f64>,
    /// Mean of each [parameter](crate::auction::Strategy::bid_function) over the tail. Bids are linear in
    /// them, so that their bid function is the mean of the tail's.
    pub tail_mean_parameters: Vec<f64>,
    /// The parameters after the last epoch.
    pub last_parameters: Vec<f64>,
    /// Standard deviation over the tail (divisor n - 1) of w_t - e_t; `None` where the tail is one epoch.
    pub ema_residual_sd: Option<f64>,
    /// What another epoch would start from.
    pub standing: Standing,
    /// What is known of a bidder on arms alone.
    pub mixed: Option<Mixed>,
}

/// The outcome of a bidder on arms or on a table. Its w_t is the mean multiplier of the mixture that was
/// *played* in epoch t, before the epoch's update: what the guarantees of its learners are about.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixed {
    /// Bins of values that have a mixture of their own; `None` of arms, whose mixture serves all values.
    pub bins: Option<usize>,
    /// Of each recorded epoch the [`MIXTURE_QUANTILES`](super::MIXTURE_QUANTILES) of the multiplier over the
    /// mixture x over arms, min {w_k : x_0 + .. + x_k >= q}; shape \[recorded epoch x quantile\]. None of a
    /// table, and where no trajectory was asked for.
    pub quantiles: Vec<f64>,
    /// Mean of the mixtures that were played, one probability an arm, or of a table.
    pub time_average: Vec<f64>,
    /// max_k sum_t u_t(k) - sum_t <x_t, u_t>, where u_t are the payoffs of the arms on the batch of epoch t;
    /// `None` of a learner that is told what it believes.
    pub regret: Option<f64>,
    /// What theory says that the regret does not exceed.
    pub bound: Option<RegretBound>,
}
