//! What is shown where there is more than a picture holds, and how panels fill its width.

use super::spread;
use crate::report::chart::Style;
use crate::report::results::Axes;

/// The most panels of a figure.
pub(super) const MOST_PANELS: usize = 12;

/// Points an inch.
const POINTS: f64 = 72.0;

/// So many of `total` things, evenly spread, the first among them; all where there are no more.
pub(super) fn spread(total: usize, most: usize) -> Vec<usize> {
    if total <= most {
        return (0..total).collect();
    }
    (0..most).map(|at| at * total / most).collect()
}

/// At most so many of some groups of cells, spread over the axes, in order.
pub(super) fn choose(axes: &Axes, groups: Vec<Vec<usize>>, most: usize) -> Vec<Vec<usize>> {
    let firsts: Vec<usize> = groups.iter().map(|group| group[0]).collect();
    let chosen = spread::choose(axes, &firsts, most);
    groups.into_iter().filter(|group| chosen.contains(&group[0])).collect()
}

/// The most of a panel's width that names at its left take: longer ones are shortened.
const NAMES: f64 = 0.38;

/// How many panels stand side by side in a width, at most `most`, so that names of a length in points are not
/// shortened and `least` points of each panel are left beside them; at least one.
pub(super) fn columns_with_names(inches: f64, names: f64, least: f64, most: usize) -> usize {
    let fits = |columns: &usize| {
        let each = inches * POINTS / *columns as f64;
        names <= NAMES * each && each - names >= least
    };
    (1..=most).rev().find(fits).unwrap_or(1)
}

/// How many panels that need `least` points each stand side by side in a width, at least one.
pub(super) fn columns(inches: f64, least: f64) -> usize {
    let gap = Style::default().gap;
    (((inches * POINTS + gap) / (least + gap)) as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_spread_evenly() {
        assert_eq!(spread(3, 12), [0, 1, 2]);
        assert_eq!(spread(10, 4), [0, 2, 5, 7]);
        assert_eq!(spread(0, 4), [0; 0]);
    }

    #[test]
    fn panels_fill_the_width() {
        assert_eq!([3.25, 5.5, 6.75].map(|inches| columns(inches, 144.0)), [1, 2, 3]);
        let with_names = |names| columns_with_names(5.5, names, 100.0, 3);
        assert_eq!([with_names(20.0), with_names(60.0), with_names(90.0), with_names(900.0)], [3, 2, 1, 1]);
    }
}
