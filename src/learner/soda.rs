//! Dual averaging on tables along the exact gradient, SODA (Bichler, Fichtl and Oberlechner 2023).

use super::hyperparameter::{BIDS, BINS, Domain, Hyperparameter, Range, TOP_BID, Value};
use super::mixture::softmax;
use super::simplex::project;
use super::{Course, Entry, Feedback, Learn, Rule, Told};
use crate::auction::strategy::{Play, Strategy, TableShape};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of dual averaging.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Soda {
    /// Number of bins of values, J.
    pub bins: u32,
    /// Number of bids of the grid, M.
    pub bids: u32,
    /// The highest bid.
    pub top_bid: f64,
    /// The step of the first epoch, per unit of value.
    pub step: f64,
    /// The power of the epoch with which the step falls, 0 or more.
    pub decay: f64,
    /// What keeps the mixtures inside.
    pub regulariser: Regulariser,
}

/// What a sum of payoffs becomes a mixture by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regulariser {
    /// The negative entropy: exponential weights.
    Entropy,
    /// Half the squared norm: the nearest mixture.
    Euclidean,
}

impl Regulariser {
    const ALL: [&'static str; 2] = ["entropy", "euclidean"];
}

impl Rule for Soda {
    const ENTRY: Entry = Entry {
        name: "soda",
        doc: "dual averaging on tables along the exact gradient (Bichler, Fichtl and Oberlechner 2023)",
        feedback: Feedback::ExpectedBids,
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            Hyperparameter { default: Value::Count(64), ..BINS },
            Hyperparameter { default: Value::Count(64), ..BIDS },
            TOP_BID,
            Hyperparameter {
                name: "step",
                doc: "what summed payoffs are multiplied by in the first epoch, per unit of value",
                default: Value::Number(10.0),
                domain: Domain::Number(Range::POSITIVE),
            },
            Hyperparameter {
                name: "decay",
                doc: "the power with which the step falls in epochs t = 1, 2, .. as step t^-decay",
                default: Value::Number(0.0),
                domain: Domain::Number(Range::NOT_NEGATIVE),
            },
            Hyperparameter {
                name: "regulariser",
                doc: "what payoffs become mixtures by: exponential weights, or the nearest mixture",
                default: Value::Word(Regulariser::ALL[0]),
                domain: Domain::Word(&Regulariser::ALL),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        Soda {
            bins: values[0].count(),
            bids: values[1].count(),
            top_bid: values[2].number(),
            step: values[3].number(),
            decay: values[4].number(),
            regulariser: match values[5].word() == Regulariser::ALL[0] {
                true => Regulariser::Entropy,
                false => Regulariser::Euclidean,
            },
        }
    }

    fn values(&self) -> Vec<Value> {
        vec![
            Value::Count(self.bins),
            Value::Count(self.bids),
            Value::Number(self.top_bid),
            Value::Number(self.step),
            Value::Number(self.decay),
            Value::Word(Regulariser::ALL[self.regulariser as usize]),
        ]
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Table(TableShape::new(self.bins as usize, self.bids as usize, self.top_bid))
    }

    fn start<R: Real>(lanes: [Self; LANES], _: [Course; LANES], shares: Vec<R>) -> State<R> {
        let zero = R::splat(0.0);
        let bids = lanes[0].bids as usize;
        State {
            lanes,
            step: R::from_array(lanes.map(|soda| soda.step)),
            falls: lanes.iter().any(|soda| soda.decay != 0.0),
            entropy: R::from_array(lanes.map(|soda| match soda.regulariser {
                Regulariser::Entropy => 1.0,
                Regulariser::Euclidean => 0.0,
            })),
            epochs: zero,
            wins: vec![zero; bids],
            scores: vec![zero; bids],
            nearest: vec![zero; bids],
            shares,
        }
    }
}

/// Dual averaging over lanes: W_m is how often bid m wins, whatever the bin.
///
/// S_m <- S_m + W_m,    y(j, m) = step t^-decay (v_j - b_m) S_m with the epoch t that comes,
///
/// x(j) = argmax_x <y(j), x> - h(x) over probabilities: x(j, m) ~ exp(y(j, m)) for the entropy h, and the
/// nearest probabilities to y(j) for the squared norm.
pub struct State<R> {
    lanes: [Soda; LANES],
    step: R,
    /// Whether the step of some lane falls.
    falls: bool,
    /// 1 for the entropy, 0 for the squared norm.
    entropy: R,
    /// Epochs that are over.
    epochs: R,
    /// S.
    wins: Vec<R>,
    /// (v_j - b_m) S_m of one bin.
    scores: Vec<R>,
    /// The nearest probabilities of one bin.
    nearest: Vec<R>,
    /// x.
    shares: Vec<R>,
}

impl<R: Real> Learn<R> for State<R> {
    #[inline(always)]
    fn numbers(&self) -> &[R] {
        &self.shares
    }

