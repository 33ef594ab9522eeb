//! Where learners end: at an equilibrium, and at which.

use super::Said;
use crate::report::answer::facts::{End, Facts, grouped};
use crate::report::answer::grammar::{clauses, sentence};
use crate::report::answer::{Text, Verdict};

/// Words for ends that are at no equilibrium.
const AWAY: &str = "elsewhere";
const ON_THE_WAY: &str = "moving";
const UNDECIDED: &str = "undecided";

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let cells: Vec<usize> = (0..facts.cells()).collect();
    if cells.is_empty() {
        return None;
    }
    let word = |cell: usize| match facts.end(cell) {
        End::At(words) => words,
        End::Away => AWAY,
        End::OnTheWay => ON_THE_WAY,
        End::Undecided => UNDECIDED,
    };
    let groups = grouped(&cells, |cell| word(cell).to_owned());
    let count =
        |wanted: &str| groups.iter().find(|(word, _)| word == wanted).map_or(0, |(_, cells)| cells.len());
    let (elsewhere, open) = (count(AWAY), count(ON_THE_WAY) + count(UNDECIDED));
    let decided = cells.len() - elsewhere - open;
    let mut told: Vec<Text> = Vec::new();
    for (word, group) in groups.iter().filter(|(word, _)| word != UNDECIDED) {
        let phrase = match word.as_str() {
            AWAY => "away from every equilibrium known".into(),
            ON_THE_WAY => "still on their way, away from every equilibrium known".into(),
            word => format!("at {}", equilibria(word)),
        };
        let text = match told.is_empty() {
            true => Text::of(if word == ON_THE_WAY { "learners are " } else { "learners end " }),
            false => Text::default(),
        };
        let share = if told.is_empty() {
            facts.share(&spoken(word), group.len(), cells.len(), "cell")
        } else {
            facts.again(&spoken(word), group.len())
        };
        // Where most cells are is the rule; where the others are is told.
        let places = if 2 * group.len() > cells.len() { Text::default() } else { facts.places(group) };
        told.push(text.words(&phrase).text(share).text(places));
    }
    if let Some((_, group)) = groups.iter().find(|(word, _)| word == UNDECIDED) {
        let what = if told.is_empty() { "where learners end is undecided" } else { "undecided" };
        let again = !told.is_empty();
        told.push(doubts(facts, group, what, again, "destination_reason"));
    }
    Some(Said {
        verdict: Verdict::for_all(decided, elsewhere, open),
        text: sentence(clauses(told)),
        evidence: cells,
    })
}

/// What is undecided, where, and why; `again` where cells were counted before.
pub(super) fn doubts(facts: &Facts, cells: &[usize], what: &str, again: bool, reason: &str) -> Text {
    let share = if again {
        facts.again("undecided", cells.len())
    } else {
        facts.share("undecided", cells.len(), facts.cells(), "cell")
    };
    let reasons = facts.reasons(cells, reason);
    let several = reasons.len() > 1;
    let most = reasons.first().map_or(0, |(_, group)| group.len());
    let whys = reasons.into_iter().map(|(reason, group)| {
        // Of several reasons the rarer ones are placed.
        let rare = several && group.len() < most;
        let places = if rare { facts.places(&group) } else { Text::default() };
        Text::default().user(&reason).text(places)
    });
    let whys = whys
        .enumerate()
        .fold(Text::default(), |all, (i, why)| all.words(if i > 0 { ", or " } else { "" }).text(why));
    Text::of(what).text(share).text(facts.places(cells)).words(": ").text(whys)
}

/// A word of the column in letters alone.
fn spoken(word: &str) -> String {
    word.split('+').collect()
}

/// The equilibria that a verdict names: the first in the order of this list, and those that the margin does
/// not tell from it.
fn equilibria(verdict: &str) -> String {
    let words: Vec<&str> =
        ORDER.iter().copied().filter(|word| verdict.split('+').any(|w| w == *word)).collect();
    match words[..] {
        [] => verdict.into(),
        [first] => phrase(first).into(),
        [first, ref rest @ ..] => {
            let rest: Vec<&str> = rest.iter().map(|word| phrase(word)).collect();
            format!("{}, within the margin of {}", phrase(first), rest.join(" and "))
        }
    }
}

const ORDER: [&str; 5] = ["bne", "perturbed", "grid", "smoothed", "class"];

/// An equilibrium by its word.
fn phrase(word: &str) -> &'static str {
    match word {
        "bne" => "the Nash equilibrium",
        "perturbed" => "the rest point under perturbed bids",
        "grid" => "an equilibrium of the grid",
        "smoothed" => "the smoothed equilibrium",
        _ => "the equilibrium of the strategy class",
    }
}
