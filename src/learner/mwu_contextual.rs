//! Multiplicative weights over bids, for each bin of values: contextual Hedge.

use super::hyperparameter::{BIDS, BINS, Domain, Hyperparameter, Range, TOP_BID, Tuned, Value};
use super::mixture::softmax;
use super::pace::{Pace, hedge_bound, hedge_step};
use super::{Course, Entry, Feedback, Heard, Learn, RegretBound, Rule, Told};
use crate::auction::strategy::{Play, Strategy, TableShape};
use crate::numeric::simd::{LANES, Real};

/// The hyperparameters of contextual multiplicative weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MwuContextual {
    /// Number of bins of values, J.
    pub bins: u32,
    /// Number of bids of the grid, M.
    pub bids: u32,
    /// The highest bid.
    pub top_bid: f64,
    /// The step eta, per unit of value.
    pub step: Tuned,
    /// Whether every sample serves every bin.
    pub cross: bool,
    /// Whether the highest other bid is seen only where the own bid is not above it.
    pub censored: bool,
}

/// The words for seeing the highest other bid always, and only where it is the winning bid.
const FEEDBACKS: [&str; 2] = ["full", "winning-bid"];

impl Rule for MwuContextual {
    const ENTRY: Entry = Entry {
        name: "mwu-contextual",
        doc: "multiplicative weights over bids for each bin of values (Han, Zhou and Weissman 2020)",
        feedback: Feedback::EveryBid { cross: false, censored: false },
        learning_rate: None,
        batch_exponent: None,
        hyperparameters: &[
            BINS,
            BIDS,
            TOP_BID,
            Hyperparameter {
                name: "step",
                doc: "the exponent per unit of payoff, per unit of value; textbook: sqrt(8 ln M / T) / h",
                default: Value::Tuned(Tuned::Constant(1.0)),
                domain: Domain::Tuned { range: Range::POSITIVE, anytime: true },
            },
            Hyperparameter {
                name: "cross",
                doc: "whether a sample serves every bin of values, not only that of the own value",
                default: Value::Flag(false),
                domain: Domain::Flag,
            },
            Hyperparameter {
                name: "feedback",
                doc: "whether the highest other bid is seen always, or only where it is not below the own",
                default: Value::Word(FEEDBACKS[0]),
                domain: Domain::Word(&FEEDBACKS),
            },
        ],
    };
    type State<R: Real> = State<R>;

    fn build(values: &[Value]) -> Self {
        MwuContextual {
            bins: values[0].count(),
            bids: values[1].count(),
            top_bid: values[2].number(),
            step: values[3].tuned(),
            cross: values[4].flag(),
            censored: values[5].word() == FEEDBACKS[1],
        }
    }

    fn values(&self) -> Vec<Value> {
        vec![
            Value::Count(self.bins),
            Value::Count(self.bids),
            Value::Number(self.top_bid),
            Value::Tuned(self.step),
            Value::Flag(self.cross),
            Value::Word(FEEDBACKS[usize::from(self.censored)]),
        ]
    }

    fn feedback(&self) -> Feedback {
        Feedback::EveryBid { cross: self.cross, censored: self.censored }
    }

    fn play(&self, _: Strategy) -> Play {
        Play::Table(TableShape::new(self.bins as usize, self.bids as usize, self.top_bid))
    }

    /// Hedge's in every bin, where every bin is told of all samples: payoffs are within v - top bid and v.
    /// On the samples of a bin alone the payoff of one may count for all, and nothing is sure.
    fn regret_bound(&self, course: &Course, _: &Heard) -> Option<RegretBound> {
        let bounded = self.cross && !self.censored;
        // The textbook's step is that of payoffs in [0, h].
        let step =
            self.step.given().map_or_else(|| Tuned::Constant(hedge_step(self.bids, course)), |_| self.step);
        let course = Course { high: course.high.max(self.top_bid), ..*course };
        bounded.then(|| RegretBound::Sure(hedge_bound(step, self.bids, &course)))
    }

    fn start<R: Real>(lanes: [Self; LANES], courses: [Course; LANES], shares: Vec<R>) -> State<R> {
        let textbook = std::array::from_fn(|lane| hedge_step(lanes[lane].bids, &courses[lane]));
        let (bids, zero) = (lanes[0].bids as usize, R::splat(0.0));
        State {
            pace: Pace::new(lanes.map(|mwu| mwu.step), textbook),
            bids,
            payoffs: vec![zero; if lanes[0].cross { bids } else { shares.len() }],
            cross: lanes[0].cross,
            scores: vec![zero; bids],
            shares,
        }
    }
}

