//! What is not surely so is not said: training that is not over, chance among many lines, cells undecided.

use super::*;
use crate::measure::STILL_MOVES;

#[test]
fn training_that_is_not_over_is_no_bias_of_learning() {
    let moving = Cell { destination: "elsewhere", movement: "drifting", learning: -0.1, ..Cell::smoothed() };
    let answer = told(GRID, &vec![moving.clone(); 6]);
    assert_eq!(
        said(&answer, "destination"),
        (
            Verdict::Undecided,
            "Learners are still on their way, away from every equilibrium known in all 6 cells.".into()
        )
    );
    let (verdict, words) = said(&answer, "bias");
    assert_eq!(verdict, Verdict::Undecided);
    assert!(words.starts_with("Training is not over in all 6 cells: multipliers still move"), "{words}");
    for claim in ["learning", "movement", "bidders"] {
        assert_eq!(said(&answer, claim).0, Verdict::Undecided, "{claim}");
    }
    // Beside cells that came to rest they are left out.
    let mut cells = vec![Cell::smoothed(); 6];
    cells[5] = moving;
    let (verdict, words) = said(&told(GRID, &cells), "learning");
    assert_eq!(verdict, Verdict::Supported, "{words}");
    assert!(words.ends_with("Left out is 1 cell whose multipliers still move."), "{words}");
}

#[test]
fn training_too_short_to_tell_a_movement_is_no_bias_of_learning_either() {
    let moving = Cell {
        destination: "undecided",
        destination_reason: Some(STILL_MOVES),
        movement: "undecided",
        learning: -0.1,
        ..Cell::smoothed()
    };
    let answer = told(GRID, &vec![moving; 6]);
    let (verdict, words) = said(&answer, "bias");
    assert_eq!(verdict, Verdict::Undecided);
    assert!(words.starts_with("Training is not over in all 6 cells: multipliers still move"), "{words}");
    assert_eq!(said(&answer, "learning").0, Verdict::Undecided);
}

#[test]
fn one_bias_among_many_is_told_if_it_is_sure_and_not_if_chance_makes_it() {
    let file = GRID.replace("[10, 20, 50]", "[10, 20, 30, 40, 50, 60, 70, 80, 90, 100]");
    let mut cells = vec![Cell::smoothed(); 20];
    // Three standard errors: of twenty such lines one in seventeen has that by chance.
    cells[7].learning = 0.00045;
    let (verdict, words) = said(&told(&file, &cells), "learning");
    assert_eq!(verdict, Verdict::Supported, "{words}");
    assert!(words.contains("told from 0 in none of 20 cells"), "{words}");
    // Fifty half-widths are no chance, even in one cell of twenty.
    cells[7].learning = 0.015;
    let (verdict, words) = said(&told(&file, &cells), "learning");
    assert_eq!(verdict, Verdict::Contradicted, "{words}");
    assert!(words.contains("told from 0 in 1 of 20 cells"), "{words}");
}

#[test]
fn replicates_that_agree_to_the_last_digit_are_no_interval_that_holds_0() {
    let same = Cell { learning: -0.48, ci95: Some(0.0), ..Cell::smoothed() };
    let (verdict, words) = said(&told(GRID, &vec![same; 6]), "learning");
    assert_eq!(verdict, Verdict::Contradicted, "{words}");
    assert!(!words.contains("holds 0"), "{words}");
}

#[test]
fn every_number_of_bidders_shows_its_undecided_cells() {
    let mut cells = vec![Cell::smoothed(); 6];
    cells[1].destination = "undecided";
    let (verdict, words) = said(&told(GRID, &cells), "bidders");
    assert_eq!(verdict, Verdict::Undecided, "{words}");
    assert!(
        words.starts_with("Learners end at an equilibrium in every cell of N = 2; undecided in some cells of N = 3 (1 of 3 cells)"),
        "{words}"
    );
}

#[test]
fn a_claim_is_not_supported_by_few_decided_cells() {
    let mut cells = vec![Cell::smoothed(); 6];
    for cell in &mut cells[..2] {
        cell.destination = "undecided";
    }
    assert_eq!(said(&told(GRID, &cells), "destination").0, Verdict::Undecided);
    cells[0].destination = "smoothed";
    assert_eq!(said(&told(GRID, &cells), "destination").0, Verdict::Supported);
}

#[test]
fn a_largest_part_is_not_most_where_others_weigh_as_much() {
    let even = Cell { smoothing: -0.01, learning: -0.009, ..Cell::smoothed() };
    let (_, words) = said(&told(GRID, &vec![even; 6]), "bias");
    assert!(words.starts_with("Smoothing is the largest part of the bias in all 6 cells"), "{words}");
    let opposite = Cell { smoothing: -0.01, learning: 0.0099, ..Cell::smoothed() };
    let (_, words) = said(&told(GRID, &vec![opposite; 6]), "bias");
    assert!(words.contains("Parts of either sign cancel"), "{words}");
}

#[test]
fn ways_of_updating_are_compared_with_each_other() {
    let file = GRID.replace("beta = [10, 20, 50]", "updates = [\"simultaneous\", \"sequential\"]");
    let mut cells = vec![Cell::smoothed(); 4];
    let (verdict, words) = said(&told(&file, &cells), "updates");
    assert_eq!(verdict, Verdict::Supported, "{words}");
    // The later way ends as surely somewhere, but elsewhere.
    for cell in &mut cells[2..] {
        cell.learning = -0.05;
    }
    let (verdict, words) = said(&told(&file, &cells), "updates");
    assert_eq!(verdict, Verdict::Contradicted, "{words}");
    assert!(words.contains("multipliers differ by at most -0.050"), "{words}");
}
