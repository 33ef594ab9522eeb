//! Column generation: the program over few bids, which grows by those that its multipliers favour.
//!
//! References: Dantzig and Wolfe 1960, "Decomposition principle for linear programs", Operations Research 8.

use super::error::ProgramError;
use super::solver::{Coupling, Row, Strategy, maximise, multipliers, prices};
use crate::numeric::cancel;

/// Nanoseconds of the smallest program, about.
const A_PROGRAM: u64 = 100_000;

/// About how many columns of each row the first program has, beside those that would be best without a
/// coupling.
const FIRST_COLUMNS: usize = 8;

/// An optimum over all columns, with multipliers that prove it.
pub(super) struct Solution {
    pub strategy: Strategy,
    pub multipliers: Vec<f64>,
}

/// The optimum over all columns of the rows. Where all columns that are best at a program's multipliers are
/// part of it, these multipliers are as good in the dual of the whole program, and its optimum that of the
/// whole.
pub(super) fn generate(rows: &[Row], coupling: &Coupling) -> Result<Solution, ProgramError> {
    // What would be best without a coupling.
    let free: Vec<usize> = rows.iter().map(best_column).collect();
    let (mut bases, mut kept): (Vec<usize>, Vec<Vec<bool>>) = match coupling {
        Coupling::Free => {
            let kept = rows.iter().zip(&free).map(|(row, &best)| kept_around(row, best, &[])).collect();
            (free, kept)
        }
        _ => {
            let bases: Vec<usize> = rows.iter().map(|row| lightest(row, 0..row.columns.len())).collect();
            let kept = |((row, &base), &best): ((&Row, &usize), &usize)| {
                let last = row.columns.len() - 1;
                let step = row.columns.len().div_ceil(FIRST_COLUMNS);
                let mut some: Vec<usize> = (0..=last).step_by(step).collect();
                some.extend([base, last]);
                kept_around(row, best, &some)
            };
            let kept = rows.iter().zip(&bases).zip(&free).map(kept).collect();
            (bases, kept)
        }
    };
    loop {
        cancel::check(A_PROGRAM);
        // Places of the kept columns among all.
        let places: Vec<Vec<usize>> = kept
            .iter()
            .map(|kept| {
                kept.iter().enumerate().filter(|(_, kept)| **kept).map(|(column, _)| column).collect()
            })
            .collect();
        let part = |(row, places): (&Row, &Vec<usize>)| Row {
            mass: row.mass,
            columns: places.iter().map(|&column| row.columns[column]).collect(),
        };
        let restricted: Vec<Row> = rows.iter().zip(&places).map(part).collect();
        let position =
            |(places, base): (&Vec<usize>, &usize)| places.binary_search(base).expect("bases are kept");
        let places_of_bases: Vec<usize> = places.iter().zip(&bases).map(position).collect();
        let strategy = maximise(&restricted, &places_of_bases, coupling)?;
        let multipliers = multipliers(&restricted, &strategy, coupling)?;
        let mut grown = false;
        for ((row, kept), price) in rows.iter().zip(&mut kept).zip(prices(rows, coupling, &multipliers)) {
            let net = |column: usize| row.columns[column].gain - price * row.columns[column].weight;
            let mut best = 0;
            let mut best_kept = f64::NEG_INFINITY;
            for (column, kept) in kept.iter().enumerate() {
                if net(column) > net(best) {
                    best = column;
                }
                if *kept {
                    best_kept = best_kept.max(net(column));
                }
            }
            if net(best) > best_kept {
                // The multipliers are soon about right: then what is missing is close.
                kept[best.saturating_sub(1)..(best + 2).min(row.columns.len())].fill(true);
                grown = true;
            }
        }
        let whole = |(used, places): (Vec<(usize, f64)>, &Vec<usize>)| {
            used.into_iter().map(|(column, mass)| (places[column], mass)).collect()
        };
        let strategy: Strategy = strategy.into_iter().zip(&places).map(whole).collect();
        if !grown {
            return Ok(Solution { strategy, multipliers });
        }
        // The next program starts from this optimum, where that needs no more than one column a row.
        if !matches!(coupling, Coupling::Steps(_)) {
            let base =
                |(row, used): (&Row, &Vec<(usize, f64)>)| lightest(row, used.iter().map(|used| used.0));
            bases = rows.iter().zip(&strategy).map(base).collect();
        }
    }
}

/// The column of least weight, from which every sum keeps a limit that can be kept; with steps the lowest
/// bid, for all rows the same.
fn lightest(row: &Row, columns: impl Iterator<Item = usize>) -> usize {
    let weight = |column: &usize| row.columns[*column].weight;
    columns.min_by(|a, b| weight(a).total_cmp(&weight(b))).expect("a row has columns")
}

/// The first of the columns of most gain.
fn best_column(row: &Row) -> usize {
    let mut best = 0;
    for (column, at) in row.columns.iter().enumerate() {
        if at.gain > row.columns[best].gain {
            best = column;
        }
    }
    best
}

/// Some columns, and one with its neighbours.
fn kept_around(row: &Row, middle: usize, some: &[usize]) -> Vec<bool> {
    let mut kept = vec![false; row.columns.len()];
    kept[middle.saturating_sub(1)..(middle + 2).min(row.columns.len())].fill(true);
    some.iter().for_each(|&column| kept[column] = true);
    kept
}