/// Contextual multiplicative weights over lanes, in the cumulative form: u(j, m) are the payoffs of bid m in
/// bin j.
///
/// L(j, m) <- L(j, m) + u(j, m),    x(j, m) ~ exp(eta L(j, m)), with the step eta of the next epoch.
///
/// Where u(j, m) = (v_j - b_m) W_m in all bins, L is kept as the sum of W.
pub struct State<R> {
    pace: Pace<R>,
    bids: usize,
    cross: bool,
    /// L, or the sum of W.
    payoffs: Vec<R>,
    /// L of one bin, where it is not kept.
    scores: Vec<R>,
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
        let step = self.pace.next();
        let rows = self.shares.chunks_exact_mut(self.bids);
        if self.cross {
            let told = told.bids();
            for (sum, &wins) in self.payoffs.iter_mut().zip(told.wins) {
                *sum = *sum + wins;
            }
            for (shares, &value) in rows.zip(told.values) {
                for ((score, &sum), &bid) in self.scores.iter_mut().zip(&self.payoffs).zip(told.bids) {
                    *score = (value - bid) * sum;
                }
                softmax(&self.scores, step, shares);
            }
            return;
        }
        match told {
            Told::Bids(told) => {
                for (payoffs, &value) in self.payoffs.chunks_exact_mut(self.bids).zip(told.values) {
                    for ((sum, &wins), &bid) in payoffs.iter_mut().zip(told.wins).zip(told.bids) {
                        *sum = (value - bid).mul_add(wins, *sum);
                    }
                }
            }
            told => {
                for (sum, &payoff) in self.payoffs.iter_mut().zip(told.arms()) {
                    *sum = *sum + payoff;
                }
            }
        }
        for (shares, payoffs) in rows.zip(self.payoffs.chunks_exact(self.bids)) {
            softmax(payoffs, step, shares);
        }
    }

    fn memory(&self) -> Vec<R> {
        std::iter::once(self.pace.epochs()).chain(self.payoffs.iter().copied()).collect()
    }

    fn restore(&mut self, memory: &[R]) {
        self.pace.restore(memory[0]);
        self.payoffs.copy_from_slice(&memory[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Learner;
    use crate::learner::fixture::{Scalar, TABLE, assert_follows_on_tables};

    #[test]
    fn lanes_follow_the_scalar_transcription() {
        let steps = [Tuned::Constant(0.3), Tuned::Textbook, Tuned::Anytime(2.0), Tuned::Constant(40.0)];
        let [bins, bids] = TABLE;
        for cross in [false, true] {
            let mwus: [MwuContextual; LANES] = std::array::from_fn(|lane| MwuContextual {
                bins: bins as u32,
                bids: bids as u32,
                top_bid: 1.0,
                step: steps[lane % 4],
                cross,
                censored: false,
            });
            let scalar = |lane: usize, course: &Course| -> Scalar {
                let (mwu, course) = (mwus[lane], *course);
                let (mut sums, mut t) = (vec![0.0; bins * bids], 0.0_f64);
                Box::new(move |payoffs| {
                    t += 1.0;
                    sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += payoff);
                    let epochs = f64::from(course.epochs);
                    let step = match mwu.step {
                        Tuned::Constant(step) => step,
                        Tuned::Textbook => (8.0 * libm::log(bids as f64) / epochs).sqrt() / course.high,
                        Tuned::Anytime(first) => first / (t + 1.0).sqrt(),
                    };
                    let row = |row: &[f64]| -> Vec<f64> {
                        let highest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                        let powers: Vec<f64> =
                            row.iter().map(|sum| libm::exp(step * (sum - highest))).collect();
                        let sum: f64 = powers.iter().sum();
                        powers.iter().map(|power| power / sum).collect()
                    };
                    sums.chunks(bids).flat_map(row).collect()
                })
            };
            // Own bins are also told what all bins would be.
            assert_follows_on_tables(mwus.map(Learner::MwuContextual), true, &scalar);
            if !cross {
                assert_follows_on_tables(mwus.map(Learner::MwuContextual), false, &scalar);
            }
        }
    }

    #[test]
    fn the_regret_is_bounded_where_every_bin_is_told_of_all_samples() {
        let course = Course { epochs: 1000, high: 0.5 };
        let heard = Heard { arms: 33, squares: 0.0 };
        let mwu = MwuContextual {
            bins: 4,
            bids: 33,
            top_bid: 0.8,
            step: Tuned::Constant(0.2),
            cross: true,
            censored: false,
        };
        let expected = libm::log(33.0) / 0.2 + 0.2 * 1000.0 * 0.64 / 8.0;
        match mwu.regret_bound(&course, &heard) {
            Some(RegretBound::Sure(bound)) => assert!((bound - expected).abs() < 1e-12, "{bound}"),
            other => panic!("{other:?}"),
        }
        for (cross, censored) in [(false, false), (true, true), (false, true)] {
            assert_eq!(MwuContextual { cross, censored, ..mwu }.regret_bound(&course, &heard), None);
        }
    }
}
