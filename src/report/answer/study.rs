//! The study over several sweeps: its questions in order, each with what the sweeps say, what could not be
//! shown, and what the report that it began with got wrong.

use super::{Answer, Form, Quantity, Statement, Text, Topic, Variable, Verdict};
use crate::report::results::{Line, Results};

/// The answers of several sweeps, by question.
pub(in crate::report) struct Study {
    /// The questions, in order; those that no sweep answers too.
    pub(in crate::report) questions: Vec<Question>,
    /// What could not be shown: of each question, what no sweep asked and what stayed undecided.
    pub(in crate::report) not_shown: Vec<(Topic, Text)>,
    /// What the report got wrong, where a sweep's numbers bear on it.
    pub(in crate::report) corrections: Vec<Text>,
}

/// A question and what the sweeps say.
pub(in crate::report) struct Question {
    pub(in crate::report) topic: Topic,
    /// Decided statements first, in the order of the sweeps.
    pub(in crate::report) entries: Vec<Entry>,
}

/// A statement of one sweep.
pub(in crate::report) struct Entry {
    /// The place of the sweep among those given.
    pub(in crate::report) sweep: usize,
    /// Its name, which is its user's.
    pub(in crate::report) name: String,
    /// Whether it is what the question asks first of all.
    pub(in crate::report) is_lead: bool,
    /// Replicates of each of the sweep's cells.
    pub(in crate::report) replicates: u32,
    /// Runs of the sweep.
    pub(in crate::report) runs: u64,
    /// What is claimed.
    pub(in crate::report) holds: &'static str,
    pub(in crate::report) verdict: Verdict,
    pub(in crate::report) text: Text,
    /// The figure of that sweep that shows it.
    pub(in crate::report) figure: Option<&'static str>,
}

/// The questions of the study: all topics but that of the runs.
const QUESTIONS: [Topic; 6] =
    [Topic::Smoothing, Topic::Convergence, Topic::Weights, Topic::Asymmetric, Topic::Cycling, Topic::Epsilon];

/// The claims that answer each question first of all.
const LEADS: [&str; 6] = ["bias", "bias-scaling", "arms", "asymmetric", "batch", "epsilon"];

/// The study over sweeps and their answers.
pub(in crate::report) fn study(sweeps: &[(&Results, &Answer)]) -> Study {
    let questions = QUESTIONS.iter().map(|&topic| question(sweeps, topic)).collect();
    let not_shown = QUESTIONS.iter().flat_map(|&topic| not_shown(sweeps, topic)).collect();
    let corrections = sweeps.iter().filter_map(|(results, _)| utility_at_nash(results)).collect();
    Study { questions, not_shown, corrections }
}

impl Question {
    /// What answers it in a sentence: a decided statement about what it asks first of all, of the sweep with
    /// the most replicates.
    pub(in crate::report) fn lead(&self) -> Option<&Entry> {
        let leads = self.entries.iter().filter(|entry| entry.is_lead);
        leads.max_by_key(|entry| {
            let decided = entry.verdict != Verdict::Undecided;
            (decided, entry.replicates, entry.runs, std::cmp::Reverse(entry.sweep))
        })
    }
}

fn question(sweeps: &[(&Results, &Answer)], topic: Topic) -> Question {
    let mut entries: Vec<Entry> = Vec::new();
    for (sweep, (results, answer)) in sweeps.iter().enumerate() {
        for statement in answer.told().filter(|statement| statement.topic == topic) {
            entries.push(Entry {
                sweep,
                name: results.plan.name().to_owned(),
                is_lead: LEADS.contains(&statement.claim.0),
                replicates: results.plan.replicates(),
                runs: results.plan.runs(),
                holds: statement.holds,
                verdict: statement.verdict,
                text: statement.text.clone(),
                figure: statement.figure,
            });
        }
    }
    entries.sort_by_key(|entry| entry.verdict == Verdict::Undecided);
    Question { topic, entries }
}

/// What of a question no sweep asked, and what stayed undecided.
fn not_shown(sweeps: &[(&Results, &Answer)], topic: Topic) -> Vec<(Topic, Text)> {
    let Some((_, first)) = sweeps.first() else { return Vec::new() };
    let mut told = Vec::new();
    let claims: Vec<&Statement> =
        first.statements.iter().filter(|statement| statement.topic == topic).collect();
    for claim in claims {
        let all: Vec<(&Results, &Statement)> = sweeps
            .iter()
            .flat_map(|(results, answer)| {
                answer.statements.iter().map(move |statement| (*results, statement))
            })
            .filter(|(_, statement)| statement.claim == claim.claim)
            .collect();
        let asked = all.iter().filter(|(_, statement)| statement.verdict != Verdict::NotAsked);
        let open: Vec<&str> = asked
            .clone()
            .filter(|(_, statement)| statement.verdict == Verdict::Undecided)
            .map(|(results, _)| results.plan.name())
            .collect();
        if asked.clone().count() == 0 {
            let needs = claim.text.clone();
            told.push((topic, Text::of("No sweep asks about ").code(claim.claim.0).words(". ").text(needs)));
        } else if !open.is_empty() {
            let names = open
                .iter()
                .enumerate()
                .fold(Text::default(), |all, (i, name)| all.words(if i > 0 { ", " } else { "" }).user(name));
            told.push((
                topic,
                Text::default().code(claim.claim.0).words(" is undecided in ").text(names).words("."),
            ));
        }
    }
    told
}

/// The name of the sweep that repeats the study's first experiment.
const FIRST: &str = "week4";

/// The ex-ante utility of each of two bidders with values from U[0, 1] at the Nash equilibrium: E (v/2) v =
/// 1/6; the report said 1/12.
const AT_NASH: f64 = 1.0 / 6.0;
const REPORTED: f64 = 1.0 / 12.0;

/// That the report took half of the utility at Nash for it, where the table's number says so.
fn utility_at_nash(results: &Results) -> Option<Text> {
    if results.plan.name() != FIRST || results.cells.rows() == 0 {
        return None;
    }
    let line = Line { cell: 0, bidder: None };
    let at_nash = results.number(line, "utility_bne").filter(|at_nash| (at_nash - AT_NASH).abs() < 1e-6)?;
    let learned = results.estimate(line, "utility")?;
    let plain = |name: &str, value| Quantity::plain(name, value, Form::Decimal);
    // What was measured decides which of the two it agrees with.
    let near = (learned.mean - AT_NASH).abs() < (learned.mean - REPORTED).abs();
    let text = Text::of("The report gave 1/12 = ")
        .number(plain("study-reported", REPORTED))
        .words(" as a bidder's expected utility at the Nash equilibrium with ")
        .variable(Variable::N)
        .words(" = 2; it is 1/6 = ")
        .number(plain("study-nash", at_nash))
        .words(". What the learners get is ")
        .number(Quantity::told("study-learned", learned.mean, learned.ci95, Form::Decimal));
    Some(text.words(if near {
        ": as near to 1/6 as learners who shade their bids further come, and as the report's own measurement of 0.17 is."
    } else {
        ": nearer to 1/12 than to 1/6."
    }))
}
