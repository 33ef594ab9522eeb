//! What a sweep can say: a claim a file, a claim a row.

mod arms;
mod asymmetric;
mod batch;
mod best_beta;
mod bias;
mod bidders;
mod destination;
mod epsilon;
mod learners;
mod learning;
mod learning_rate;
mod movement;
mod regret;
mod replicates;
mod rotation;
mod runs;
mod scaling;
mod updates;

use super::facts::Facts;
use super::{ClaimName, Statement, Text, Topic, Verdict};
use crate::report::findings::Findings;
use crate::report::results::Results;

/// A claim: what may be true of a sweep.
struct Claim {
    name: &'static str,
    topic: Topic,
    /// The figure that shows it.
    figure: Option<&'static str>,
    /// What a sweep needs for it.
    needs: &'static str,
    /// What is claimed.
    holds: &'static str,
    /// What a sweep says of it; `None` where it has not what the claim needs.
    says: fn(&Facts) -> Option<Said>,
}

/// What a sweep says of a claim.
struct Said {
    verdict: Verdict,
    text: Text,
    /// Rows of `cells`.
    evidence: Vec<usize>,
}

/// All claims, in the order in which a reader asks.
const CLAIMS: [Claim; 19] = [
    Claim {
        name: "destination",
        topic: Topic::Smoothing,
        figure: Some("convergence"),
        needs: "finished runs",
        holds: "Learners end at an equilibrium, of the auction that they learn in or of the true one.",
        says: destination::says,
    },
    Claim {
        name: "bias",
        topic: Topic::Smoothing,
        figure: Some("waterfall"),
        needs: "equilibria to compare multipliers with",
        holds: "Learning is never the largest part of the bias.",
        says: bias::says,
    },
    Claim {
        name: "learning",
        topic: Topic::Smoothing,
        figure: Some("forest"),
        needs: "equilibria to compare multipliers with",
        holds: "Learning adds no bias beyond the margin.",
        says: learning::says,
    },
    Claim {
        name: "learning-rate",
        topic: Topic::Smoothing,
        figure: Some("learning-rate"),
        needs: "three learning rates and more",
        holds: "Extrapolated to learning rate 0, the learning bias is within the margin.",
        says: learning_rate::says,
    },
    Claim {
        name: "updates",
        topic: Topic::Smoothing,
        figure: Some("forest"),
        needs: "an axis of updates",
        holds: "Learners end at the same multipliers however they are updated, within the margin.",
        says: updates::says,
    },
    Claim {
        name: "bidders",
        topic: Topic::Convergence,
        figure: Some("compensated"),
        needs: "an axis of bidders",
        holds: "For every N learners end at an equilibrium, in all cells that are decided.",
        says: bidders::says,
    },
    Claim {
        name: "bias-scaling",
        topic: Topic::Convergence,
        figure: Some("bias-beta"),
        needs: "three betas and more",
        holds: "Smoothing's part of the bias comes to fall as 1 / beta.",
        says: scaling::of_bias,
    },
    Claim {
        name: "best-beta",
        topic: Topic::Convergence,
        figure: Some("rmse-beta"),
        needs: "three betas and more, with replicates",
        holds: "There is a best beta below the steepest, as noise and learning grow with it.",
        says: best_beta::says,
    },
    Claim {
        name: "arms",
        topic: Topic::Weights,
        figure: Some("mixture"),
        needs: "learners on arms",
        holds: "Learners on a grid end at one of its equilibria.",
        says: arms::says,
    },
    Claim {
        name: "regret",
        topic: Topic::Weights,
        figure: Some("mixture"),
        needs: "learners whose regret is measured",
        holds: "Regret keeps within its proven bound.",
        says: regret::says,
    },
    Claim {
        name: "learners",
        topic: Topic::Weights,
        figure: Some("forest"),
        needs: "an axis of learners",
        holds: "All learners end equally near to equilibrium.",
        says: learners::says,
    },
    Claim {
        name: "asymmetric",
        topic: Topic::Asymmetric,
        figure: Some("bid-functions"),
        needs: "asymmetric bidders",
        holds: "Asymmetric bidders end at an equilibrium, that of the class they learn in if not the true one.",
        says: asymmetric::says,
    },
    Claim {
        name: "movement",
        topic: Topic::Cycling,
        figure: Some("phase"),
        needs: "finished runs",
        holds: "No cell cycles.",
        says: movement::says,
    },
    Claim {
        name: "batch",
        topic: Topic::Cycling,
        figure: Some("oscillation"),
        needs: "three batches and more, with replicates",
        holds: "The variance over the tail falls with the batch as noise does, and not as a cycle, which stays.",
        says: batch::says,
    },
    Claim {
        name: "rotation",
        topic: Topic::Cycling,
        figure: Some("phase"),
        needs: "two bidders and more whose multipliers move",
        holds: "No cell goes round one way.",
        says: rotation::says,
    },
    Claim {
        name: "epsilon",
        topic: Topic::Epsilon,
        figure: Some("heat-map"),
        needs: "finished runs",
        holds: "A best response gains less than 1 % of its utility.",
        says: epsilon::says,
    },
    Claim {
        name: "epsilon-scaling",
        topic: Topic::Epsilon,
        figure: Some("bias-beta"),
        needs: "three betas and more",
        holds: "The gain of a best response comes to fall as 1 / beta^2.",
        says: scaling::of_epsilon,
    },
    Claim {
        name: "runs",
        topic: Topic::Runs,
        figure: None,
        needs: "runs",
        holds: "Every run of the sweep trained to its end.",
        says: runs::says,
    },
    Claim {
        name: "replicates",
        topic: Topic::Runs,
        figure: None,
        needs: "runs in which something is random",
        holds: "Every cell has replicates enough for an interval.",
        says: replicates::says,
    },
];

/// The statements of all claims, in order; what was not asked says what it needs.
pub(super) fn statements(results: &Results, findings: &Findings) -> Vec<Statement> {
    let facts = Facts::new(results, findings);
    CLAIMS.iter().map(|claim| claim.statement(&facts)).collect()
}

impl Claim {
    fn statement(&self, facts: &Facts) -> Statement {
        let not_asked = || Said {
            verdict: Verdict::NotAsked,
            text: Text::of("Needs ").words(self.needs).words("."),
            evidence: Vec::new(),
        };
        let mut said = (self.says)(facts).unwrap_or_else(not_asked);
        name_numbers(self.name, &mut said.text);
        let Said { verdict, text, evidence } = said;
        let figure = self.figure.filter(|_| verdict != Verdict::NotAsked);
        Statement {
            claim: ClaimName(self.name),
            topic: self.topic,
            holds: self.holds,
            verdict,
            text,
            evidence,
            figure,
        }
    }
}

/// Puts the claim before the names of the numbers, and an ordinal behind names that stand twice.
fn name_numbers(claim: &str, text: &mut Text) {
    let mut known = std::collections::HashMap::new();
    for number in text.numbers_mut() {
        let name = format!("{claim}-{}", number.name);
        let times = known.entry(name.clone()).or_insert(0_usize);
        *times += 1;
        number.name = if *times > 1 { format!("{name}-{times}") } else { name };
    }
}

impl Verdict {
    /// That of a claim about every cell: a counterexample contradicts it; else it is supported where at most
    /// a quarter of the cells is undecided.
    fn for_all(holds: usize, fails: usize, undecided: usize) -> Self {
        match (holds, fails, undecided) {
            (_, 1.., _) => Verdict::Contradicted,
            (1.., 0, _) if holds >= 3 * undecided => Verdict::Supported,
            _ => Verdict::Undecided,
        }
    }
}
