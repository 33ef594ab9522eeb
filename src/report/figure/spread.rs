//! Which of many cells are shown, and in what rows.

use super::Subject;
use crate::report::chart::Height;
use crate::report::results::Axes;

/// At most `most` of the candidates, spread over the axes: some values of each, the ends among them.
pub(super) fn choose(axes: &Axes, candidates: &[usize], most: usize) -> Vec<usize> {
    if candidates.len() <= most {
        return candidates.to_vec();
    }
    let places: Vec<Vec<usize>> = (0..axes.all().len()).map(|axis| places(axes, candidates, axis)).collect();
    let counts: Vec<usize> = places.iter().map(|places| places.len().max(1)).collect();
    let kept: Vec<Vec<usize>> = places
        .iter()
        .zip(shares(&counts, most))
        .map(|(places, keep)| spread(places.len(), keep).into_iter().map(|at| places[at]).collect())
        .collect();
    let fits = |cell: &usize| {
        kept.iter()
            .enumerate()
            .all(|(axis, kept)| axes.place(*cell, axis).is_none_or(|place| kept.contains(&place)))
    };
    let chosen: Vec<usize> = candidates.iter().copied().filter(fits).collect();
    // Cells that fill no grid may be missing just there.
    let chosen = if 2 * chosen.len() < most { candidates.to_vec() } else { chosen };
    spread(chosen.len(), most).into_iter().map(|at| chosen[at]).collect()
}