    #[inline(always)]
    fn learn(&mut self, told: Told<'_, R>, _: R) {
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let told = told.bids();
        self.epochs = self.epochs + one;
        let mut step = self.step;
        if self.falls {
            let epochs = self.epochs.to_array();
            let mut falling = [1.0; LANES];
            for lane in 0..LANES {
                falling[lane] = libm::pow(epochs[lane] + 1.0, -self.lanes[lane].decay);
            }
            step = step * R::from_array(falling);
        }
        for (sum, &wins) in self.wins.iter_mut().zip(told.wins) {
            *sum = *sum + wins;
        }
        let entropy = self.entropy.to_array();
        let (some, all) = (entropy.contains(&1.0), !entropy.contains(&0.0));
        for (shares, &value) in self.shares.chunks_exact_mut(told.bids.len()).zip(told.values) {
            for ((score, &sum), &bid) in self.scores.iter_mut().zip(&self.wins).zip(told.bids) {
                *score = (value - bid) * sum;
            }
            if some {
                softmax(&self.scores, step, shares);
            }
            if !all {
                for score in &mut self.scores {
                    *score = *score * step;
                }
                project(&self.scores, &mut self.nearest);
                for (share, &nearest) in shares.iter_mut().zip(&self.nearest) {
                    *share = self.entropy.if_greater(zero, *share, nearest);
                }
            }
        }
    }

    fn memory(&self) -> Vec<R> {
        std::iter::once(self.epochs).chain(self.wins.iter().copied()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        self.epochs = memory[0];
        self.wins.copy_from_slice(&memory[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, TABLE, assert_follows_on_tables};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let [bins, bids] = TABLE;
        let sodas: [Soda; LANES] = std::array::from_fn(|lane| Soda {
            bins: bins as u32,
            bids: bids as u32,
            top_bid: 1.0,
            step: [0.5, 3.0][lane % 2],
            decay: [0.0, 0.5][lane / 2 % 2],
            regulariser: [Regulariser::Entropy, Regulariser::Euclidean][lane / 4],
        });
        let scalar = |lane: usize, _: &Course| -> Scalar {
            let (soda, mut sums, mut t) = (sodas[lane], vec![0.0; bins * bids], 0.0);
            Box::new(move |payoffs| {
                t += 1.0;
                sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += payoff);
                let step = soda.step / libm::pow(t + 1.0, soda.decay);
                let row = |row: &[f64]| -> Vec<f64> {
                    let y: Vec<f64> = row.iter().map(|sum| step * sum).collect();
                    let highest = y.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let shares = |tau: f64| -> Vec<f64> {
                        match soda.regulariser {
                            Regulariser::Entropy => y.iter().map(|y| libm::exp(y - tau)).collect(),
                            Regulariser::Euclidean => y.iter().map(|y| (y - tau).max(0.0)).collect(),
                        }
                    };
                    // The shares add up to less the higher tau.
                    let (mut low, mut high) = (highest - 1.0, highest + libm::log(bids as f64));
                    for _ in 0..100 {
                        let tau = 0.5 * (low + high);
                        match shares(tau).iter().sum::<f64>() > 1.0 {
                            true => low = tau,
                            false => high = tau,
                        }
                    }
                    shares(0.5 * (low + high))
                };
                sums.chunks(bids).flat_map(row).collect()
            })
        };
        assert_follows_on_tables(sodas.map(Learner::Soda), true, &scalar);
    }
}
