//! How multipliers move: noise, ringing, drift, or a cycle.

use super::Said;
use super::destination::doubts;
use crate::report::answer::facts::{Facts, grouped};
use crate::report::answer::grammar::{clauses, list, plural, sentence};
use crate::report::answer::{Quantity, Text, Verdict};

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let cells: Vec<usize> = (0..facts.cells()).collect();
    if cells.is_empty() {
        return None;
    }
    let word = |cell: usize| facts.results.cells.text("movement", cell).unwrap_or("undecided").to_owned();
    let groups = grouped(&cells, word);
    let of = |wanted: &str| -> Vec<usize> {
        groups.iter().find(|(word, _)| word == wanted).map_or_else(Vec::new, |(_, cells)| cells.clone())
    };
    let (game, optimiser, undecided) = (of("cycle"), of("optimiser-cycle"), of("undecided"));
    let cycles = game.len() + optimiser.len();
    let (moving, bimodal) = (of("drifting"), of("bimodal"));
    let calm = cells.len() - cycles - undecided.len() - moving.len() - bimodal.len() - of("diverged").len();
    let mut told: Vec<Text> = Vec::new();
    for (group, maker) in [(&game, "the game makes it turn"), (&optimiser, "the optimiser makes it turn")] {
        if !group.is_empty() {
            let first = if cells.len() == 1 { "the multipliers cycle" } else { "multipliers cycle" };
            let share = facts.share("cycle", group.len(), cells.len(), "cell");
            told.push(Text::of(first).text(share).text(facts.places(group)).words(&format!(": {maker}")));
        }
    }
    let rest: Vec<&(String, Vec<usize>)> =
        groups.iter().filter(|(word, _)| CALM.iter().any(|(calm, _)| calm == word)).collect();
    if !rest.is_empty() {
        let start = match (cycles, cells.len(), undecided.len() + moving.len() + bimodal.len()) {
            (0, 1, _) => "no cycle: ",
            (0, _, 0) => "no cell cycles: ",
            (0, _, _) => "no cell is seen to cycle: ",
            _ => "the others: ",
        };
        let told_of = |(word, group): &&(String, Vec<usize>)| {
            let phrase = CALM.iter().find(|(calm, _)| calm == word).map_or("", |(_, phrase)| phrase);
            if cells.len() == 1 {
                return Text::of(phrase);
            }
            let all = group.len() == cells.len();
            let text = Text::of(if all { "all " } else { "" }).number(Quantity::count(word, group.len()));
            let places = if 4 * group.len() <= cells.len() { facts.places(group) } else { Text::default() };
            text.words(" ").words(phrase).text(places)
        };
        told.push(Text::of(start).text(list(rest.iter().map(told_of).collect(), " and ")));
    }
    if !moving.is_empty() {
        let text = match cells.len() {
            1 => Text::of("multipliers are"),
            _ if told.is_empty() && moving.len() == cells.len() => Text::of("multipliers are in all cells"),
            _ => Text::default().number(Quantity::count("drifting", moving.len())).words(" are"),
        };
        told.push(text.words(" still on their way, so whether they cycle is not told"));
    }
    if !bimodal.is_empty() {
        let text = match cells.len() {
            1 => Text::of("replicates end around several points"),
            all => Text::of("replicates end around several points").text(facts.share(
                "bimodal",
                bimodal.len(),
                all,
                "cell",
            )),
        };
        let text = if cells.len() > 1 { text.text(facts.places(&bimodal)) } else { text };
        told.push(text.words(", which ").code("outcomes").words(" tells with their shares"));
    }
    let diverged = of("diverged");
    if !diverged.is_empty() {
        let text = Text::of("replicates of ").number(Quantity::count("diverged", diverged.len()));
        told.push(
            text.words(&format!(" {} diverged", plural(diverged.len(), "cell")))
                .text(facts.places(&diverged)),
        );
    }
    if !undecided.is_empty() {
        let again = !told.is_empty() && cells.len() > 1;
        let what = if again { "undecided" } else { "how multipliers move is undecided" };
        told.push(doubts(facts, &undecided, what, again, "movement_reason"));
    }
    Some(Said {
        verdict: Verdict::for_all(
            calm,
            cycles,
            undecided.len() + moving.len() + bimodal.len() + diverged.len(),
        ),
        text: sentence(clauses(told)),
        evidence: cells,
    })
}

/// Verdicts that are no cycle, in words.
const CALM: [(&str, &str); 4] = [
    ("noise", "fluctuating with sampling noise"),
    ("ringing", "ringing down"),
    ("still", "at rest"),
    ("frozen", "frozen where no gradient reaches them"),
];
