//! What is shown where there is more than a picture holds, and how panels fill its width.

use crate::report::chart::Style;

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
    }
}