/// The places that cells have along an axis, rising.
fn places(axes: &Axes, cells: &[usize], axis: usize) -> Vec<usize> {
    let mut places: Vec<usize> = cells.iter().filter_map(|&cell| axes.place(cell, axis)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// How many values of each axis are kept, so that there are at most `most` combinations.
fn shares(counts: &[usize], most: usize) -> Vec<usize> {
    let mut shares = vec![1; counts.len()];
    loop {
        let mut grew = false;
        for axis in 0..counts.len() {
            let product: usize = shares.iter().product();
            if shares[axis] < counts[axis] && product / shares[axis] * (shares[axis] + 1) <= most {
                shares[axis] += 1;
                grew = true;
            }
        }
        if !grew {
            return shares;
        }
    }
}

/// `keep` places of `count` evenly spread, the first and the last among them; the middle if one is kept.
fn spread(count: usize, keep: usize) -> Vec<usize> {
    match keep.min(count) {
        0 => Vec::new(),
        1 => vec![count / 2],
        keep => (0..keep).map(|at| (2 * at * (count - 1) + keep - 1) / (2 * (keep - 1))).collect(),
    }
}

/// Points that a small multiple needs; `NAMED` where names stand at its right.
pub(super) const LEAST: f64 = 108.0;
pub(super) const NAMED: f64 = 160.0;

/// The most small multiples of so many points each side by side in a width.
fn most_columns(inches: f64, least: f64) -> usize {
    ((inches * 72.0 / least) as usize).clamp(1, 4)
}

/// Cells in rows, for panels that need `least` points each. Where they fill a grid, a row has the same values
/// of all axes but one: of that which leaves a row the most alike in `of_row`, such as Nash equilibria. What
/// this drawing has no room for in a row goes on in the next.
pub(super) fn rows(
    axes: &Axes,
    cells: &[usize],
    space: &Space,
    of_row: impl Fn(usize) -> Option<f64>,
) -> Vec<Vec<usize>> {
    let rows = paper_rows(axes, cells, most_columns(space.paper, space.least), of_row);
    let most = most_columns(space.inches, space.least);
    if rows.iter().all(|row| row.len() <= most) {
        return rows;
    }
    rows.concat().chunks(most).map(<[usize]>::to_vec).collect()
}

/// The paper that small multiples stand on.
pub(super) struct Space {
    /// The width in inches of the figure in files, which decides which cells are shown.
    pub(super) paper: f64,
    /// The width of this drawing of it.
    pub(super) inches: f64,
    /// Points that a panel needs.
    pub(super) least: f64,
}

impl Space {
    /// That of a subject's figure of several panels.
    pub(super) fn of(subject: &Subject, panels: usize, least: f64) -> Self {
        Space { paper: subject.paper(panels), inches: subject.inches(panels), least }
    }

    /// The most panels that are shown.
    pub(super) fn most(&self) -> usize {
        let rows = if self.paper < WIDE { 5 } else { 6 };
        (rows * most_columns(self.paper, self.least)).min(MOST)
    }
}

/// The most panels of small multiples. On paper narrower than this, in inches, titles take more lines and
/// there are fewer rows.
const MOST: usize = 12;
const WIDE: f64 = 5.0;

/// The rows on paper with room for so many panels side by side. Of rows that hold more values than that, some
/// values: as many as fill rows.
fn paper_rows(
    axes: &Axes,
    cells: &[usize],
    most: usize,
    of_row: impl Fn(usize) -> Option<f64>,
) -> Vec<Vec<usize>> {
    let varying = (0..axes.all().len()).filter(|&axis| places(axes, cells, axis).len() > 1);
    let grids = varying.filter_map(|axis| {
        let count = places(axes, cells, axis).len();
        let rows: Vec<Vec<usize>> = group(axes, cells, axis);
        let full = rows.iter().all(|row| row.len() == count) && rows.len() > 1;
        let unlike = rows.iter().filter(|row| row.iter().any(|&cell| of_row(cell) != of_row(row[0]))).count();
        // Rows as long as there is room for, else as little longer as can be.
        let fit = if count <= most { most - count } else { most + count };
        full.then_some((unlike, fit, rows))
    });
    if let Some((_, _, rows)) = grids.min_by_key(|(unlike, fit, _)| (*unlike, *fit)) {
        let keep = |count: usize| if count <= most { count } else { count - count % most };
        let thin = |row: &Vec<usize>| {
            spread(row.len(), keep(row.len())).into_iter().map(|at| row[at]).collect::<Vec<_>>()
        };
        return rows.iter().map(thin).flat_map(|row| parts(&row, most)).collect();
    }
    let columns = match cells.len() {
        0..=3 => cells.len().clamp(1, most),
        4 => most.min(2),
        count if count % 4 == 0 && most >= 4 => 4,
        _ => most.min(3),
    };
    cells.chunks(columns).map(<[usize]>::to_vec).collect()
}

fn parts(row: &[usize], most: usize) -> Vec<Vec<usize>> {
    row.chunks(most).map(<[usize]>::to_vec).collect()
}

/// The height of a small multiple among so many rows: less where there are many, and more where the axis
/// below it is labelled, so that the panels are alike.
pub(super) fn height(rows: usize, labelled: bool) -> Height {
    Height::Points(panel_points(rows) + if labelled { 26.0 } else { 5.0 })
}

/// The height of the axes of a small multiple among so many rows, in points.
pub(super) fn panel_points(rows: usize) -> f64 {
    match rows {
        0..=2 => 90.0,
        3 | 4 => 74.0,
        _ => 60.0,
    }
}

/// Cells that differ along one axis alone, in rows.
fn group(axes: &Axes, cells: &[usize], axis: usize) -> Vec<Vec<usize>> {
    let others = |cell: usize| {
        (0..axes.all().len()).filter(|&a| a != axis).map(|a| axes.place(cell, a)).collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for &cell in cells {
        match rows.iter_mut().find(|row| others(row[0]) == others(cell)) {
            Some(row) => row.push(cell),
            None => rows.push(vec![cell]),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_places_hold_both_ends_and_do_not_repeat() {
        assert_eq!(spread(5, 4), [0, 1, 3, 4]);
        assert_eq!(spread(7, 3), [0, 3, 6]);
        assert_eq!(spread(5, 1), [2]);
        assert_eq!(spread(3, 12), [0, 1, 2]);
        assert_eq!(spread(0, 3), [0; 0]);
        for (count, keep) in (2..40).flat_map(|count| (2..=count).map(move |keep| (count, keep))) {
            let places = spread(count, keep);
            assert_eq!((places[0], places[keep - 1], places.len()), (0, count - 1, keep));
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{count} {keep}");
        }
    }

    #[test]
    fn narrow_paper_shows_the_same_cells_in_more_rows() {
        let space = |inches| Space { paper: 5.5, inches, least: LEAST };
        assert_eq!(
            [most_columns(5.5, LEAST), most_columns(3.25, LEAST), most_columns(3.25, NAMED)],
            [3, 2, 1]
        );
        assert_eq!([space(5.5).most(), space(3.25).most()], [12, 12]);
        assert_eq!(Space { paper: 3.25, inches: 3.25, least: LEAST }.most(), 10);
        assert_eq!(parts(&[1, 2, 3, 4, 5], 2), [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn shares_of_axes_have_at_most_so_many_combinations() {
        assert_eq!(shares(&[5, 4], 12), [4, 3]);
        assert_eq!(shares(&[7, 4, 3], 12), [3, 2, 2]);
        assert_eq!(shares(&[2, 3], 12), [2, 3]);
        assert_eq!(shares(&[10_000], 12), [12]);
        assert_eq!(shares(&[], 12), [0; 0]);
        assert_eq!(shares(&[2; 14], 12).iter().product::<usize>(), 8);
    }
}
