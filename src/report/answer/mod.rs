//! The answer of a sweep in words: statements that a small grammar makes from its numbers and verdicts.
//!
//! ```text
//! results, findings -> claims (one file each) -> statements -> text: terminal, page, LaTeX, Markdown
//! ```

mod claims;
mod escape;
mod facts;
mod grammar;
mod macro_name;

mod quantity;
mod render;
mod study;
mod text;

pub(crate) use escape::printable;
pub(super) use escape::{markdown as markdown_escaped, tex as tex_escaped};
pub(super) use facts::{axis_name, shown};
pub(super) use macro_name::macro_name;
pub(super) use quantity::{Form, Quantity, places_of_interval};
pub(super) use render::tex_number;
pub(super) use study::{Entry, Study, study};
pub(super) use text::{Text, Variable};

use serde::Serialize;

use super::findings::Findings;
use super::results::Results;

/// What a sweep says, in the order in which a reader asks.
pub(super) struct Answer {
    /// The statements; those that the sweep was not asked are there too, without words.
    pub(super) statements: Vec<Statement>,
}

/// One thing that a sweep says, or was not asked.
pub(super) struct Statement {
    /// The claim that it is about.
    pub(super) claim: ClaimName,
    /// The question that it answers.
    pub(super) topic: Topic,
    /// What is claimed.
    pub(super) holds: &'static str,
    /// What the numbers say about the claim.
    pub(super) verdict: Verdict,
    /// In words; of what was not asked, what a sweep would need for it.
    pub(super) text: Text,
    /// The rows of `cells` that it rests on.
    pub(super) evidence: Vec<usize>,
    /// The figure that shows it; `None` where only tables do.
    pub(super) figure: Option<&'static str>,
}

/// The name of a claim, such as `bias`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClaimName(pub(super) &'static str);

/// A question of the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Topic {
    /// Is the bias smoothing or dynamics?
    Smoothing,
    /// Does convergence hold for N and beta?
    Convergence,
    /// What of multiplicative weights, and of other learners?
    Weights,
    /// Do bidders who differ reach their equilibrium?
    Asymmetric,
    /// Cycling or noise?
    Cycling,
    /// How far from equilibrium in epsilon?
    Epsilon,
    /// Which runs are there?
    Runs,
}

/// What the numbers say about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Verdict {
    /// They say that it holds, wherever it was asked.
    Supported,
    /// They say that it fails somewhere.
    Contradicted,
    /// They do not tell.
    Undecided,
    /// The sweep has not what the claim needs.
    NotAsked,
}

/// Claims by how soon a short answer tells them; those of the runs come last.
const ORDER: [&str; 17] = [
    "destination",
    "bias",
    "updates",
    "arms",
    "asymmetric",
    "movement",
    "batch",
    "bias-scaling",
    "learners",
    "epsilon",
    "learning",
    "learning-rate",
    "best-beta",
    "bidders",
    "epsilon-scaling",
    "regret",
    "rotation",
];

impl Statement {
    /// Its place in a short answer, the soonest first.
    pub(super) fn rank(&self) -> usize {
        ORDER.iter().position(|name| *name == self.claim.0).unwrap_or(ORDER.len())
    }
}

impl Verdict {
    /// In a word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Verdict::Supported => "supported",
            Verdict::Contradicted => "contradicted",
            Verdict::Undecided => "undecided",
            Verdict::NotAsked => "not asked",
        }
    }
}

impl Topic {
    /// The question in words.
    pub(super) fn question(self) -> &'static str {
        match self {
            Topic::Smoothing => "Is the bias smoothing or dynamics?",
            Topic::Convergence => "Does convergence hold for N and beta?",
            Topic::Weights => "Where do multiplicative weights and other learners end?",
            Topic::Asymmetric => "Do bidders who differ reach their equilibrium?",
            Topic::Cycling => "Do they cycle, or is it noise?",
            Topic::Epsilon => "How far is that from equilibrium, in epsilon?",
            Topic::Runs => "Which runs are there?",
        }
    }
}

impl Answer {
    /// What was asked, in order.
    pub(super) fn told(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.verdict != Verdict::NotAsked)
    }
}

/// The answer of a sweep.
pub(super) fn answer(results: &Results, findings: &Findings) -> Answer {
    Answer { statements: claims::statements(results, findings) }
}

#[cfg(test)]
mod tests;
